import type { Change, Insertion } from '../body/change.ts';
import {
  column,
  type Expression,
  isValue,
  keyOf,
  type Source,
  sourceKey,
  within,
} from '../body/expression.ts';
import { printed } from '../body/print.ts';
import type { CatalogTable } from '../catalog.ts';
import { isReadable } from '../condition/evaluate.ts';
import type { Effect, Refusal, Side } from './effect.ts';
import { Equalities, flattened } from './equalities.ts';
import { findLink, isUnique, type Link, sourcesIn } from './link.ts';
import { type Sum, sumsOf, type Term } from './terms.ts';

/** Where a change happens: for an event of a record's table, or where the application calls a function. */
export interface Occasion {
  event: 'insert' | 'update' | 'delete' | 'truncate' | 'call';
  /** The body runs for each record, not once for a statement. */
  eachRow: boolean;
  record: CatalogTable | null;
  insertions: readonly Insertion[];
}

export interface Found {
  effects: Effect[];
  refusals: Refusal[];
}

/** What a change of a column does for each record, or why that cannot be told. */
export function effectsOf(change: Change, occasion: Occasion): Found {
  const { target, column: name } = change;
  const found: Found = { effects: [], refusals: [] };
  const own = target.table.columns.find(each => each.name === name);
  if (own?.category !== 'N' || change.conditions.some(isNever)) return found;
  // A row that is about to be stored may be given any number; only an array is worth a word.
  const isWorthy = ({ kind }: Refusal) => change.verb !== 'assign' || kind === 'array';
  for (const sum of sumsOf(change.value, target, name)) {
    for (const term of sum.terms) {
      const result =
        sum.kind === 'adds' ? added(term, sum, change, occasion) : recounted(term, sum, change, occasion);
      if (!result) continue;
      if ('why' in result) found.refusals.push(...[result].filter(isWorthy));
      else found.effects.push(result);
    }
  }
  return found;
}

/** A comparison with NEW in a trigger that has none, for example. */
function isNever(each: Expression): boolean {
  return each.kind === 'value' && each.value !== true;
}

type Result = Effect | Refusal | null;

function refusal(change: Change, kind: Refusal['kind'], why: string): Refusal {
  return { table: change.target.table, column: change.column, kind, why, place: change.place };
}

function added(
  term: Term,
  { clamped }: Extract<Sum, { kind: 'adds' }>,
  change: Change,
  occasion: Occasion,
): Result {
  const { amount } = term;
  const aggregate = amount.kind === 'aggregate' ? amount : null;
  const inserted = occasion.insertions.flatMap(({ source, values, conditions }) => [
    ...conditions,
    ...values.map(each => ({
      kind: 'operator' as const,
      name: '=',
      args: [column(source, each.column), each.value],
    })),
  ]);
  const given = [...change.conditions, ...term.when, ...(aggregate?.conditions ?? [])];
  const conditions = flattened(given);
  const measured = measure(amount);
  const equalities = new Equalities(flattened([...given, ...(occasion.event === 'call' ? inserted : [])]));
  const sources = sourcesIn([...conditions, amount].flatMap(each => [...within(each)]));
  const records = recordSources(occasion, aggregate?.sources ?? sources, term.sign);
  const others = sources.filter(
    each => each.kind === 'table' && sourceKey(each) !== sourceKey(change.target),
  );
  if (records.length === 0) {
    return refusal(change, 'unlogged', 'adds to it, and nothing logs what it counts');
  }
  const linked = firstLink(change.target, records, equalities, others, conditions, occasion);
  if (!linked) return unlinked(term, change, conditions, records, occasion, measured);
  return asEffect({ linked, term, change, conditions: linked.conditions, measured, clamped, occasion });
}

interface Linked {
  record: Source;
  link: Link;
  conditions: readonly Expression[];
}

