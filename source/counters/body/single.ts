import type { Node, SelectStmt } from 'libpg-query';
import { flattened } from '../effect/equalities.ts';
import { givesRows } from './altered.ts';
import type { Insertion } from './change.ts';
import { type Expression, type Row, type Source, sourceKey, within } from './expression.ts';
import { unfollowed } from './queries.ts';

/** Whether a query may give more than one row in this one of its ways. */
export function givesSeveral(
  select: SelectStmt,
  { columns, conditions, sources }: Row,
  insertions: readonly Insertion[],
): boolean {
  const { fromClause = [], groupClause, valuesLists = [], limitCount } = select;
  if (valuesLists.length > 0 || isOne(limitCount)) return false;
  if (givesRows(select)) return true;
  if (fromClause.length === 0) return false;
  const isTotal = columns.some(({ value }) => [...within(value)].some(({ kind }) => kind === 'aggregate'));
  if (isTotal && !groupClause) return false;
  const known = sources.filter(each => {
    const own = insertions.find(({ source }) => source === each);
    return !own || own.several;
  });
  return conditions.includes(unfollowed) || !areSingle(known, conditions);
}

/** Whether conditions leave at most one row of each of these, by a unique key that is equal to something else. */
export function areSingle(sources: readonly Source[], conditions: readonly Expression[]): boolean {
  const open = new Set(sources.map(sourceKey));
  const equal = flattened(conditions).flatMap(each =>
    each.kind === 'operator' && each.name === '=' ? [each.args] : [],
  );
  const isKnown = (each: Expression) =>
    [...within(each)].every(
      inner => inner.kind !== 'opaque' && (!('source' in inner) || !open.has(sourceKey(inner.source))),
    );
  for (let before = -1; before !== open.size; ) {
    before = open.size;
    for (const source of sources) {
      const fixed = equal.flatMap(([left, right]) => {
        if (!left || !right) return [];
        const pairs = [
          [left, right],
          [right, left],
        ] as const;
        return pairs.flatMap(([own, other]) =>
          own.kind === 'column' && sourceKey(own.source) === sourceKey(source) && isKnown(other)
            ? [own.column]
            : [],
        );
      });
      if (source.table.unique.some(key => key.length > 0 && key.every(name => fixed.includes(name))))
        open.delete(sourceKey(source));
    }
  }
  return open.size === 0;
}

function isOne(limit: Node | undefined): boolean {
  return limit !== undefined && 'A_Const' in limit && limit.A_Const.ival?.ival === 1;
}
