import { inSchema, type Path } from '../../connection/search-path.ts';
import type { Reader } from '../../connection/transactions.ts';
import type { CounterDefinition, TableName } from '../definition/definition.ts';
import { columnsOf } from '../definition/predicate.ts';
import { builtIn, type Operators } from '../operators.ts';
import { type Elsewhere, readElsewhere } from '../schema/elsewhere.ts';
import type { Relation } from '../schema/relation.ts';
import { type WrittenRow, writtenRow } from '../writing/written-row.ts';
import { chooseTables } from './choose-tables.ts';
import { type CountKind, countKind, isTime, operatorsBetween } from './column-kinds.ts';
import { requireCountedHere } from './counted-elsewhere.ts';
import { definedColumn, definedTable } from './defined-column.ts';
import { type Column, findUserColumn } from './find-column.ts';
import { presetCounter } from './preset-counter.ts';
import { readRelations } from './read-relations.ts';
import { readable, requireReadable } from './readable.ts';
import { requireFit, requireValues } from './require-fit.ts';
import { readCandidates } from './table-candidates.ts';
import {
  conditionOf,
  isCovered,
  type KeyPair,
  keyPairs,
  keysAlike,
  type Relations,
  recordSource,
  referring,
  rowSource,
} from './truth.ts';
import { readRolesThatSeeAll, whyHidden } from './visibility.ts';

/**
 * A counter's tables as this database has them: `presets` are its rows. Every name comes from the catalog and is quoted by the
 * server, so it can be put into a statement unchanged.
 */
export interface Tables {
  definition: CounterDefinition;
  /** The requested schema. */
  schema: string;
  /** The schemas in which functions are searched: the requested one, and those of both tables. */
  schemas: string[];
  /** Why these tables were chosen, in sentences; empty if they are simply those of the schema. */
  why: string[];
  presets: {
    oid: number;
    name: string;
    /** What the columns below are read from: the table, or a query of it. */
    rows: string;
    /** The table's and the count's names, unquoted. */
    table: string;
    countName: string;
    key: string;
    keyType: string;
    /** How two keys are compared. */
    keys: Operators;
    /** The column with the preset's name; without one, the key. */
    label: string;
    count: string;
    countKind: CountKind;
    lastUsed: string | null;
    lastUsedType: string | null;
    /** The planner's estimate of its rows; -1 if it was never analyzed. */
    estimate: number;
    /** The column of `rows` that says that a row has none with a count in the other table; null if there is no such table. */
    missing: string | null;
  };
  /** Where the count is written. */
  written: WrittenRow;
  records: {
    oid: number;
    name: string;
    /** What is counted from: the table, or a query of exactly the records that count. */
    counted: string;
    /** The number of records `r` of `counted`, or the sum of their amounts: what the count should be. */
    aggregate: string;
    /** True if amounts are added up. */
    sums: boolean;
    /** The column that is added up; null if records are counted. */
    amount: string | null;
    /** SQL for which records `r` of the table itself count; null if all do. */
    where: string | null;
    table: string;
    /** The column of `counted` that refers to the preset. */
    preset: string;
    /** How a key of several columns, or of none, is compared with what refers to it; null if it is one column. */
    pairs: readonly KeyPair[] | null;
    /** How that column is compared with a key, on either side, and (`operators`) with itself. */
    keys: Operators;
    operators: Operators;
    /** True if that column distinguishes and orders its values like the key of presets. */
    alike: boolean;
    time: string | null;
    timeType: string | null;
    type: string | null;
    /** The column of the table itself that holds the user. */
    user: string | null;
    estimate: number;
    /** True if a usable index leads with `preset`: without it every count reads the whole table. */
    indexed: boolean;
    /** True if such an index alone is enough to count. */
    covered: boolean;
    /** Whether an index finds the newest record of the whole table, or of each preset; null if none does. */
    timeIndexed: 'whole' | 'preset' | null;
    /** True if an index finds the records of one preset since a time. */
    recentIndexed: boolean;
    /** True if such an index has those without a time before the latest, as it has by default. */
    nullsFirst: boolean;
    /** The size of the table itself in bytes; Infinity if unknown. */
    bytes: number;
    /** The share of its pages, 0 to 1, that the last vacuum marked all-visible: index-only counts depend on it. */
    vacuumed: number;
  };
  /** The oids of other tables that are read, between records and rows or with the count. */
  others: number[];
  /** Which of these tables, or of their parts, lie on another server: names and what they are. */
  elsewhere: Elsewhere[];
  /** Why this role may not see every row of these tables; empty if it sees them all. */
  hiddenBy: string[];
  /** If rows are hidden: roles that see every row, each with the reason. */
  seenBy: string[];
  /** True if policies apply to this role, even if they hide nothing. */
  policiesApply: boolean;
  /** The search_path for statements that touch the tables: the role's own if their policies or indexes may run code. */
  path: Path;
}

