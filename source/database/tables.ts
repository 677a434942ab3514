import * as z from 'zod/mini';
import { ConsoleError, exitCodes } from '../errors.ts';
import type { Reader } from './connection.ts';
import { readSeers, visibility, visibilityColumns, whyHidden } from './visibility.ts';

/**
 * The two tables as this database really has them. Every name is quoted by the server and comes from its catalog, so it
 * can stand in a statement as it is.
 */
export interface Tables {
  schema: string;
  presets: {
    oid: number;
    name: string;
    key: string;
    keyType: string;
    /** What a person calls a preset; the key where no column says. */
    label: string;
    count: string;
    lastUsed: string | null;
    /** The planner's estimate of its rows; -1 where it was never analysed. */
    estimate: number;
  };
  records: {
    oid: number;
    name: string;
    /** The column that names the preset. */
    preset: string;
    time: string | null;
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
  /** Where rows are hidden: roles that see every row, each with the reason. */
  seenBy: string[];
}

const column = z.object({ name: z.string(), quoted: z.string(), type: z.string(), readable: z.boolean() });

const relation = z.object({
  oid: z.number(),
  name: z.string(),
  kind: z.string(),
  readable: z.boolean(),
  ...visibility.shape,
  estimate: z.number(),
  bytes: z.number(),
  vacuumed: z.number(),
  columns: z.array(column),
  primary: z.nullable(z.string()),
  /** The first two columns of every index. */
  indexed: z.array(z.tuple([z.string(), z.nullable(z.string())])),
  unique: z.array(z.string()),
  references: z.array(z.object({ column: z.string(), target: z.string() })),
});

type Relation = z.infer<typeof relation>;

// One statement, because a transaction pooler's round trips are what a start spends its time on.
const catalog = `
SELECT c.relname AS wanted, c.oid AS oid,
       format('%I.%I', n.nspname, c.relname) AS name,
       c.relkind::text AS kind,
       has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT') AS readable,
       ${visibilityColumns.trim()},
       -- Before 14 a table that was never analysed has none; since then -1.
       CASE WHEN c.reltuples = 0 AND c.relpages = 0 AND current_setting('server_version_num')::int < 140000
         THEN -1 ELSE c.reltuples::float8 END AS estimate,
       -- As a float at once: a numeric cannot be infinite before 14.
       CASE c.relkind
         WHEN 'p' THEN (SELECT coalesce(sum(pg_relation_size(t.relid)), 0) FROM pg_partition_tree(c.oid) t)
         WHEN 'f' THEN 'Infinity'::float8 ELSE pg_relation_size(c.oid) END::float8 AS bytes,
       CASE WHEN c.relpages > 0 THEN c.relallvisible::float8 / c.relpages ELSE 0 END AS vacuumed,
       (SELECT json_agg(json_build_object('name', a.attname, 'quoted', quote_ident(a.attname),
                                          'type', format_type(a.atttypid, a.atttypmod),
                                          'readable', has_column_privilege(c.oid, a.attnum, 'SELECT')) ORDER BY a.attnum)
          FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)::text AS columns,
       (SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
         WHERE i.indrelid = c.oid AND i.indisprimary AND i.indnkeyatts = 1) AS primary,
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
       (SELECT coalesce(json_agg(json_build_object('column', a.attname, 'target', f.attname) ORDER BY k.conname), '[]')
          FROM pg_constraint k
          JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
          JOIN pg_attribute f ON f.attrelid = k.confrelid AND f.attnum = k.confkey[1]
         WHERE k.conrelid = c.oid AND k.contype = 'f' AND cardinality(k.conkey) = 1
           AND k.confrelid = to_regclass(format('%I.presets', n.nspname)))::text AS references
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = $1 AND c.relname IN ('presets', 'preset_usage')`;

/**
 * Looks up both tables in `schema`. Rejects with exit code 3 where one is missing, is no table, lacks a column that
 * nothing can be said without, or may not be read by this role.
 */
export async function readTables(reader: Reader, schema: string): Promise<Tables> {
  const rows = (await reader.rows(catalog, [schema])) as Record<string, unknown>[];
  const found = (wanted: string): Relation => {
    const row = rows.find(candidate => candidate.wanted === wanted);
    if (!row) throw missingTable(schema, wanted);
    return relation.parse({
      ...row,
      columns: JSON.parse(row.columns as string),
      indexed: JSON.parse(row.indexed as string),
      unique: JSON.parse(row.unique as string),
      references: JSON.parse(row.references as string),
    });
  };
  const presets = usable(found('presets'));
  const records = usable(found('preset_usage'));
  const { key, preset } = findKeys(presets, records);
  const time = pick(records, ['created_at', 'used_at']);
  const label = pick(presets, ['name', 'display_name', 'title']) ?? key;
  const usageCount = need(presets, ['usage_count']);
  const lastUsed = pick(presets, ['last_used_at']);
  requireReadable(presets, [key, label, usageCount, lastUsed]);
  requireReadable(records, [preset, time]);
  const hiddenBy = [presets, records]
    .map(table => whyHidden(table.name, table))
    .filter(reason => reason !== null);
  return {
    schema,
    presets: {
      oid: presets.oid,
      name: presets.name,
      key: key.quoted,
      keyType: key.type,
      label: label.quoted,
      count: usageCount.quoted,
      lastUsed: lastUsed?.quoted ?? null,
      estimate: presets.estimate,
    },
    records: {
      oid: records.oid,
      name: records.name,
      preset: preset.quoted,
      time: time?.quoted ?? null,
      type: pick(records, ['usage_type'])?.quoted ?? null,
      estimate: records.estimate,
      bytes: records.bytes,
      indexed: records.indexed.some(([first]) => first === preset.name),
      timeIndexed: timeIndexed(records, preset.name, time?.name),
      vacuumed: records.vacuumed,
    },
    hiddenBy,
    // Only where somebody has to be told: it is one more round trip.
    seenBy: hiddenBy.length === 0 ? [] : await readSeers(reader, presets.oid, records.oid),
  };
}

/**
 * The column that names a record's preset, and the column of presets that it names. Rejects where that would be a guess:
 * counts joined by the wrong columns look like any others.
 */
function findKeys(presets: Relation, records: Relation) {
  const usual = pick(records, ['preset_id']);
  if (!usual && records.references.length > 1)
    throw ambiguousKey(records.name, 'refers to presets in several columns');
  const preset = usual ?? need(records, [records.references[0]?.column ?? null, 'preset_id']);
  const target = records.references.find(({ column }) => column === preset.name)?.target;
  const key = need(presets, [target ?? null, presets.primary, 'id']);
  if (!presets.unique.includes(key.name))
    throw ambiguousKey(presets.name, `does not have every ${key.name} only once`);
  return { key, preset };
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

function pick(table: Relation, names: (string | null)[]): z.infer<typeof column> | undefined {
  for (const name of names) {
    const match = table.columns.find(candidate => candidate.name === name);
    if (match) return match;
  }
  return undefined;
}

function need(table: Relation, names: (string | null)[]): z.infer<typeof column> {
  const match = pick(table, names);
  if (match) return match;
  throw new ConsoleError({
    code: 'missing-column',
    message: `The table ${table.name} has no column ${names.at(-1)}.`,
    hint: "Check --schema: this may be another application's table of the same name.",
    exitCode: exitCodes.unreachable,
  });
}

// r: table, p: partitioned table, f: foreign table.
function usable(table: Relation): Relation {
  if (!['r', 'p', 'f'].includes(table.kind)) {
    throw new ConsoleError({
      code: 'not-a-table',
      message: `${table.name} is not a table.`,
      hint: 'Name the schema that holds the tables with --schema.',
      exitCode: exitCodes.unreachable,
    });
  }
  if (table.partOf !== null) {
    throw new ConsoleError({
      code: 'not-a-table',
      message: `${table.name} is only a part of ${table.partOf}: counts of its rows would not be true.`,
      hint: 'Name the schema that holds the whole table with --schema.',
      exitCode: exitCodes.unreachable,
    });
  }
  if (!table.readable) {
    throw new ConsoleError({
      code: 'permission-denied',
      message: `This role may not read ${table.name}.`,
      hint: `Grant it SELECT: GRANT SELECT ON ${table.name} TO the role, or connect as one that has it.`,
      exitCode: exitCodes.unreachable,
    });
  }
  return table;
}

/** Rejects where a column that is read may not be: a GRANT of some columns is no reason to leave others out. */
function requireReadable(table: Relation, columns: (z.infer<typeof column> | undefined)[]): void {
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

function missingTable(schema: string, table: string): ConsoleError {
  return new ConsoleError({
    code: 'missing-table',
    message: `There is no table ${table} in the schema ${schema} of this database.`,
    hint: 'Check that this is the right database, or name the schema with --schema.',
    exitCode: exitCodes.unreachable,
  });
}
