import type { Change } from '../body/change.ts';
import {
  column,
  type Expression,
  isValue,
  keyOf,
  type Row,
  type Source,
  sourceKey,
  within,
} from '../body/expression.ts';
import { printed } from '../body/print.ts';
import { areSingle } from '../body/single.ts';
import { many } from '../condition/decide.ts';
import { columnsIn, evaluate } from '../condition/evaluate.ts';
import { type Effect, type Occasion, type Refusal, type Result, refusal, type Side } from './effect.ts';
import { Equalities, flattened, hasSeveralGroups } from './equalities.ts';
import { findLink, isUnique, type Link, type Linked, sourcesIn } from './link.ts';
import { guardsOf, type Measure, measure } from './measure.ts';
import { isConstant, mentions, mentionsOnly } from './mentions.ts';
import { askedOfOthers, besideRecord, isMetAgain, isOfRow, together } from './multiplied.ts';
import { sortConditions } from './sort-conditions.ts';
import { beside, storedBeside, storedIn } from './stored.ts';
import { countedOf } from './stored-of.ts';
import type { Sum, Term } from './terms.ts';

/** What an addition does for each record, or why that cannot be told; null if it does nothing. */
export function added(
  term: Term,
  { clamped, limited }: Extract<Sum, { kind: 'adds' }>,
  change: Change,
  occasion: Occasion,
): Result {
  const { amount } = term;
  const aggregate = amount.kind === 'aggregate' ? amount : null;
  const inserted = occasion.insertions.flatMap(each => [...each.conditions, ...storedIn(each)]);
  const given = [...change.conditions, ...term.when, ...(aggregate?.conditions ?? [])];
  const conditions = flattened(given);
  const measured = measure(amount);
  const equalities = new Equalities(flattened([...given, ...(occasion.event === 'call' ? inserted : [])]));
  const sources = sourcesIn([...conditions, amount].flatMap(each => [...within(each)]));
  if (limited && term.sign === 1) return refusal(change, 'expression', limit);
  const near = aggregate?.sources ?? sources;
  const records =
    occasion.event === 'call'
      ? storedBeside(change, occasion, aggregate?.sources ?? [], term.sign)
      : recordSources(occasion, near, term.sign);
  const others = sources.filter(
    each => each.kind === 'table' && sourceKey(each) !== sourceKey(change.target),
  );
  if (records.length === 0) {
    return unlogged(change, term);
  }
  const direct = directLinks(change.target, records, equalities, others, conditions, occasion);
  const holding = direct.filter(each => amountOf(measured, each.record, occasion) !== undefined);
  const stored = countedOf(holding.length > 0 ? holding : direct, change, occasion.insertions);
  const linked = stored?.linked ?? linkAmong(change.target, records, conditions);
  if (!linked) return unlinked(term, change, conditions, records, occasion, measured);
  const known = [change.target, ...(linked.link.between ? [linked.link.between] : [])];
  const other = aggregate && besideRecord(aggregate, linked.record, known, conditions);
  if (other) return refusal(change, 'expression', together(linked.record, other));
  if (occasion.event !== 'call' && isMetAgain(change, conditions, amount))
    return refusal(change, 'expression', 'adds to it in a loop that may come to a record several times');
  const about = beside(change, linked, amount, occasion);
  if (!about) return unlogged(change, term);
  const result = asEffect({
    linked,
    term,
    change,
    conditions: about.conditions,
    measured,
    clamped,
    occasion,
  });
  const asked = aggregate && askedOfOthers([...change.conditions, ...term.when], aggregate, linked.link);
  const isRead = result !== null && 'doubts' in result;
  if (isRead && aggregate && !isOfRow(aggregate, linked.link))
    return refusal(change, 'expression', `adds ${printed(aggregate)} of all records of a statement`);
  if (isRead && asked)
    return refusal(change, 'condition', `counts records by ${printed(asked)}, which is asked of others`);
  return result && 'doubts' in result
    ? { ...result, doubts: [...result.doubts, ...about.doubts, ...(stored?.doubt ? [stored.doubt] : [])] }
    : result;
}

