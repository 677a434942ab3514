import type { Node, SelectStmt } from 'libpg-query';
import { decide, many } from '../condition/decide.ts';
import { flattened } from '../effect/equalities.ts';
import {
  type Altered,
  type Expression,
  isValue,
  keyOf,
  type OuterJoin,
  type Row,
  sourceKey,
  value,
  within,
} from './expression.ts';
import { namesOf, opaque } from './scope.ts';

// Functions that give rows where they stand in SELECT.
const rowGivers =
  /^(?:generate_series|generate_subscripts|unnest|regexp_matches|\w+_to_table|jsonb?_(?:array_elements(?:_text)?|each(?:_text)?|object_keys|populate_recordset|to_recordset|path_query))$/;

/** Whether a query gives several rows by a function in its SELECT list. */
export function givesRows({ targetList = [] }: SelectStmt): boolean {
  return targetList.some(target => {
    const { val } = 'ResTarget' in target ? target.ResTarget : {};
    return (
      val !== undefined && 'FuncCall' in val && rowGivers.test(namesOf(val.FuncCall.funcname).at(-1) ?? '')
    );
  });
}

/** What the clauses of a query make of its rows. */
export function alteredBy(
  select: SelectStmt,
  { columns, sources }: Pick<Row, 'columns' | 'sources'>,
  groups: boolean,
): Altered[] {
  const about = (by: string, how: Altered['how']): Altered => ({
    kind: 'altered',
    by,
    how,
    args: argsOf({ columns, sources }),
  });
  const { limitCount: limit, limitOffset: offset } = select;
  return [
    ...(groups ? [about('GROUP BY', 'merges')] : []),
    ...(select.distinctClause && select.distinctClause.length > 0 ? [about('DISTINCT', 'merges')] : []),
    ...(limit && !isNull(limit) ? [about('LIMIT', 'cuts')] : []),
    ...(offset && !isNull(offset) && !isZero(offset) ? [about('OFFSET', 'cuts')] : []),
    ...(givesRows(select) ? [about('a function', 'adds')] : []),
    ...((select.lockingClause ?? []).some(skipsLocked) ? [about('SKIP LOCKED', 'cuts')] : []),
  ];
}

/** What has to be true for a query to give a row at all: LIMIT 0 leaves none, and OFFSET leaves out the first. */
export function leftBy({ limitCount: limit, limitOffset: offset }: SelectStmt): Expression[] {
  return [
    ...(limit && isZero(limit) ? [value(false)] : []),
    ...(offset && !isNull(offset) && !isZero(offset) ? [opaque('OFFSET leaves a row')] : []),
  ];
}

/** That UNION makes rows with the same values one. */
export function merged(row: Row): Row {
  const union: Altered = { kind: 'altered', by: 'UNION', how: 'merges', args: argsOf(row) };
  return { ...row, altered: [...(row.altered ?? []), union] };
}

function skipsLocked(node: Node): boolean {
  return 'LockingClause' in node && node.LockingClause.waitPolicy === 'LockWaitSkip';
}

/** The values of a row, and its sources. */
function argsOf({ columns, sources }: Pick<Row, 'columns' | 'sources'>): Expression[] {
  return [
    ...columns.map(({ value }) => value).filter(each => !hasAggregate(each)),
    ...sources.map((source): Expression => ({ kind: 'row', source })),
  ];
}

/** That an outer join also gives rows where it finds nothing. */
export const joins: Altered = { kind: 'altered', by: 'an outer join', how: 'adds', args: [] };

/**
 * What HAVING asks of a query that gives these columns: what is true for every number but 0 is left out. A group whose number of some
 * of its records is 0 still has the others.
 */
export function askedByHaving(having: Expression, columns: Row['columns']): Expression[] {
  const given = new Set(columns.flatMap(each => aggregatesIn(each.value).map(keyOf)));
  return flattened([having]).flatMap(each => {
    const asked = aggregatesIn(each);
    const named = asked.map(({ name }) => name);
    if (named.length === 0) return [each];
    const mayBeNone = asked.some(inner => inner.conditions.length > 0 && !given.has(keyOf(inner)));
    // Beside each number that it is compared with, too. A sum of 0 adds nothing.
    const compared = [...within(each)].flatMap(inner =>
      inner.kind === 'value' && typeof inner.value === 'number'
        ? [inner.value - 1, inner.value, inner.value + 1]
        : [],
    );
    const above = [...(mayBeNone ? [0] : []), 1, 2, many, ...compared.filter(number => number > 0)];
    const numbers = named.every(name => name === 'count')
      ? above
      : [...above, ...above.map(number => -number), ...compared.filter(number => number < 0)];
    const isTrue = numbers.every(
      number => decide(each, inner => (inner.kind === 'aggregate' ? number : undefined)) === true,
    );
    return isTrue ? [] : [opaque('HAVING is true')];
  });
}

/** What is true of the rows that an aggregate takes from an outer join; null where it also takes those that found nothing. */
export function found(
  join: OuterJoin,
  asked: readonly Expression[],
  added: Expression | null,
): readonly Expression[] | null {
  const keys = new Set(join.sources.map(sourceKey));
  const isInner = (each: Expression) => each.kind === 'column' && keys.has(sourceKey(each.source));
  const isFound =
    flattened(asked).some(each => neverTrue(each, isInner)) ||
    (added !== null && addsNothing(added, isInner));
  return isFound && !join.full ? join.inner : null;
}

type IsInner = (inner: Expression) => boolean;

/** Whether an expression is not true where these columns are NULL. */
function neverTrue(each: Expression, isInner: IsInner): boolean {
  switch (each.kind) {
    case 'and':
      return each.args.some(arg => neverTrue(arg, isInner));
    case 'or':
      return each.args.every(arg => neverTrue(arg, isInner));
    case 'is':
      return isNothing(each.arg, isInner);
    default:
      return (
        isNothing(each, isInner) ||
        (each.kind === 'not' && each.arg.kind === 'null' && isNothing(each.arg.arg, isInner))
      );
  }
}

/** Whether it is NULL there. */
function isNothing(each: Expression, isInner: IsInner): boolean {
  const inner = (arg: Expression) => isNothing(arg, isInner);
  switch (each.kind) {
    case 'operator':
      return each.name !== 'distinct' && each.args.some(inner);
    case 'not':
    case 'in':
      return inner(each.arg);
    case 'coalesce':
      return each.args.every(inner);
    default:
      return isInner(each);
  }
}

/** Whether it adds nothing to a sum there. */
function addsNothing(each: Expression, isInner: IsInner): boolean {
  if (isValue(each, 0) || isValue(each, null)) return true;
  switch (each.kind) {
    case 'case':
      return (
        each.branches.every(({ when, result }) => neverTrue(when, isInner) || addsNothing(result, isInner)) &&
        addsNothing(each.otherwise, isInner)
      );
    case 'coalesce':
      return each.args.every(arg => addsNothing(arg, isInner));
    default:
      return isNothing(each, isInner);
  }
}

const aggregatesIn = (each: Expression) =>
  [...within(each)].flatMap(inner => (inner.kind === 'aggregate' ? [inner] : []));
const hasAggregate = (each: Expression) => aggregatesIn(each).length > 0;

const isNull = (node: Node) => 'A_Const' in node && node.A_Const.isnull === true;
const isZero = (node: Node) =>
  'A_Const' in node && node.A_Const.ival?.ival === undefined && node.A_Const.ival !== undefined;
