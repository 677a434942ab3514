import {
  allOf,
  anyOf,
  column,
  counted,
  type Expression,
  keyOf,
  type Source,
  sourceKey,
  within,
} from '../body/expression.ts';
import { printed } from '../body/print.ts';
import { isReadable } from '../condition/evaluate.ts';
import { type Occasion, type Result, refusal, type Side } from './effect.ts';
import { Equalities, flattened, hasSeveralGroups } from './equalities.ts';
import { findLink, isUnique, type Link, sourcesIn } from './link.ts';
import { guardsOf, measure } from './measure.ts';
import { askedBeside, constantColumn, isConstant, isJoin, isState, isTie, mentions } from './mentions.ts';
import { besideRecord, together } from './multiplied.ts';
import { isOfOneRecord, settled, type Way } from './one-record.ts';
import type { OneRow } from './one-row.ts';
import { isFound } from './perhaps-stored.ts';
import { isHandler } from './sort-conditions.ts';
import { storedIn } from './stored.ts';
import type { Sum, Term } from './terms.ts';

/** What a recount does, or why that cannot be told; null if it counts nothing. */
export function recounted(
  term: Term,
  sum: Extract<Sum, { kind: 'sets' }>,
  change: OneRow,
  occasion: Occasion,
): Result {
  const { amount } = term;
  const array = arrayIn(amount);
  if (array) return refusal(change, 'array', `sets it to the size of ${array}`);
  if (amount.kind !== 'aggregate' && [...within(amount)].some(isOverTable))
    return refusal(change, 'expression', neither(printed(amount)));
  if (amount.kind !== 'aggregate' || (amount.name !== 'count' && amount.name !== 'sum')) return null;
  const tables = amount.sources.filter(({ kind }) => kind === 'table');
  if (tables.length === 0) {
    const strange = amount.conditions.some(each => each.kind === 'opaque');
    return strange ? refusal(change, 'expression', 'counts rows that are not those of a table here') : null;
  }
  if (sum.terms.length > 1 || term.sign < 0) {
    return refusal(change, 'expression', 'sets it to a sum of several queries');
  }
  if (hasSeveralGroups(change))
    return refusal(change, 'expression', 'sets it to one of several groups of its records');
  const given = [...change.conditions, ...term.when, ...amount.conditions];
  const conditions = flattened(given);
  const equalities = new Equalities(conditions);
  let multiplied: { record: Source; beside: Source } | null = null;
  for (const record of tables) {
    const others = sourcesIn(conditions.flatMap(each => [...within(each)])).filter(
      each =>
        each.kind === 'table' && ![record, change.target].some(one => sourceKey(one) === sourceKey(each)),
    );
    const link = findLink(change.target, record, equalities, others);
    if (!link) continue;
    const beside = besideRecord(
      amount,
      record,
      [change.target, ...(link.between ? [link.between] : [])],
      conditions,
    );
    if (beside) {
      multiplied ??= { record, beside };
      continue;
    }
    return asRecount(record, link, amount, change, conditions, equalities, occasion);
  }
  if (
    tables.length === 1 &&
    tables[0] &&
    !conditions.some(each => mentions(each, change.target) && !isConstant(each))
  ) {
    const link: Link = { key: [], reference: [], through: null, between: null };
    return asRecount(tables[0], link, amount, change, conditions, equalities, occasion);
  }
  if (multiplied) return refusal(change, 'expression', together(multiplied.record, multiplied.beside));
  return refusal(change, 'row', 'counts records that no column ties to the row');
}

function isOverTable(each: Expression): boolean {
  return each.kind === 'aggregate' && each.sources.some(({ kind }) => kind === 'table');
}

