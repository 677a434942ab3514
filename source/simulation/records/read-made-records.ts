import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { type Relations, typedColumns } from '../../counter/discovery/truth.ts';
import { countsAreCheap } from '../../counter/reading/counters.ts';
import type { UseIdentity } from '../read-identity.ts';
import { allOf, isValue } from '../sql/is-value.ts';
import type { PlannedStep } from '../sql/steps-block.ts';
import type { StepName } from '../steps/counter-steps.ts';
import { planStepsOf } from '../steps/plan-steps.ts';
import { amountColumns } from './amount-columns.ts';
import { decidingColumns } from './condition-columns.ts';
import { freshened, makeRecord, referenceOf, strangeTo, variationOf, withoutKeys } from './make-record.ts';
import { type ConditionValues, readConditionValues } from './read-condition.ts';
import { readableColumns, readRecords } from './read-record-facts.ts';
import {
  isTaken,
  isThere,
  otherSides,
  readOtherValues,
  readReference,
  readReferenced,
  referenceColumns,
} from './read-references.ts';
import type { KeyedRow } from './read-rows.ts';
import type { RecordFacts, RecordValues, UniqueIndex } from './record-facts.ts';

/** What the making of records is based on. */
export interface RecordGround {
  tables: Tables;
  relations: Relations;
  facts: RecordFacts;
  /** The column that names the user, or null. */
  userColumn: string | null;
}

/** As whom records are made. */
export interface RecordMaker {
  /** The user who was asked for, or null. */
  asked: string | null;
  identify: (user: string | null, sample: RecordValues) => Promise<UseIdentity>;
}

/** The records that a simulation makes for a row, and what it does to them. */
export interface MadeRecords {
  /** The row that a record is moved to; null if the table has no other row. */
  other: KeyedRow | null;
  /** What a record of each row holds in the columns that refer to it. */
  refersTo: string[][];
  steps: PlannedStep[];
  /** As whom each of the records is made. */
  identities: UseIdentity[];
  notPossible: Map<StepName, string>;
  notSimulated: Map<StepName, string>;
}

/** Finds out with which values a record can be made for `row`, and moved to one of `others`. */
export async function readMadeRecords(
  reader: Reader,
  ground: RecordGround,
  row: KeyedRow,
  others: readonly KeyedRow[],
  maker: RecordMaker,
): Promise<MadeRecords> {
  const { tables, facts, userColumn } = ground;
  const { record, nouns } = tables.definition;
  const reference = await readReference(reader, ground, row);
  if (!reference)
    return impossible(
      `Nothing in ${ground.relations.through?.name} belongs to this ${nouns.row[0]}, so no ${nouns.record[0]} can.`,
    );
  const refers = Object.fromEntries(record.reference.map((name, place) => [name, reference[place] ?? null]));
  const { sample: held, seen } = await readSamples(reader, ground, reference);
  const unfit = [...strangeTo(refers, held, facts), ...otherSides(ground, { ...held, ...refers })];
  const sample = withoutKeys(held, unfit, refers);
  const identity = await maker.identify(maker.asked, sample);
  const referenced = await readAllReferenced(reader, ground, sample, refers);
  const condition = await readCondition(reader, ground, { refers, seen, referenced });
  if (condition && !condition.counts)
    return impossible('No values were found that meet the condition of this counter.');
  const fixed = { ...refers, ...condition?.counts, ...amountOf(ground, sample, condition) };
  const wishes = {
    fixed,
    user: userColumn === null ? null : { column: userColumn, id: identity.user },
    sample,
    referenced,
  };
  const first = makeRecord(facts, wishes);
  const kept = new Set([
    ...Object.keys(fixed),
    ...(maker.asked === null || userColumn === null ? [] : [userColumn]),
  ]);
  const varied = await readVaried(reader, ground, first, kept);
  if (varied.blocked !== null) return impossible(varied.blocked);
  const identityOf = async (values: RecordValues) => {
    const user = userColumn === null ? undefined : values[userColumn];
    if (user === undefined || user === null || user === identity.user) return identity;
    return maker.identify(user, sample);
  };
  const identities = [await identityOf(varied.first), await identityOf(varied.second ?? varied.first)];
  const other = await readOther(
    reader,
    ground,
    others.filter(({ id }) => id !== row.id),
    varied.first,
  );
  const full = Object.keys(sample).length > 0 ? makeRecord(facts, wishes, { all: true }) : null;
  const planned = planStepsOf(tables.definition, facts, {
    first: varied.first,
    second: varied.second,
    full,
    again: (values: RecordValues) => freshened(facts, values, varied.fresh),
    condition,
    seen,
    moved:
      other &&
      Object.fromEntries(record.reference.map((name, place) => [name, other.reference[place] ?? null])),
  });
  return {
    other: other?.row ?? null,
    refersTo: [reference, ...(other ? [other.reference] : [])],
    identities: [...identities, ...identities.slice(1)],
    steps: planned.steps,
    notSimulated: planned.notSimulated,
    notPossible: new Map(varied.single === null ? [] : [['add-again', varied.single]]),
  };
}

