import { inSchema, type Path } from '../../connection/search-path.ts';
import type { Reader } from '../../connection/transactions.ts';
import { ConsoleError, exitCodes } from '../../errors/errors.ts';
import { builtIn, type Operators } from '../operators.ts';
import { chooseTables } from './choose-tables.ts';
import { requireCountedHere } from './counted-elsewhere.ts';
import { type Column, findColumn, needColumn } from './find-column.ts';
import { type Relation, readCandidates } from './table-candidates.ts';
import { readRolesThatSeeAll, whyHidden } from './visibility.ts';

/**
 * The two tables as this database has them. Every name comes from the catalog and is quoted by the server, so it can be put
 * into a statement unchanged.
 */
export interface Tables {
  /** The requested schema. */
  schema: string;
  /** The schemas in which functions are searched: the requested one, and those of both tables. */
  schemas: string[];
  /** Why these tables were chosen, in sentences; empty if they are simply those of the schema. */
  why: string[];
  presets: {
    oid: number;
    name: string;
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
    /** What the count can hold: an `integer` fits a JavaScript number, a `bigint` may not, the others may also be NaN. */
    countKind: 'integer' | 'bigint' | 'numeric' | 'float';
    lastUsed: string | null;
    lastUsedType: string | null;
    /** The planner's estimate of its rows; -1 if it was never analyzed. */
    estimate: number;
  };
  records: {
    oid: number;
    name: string;
    table: string;
    /** The column that refers to the preset. */
    preset: string;
    /** How that column is compared with a key, on either side, and (`operators`) with itself. */
    keys: Operators;
    operators: Operators;
    /** True if that column distinguishes and orders its values like the key of presets. */
    alike: boolean;
    time: string | null;
    timeType: string | null;
    type: string | null;
    estimate: number;
    /** True if a usable index leads with `preset`: without it every count reads the whole table. */
    indexed: boolean;
    /** Whether an index finds the newest record of the whole table, or of each preset; null if none does. */
    timeIndexed: 'whole' | 'preset' | null;
    /** The size of the table itself in bytes; Infinity if unknown. */
    bytes: number;
    /** The share of its pages, 0 to 1, that the last vacuum marked all-visible: index-only counts depend on it. */
    vacuumed: number;
  };
  /** Why this role may not see every row of either table; empty if it sees them all. */
  hiddenBy: string[];
  /** If rows are hidden: roles that see every row, each with the reason. */
  seenBy: string[];
  /** True if policies apply to this role, even if they hide nothing. */
  policiesApply: boolean;
  /** The search_path for statements that touch the tables: the role's own if their policies or indexes may run code. */
  path: Path;
}

/**
 * Looks up both tables: those of `schema`, or what belongs to the one that it has (see chooseTables). Rejects with exit code 3
 * if one is missing, is not a table, lacks a required column, or may not be read by this role.
 */
export async function readTables(reader: Reader, schema: string): Promise<Tables> {
  const chosen = chooseTables(await readCandidates(reader, schema), schema);
  const presets = readable(chosen.presets);
  const records = readable(chosen.records);
  if (chosen.why.length > 0 || records.kind === 'f') {
    await requireCountedHere(reader, { presets, records, schema });
  }
  const { key, preset } = findKeys(presets, records);
  const count = needColumn(presets, ['usage_count']);
  const lastUsed = timeColumn(presets, ['last_used_at']);
  const time = timeColumn(records, ['created_at', 'used_at']);
  const label = findColumn(presets, ['name', 'display_name', 'title']) ?? key;
  requireReadable(presets, [key, label, count, lastUsed]);
  requireReadable(records, [preset, time]);
  const hiddenBy = [presets, records]
    .map(table => whyHidden(table.name, table))
    .filter(reason => reason !== null);
  return {
    schema,
    schemas: [...new Set([schema, presets.schema, records.schema])],
    why: chosen.why,
    presets: {
      oid: presets.oid,
      name: presets.name,
      table: presets.table,
      countName: count.name,
      key: key.quoted,
      keyType: key.operators?.type ?? inSchema(key.type),
      keys: key.operators ?? builtIn,
      label: label.quoted,
      count: count.quoted,
      countKind: countKind(presets, count),
      lastUsed: lastUsed?.quoted ?? null,
      lastUsedType: lastUsed ? inSchema(lastUsed.type) : null,
      estimate: presets.estimate,
    },
    records: {
      oid: records.oid,
      name: records.name,
      table: records.table,
      preset: preset.quoted,
      // If only one of the two is one of PostgreSQL's own types, the other is cast to it.
      keys: key.kind === preset.kind ? (key.operators ?? builtIn) : builtIn,
      operators: preset.operators ?? builtIn,
      alike: areAlike(key, preset),
      time: time?.quoted ?? null,
      timeType: time?.type ?? null,
      type: findColumn(records, ['usage_type'])?.quoted ?? null,
      estimate: records.estimate,
      bytes: records.bytes,
      indexed: records.indexed.some(([first]) => first === preset.name),
      timeIndexed: timeIndexed(records, preset.name, time?.name),
      vacuumed: records.vacuumed,
    },
    hiddenBy,
    // Only if rows are hidden: it costs another round trip.
    seenBy: hiddenBy.length === 0 ? [] : await readRolesThatSeeAll(reader, presets.oid, records.oid),
    policiesApply: presets.active || records.active,
    path:
      [presets, records].some(table => table.active || table.calls) || key.domain || preset.domain
        ? 'own'
        : 'catalog',
  };
}