function asRecount(
  record: Source,
  link: Link,
  aggregate: Extract<Expression, { kind: 'aggregate' }>,
  change: OneRow,
  given: readonly Expression[],
  equalities: Equalities,
  occasion: Occasion,
): Result {
  const measured = measure(
    aggregate.distinct && countsEach(aggregate, record) ? { ...aggregate, distinct: false } : aggregate,
  );
  if (measured.kind === 'other') {
    return refusal(change, 'expression', neither(measured.text));
  }
  const of = measured.kind === 'column' ? measured.of : null;
  if (of && (of.kind !== 'column' || sourceKey(of.source) !== sourceKey(record))) {
    return refusal(
      change,
      'expression',
      `sets it to ${printed(aggregate)}, which is no column of ${record.table.name}`,
    );
  }
  const isIn = (list: readonly Source[] = []) => list.some(each => sourceKey(each) === sourceKey(record));
  const conditions: Expression[] = [];
  const doubts: string[] = [];
  const outside = new Equalities(change.own);
  const inQuery = new Set(flattened(aggregate.conditions).map(keyOf)).difference(
    new Set(change.own.map(keyOf)),
  );
  const way: Way = { record, target: change.target, link, outside };
  for (const asked of given) {
    if (asked.kind === 'altered' && asked.how === 'merges' && !mentions(asked, record)) continue;
    const isInQuery = inQuery.has(keyOf(asked));
    const each = mentions(asked, record) && !isTie(asked) ? settled(asked, outside) : asked;
    const constant = isJoin(each) ? constantBehind(each, record, equalities, outside) : null;
    const isOfRows = isIn(change.groups) && namesRows(each, record, link);
    if ((mentions(each, record) || isInQuery) && !constant && !isOfRows && isOfOneRecord(each, way))
      return refusal(change, 'condition', `counts only where ${printed(each)}`);
    if (!mentions(each, record)) {
      const isAsked = isInQuery && !isTie(each);
      const isOfRow = mentions(each, change.target);
      if (isAsked && isOfRow) doubts.push(`it counts only where ${printed(each)}`);
      const other = link.between && mentions(each, link.between) && !isTie(each);
      if (other || (isAsked && !isOfRow))
        return refusal(change, 'condition', `counts only where ${printed(each)}`);
      continue;
    }
    if (isJoin(each)) {
      if (constant) conditions.push(constant);
      else if (!isTie(each) || !isPartOf(each, record, link))
        return refusal(change, 'condition', `counts only where ${printed(each)}`);
      continue;
    }
    if (isOfRows) continue;
    const moved = asNew(each, record);
    if (!isReadable(moved, source => source.kind === 'new')) {
      return refusal(change, 'condition', `counts only where ${printed(each)}`);
    }
    conditions.push(moved);
  }
  const guards = guardsOf(change, aggregate);
  const isBare = isBareSum(aggregate, change);
  const constants = given.flatMap(each =>
    mentions(each, change.target) ? (constantColumn(each) ?? []) : [],
  );
  return {
    kind: 'recounts',
    table: change.target.table,
    column: change.column,
    record: record.table,
    link: link.key.length === 0 ? null : { key: link.key, reference: link.reference, through: link.through },
    sign: 1,
    amount: of?.kind === 'column' ? of.column : null,
    conditions,
    doubts: [...doubts, ...askedOfNothing(change, aggregate, occasion)],
    constants,
    clamped: false,
    swallowed: change.swallowed ?? false,
    locked: change.locked ?? false,
    upsert: change.verb === 'upsert' || occasion.event === 'truncate',
    begins: null,
    stored: null,
    found: sidesFinding(change.target, link.between, given, equalities, record),
    measured: null,
    when: [
      ...flattened(given).filter(
        each => isOfEvent(each) && ![change.target, ...aggregate.sources].some(one => mentions(each, one)),
      ),
      ...given.flatMap(each => (mentions(each, change.target) ? askedWhere(each) : [])),
    ],
    ...(occasion.event === 'call' ? { follows: followed(record, link, change, aggregate, occasion) } : {}),
    guards,
    once: false,
    bare: isBare && !isIn(change.groups),
    nulls: isBare && !guards.amount,
    gone: isIn(change.groups),
    comesToNull: !isIn(change.groups) && isIn(aggregate.groups) && !isGuarded(change.value, aggregate),
    place: change.place,
  };
}

/** What a function has stored or deleted of the row that it counts anew, wherever it did that. */
function followed(
  record: Source,
  { key, reference, through }: Link,
  change: OneRow,
  { sources }: Extract<Expression, { kind: 'aggregate' }>,
  { insertions, at = 0 }: Occasion,
): Side[] {
  const before = through ? [] : insertions.filter(each => each.table === record.table && each.after <= at);
  return before.flatMap((each): Side[] => {
    // A statement does not see what it stores itself.
    if (each.place === change.place) return [];
    const on = new Set(each.path.map(keyOf));
    const isOnWay = change.own.every(
      asked =>
        on.has(keyOf(asked)) ||
        isFound(asked) ||
        [change.target, each.source, ...sources].some(one => mentions(asked, one)),
    );
    const equal = new Equalities([...flattened([...change.own, ...each.conditions]), ...storedIn(each)]);
    const isAll = !change.own.some(asked => mentions(asked, change.target));
    const isOfRow = key.every((name, place) =>
      equal.columnsOf(each.source, column(change.target, name)).includes(reference[place] ?? ''),
    );
    return isOnWay && (isAll || isOfRow) ? [each.source.kind === 'deleted' ? 'old' : 'new'] : [];
  });
}

/** Doubts of a recount in a trigger: conditions on the way to it that neither the record nor the row decides, such as random() < 0.5. */
function askedOfNothing(
  change: OneRow,
  { sources }: Extract<Expression, { kind: 'aggregate' }>,
  { event }: Occasion,
): string[] {
  if (event === 'call') return [];
  return flattened(change.conditions)
    .filter(
      each =>
        !isOfEvent(each) &&
        !isHandler(each) &&
        ![change.target, ...sources].some(one => mentions(each, one)) &&
        [...within(each)].some(({ kind }) => kind === 'session' || kind === 'opaque'),
    )
    .map(each => `it depends on ${printed(each)}`);
}