function firstLink(
  target: Source,
  records: readonly Source[],
  equalities: Equalities,
  others: readonly Source[],
  conditions: readonly Expression[],
  { event }: Occasion,
): Linked | null {
  for (const record of records) {
    const link = findLink(target, record, equalities, others);
    // A row that the function makes to count in is not what it counts.
    if (link && event === 'call' && isItself(target, record, link)) continue;
    if (link) return { record, link, conditions };
  }
  // WHERE id IN (SELECT post_id FROM ...): each row of the query is a way to find it.
  for (const [place, each] of conditions.entries()) {
    if (
      each.kind !== 'among' ||
      each.arg?.kind !== 'column' ||
      sourceKey(each.arg.source) !== sourceKey(target)
    )
      continue;
    for (const row of each.rows) {
      const [first] = row.columns;
      if (!first) continue;
      const wider = flattened([
        ...conditions.filter((_, other) => other !== place),
        ...row.conditions,
        { kind: 'operator', name: '=', args: [each.arg, first.value] },
      ]);
      const near = sourcesIn(wider.flatMap(inner => [...within(inner)])).filter(
        source => source.kind === 'table' && sourceKey(source) !== sourceKey(target),
      );
      for (const record of records) {
        const link = findLink(target, record, new Equalities(wider), near);
        if (link) return { record, link, conditions: wider };
      }
    }
  }
  return null;
}

function isItself(target: Source, record: Source, { key, reference, through }: Link): boolean {
  return target.table === record.table && !through && key.every((name, place) => name === reference[place]);
}

/** The sources that may be the record: before or after the event, or what the function inserts. */
function recordSources(occasion: Occasion, near: readonly Source[], sign: 1 | -1): Source[] {
  if (occasion.event === 'call') return occasion.insertions.map(({ source }) => source);
  const { record } = occasion;
  if (!record) return [];
  const used = new Set(near.map(({ kind }) => kind));
  const sides = (sign === 1 ? ['new', 'old'] : ['old', 'new']) as ('new' | 'old')[];
  return sides
    .filter(side =>
      occasion.event === 'insert' ? side === 'new' : occasion.event === 'delete' ? side === 'old' : true,
    )
    .toSorted((a, b) => Number(used.has(b)) - Number(used.has(a)))
    .map(kind => ({ kind, table: record, id: 0 }));
}

/** A change that no condition ties to a record: of the only row of a table, or of a row that is not known. */
function unlinked(
  term: Term,
  change: Change,
  conditions: readonly Expression[],
  records: readonly Source[],
  occasion: Occasion,
  measured: Measure,
): Result {
  const [record] = records;
  if (occasion.event === 'call' && record?.kind === 'inserted') {
    return refusal(change, 'unlogged', 'adds to it, and nothing logs what it counts');
  }
  const about = conditions.filter(each => mentions(each, change.target) && !isConstant(each));
  const finds = about.filter(each => !mentionsOnly(each, change.target));
  if (!record || finds.length > 0) {
    return refusal(
      change,
      'row',
      `finds the row by ${printed(finds[0] ?? { kind: 'opaque', text: 'an expression', args: [] })}`,
    );
  }
  return asEffect({
    linked: { record, link: { key: [], reference: [], through: null, between: null }, conditions },
    term,
    change,
    conditions,
    measured,
    clamped: false,
    occasion,
  });
}

type Measure = { kind: 'count' } | { kind: 'column'; of: Expression } | { kind: 'other'; text: string };

/** What one record adds. */
function measure(amount: Expression): Measure {
  if (isValue(amount, 1)) return { kind: 'count' };
  if (amount.kind === 'column' || amount.kind === 'argument') return { kind: 'column', of: amount };
  if (amount.kind === 'aggregate' && !amount.distinct) {
    if (amount.name === 'count') return { kind: 'count' };
    if (amount.name === 'sum' && amount.arg) return measure(unguarded(amount.arg));
  }
  return { kind: 'other', text: printed(amount) };
}

function unguarded(each: Expression): Expression {
  const [first, second, third] = each.kind === 'coalesce' ? each.args : [];
  return first && second && !third && isValue(second, 0) ? first : each;
}

interface Parts {
  linked: Linked;
  term: Term;
  change: Change;
  conditions: readonly Expression[];
  measured: Measure;
  clamped: boolean;
  occasion: Occasion;
}