function unlogged(change: Change, { sign, amount }: Term): Refusal {
  const does = sign === 1 ? 'adds to' : 'subtracts from';
  const { target } = change;
  return {
    ...refusal(change, 'unlogged', `${does} it, and nothing logs what it counts`),
    ofAnotherRow:
      amount.kind === 'column' && amount.column === change.column && amount.source.table === target.table,
  };
}

const limit = 'stops adding to it at a limit';

/** The records that conditions join to the row. */
function directLinks(
  target: Source,
  records: readonly Source[],
  equalities: Equalities,
  others: readonly Source[],
  conditions: readonly Expression[],
  { event }: Occasion,
): Linked[] {
  return records.flatMap(record => {
    const link = findLink(target, record, equalities, others);
    // A row that the function makes to count in is not what it counts.
    if (!link || (event === 'call' && isItself(target, record, link))) return [];
    return [{ record, link, conditions }];
  });
}

/** WHERE id IN (SELECT post_id FROM ...): each row of the query is a way to find it. */
function linkAmong(
  target: Source,
  records: readonly Source[],
  conditions: readonly Expression[],
): Linked | null {
  for (const [place, each] of conditions.entries()) {
    if (
      each.kind !== 'among' ||
      each.arg?.kind !== 'column' ||
      sourceKey(each.arg.source) !== sourceKey(target)
    )
      continue;
    const rest = conditions.filter((_, other) => other !== place);
    const { arg } = each;
    const rows = each.rows.filter(({ columns: [first] }) => !first || !isValue(first.value, null));
    const [one, ...others] = rows.map(row => linkOf(row, arg, target, records, rest));
    // Rows that are found in several ways are counted in several ways.
    if (one && others.every(other => other && wayOf(other) === wayOf(one))) return one;
  }
  return null;
}

/** How a row of a query leads from a record to the row of the count. */
function linkOf(
  row: Row,
  arg: Expression,
  target: Source,
  records: readonly Source[],
  rest: readonly Expression[],
): Linked | null {
  const [first] = row.columns;
  const isCut = (row.altered ?? []).some(({ how }) => how === 'cuts');
  if (!first || (isCut && (row.apart || !areSingle(row.sources, row.conditions)))) return null;
  const wider = flattened([
    ...rest,
    ...row.conditions,
    { kind: 'operator', name: '=', args: [arg, first.value] },
  ]);
  const near = sourcesIn(wider.flatMap(inner => [...within(inner)])).filter(
    source => source.kind === 'table' && sourceKey(source) !== sourceKey(target),
  );
  for (const record of records) {
    const link = findLink(target, record, new Equalities(wider), near);
    if (link) return { record, link, conditions: wider };
  }
  return null;
}

/** The same text for the same way from either state of a record. */
function wayOf({ link: { key, reference, through }, conditions }: Linked): string {
  const about = through && [through.table.oid, through.key, through.reference];
  const ids = new Map<string, number>();
  return JSON.stringify([key, reference, about, conditions.map(keyOf)])
    .replaceAll('\\"old\\"', '\\"new\\"')
    .replace(/table\d+\.\d+/g, each => `table ${ids.get(each) ?? ids.set(each, ids.size).size}`);
}

function isItself(target: Source, record: Source, { key, reference, through }: Link): boolean {
  return target.table === record.table && !through && key.every((name, place) => name === reference[place]);
}

/** The sources that may be the record: before or after the event. */
function recordSources(occasion: Occasion, near: readonly Source[], sign: 1 | -1): Source[] {
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
  if (occasion.event === 'call') return unlogged(change, term);
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
  // Beyond its limit it fails, and no record is stored either.
  const fails =
    change.demanded === true &&
    (occasion.eachRow || occasion.event === 'call') &&
    isUnique(change.target.table, link.key);
  if (
    'limited' in sorted &&
    sorted.limited &&
    term.sign === 1 &&
    !fails &&
    !isStoredWithin(change, record, occasion)
  )
    return refusal(change, 'expression', limit);
  if ('why' in sorted) return refusal(change, 'condition', sorted.why);
  const { limited: _, ...about } = sorted;
  return {
    kind: 'adds',
    table: change.target.table,
    column: change.column,
    record: record.table,
    link: link.key.length === 0 ? null : { key: link.key, reference: link.reference, through: link.through },
    sign: term.sign,
    amount,
    ...about,
    conditions: about.conditions.filter(each => amount === null || !asksForAmount(each, amount, occasion)),
    clamped: clamped || (sorted.clamped && !fails),
    swallowed: change.swallowed ?? false,
    locked: change.locked ?? false,
    upsert: change.verb === 'upsert',
    begins: beginsElse(change, term),
    stored: occasion.insertions.find(({ source }) => source === record && source.kind === 'inserted') ?? null,
    found: sidesOf(linked, change.target, occasion),
    measured: measured.kind === 'column' && measured.of.kind === 'column' ? sideOf(measured.of.source) : null,
    when: [],
    guards: guardsOf(change, term.amount),
    once: isOnce(term.amount, change, occasion),
    ...joinedTo(change, occasion),
    place: change.place,
  };
}