/**
 * Looks up the tables of presets: those of `schema`, or what belongs to the one that it has (see chooseTables). Rejects with
 * exit code 3 if one is missing, is not a table, lacks a required column, or may not be read by this role.
 */
export async function readTables(reader: Reader, schema: string): Promise<Tables> {
  const { why, ...chosen } = chooseTables(await readCandidates(reader, schema), schema);
  const presets = readable(chosen.presets);
  const records = readable(chosen.records);
  if (why.length > 0 || records.kind === 'f') await requireCountedHere(reader, { presets, records, schema });
  const relations = { row: presets, via: null, record: records, through: null };
  return toTables(reader, presetCounter(presets, records), relations, { schema, why });
}

/**
 * Looks up the tables of any counter. Rejects with exit code 3 if a table or column is missing, if it is not certain which
 * records belong to which row, or if this role may not read them.
 */
export async function readCounterTables(reader: Reader, given: CounterDefinition): Promise<Tables> {
  const { row, via, record } = given;
  const names = [row, via, record, record.through].filter(name => name !== null);
  const relations = await readRelations(reader, names);
  const definition = withoutUnusable(given, relations);
  const find = (name: TableName) => readable(definedTable(relations, name, definition));
  const tables = await toTables(
    reader,
    definition,
    {
      row: find(row),
      via: via && find(via),
      record: find(record),
      through: record.through && find(record.through),
    },
    { schema: row.schema, why: [] },
  );
  if (record.where)
    await requireValues(reader, definition, definedTable(relations, record, definition), tables.path);
  return tables;
}

/**
 * Without the columns that a counter does not need and that cannot be used here. What the configuration names is left in it, so
 * that a mistake is reported.
 */
function withoutUnusable(definition: CounterDefinition, relations: readonly Relation[]): CounterDefinition {
  const { row, record, source } = definition;
  if (source.kind === 'config') return definition;
  const usable = (table: TableName, name: string | null, suits: (column: Column) => boolean = () => true) => {
    const columns = relations.find(
      each => each.schema === table.schema && each.table === table.table,
    )?.columns;
    const column = columns?.find(each => each.name === name);
    return column?.readable && suits(column) ? name : null;
  };
  return {
    ...definition,
    row: { ...row, label: usable(row, row.label), touched: usable(row, row.touched, isTime) },
    record: {
      ...record,
      time: usable(record, record.time, isTime),
      kind: usable(record, record.kind),
      user: usable(record, record.user),
    },
  };
}