function impossible(reason: string): MadeRecords {
  return {
    other: null,
    refersTo: [],
    steps: [],
    identities: [],
    notPossible: new Map(),
    notSimulated: new Map([['add', reason]]),
  };
}

// In records: how many are looked at for what columns usually hold.
const mostSeen = 200;

/** The newest record of the row, else any, and what columns hold in some records. */
async function readSamples(reader: Reader, ground: RecordGround, reference: readonly string[]) {
  const { tables, facts } = ground;
  const { name, time } = tables.records;
  const columns = readableColumns(facts);
  const is = referenceColumns(ground).map((column, place) =>
    isValue('q', column, `($1::pg_catalog.text::pg_catalog.json OPERATOR(pg_catalog.->>) ${place})`),
  );
  const order = time ? ` ORDER BY q.${time} DESC NULLS LAST` : '';
  const own = `(SELECT ${columns} FROM ${name} q WHERE ${allOf(is)} AND $1::pg_catalog.text IS NOT NULL${order} LIMIT 1) r`;
  const some = `(SELECT ${columns} FROM ${name} q WHERE $1::pg_catalog.text IS NOT NULL LIMIT ${mostSeen}) r`;
  const values = [JSON.stringify(reference)];
  if (columns === '') return { sample: {}, seen: {} };
  const few = await readRecords(reader, facts, some, values, tables.path);
  const cheap = countsAreCheap(tables) || (tables.records.indexed && is.length > 0);
  const [newest] = cheap ? await readRecords(reader, facts, own, values, tables.path) : [];
  const sample: RecordValues = newest ?? few[0] ?? {};
  const seen = Object.fromEntries(
    facts.columns.map(({ name }) => [
      name,
      [...new Set([sample, ...few].flatMap(each => (each[name] === undefined ? [] : [each[name]])))],
    ]),
  );
  return { sample, seen };
}

/** For each column that may need one, a value of what its foreign key refers to. */
async function readAllReferenced(
  reader: Reader,
  ground: RecordGround,
  sample: RecordValues,
  refers: RecordValues,
): Promise<RecordValues> {
  const { facts, tables } = ground;
  const { where, reference } = tables.definition.record;
  const conditional = new Set(where ? decidingColumns(where, facts).map(({ name }) => name) : []);
  const found: Record<string, string | null> = {};
  for (const column of facts.columns) {
    const { name, nullable, defaults } = column;
    const needed = conditional.has(name) || !(nullable || defaults);
    const key = referenceOf(facts, column);
    if (!key || !needed || reference.includes(name) || (sample[name] ?? null) !== null) continue;
    found[name] = await readReferenced(
      reader,
      ground,
      { column: name, reference: key },
      { ...sample, ...refers, ...found },
    );
  }
  return found;
}

async function readCondition(
  reader: Reader,
  { tables, relations, facts }: RecordGround,
  {
    refers,
    seen,
    referenced,
  }: { refers: RecordValues; seen: Record<string, (string | null)[]>; referenced: RecordValues },
): Promise<ConditionValues | null> {
  const { where } = tables.definition.record;
  if (where === null) return null;
  const known = Object.fromEntries(
    facts.columns.map(({ name }) => {
      const value = referenced[name] ?? null;
      return [name, [...(seen[name] ?? []), ...(value === null ? [] : [value])]];
    }),
  );
  return readConditionValues(reader, {
    where,
    oid: tables.records.oid,
    typed: typedColumns(tables.definition, relations.record),
    facts,
    seen: known,
    fixed: refers,
    path: tables.path,
  });
}

