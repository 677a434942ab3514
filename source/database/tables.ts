import * as z from 'zod/mini';
import { plainName } from '../audit/plain-name.ts';
import { ConsoleError, exitCodes } from '../errors.ts';
import { chooseTables, isTable } from './choose-tables.ts';
import type { Reader } from './connection.ts';
import { type Column, findColumn, needColumn } from './find-column.ts';

/**
 * The two tables as this database really has them. Every name is quoted by the server and comes from its catalog, so it
 * can stand in a statement as it is.
 */
export interface Tables {
  /** The schema that was asked for. */
  schema: string;
  /** The schemas that functions are looked for in: that one, and those of both tables. */
  schemas: string[];
  /** Why these tables, in sentences, where their names in that schema alone do not say so. */
  why: string[];
  presets: {
    oid: number;
    name: string;
    /** The table's and the count's own names, as text of functions has them. */
    table: string;
    countName: string;
    key: string;
    keyType: string;
    /** What a person calls a preset; the key where no column says. */
    label: string;
    count: string;
    /** What the count can hold: `integer` fits into any number here, `bigint` may not, the others may be NaN as well. */
    countKind: 'integer' | 'bigint' | 'numeric' | 'float';
    lastUsed: string | null;
    lastUsedType: string | null;
    /** The planner's estimate of its rows; -1 where it was never analysed. */
    estimate: number;
  };
  records: {
    oid: number;
    name: string;
    table: string;
    /** The column that names the preset. */
    preset: string;
    time: string | null;
    timeType: string | null;
    type: string | null;
    estimate: number;
    /** True where an index that is fit for use leads with `preset`: without it every count reads the whole table. */
    indexed: boolean;
    /** What an index finds the newest record by time of: all of them, or each preset's; null where none does. */
    timeIndexed: 'whole' | 'preset' | null;
    /** The size of the table itself in bytes. */
    bytes: number;
    /** The part of its pages, 0 to 1, that the last vacuum marked all-visible: index-only counts live on it. */
    vacuumed: number;
  };
  /** Why this role may not see every row of either table; empty where it sees them all. */
  hiddenBy: string[];
}

const column = z.object({
  name: z.string(),
  quoted: z.string(),
  type: z.string(),
  kind: z.string(),
  category: z.string(),
});

const relation = z.object({
  oid: z.number(),
  wanted: z.nullable(z.enum(['presets', 'preset_usage'])),
  table: z.string(),
  schema: z.string(),
  name: z.string(),
  kind: z.string(),
  definition: z.nullable(z.string()),
  reads: z.array(z.number()),
  readable: z.boolean(),
  rls: z.boolean(),
  estimate: z.number(),
  bytes: z.number(),
  vacuumed: z.number(),
  columns: z.array(column),
  /** The columns of the primary key. */
  keys: z.array(z.string()),
  /** The first two columns of every index. */
  indexed: z.array(z.tuple([z.string(), z.nullable(z.string())])),
  unique: z.array(z.string()),
  references: z.array(
    z.object({ column: z.string(), table: z.number(), named: z.string(), target: z.string() }),
  ),
});

type Relation = z.infer<typeof relation>;

// The usual case: both tables are in the schema under their own names. Found by an index of the catalog.
const usual = `
WITH named AS MATERIALIZED (
  SELECT c.oid, c.relname::text AS wanted FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = $1 AND c.relname IN ('presets', 'preset_usage')
), near AS MATERIALIZED (SELECT oid FROM named)`;

// Every other case. Beside the relations of the schema it looks at those that a foreign key joins to them and, where the
// schema lacks one, at those of other schemas: not at all of them, because there may be a thousand schemas, each with its own.
const unusual = `
WITH named AS MATERIALIZED (
  SELECT c.oid, n.nspname, c.relkind, CASE replace(lower(c.relname), '_', '') WHEN 'presets' THEN 'presets' ELSE 'preset_usage' END AS wanted
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND NOT c.relispartition
     AND replace(lower(c.relname), '_', '') IN ('presets', 'presetusage')
     AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
), near AS MATERIALIZED (
  SELECT oid FROM named WHERE nspname = $1
  UNION
  SELECT o.oid FROM pg_constraint k JOIN named m ON m.oid = k.conrelid AND m.nspname = $1 JOIN named o ON o.oid = k.confrelid WHERE k.contype = 'f'
  UNION
  SELECT o.oid FROM pg_constraint k JOIN named m ON m.oid = k.confrelid AND m.nspname = $1 JOIN named o ON o.oid = k.conrelid WHERE k.contype = 'f'
     AND NOT EXISTS (SELECT FROM named m WHERE m.nspname = $1 AND m.wanted = 'preset_usage')
  UNION
  (SELECT o.oid FROM named o WHERE NOT EXISTS (SELECT FROM named m WHERE m.nspname = $1 AND m.wanted = o.wanted) LIMIT 20)
  UNION
  SELECT d.refobjid FROM named v JOIN pg_rewrite w ON w.ev_class = v.oid
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
   WHERE v.nspname = $1 AND v.relkind = 'v'
)`;