/** Checks a definition against its relations, and makes SQL of its names. */
async function toTables(
  reader: Reader,
  definition: CounterDefinition,
  relations: Relations,
  { schema, why }: Pick<Tables, 'schema' | 'why'>,
): Promise<Tables> {
  const { row, via, record, through } = relations;
  const { columns, all } = columnsUsed(definition, relations);
  requireFit(definition, relations);
  for (const { table, columns } of all) requireReadable(table, columns);
  const tables = [...new Set([row, record, via, through].filter(table => table !== null))];
  const hiddenBy = tables.map(table => whyHidden(table.name, table)).filter(reason => reason !== null);
  const oids = tables.map(({ oid }) => oid);
  const source = rowSource(definition, relations);
  const single = columns.keys.length === 1 ? columns.keys[0] : undefined;
  const [reference] = columns.referring;
  const time = columns.time?.name;
  const [first = ''] = definition.record.reference;
  return {
    definition,
    schema,
    schemas: [...new Set([schema, ...tables.map(table => table.schema)])],
    why: [...why],
    presets: {
      oid: row.oid,
      name: row.name,
      rows: source.rows,
      table: row.table,
      countName: columns.count.name,
      key: source.key,
      keyType: single ? (single.operators?.type ?? inSchema(single.type)) : 'pg_catalog.text',
      keys: single?.operators ?? builtIn,
      label: source.label,
      count: source.count,
      countKind: countKind({ table: (via ?? row).name, column: columns.count }),
      lastUsed: source.lastUsed,
      lastUsedType: columns.touched ? inSchema(columns.touched.type) : null,
      estimate: row.estimate,
      missing: source.missing,
    },
    written: writtenRow(definition, relations),
    records: {
      oid: record.oid,
      name: record.name,
      table: record.table,
      ...recordSource(definition, relations),
      pairs: keyPairs(definition, relations),
      keys: single && reference ? operatorsBetween(single, reference) : builtIn,
      operators: (single && reference?.operators) ?? builtIn,
      alike: keysAlike(definition, relations),
      time: columns.time?.quoted ?? null,
      timeType: columns.time?.type ?? null,
      type: columns.kind?.quoted ?? null,
      user: findUserColumn(record, definition.record)?.quoted ?? null,
      amount: columns.amount?.quoted ?? null,
      where: conditionOf(definition, record),
      estimate: record.estimate,
      bytes: record.bytes + (through?.bytes ?? 0),
      indexed: !through && record.indexed.some(([leading]) => definition.record.reference.includes(leading)),
      covered: isCovered(definition, relations),
      timeIndexed: through ? null : timeIndexed(record, first, time),
      recentIndexed: !through && columns.keys.length === 1 && indexesBoth(record, first, time),
      nullsFirst: record.indexed.some(each => each[0] === first && each[1] === time && each[2]),
      vacuumed: record.vacuumed,
    },
    others: oids.filter(oid => oid !== row.oid && oid !== record.oid),
    elsewhere: await readElsewhere(reader, tables),
    hiddenBy,
    // Only if rows are hidden: it costs another round trip.
    seenBy: hiddenBy.length === 0 ? [] : await readRolesThatSeeAll(reader, oids),
    policiesApply: tables.some(table => table.active),
    path:
      tables.some(table => table.active || table.calls) || columns.compared.some(column => column.domain)
        ? 'own'
        : 'catalog',
  };
}

/** The columns that a definition names, each checked to exist. */
function columnsUsed(definition: CounterDefinition, relations: Relations) {
  const { row, record, via, through } = relations;
  const of = (table: Relation) => (name: string) => definedColumn(table, name, definition);
  const either = (table: Relation, name: string | null) => (name === null ? undefined : of(table)(name));
  const { key, label, count, touched } = definition.row;
  const { reference, time, kind, amount, where } = definition.record;
  const keys = key.map(of(row));
  const references = reference.map(of(record));
  const conditions = where ? columnsOf(where).map(of(record)) : [];
  const between = through && definition.record.through;
  const throughs = between ? [...between.key, ...between.reference].map(of(through)) : [];
  const vias = via && definition.via ? definition.via.row.map(of(via)) : [];
  const columns = {
    keys,
    count: of(via ?? row)(count),
    touched: either(row, touched),
    time: either(record, time),
    kind: either(record, kind),
    amount: either(record, amount),
    referring: referring(definition, relations),
    compared: [...keys, ...references, ...conditions, ...throughs, ...vias],
  };
  const all = [
    { table: row, columns: [...keys, either(row, label), ...(via ? [] : [columns.count]), columns.touched] },
    {
      table: record,
      columns: [
        ...references,
        columns.time,
        columns.amount,
        ...conditions,
        // Of presets it is left out where it may not be read.
        ...(definition.source.kind === 'built-in' ? [] : [columns.kind]),
      ],
    },
    ...(via ? [{ table: via, columns: [...vias, columns.count] }] : []),
    ...(through ? [{ table: through, columns: throughs }] : []),
  ];
  return { columns, all };
}

function timeIndexed({ indexed }: Pick<Relation, 'indexed'>, preset: string, time: string | undefined) {
  if (indexed.some(([first]) => first === time)) return 'whole';
  return indexesBoth({ indexed }, preset, time) ? 'preset' : null;
}

function indexesBoth({ indexed }: Pick<Relation, 'indexed'>, preset: string, time: string | undefined) {
  return indexed.some(([first, second]) => first === preset && second === time);
}
