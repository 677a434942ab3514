import type { Change, Insertion } from '../body/change.ts';
import { type Expression, keyOf, type Source, sourceKey, within } from '../body/expression.ts';
import { printed } from '../body/print.ts';
import { decide } from '../condition/decide.ts';
import { flattened } from './equalities.ts';

/** In which cases a function adds to a count and stores no record for it, as doubts: those for which it does not ask. */
export function perhapsUnstored(change: Change, own: Insertion, amount: Expression): string[] {
  if (own.source.kind === 'deleted') return [];
  const way = change.way ?? change.conditions;
  const before = own.way ?? own.path;
  const doubts: string[] = [];
  if (before.some(isUnfound) && !isOnWay(before.filter(isUnfound), way))
    doubts.push('a record is only stored where the statement before it finds none');
  if (own.otherwise === 'update' && !way.some(each => isInserted(each, own.source)))
    doubts.push('a record that is there already is changed by ON CONFLICT, and no other one is stored');
  const asks =
    way.filter(isFound).length > before.filter(isFound).length || mentionsStored(change, own, amount);
  if (asks) return doubts;
  if (own.otherwise === 'nothing')
    doubts.push('a record that is there already is not stored again, by ON CONFLICT DO NOTHING');
  if (own.conditions.some(each => !own.path.includes(each) && isAbsence(each)))
    doubts.push('a record is only stored where a query finds none');
  const on = new Set(flattened(way).map(keyOf));
  const inside = flattened(own.conditions.filter(each => !before.includes(each)));
  const asked = inside.find(
    each => !isAbsence(each) && !on.has(keyOf(each)) && isOfOthers(each, change.target),
  );
  if (asked) doubts.push(`a record is only stored where ${printed(asked)}`);
  return doubts;
}

/** `xmax = 0`, which is so of a row that was inserted, and not of one that was updated. */
export function isInserted(each: Expression, source: Source): boolean {
  if (each.kind === 'is') return each.value && isInserted(each.arg, source);
  const [left, right] = each.kind === 'operator' && each.name === '=' ? each.args : [];
  return (
    left?.kind === 'column' &&
    left.column === 'xmax' &&
    sourceKey(left.source) === sourceKey(source) &&
    right?.kind === 'value' &&
    Number(right.value) === 0
  );
}

/** FOUND, in whatever words. */
export const isFound = (each: Expression) => whereFound(each, false) === false;
/** Not FOUND: what comes before found nothing. */
const isUnfound = (each: Expression) => whereFound(each, true) === false;
const whereFound = (each: Expression, found: boolean) =>
  decide(each, inner => (inner.kind === 'session' && inner.name === 'FOUND' ? found : undefined));

function isOnWay(conditions: readonly Expression[], way: readonly Expression[]): boolean {
  const on = new Set(way.map(keyOf));
  return conditions.every(each => on.has(keyOf(each)));
}

/** Whether what was stored decides how much is added, as a row of RETURNING or the number of such rows does. */
function mentionsStored(change: Change, { source }: Insertion, amount: Expression): boolean {
  const key = sourceKey(source);
  return [...change.conditions, amount].some(each =>
    [...within(each)].some(
      inner =>
        ((inner.kind === 'column' || inner.kind === 'row') && sourceKey(inner.source) === key) ||
        (inner.kind === 'aggregate' && inner.sources.some(of => sourceKey(of) === key)),
    ),
  );
}

/** NOT EXISTS. */
const isAbsence = (each: Expression) => each.kind === 'not' && each.arg.kind === 'among';

/** Whether a condition of what is stored asks for more than the row itself. */
function isOfOthers(each: Expression, { table }: Source): boolean {
  const parts = [...within(each)];
  if (parts.some(({ kind }) => kind === 'opaque' || kind === 'altered')) return false;
  const sources = parts.flatMap(inner => (inner.kind === 'column' ? [inner.source] : []));
  return sources.length === 0 || sources.some(source => source.table !== table);
}