const viewReads = `(SELECT coalesce(json_agg(DISTINCT d.refobjid::bigint), '[]') FROM pg_rewrite w
          JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.oid
         WHERE c.relkind = 'v' AND w.ev_class = c.oid)::text`;

// One statement, because a transaction pooler's round trips are what a start spends its time on; a second one where the
// schema is not the usual one. What describes views is left out of the first: planning it takes a millisecond of every tick.
const catalog = (found: string, views: boolean) => `${found}
SELECT (SELECT wanted FROM named WHERE named.oid = c.oid) AS wanted, c.oid AS oid, c.relname::text AS table, n.nspname::text AS schema,
       format('%I.%I', n.nspname, c.relname) AS name,
       c.relkind::text AS kind,
       ${views ? `CASE c.relkind WHEN 'v' THEN pg_get_viewdef(c.oid) END` : 'NULL'} AS definition,
       ${views ? viewReads : `'[]'`} AS reads,
       has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT') AS readable,
       row_security_active(c.oid) AND NOT (
         EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd IN ('r', '*')
                   AND pg_get_expr(p.polqual, p.polrelid) = 'true'
                   AND (0 = ANY (p.polroles) OR EXISTS (SELECT 1 FROM unnest(p.polroles) r WHERE pg_has_role(r, 'USAGE'))))
         AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND NOT p.polpermissive AND p.polcmd IN ('r', '*'))
       ) AS rls,
       coalesce(parts.estimate, c.reltuples)::float8 AS estimate, CASE c.relkind
         WHEN 'p' THEN parts.bytes WHEN 'f' THEN 'Infinity' ELSE coalesce(pg_relation_size(c.oid), 0) END::float8 AS bytes,
       CASE WHEN coalesce(parts.pages, c.relpages) > 0 THEN coalesce(parts.visible, c.relallvisible)::float8 / coalesce(parts.pages, c.relpages) ELSE 0 END AS vacuumed,
       (SELECT json_agg(json_build_object('name', a.attname, 'quoted', quote_ident(a.attname),
                                          'type', format_type(a.atttypid, a.atttypmod),
                                          'kind', y.typsend::oid::text, 'category', y.typcategory) ORDER BY a.attnum)
          FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)::text AS columns,
       (SELECT coalesce(json_agg(a.attname), '[]') FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
         WHERE i.indrelid = c.oid AND i.indisprimary)::text AS keys,
       (SELECT coalesce(json_agg(json_build_array(a.attname, b.attname)), '[]')
          FROM pg_index i
          JOIN pg_class ic ON ic.oid = i.indexrelid
          JOIN pg_am m ON m.oid = ic.relam AND m.amname = 'btree'
          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
          LEFT JOIN pg_attribute b ON b.attrelid = i.indrelid AND b.attnum = i.indkey[1] AND i.indnkeyatts > 1
         WHERE i.indrelid = c.oid AND i.indisvalid AND i.indisready AND i.indpred IS NULL)::text AS indexed,
       (SELECT coalesce(json_agg(DISTINCT a.attname), '[]')
          FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
         WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indnkeyatts = 1)::text AS unique,
       (SELECT coalesce(json_agg(json_build_object('column', a.attname, 'table', k.confrelid::bigint, 'named', r.relname, 'target', f.attname) ORDER BY k.conname), '[]')
          FROM pg_constraint k
          JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
          JOIN pg_attribute f ON f.attrelid = k.confrelid AND f.attnum = k.confkey[1]
          JOIN pg_class r ON r.oid = k.confrelid
         WHERE k.conrelid = c.oid AND k.contype = 'f' AND cardinality(k.conkey) = 1
           AND k.conparentid = 0)::text AS references
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN LATERAL (
    SELECT CASE WHEN max(l.reltuples) < 0 THEN -1 ELSE sum(greatest(l.reltuples, 0)) END AS estimate, coalesce(sum(pg_relation_size(l.oid)), 0) AS bytes, sum(l.relpages) AS pages, sum(l.relallvisible) AS visible
      FROM pg_partition_tree(c.oid) t JOIN pg_class l ON l.oid = t.relid AND t.isleaf
     WHERE c.relkind = 'p') parts ON true
 WHERE c.oid IN (SELECT oid FROM near)`;