/**
 * Whether a function that stops counting at a limit stores no record there either: every condition on the way that asks for the count is
 * also on the way to the record.
 */
function isStoredWithin(
  { way, target, column: name }: Change,
  record: Source,
  { insertions }: Occasion,
): boolean {
  const own = insertions.find(({ source }) => source === record);
  if (!own || !way) return false;
  const shared = new Set((own.way ?? own.path).map(keyOf));
  const asks = (each: Expression) =>
    [...within(each)].some(
      inner => inner.kind === 'column' && inner.column === name && inner.source.table === target.table,
    );
  return way.filter(asks).every(each => shared.has(keyOf(each)));
}

/** `NEW.n <> 0`, without which nothing would be added either. */
function asksForAmount(each: Expression, amount: string, { event }: Occasion): boolean {
  if (event !== 'insert' && event !== 'delete') return false;
  if (columnsIn(each).some(name => name !== amount)) return false;
  const named = [...within(each)].flatMap(inner =>
    inner.kind === 'value' && typeof inner.value === 'number'
      ? [inner.value - 1, inner.value, inner.value + 1]
      : [],
  );
  return [-many, -1, 0.5, 1, many, ...named].every(
    number => number === 0 || evaluate(each, () => number) === true,
  );
}

/** A constant that an upsert inserts where its first record should be counted. */
function beginsElse({ begins }: Change, { amount, sign }: Term): string | null {
  if (begins?.kind !== 'value' || sign < 0 || keyOf(begins) === keyOf(amount)) return null;
  return begins.value === null ? 'NULL' : String(begins.value);
}

// What a function inserts is a record after its event, and what it deletes one before it.
const sideOf = ({ kind }: Source): Side => (kind === 'old' || kind === 'deleted' ? 'old' : 'new');

/** Whether UPDATE may leave out rows that are joined to the same row. */
function joinedTo(
  { joined, by = [], target, conditions }: Change,
  { eachRow }: Occasion,
): Pick<Effect, 'joined'> {
  if (joined) return { joined: { ...joined, several: !eachRow } };
  const several = !eachRow && hasSeveralGroups({ by, target, conditions });
  return several ? { joined: { statement: target.id, way: 0, several } } : {};
}

/** The states of the record that have to refer to the row: both, where it is joined to both. */
function sidesOf({ record, link, conditions }: Linked, target: Source, { event }: Occasion): Side[] {
  const own = sideOf(record);
  if (event !== 'update' || link.through || link.key.length === 0) return [own];
  const equalities = new Equalities(conditions);
  const isJoined = (kind: Side) =>
    link.key.every((name, place) =>
      equalities
        .columnsOf({ kind, table: record.table, id: 0 }, column(target, name))
        .includes(link.reference[place] ?? ''),
    );
  const asked = conditions.flatMap(each => (each.kind === 'among' ? sideOfAll(each.rows) : []));
  return (['new', 'old'] as const).filter(kind => kind === own || isJoined(kind) || asked.includes(kind));
}

/** The state of the records that all of these rows are of, such as those of IN (SELECT ... FROM the new ones). */
function sideOfAll(rows: readonly Row[]): Side[] {
  const sides = new Set(rows.flatMap(row => row.sources.map(sideOf)));
  return sides.size === 1 ? [...sides] : [];
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