/** IN (NEW.post_id, OLD.post_id) says which rows are counted for, where there is a row for each of those alone. */
function namesRows(each: Expression, record: Source, link: Link): boolean {
  return (
    each.kind === 'or' &&
    each.args.every(
      arg => (arg.kind === 'value' && arg.value === null) || (isJoin(arg) && isPartOf(arg, record, link)),
    )
  );
}

/** Whether a sum is written as it comes, also where it is NULL. */
function isBareSum({ name }: Extract<Expression, { kind: 'aggregate' }>, change: OneRow): boolean {
  const isOfSum = (each: Expression) => [...within(each)].some(({ kind }) => kind === 'aggregate');
  const guards = [...within(change.value)].filter(({ kind }) =>
    ['coalesce', 'case', 'extreme'].includes(kind),
  );
  return name === 'sum' && !guards.some(isOfSum) && !change.conditions.some(isOfSum);
}

/** Whether something stands for the NULL of a query that gives no row. */
function isGuarded(value: Expression, aggregate: Expression): boolean {
  const key = keyOf(aggregate);
  return [...within(value)].some(
    each =>
      (each.kind === 'coalesce' || each.kind === 'case') &&
      [...within(each)].some(inner => inner.kind === 'aggregate' && keyOf(inner) === key),
  );
}

function isOfEvent(each: Expression): boolean {
  return sourcesIn(within(each)).some(isState);
}

/** The states of the record that say which rows are counted anew. */
function sidesFinding(
  target: Source,
  between: Source | null,
  given: readonly Expression[],
  equalities: Equalities,
  record: Source,
): Side[] {
  const sides = ['new', 'old'] as const;
  const event = (kind: Side): Source => ({ kind, table: record.table, id: 0 });
  const equal = sides.filter(kind =>
    equalities.columnsIn(target).some(each => equalities.columnsOf(event(kind), each).length > 0),
  );
  if (equal.length > 0) return equal;
  const found = [target, ...(between ? [between] : []), record];
  return sides.filter(kind =>
    given.some(each => found.some(one => mentions(each, one)) && mentions(each, event(kind))),
  );
}

const neither = (text: string) =>
  `sets it to ${text}, which is neither a number of records nor the sum of one column`;

function countsEach({ arg }: Extract<Expression, { kind: 'aggregate' }>, record: Source): boolean {
  return (
    arg?.kind === 'column' &&
    sourceKey(arg.source) === sourceKey(record) &&
    counted(arg).length === 0 &&
    isUnique(record.table, [arg.column])
  );
}

/** What IN (SELECT post_id FROM new_rows WHERE ...) asks of the records of the event. */
function askedWhere(each: Expression): Expression[] {
  if (each.kind !== 'among' || !each.rows.every(({ sources }) => sources.every(isState))) return [];
  const ways = each.rows.map(row => allOf(askedBeside(row)));
  return flattened([anyOf(ways)]);
}

/** `target_type = NEW.target_type` in a query, where NEW.target_type is known to be 'post' wherever the query runs. */
function constantBehind(
  each: Expression,
  record: Source,
  equalities: Equalities,
  outside: Equalities,
): Expression | null {
  const [left, right] = each.kind === 'operator' ? each.args : [];
  const own = [left, right].find(
    side => side?.kind === 'column' && sourceKey(side.source) === sourceKey(record),
  );
  const other = own === left ? right : left;
  const isOfEvent = other?.kind === 'column' && isState(other.source);
  const constant = isOfEvent ? outside.constantOf(other) : own && equalities.constantOf(own);
  if (!own || !constant || own.kind !== 'column') return null;
  const moved = column({ kind: 'new', table: record.table, id: 0 }, own.column);
  return { kind: 'operator', name: '=', args: [moved, constant] };
}

function isPartOf(each: Expression, record: Source, { reference }: Link): boolean {
  return [...within(each)].some(
    inner =>
      inner.kind === 'column' &&
      sourceKey(inner.source) === sourceKey(record) &&
      reference.includes(inner.column),
  );
}

/** A condition on the records of a query, as one on the record after an event. */
function asNew(each: Expression, record: Source): Expression {
  const wanted = sourceKey(record);
  const source: Source = { kind: 'new', table: record.table, id: 0 };
  return JSON.parse(
    JSON.stringify(each, (_, inner) =>
      inner?.kind === 'column' && inner.source && sourceKey(inner.source) === wanted
        ? { ...inner, source }
        : inner,
    ),
  ) as Expression;
}

function arrayIn(each: Expression): string | null {
  for (const inner of within(each)) {
    if (
      inner.kind !== 'opaque' ||
      inner.args[0]?.kind !== 'column' ||
      !/^(?:cardinality|array_length|jsonb?_array_length|array_upper)\(\)$/.test(inner.text)
    )
      continue;
    const [arg] = inner.args;
    return arg ? printed(arg) : 'an array';
  }
  return null;
}
