import { type Expression, type Row, type Source, sourceKey, within } from '../body/expression.ts';
import { flattened, isTerm, unguarded } from './equalities.ts';
import { isUnique, sourcesIn } from './link.ts';

/** Whether an expression uses a column of this source. */
export function mentions(each: Expression, source: Source): boolean {
  const wanted = sourceKey(source);
  return sourcesIn(within(each)).some(other => sourceKey(other) === wanted);
}

/** Whether it uses columns of no other source, and nothing that is not understood. */
export function mentionsOnly(each: Expression, source: Source): boolean {
  return sourcesIn(within(each)).every(other => sourceKey(other) === sourceKey(source)) && !hasUnknown(each);
}

function hasUnknown(each: Expression): boolean {
  return [...within(each)].some(({ kind }) => ['opaque', 'argument', 'among', 'altered'].includes(kind));
}

/** Whether it uses this column of this source. */
export function mentionsColumn(each: Expression, source: Source, name: string): boolean {
  return [...within(each)].some(
    inner =>
      inner.kind === 'column' && inner.column === name && sourceKey(inner.source) === sourceKey(source),
  );
}

/** An equality between columns of two sources. */
export function isJoin(each: Expression): boolean {
  if (each.kind !== 'operator' || each.name !== '=') return false;
  const [left, right] = each.args;
  return left !== undefined && right !== undefined && !constantSide(left) && !constantSide(right);
}

/** An equality between plain columns of two sources: it may tie a record to its row. */
export function isTie(each: Expression): boolean {
  if (!isJoin(each) || each.kind !== 'operator') return false;
  const [left, right] = each.args.map(unguarded);
  if (!left || !right || !isTerm(left) || !isTerm(right)) return false;
  return !(
    left.kind === 'column' &&
    right.kind === 'column' &&
    sourceKey(left.source) === sourceKey(right.source)
  );
}

const constantSide = (each: Expression) => each.kind === 'value' || each.kind === 'session';

export const isState = ({ kind }: Source) => kind === 'new' || kind === 'old';

/** What a query of the records of an event asks of them, other than to be those of a row. */
export function askedBeside({ conditions }: Row): Expression[] {
  return flattened(conditions).filter(each => {
    const asked = each.kind === 'not' && each.arg.kind === 'null' ? each.arg.arg : null;
    if (asked?.kind === 'column') return !isReference(asked);
    const [left, right] = isTie(each) && each.kind === 'operator' ? each.args : [];
    if (left?.kind !== 'column' || right?.kind !== 'column') return true;
    // Both states of one record.
    const isOne = isState(left.source) && isState(right.source);
    return isOne && !(left.column === right.column && isUnique(left.source.table, [left.column]));
  });
}

function isReference({ source, column: name }: Extract<Expression, { kind: 'column' }>): boolean {
  return source.table.references.some(({ columns }) => columns.includes(name));
}

/** The column that a condition compares with a constant; null for any other condition. */
export function constantColumn(each: Expression): string | null {
  if (each.kind === 'column') return each.column;
  if (each.kind !== 'operator' || each.name !== '=') return null;
  const [left, right] = each.args;
  const named = left?.kind === 'column' ? left : right?.kind === 'column' ? right : null;
  const other = named === left ? right : left;
  return named && other && constantSide(other) ? named.column : null;
}

/** Whether a condition compares a column with a constant. */
export const isConstant = (each: Expression) => constantColumn(each) !== null;
