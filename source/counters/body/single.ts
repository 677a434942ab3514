import type { Node, SelectStmt } from 'libpg-query';
import { flattened } from '../effect/equalities.ts';
import type { Insertion } from './change.ts';
import { type Expression, type Row, type Source, sourceKey, within } from './expression.ts';
import { unfollowed } from './queries.ts';
import { namesOf } from './scope.ts';

// Functions that give rows where they stand in SELECT.
const rowGivers =
  /^(?:generate_series|generate_subscripts|unnest|regexp_matches|\w+_to_table|jsonb?_(?:array_elements(?:_text)?|each(?:_text)?|object_keys|populate_recordset|to_recordset|path_query))$/;

/** Whether a query may give more than one row in this one of its ways. */
export function givesSeveral(
  { fromClause = [], targetList = [], groupClause, valuesLists = [], limitCount }: SelectStmt,
  { columns, conditions, sources }: Row,
  insertions: readonly Insertion[],
): boolean {
  if (valuesLists.length > 0 || isOne(limitCount)) return false;
  if (targetList.some(givesRows)) return true;
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

function givesRows(target: Node): boolean {
  const { val } = 'ResTarget' in target ? target.ResTarget : {};
  return (
    val !== undefined && 'FuncCall' in val && rowGivers.test(namesOf(val.FuncCall.funcname).at(-1) ?? '')
  );
}