function asEffect({ linked, term, change, conditions, measured, clamped, occasion }: Parts): Result {
  const { record, link } = linked;
  const amount = amountOf(measured, record, occasion);
  if (amount === undefined) {
    const text = measured.kind === 'other' ? measured.text : 'a value';
    return refusal(change, 'expression', `adds ${text} for each record, which is not one column`);
  }
  const sorted = sortConditions(conditions, change, linked);
  if ('why' in sorted) return refusal(change, 'condition', sorted.why);
  return {
    kind: 'adds',
    table: change.target.table,
    column: change.column,
    record: record.table,
    link: link.key.length === 0 ? null : { key: link.key, reference: link.reference, through: link.through },
    sign: term.sign,
    amount,
    ...sorted,
    clamped: clamped || sorted.clamped,
    upsert: change.verb === 'upsert',
    found: [sideOf(record)],
    measured: measured.kind === 'column' && measured.of.kind === 'column' ? sideOf(measured.of.source) : null,
    when: [],
    guards: guardsOf(change, term.amount),
    once: isOnce(term.amount, change, occasion),
    place: change.place,
  };
}

// What a function inserts is a record after its event.
const sideOf = ({ kind }: Source): Side => (kind === 'old' ? 'old' : 'new');

/** What COALESCE stands around: the count itself, and what is added to it. */
function guardsOf({ value: given, target, column: name }: Change, amount: Expression): Effect['guards'] {
  const guarded = [...within(given)].flatMap(each => (each.kind === 'coalesce' ? each.args.slice(0, 1) : []));
  // A sum of COALESCE has been read as the sum of what it guards.
  const added = new Set([...within(amount)].flatMap(each => (each.kind === 'column' ? [keyOf(each)] : [])));
  return {
    count: guarded.some(each => mentionsColumn(each, target, name)),
    amount: guarded.some(each => [...within(each)].some(inner => added.has(keyOf(inner)))),
  };
}

/** One addition for a statement, that joins each row once however many of its records there are. */
function isOnce(amount: Expression, { repeated }: Change, { event, eachRow }: Occasion): boolean {
  if (eachRow || repeated || event === 'call') return false;
  return ![...within(amount)].some(
    each => each.kind === 'aggregate' && each.sources.some(({ kind }) => kind === 'new' || kind === 'old'),
  );
}

/** The column that is added up; null for a count, undefined if it is neither. */
function amountOf(measured: Measure, record: Source, { insertions }: Occasion): string | null | undefined {
  if (measured.kind === 'count') return null;
  if (measured.kind !== 'column') return undefined;
  const { of } = measured;
  if (of.kind === 'column' && of.source.kind !== 'table') return of.column;
  const row = insertions.find(({ source }) => source === record);
  return row?.values.find(each => keyOf(each.value) === keyOf(of))?.column;
}

interface Sorted {
  conditions: Expression[];
  doubts: string[];
  constants: string[];
  clamped: boolean;
}

/** What each condition is about: the record, the row, or the session. Fails at one that cannot be told. */
function sortConditions(
  conditions: readonly Expression[],
  change: Change,
  { link, record }: Linked,
): Sorted | { why: string } {
  const sorted: Sorted = { conditions: [], doubts: [], constants: [], clamped: false };
  const isRecord = (source: Source) => source.kind === 'new' || source.kind === 'old' || source === record;
  for (const each of conditions) {
    if (mentions(each, change.target)) {
      const name = constantColumn(each);
      if (isJoin(each) || each.kind === 'among') continue;
      if (name !== null) sorted.constants.push(name);
      else if (mentionsColumn(each, change.target, change.column)) sorted.clamped = true;
      else sorted.doubts.push(`rows are only changed where ${printed(each)}`);
    } else if (link.between && mentions(each, link.between)) {
      if (isJoin(each) || asksForKey(each, link.between, link)) continue;
      return { why: `depends on ${printed(each)}` };
    } else if (isReadable(each, isRecord)) {
      if (record.kind !== 'inserted') sorted.conditions.push(each);
    } else if (comparesRows(each)) {
      // That a record changed at all.
    } else if (isHandler(each)) {
      // Where an exception is caught, what failed is done in another way.
    } else if (dependsOnSession(each)) {
      sorted.doubts.push(`it depends on ${printed(each)}`);
    } else if (record.kind !== 'inserted') {
      return { why: `depends on ${printed(each)}` };
    }
  }
  return sorted;
}