/**
 * The column that refers to a record's preset, and the column of presets it refers to. Throws if that would be a guess: counts
 * joined by the wrong columns look like correct ones.
 */
function findKeys(presets: Relation, records: Relation) {
  const references = records.references.filter(({ table }) => table === presets.oid);
  const usual = findColumn(records, ['preset_id']);
  if (!usual && references.length > 1)
    throw ambiguousKey(records.name, 'refers to presets in several columns');
  const preset = usual ?? needColumn(records, [references[0]?.column ?? null, 'preset_id']);
  const target = references.find(({ column }) => column === preset.name)?.target;
  const primary = presets.keys.length === 1 ? (presets.keys[0] ?? null) : null;
  const key = needColumn(presets, [target ?? null, primary, 'id']);
  if (!presets.unique.includes(key.name)) {
    throw ambiguousKey(
      presets.name,
      presets.keys.length > 1
        ? `has a primary key of ${presets.keys.length} columns (${presets.keys.join(', ')}), and ${key.name} is not unique`
        : `has no unique ${key.name}`,
    );
  }
  requireComparable(presets, key, records, preset);
  return { key, preset };
}

// The send functions of int2, int4, int8 and numeric, and of text and varchar. Within each set values compare alike.
const sameNumbers: ReadonlySet<string> = new Set(['2405', '2407', '2409', '2461']);
const sameText: ReadonlySet<string> = new Set(['2415', '2433']);
// Of enums, arrays, composites, ranges and multiranges: many types share each, but a type only compares with itself.
const shared: ReadonlySet<string> = new Set(['3533', '2401', '2403', '3837', '4234']);

// A char(n) ignores trailing blanks and a citext ignores case. Values sorted by one collation are not in the order of another.
function areAlike(key: Column, preset: Column): boolean {
  if (key.collation !== preset.collation) return false;
  return (
    key.kind === preset.kind ||
    [sameNumbers, sameText].some(kinds => kinds.has(key.kind) && kinds.has(preset.kind))
  );
}

/** The server compares any types of numbers with each other, and any types of text; anything else only with its own kind. */
function requireComparable(presets: Relation, key: Column, records: Relation, preset: Column): void {
  const named = `${records.name}.${preset.quoted} is ${preset.type} and ${presets.name}.${key.quoted} is ${key.type}`;
  const family = key.category === preset.category && ['N', 'S'].includes(key.category);
  const own = !shared.has(key.kind) || (key.type === preset.type && !key.domain && key.category !== 'A');
  if (!family && !(key.kind === preset.kind && own)) {
    throw keysDiffer(
      key.category === 'A'
        ? `${presets.name}.${key.quoted} is ${key.type}: the console cannot look presets up by an array.`
        : `${named}: the server cannot compare the two.`,
      key.category === 'A'
        ? 'Give presets a key with a single value, and let the records refer to it.'
        : `Give both columns the same type: ALTER TABLE ${records.name} ALTER COLUMN ${preset.quoted} TYPE ${key.type} USING ${preset.quoted}::${key.type}.`,
    );
  }
  const collations = new Set([key.collation, preset.collation].filter(each => !['0', '100'].includes(each)));
  if (collations.size > 1) {
    throw keysDiffer(
      `${records.name}.${preset.quoted} and ${presets.name}.${key.quoted} have different collations: the server does not know which to compare them by.`,
      `Give both columns the same one: ALTER TABLE ${records.name} ALTER COLUMN ${preset.quoted} TYPE ${preset.type} COLLATE ...`,
    );
  }
}