/**
 * Looks up both tables: those of `schema`, or what belongs to the one that it has (see chooseTables). Rejects with exit
 * code 3 where one is missing, is no table, lacks a column that nothing can be said without, or may not be read by this role.
 */
export async function readTables(reader: Reader, schema: string): Promise<Tables> {
  let candidates = await readCandidates(reader, catalog(usual, false), schema);
  if (!areUsual(candidates)) candidates = await readCandidates(reader, catalog(unusual, true), schema);
  const chosen = chooseTables(candidates, schema);
  const presets = readable(chosen.presets);
  const records = readable(chosen.records);
  const { key, preset } = findKeys(presets, records);
  const count = needColumn(presets, ['usage_count']);
  const lastUsed = timeColumn(presets, ['last_used_at']);
  const time = timeColumn(records, ['created_at', 'used_at']);
  const label = findColumn(presets, ['name', 'display_name', 'title']) ?? key;
  const hiddenBy = [presets, records]
    .filter(table => table.rls)
    .map(table => `row-level security on ${table.name} may hide rows from this role`);
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
      keyType: key.type,
      label: label.quoted,
      count: count.quoted,
      countKind: countKind(presets, count),
      lastUsed: lastUsed?.quoted ?? null,
      lastUsedType: lastUsed?.type ?? null,
      estimate: presets.estimate,
    },
    records: {
      oid: records.oid,
      name: records.name,
      table: records.table,
      preset: preset.quoted,
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
  };
}

async function readCandidates(reader: Reader, text: string, schema: string): Promise<Relation[]> {
  const rows = (await reader.rows(text, [schema])) as Record<string, unknown>[];
  return rows.map(row =>
    relation.parse({
      ...row,
      columns: JSON.parse((row.columns as string | null) ?? '[]'),
      ...Object.fromEntries(
        ['reads', 'keys', 'indexed', 'unique', 'references'].map(key => [
          key,
          JSON.parse(row[key] as string),
        ]),
      ),
    }),
  );
}

/** True where both tables are there, and the records do not refer to presets that are elsewhere. */
function areUsual(candidates: readonly Relation[]): boolean {
  const presets = candidates.find(({ wanted }) => wanted === 'presets');
  const records = candidates.find(({ wanted }) => wanted === 'preset_usage');
  if (!presets || !records || !isTable(presets) || !isTable(records)) return false;
  const named = records.references.filter(({ named }) => plainName(named) === 'presets');
  return named.length === 0 || named.some(({ table }) => table === presets.oid);
}

/**
 * The column that names a record's preset, and the column of presets that it names. Rejects where that would be a guess:
 * counts joined by the wrong columns look like any others.
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
        ? `has a primary key of ${presets.keys.length} columns (${presets.keys.join(', ')}), and does not have every ${key.name} only once`
        : `does not have every ${key.name} only once`,
    );
  }
  requireComparable(presets, key, records, preset);
  return { key, preset };
}

/** The server compares numbers with numbers and text with text, whatever their types; anything else only with its own kind. */
function requireComparable(presets: Relation, key: Column, records: Relation, preset: Column): void {
  const family = key.category === preset.category && ['N', 'S'].includes(key.category);
  if (family || key.kind === preset.kind) return;
  throw new ConsoleError({
    code: 'keys-differ',
    message: `${records.name}.${preset.quoted} is ${preset.type} and ${presets.name}.${key.quoted} is ${key.type}: the server does not compare the two.`,
    hint: `Give both columns one type: ALTER TABLE ${records.name} ALTER COLUMN ${preset.quoted} TYPE ${key.type} USING ${preset.quoted}::${key.type}.`,
    exitCode: exitCodes.unreachable,
  });
}

// The send functions of the built-in types, by which a domain is known as well: int2, int4, int8, numeric, float4, float8.
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
    message: `${name}.${count.quoted} is ${count.type}, which is no number.`,
    hint: 'The console counts in integer, bigint, smallint, numeric, real and double precision.',
    exitCode: exitCodes.unreachable,
  });
}

// The same of timestamptz, timestamp and date.
const timeKinds: ReadonlySet<string> = new Set(['2477', '2475', '2469']);

/** A column that holds a point in time; one that has the name and holds something else is none. */
export function timeColumn(
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
    message: `The table ${table} ${why}, so which records belong to which preset is not certain.`,
    hint: 'A unique index on the key of presets, and a foreign key to it from preset_usage, make it certain.',
    exitCode: exitCodes.unreachable,
  });
}

function readable(table: Relation): Relation {
  if (table.readable) return table;
  throw new ConsoleError({
    code: 'permission-denied',
    message: `This role may not read ${table.name}.`,
    hint: `Grant it SELECT: GRANT SELECT ON ${table.name} TO the role, or connect as one that has it.`,
    exitCode: exitCodes.unreachable,
  });
}