function mentions(each: Expression, source: Source): boolean {
  const wanted = sourceKey(source);
  return sourcesIn(within(each)).some(other => sourceKey(other) === wanted);
}

function mentionsOnly(each: Expression, source: Source): boolean {
  return sourcesIn(within(each)).every(other => sourceKey(other) === sourceKey(source)) && !hasUnknown(each);
}

function hasUnknown(each: Expression): boolean {
  return [...within(each)].some(({ kind }) => kind === 'opaque' || kind === 'argument' || kind === 'among');
}

function mentionsColumn(each: Expression, source: Source, name: string): boolean {
  return [...within(each)].some(
    inner =>
      inner.kind === 'column' && inner.column === name && sourceKey(inner.source) === sourceKey(source),
  );
}

/** An equality between columns of two sources. */
function isJoin(each: Expression): boolean {
  if (each.kind !== 'operator' || each.name !== '=') return false;
  const [left, right] = each.args;
  return left !== undefined && right !== undefined && !constantSide(left) && !constantSide(right);
}

/** That a key is there at all, without which nothing would be found. */
function asksForKey(each: Expression, between: Source, { through }: Link): boolean {
  if (each.kind !== 'not' || each.arg.kind !== 'null' || each.arg.arg.kind !== 'column') return false;
  const { source, column: name } = each.arg.arg;
  const keys = [...(through?.key ?? []), ...(through?.reference ?? [])];
  return sourceKey(source) === sourceKey(between) && keys.includes(name);
}

const constantSide = (each: Expression) => each.kind === 'value' || each.kind === 'session';

function constantColumn(each: Expression): string | null {
  if (each.kind === 'column') return each.column;
  if (each.kind !== 'operator' || each.name !== '=') return null;
  const [left, right] = each.args;
  const named = left?.kind === 'column' ? left : right?.kind === 'column' ? right : null;
  const other = named === left ? right : left;
  return named && other && constantSide(other) ? named.column : null;
}

const isConstant = (each: Expression) => constantColumn(each) !== null;

function comparesRows(each: Expression): boolean {
  const inner = each.kind === 'not' || each.kind === 'is' ? each.arg : each;
  if (inner !== each) return comparesRows(inner);
  return each.kind === 'operator' && each.args.length > 0 && each.args.every(({ kind }) => kind === 'row');
}

const isHandler = (each: Expression) => each.kind === 'session' && each.name === 'an exception';

function dependsOnSession(each: Expression): boolean {
  return [...within(each)].every(
    ({ kind }) => !['column', 'row', 'opaque', 'among', 'aggregate', 'argument'].includes(kind),
  );
}