function keysDiffer(message: string, hint: string): ConsoleError {
  return new ConsoleError({ code: 'keys-differ', message, hint, exitCode: exitCodes.unreachable });
}

// The send functions of int2, int4, int8, numeric, float4 and float8. Domains over them have the same.
const countKinds: Readonly<Record<string, Tables['presets']['countKind']>> = {
  '2405': 'integer',
  '2407': 'integer',
  '2409': 'bigint',
  '2461': 'numeric',
  '2425': 'float',
  '2427': 'float',
};

function countKind({ name }: Relation, count: Column): Tables['presets']['countKind'] {
  const kind = countKinds[count.kind];
  if (kind) return kind;
  throw new ConsoleError({
    code: 'count-is-no-number',
    message: `${name}.${count.quoted} is ${count.type}, which is not a number.`,
    hint: 'The count can be integer, bigint, smallint, numeric, real or double precision.',
    exitCode: exitCodes.unreachable,
  });
}

// The same for timestamptz, timestamp and date.
const timeKinds: ReadonlySet<string> = new Set(['2477', '2475', '2469']);

/** The column with one of `names` that holds a point in time; columns of other types are ignored. */
function timeColumn(
  table: { name: string; columns: readonly Column[] },
  names: readonly string[],
): Column | undefined {
  const times = table.columns.filter(({ kind }) => timeKinds.has(kind));
  return findColumn({ ...table, columns: times }, names);
}

function timeIndexed({ indexed }: Relation, preset: string, time: string | undefined) {
  if (indexed.some(([first]) => first === time)) return 'whole';
  return indexed.some(([first, second]) => first === preset && second === time) ? 'preset' : null;
}

function ambiguousKey(table: string, why: string): ConsoleError {
  return new ConsoleError({
    code: 'ambiguous-key',
    message: `The table ${table} ${why}, so it is not certain which records belong to which preset.`,
    hint: 'Create a unique index on the key of presets, and a foreign key to it from preset_usage.',
    exitCode: exitCodes.unreachable,
  });
}

function readable(table: Relation): Relation {
  if (table.partOf !== null) {
    throw new ConsoleError({
      code: 'not-a-table',
      message: `${table.name} is only a partition of ${table.partOf}: counts of its rows would be wrong.`,
      hint: 'Name the schema that holds the whole table with --schema.',
      exitCode: exitCodes.unreachable,
    });
  }
  if (!table.reachable) {
    throw new ConsoleError({
      code: 'permission-denied',
      message: `This role may not use the schema of ${table.name}.`,
      hint: `Grant it USAGE: GRANT USAGE ON SCHEMA ${table.schema} TO the role, or connect as one that has it.`,
      exitCode: exitCodes.unreachable,
    });
  }
  if (table.readable) return table;
  throw new ConsoleError({
    code: 'permission-denied',
    message: `This role may not read ${table.name}.`,
    hint: `Grant it SELECT: GRANT SELECT ON ${table.name} TO the role, or connect as one that has it.`,
    exitCode: exitCodes.unreachable,
  });
}

/** Throws if this role may not read a required column: without it the numbers would be incomplete. */
function requireReadable(table: Relation, columns: (Column | undefined)[]): void {
  const wanted = columns.filter(wanted => wanted !== undefined && !wanted.readable);
  const names = [...new Set(wanted.map(each => each?.quoted))].join(', ');
  if (names === '') return;
  throw new ConsoleError({
    code: 'permission-denied',
    message: `This role may not read ${names} of ${table.name}.`,
    hint: `Grant it: GRANT SELECT (${names}) ON ${table.name} TO the role, or connect as one that has it.`,
    exitCode: exitCodes.unreachable,
  });
}
