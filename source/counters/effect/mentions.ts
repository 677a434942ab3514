import { type Expression, type Source, sourceKey, within } from '../body/expression.ts';
import { sourcesIn } from './link.ts';

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

const constantSide = (each: Expression) => each.kind === 'value' || each.kind === 'session';

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