/** An amount that shows: what a record holds, if that is not 0. Of a generated one, what it is generated from. */
function amountOf(
  { tables, facts }: RecordGround,
  sample: RecordValues,
  condition: ConditionValues | null,
): RecordValues {
  const { record } = tables.definition;
  const held = sample[record.amount ?? ''] ?? null;
  const shows = held !== null && Number(held) !== 0;
  return Object.fromEntries(
    amountColumns(record, facts, condition?.counts ?? {}).map(({ name }) => [
      name,
      shows ? (sample[name] ?? null) : '1',
    ]),
  );
}

interface Varied {
  first: RecordValues;
  /** Null if the database allows no second record for the row. */
  second: RecordValues | null;
  /** The columns in which every record needs a new value. */
  fresh: ReadonlySet<string>;
  /** Why there can be no second record, and why there can be none at all; null otherwise. */
  single: string | null;
  blocked: string | null;
}

/** Two records that no unique index refuses: neither beside what is there, nor the second beside the first. */
async function readVaried(
  reader: Reader,
  ground: RecordGround,
  values: RecordValues,
  kept: ReadonlySet<string>,
): Promise<Varied> {
  const { facts } = ground;
  const fresh = new Set<string>();
  const result: Varied = { first: values, second: values, fresh, single: null, blocked: null };
  for (const index of facts.unique) {
    if ([...index.columns, ...index.within].some(name => fresh.has(name))) continue;
    const variation = variationOf(facts, index, result.first, kept);
    if (variation.kind === 'none') continue;
    if (variation.kind === 'fresh') {
      fresh.add(variation.column);
      continue;
    }
    const taken = await isTaken(reader, ground, index, result.first);
    const found =
      variation.kind === 'other' ? await readOtherValues(reader, ground, index, variation, result.first) : [];
    const column = variation.kind === 'other' ? variation.column : null;
    const [one, two] = taken || column === null ? found : [result.first[column], ...found];
    if (taken && (one === undefined || column === null)) {
      result.blocked = `The unique index ${index.name} allows no more ${ground.tables.definition.nouns.record[1]} here: every ${named(index)} is taken.`;
      return result;
    }
    if (column !== null && one !== undefined) result.first = { ...result.first, [column]: one };
    if (column !== null && two !== undefined && result.second)
      result.second = { ...result.second, [column]: two };
    else {
      result.second = null;
      result.single ??= `The unique index ${index.name} allows only one ${noun(ground)} with the same ${named(index)}.`;
    }
  }
  result.first = freshened(facts, result.first, fresh);
  result.second = result.second && freshened(facts, result.second, fresh);
  return result;
}

const noun = ({ tables }: RecordGround) => tables.definition.nouns.record[0];
const named = ({ columns, within }: UniqueIndex) => [...columns, ...within].join(', ');

/** The first row that a record with these values can be moved to. */
async function readOther(
  reader: Reader,
  ground: RecordGround,
  rows: readonly KeyedRow[],
  values: RecordValues,
): Promise<{ row: KeyedRow; reference: string[] } | null> {
  const names = ground.tables.definition.record.reference;
  if (names.length === 0) return null;
  const indexes = ground.facts.unique.filter(({ columns }) => columns.some(name => names.includes(name)));
  // Such a foreign key ties what else the record names to the row, as within one tenant.
  const sharing = ground.facts.references.filter(
    ({ columns }) =>
      columns.some(name => names.includes(name)) && !columns.every(name => names.includes(name)),
  );
  for (const row of rows) {
    const reference = await readReference(reader, ground, row);
    if (!reference) continue;
    const moved = {
      ...values,
      ...Object.fromEntries(names.map((name, place) => [name, reference[place] ?? null])),
    };
    let taken = otherSides(ground, moved).length > 0;
    for (const index of indexes) taken ||= await isTaken(reader, ground, index, moved);
    for (const key of sharing) taken ||= !(await isThere(reader, ground, key, moved));
    if (!taken) return { row, reference };
  }
  return null;
}