function recounted(
  term: Term,
  sum: Extract<Sum, { kind: 'sets' }>,
  change: Change,
  occasion: Occasion,
): Result {
  const { amount } = term;
  const array = arrayIn(amount);
  if (array) return refusal(change, 'array', `sets it to the size of ${array}`);
  if (amount.kind !== 'aggregate' || (amount.name !== 'count' && amount.name !== 'sum')) return null;
  const tables = amount.sources.filter(({ kind }) => kind === 'table');
  if (tables.length === 0) {
    const strange = amount.conditions.some(each => each.kind === 'opaque');
    return strange ? refusal(change, 'expression', 'counts rows that are not those of a table here') : null;
  }
  if (sum.terms.length > 1 || term.sign < 0) {
    return refusal(change, 'expression', 'sets it to a sum of several queries');
  }
  const given = [...change.conditions, ...term.when, ...amount.conditions];
  const conditions = flattened(given);
  const equalities = new Equalities(conditions);
  for (const record of tables) {
    const others = sourcesIn(conditions.flatMap(each => [...within(each)])).filter(
      each =>
        each.kind === 'table' && ![record, change.target].some(one => sourceKey(one) === sourceKey(each)),
    );
    const joined = others.filter(each => tables.some(one => sourceKey(one) === sourceKey(each)));
    const link = findLink(change.target, record, equalities, others);
    if (!link) continue;
    // Records joined to many rows of another table are not what is counted.
    const many = joined.some(
      each => sourceKey(each) !== sourceKey(link.between ?? record) && !joinsByKey(each, record, equalities),
    );
    if (many) continue;
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
  return refusal(change, 'row', 'counts records that no column ties to the row');
}

function joinsByKey(other: Source, record: Source, equalities: Equalities): boolean {
  const link = findLink(other, record, equalities, []);
  return link !== null && isUnique(other.table, link.key);
}

function asRecount(
  record: Source,
  link: Link,
  aggregate: Extract<Expression, { kind: 'aggregate' }>,
  change: Change,
  given: readonly Expression[],
  equalities: Equalities,
  occasion: Occasion,
): Result {
  const measured = measure(
    aggregate.distinct && countsEach(aggregate, record.table) ? { ...aggregate, distinct: false } : aggregate,
  );
  if (measured.kind === 'other') {
    return refusal(
      change,
      'expression',
      `sets it to ${measured.text}, which is neither a number of records nor the sum of one column`,
    );
  }
  const of = measured.kind === 'column' ? measured.of : null;
  if (of && (of.kind !== 'column' || sourceKey(of.source) !== sourceKey(record))) {
    return refusal(
      change,
      'expression',
      `sets it to ${printed(aggregate)}, which is no column of ${record.table.name}`,
    );
  }
  const conditions: Expression[] = [];
  const inQuery = new Set(flattened(aggregate.conditions).map(keyOf));
  for (const each of given) {
    if (!mentions(each, record)) {
      const other = link.between && mentions(each, link.between) && !isJoin(each);
      if (other || (inQuery.has(keyOf(each)) && !isJoin(each) && !isAboutRow(each, change.target))) {
        return refusal(change, 'condition', `counts only where ${printed(each)}`);
      }
      continue;
    }
    if (isJoin(each)) {
      const constant = constantBehind(each, record, equalities);
      if (constant) conditions.push(constant);
      else if (!isPartOf(each, record, link))
        return refusal(change, 'condition', `counts only where ${printed(each)}`);
      continue;
    }
    const moved = asNew(each, record);
    if (!isReadable(moved, source => source.kind === 'new')) {
      return refusal(change, 'condition', `counts only where ${printed(each)}`);
    }
    conditions.push(moved);
  }
  if (aggregate.name === 'count' && aggregate.arg?.kind === 'column') {
    const counted = column({ kind: 'new', table: record.table, id: 0 }, aggregate.arg.column);
    if (!record.table.unique[0]?.includes(aggregate.arg.column)) {
      conditions.push({ kind: 'not', arg: { kind: 'null', arg: counted } });
    }
  }
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
    doubts: [],
    constants,
    clamped: false,
    upsert: change.verb === 'upsert' || occasion.event === 'truncate',
    found: sidesFinding(change.target, link.between, given, equalities, record),
    measured: null,
    when: flattened(given).filter(
      each =>
        isOfEvent(each) &&
        ![record, change.target, ...(link.between ? [link.between] : [])].some(one => mentions(each, one)),
    ),
    guards: guardsOf(change, aggregate),
    once: false,
    place: change.place,
  };
}

function isOfEvent(each: Expression): boolean {
  return sourcesIn(within(each)).some(({ kind }) => kind === 'new' || kind === 'old');
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

function countsEach({ arg }: Extract<Expression, { kind: 'aggregate' }>, table: CatalogTable): boolean {
  return arg?.kind === 'column' && isUnique(table, [arg.column]);
}

function isAboutRow(each: Expression, target: Source): boolean {
  return mentions(each, target);
}

/** `target_type = NEW.target_type` in a query, where NEW.target_type is known to be 'post'. */
function constantBehind(each: Expression, record: Source, equalities: Equalities): Expression | null {
  const [left, right] = each.kind === 'operator' ? each.args : [];
  const own = [left, right].find(
    side => side?.kind === 'column' && sourceKey(side.source) === sourceKey(record),
  );
  const constant = own ? equalities.constantOf(own) : undefined;
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
