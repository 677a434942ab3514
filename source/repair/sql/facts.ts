import * as z from 'zod/mini';
import type { Database, Reader } from '../../connection/transactions.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { builtIn, operators, ownOperators } from '../../counter/operators.ts';
import { catalogPrint } from './catalog-print.ts';
import { type CountLimits, readCountLimits } from './count-limits.ts';
import { whyNoRowIsAdded } from './missing-rows.ts';

/** A foreign key of the records, except the one to their preset and those to each other. */
interface Reference {
  name: string;
  /** The table it refers to, and pairs of columns: the record's (its index in `recordColumns`) and the other table's. */
  table: string;
  pairs: { place: number; column: string; type: string; equal: string }[];
}

const facts = z.object({
  /** The types of the columns that a repair writes. */
  countType: z.string(),
  lastUsedType: z.nullable(z.string()),
  /** True if the time of the last use may be NULL. */
  lastUsedNullable: z.boolean(),
  /** The kind of the table of records: r table, p partitioned. */
  recordsKind: z.string(),
  /** True if the server computes the count. */
  countGenerated: z.boolean(),
  /** Whether there is a trigger or a rule for deletes of records, which TRUNCATE would bypass. */
  deleteTriggers: z.boolean(),
  /** What else a write sets off, besides the triggers of the two tables: rules, and triggers of their partitions only. */
  besides: z.array(
    z.object({
      what: z.enum(['rule', 'trigger']),
      name: z.string(),
      table: z.string(),
      event: z.enum(['INSERT', 'UPDATE', 'DELETE']),
    }),
  ),
  /**
   * Every column of a record that an INSERT may set, in order. `cast` is the type that keeps what the column's own output format
   * drops, which is the declaration of xml, or text where a cast to it is that format and takes less time; null elsewhere. `size`: the
   * bytes of each value; null where they differ.
   */
  recordColumns: z.array(
    z.object({
      quoted: z.string(),
      type: z.string(),
      declared: z.string(),
      number: z.number(),
      cast: z.nullable(z.string()),
      size: z.nullable(z.number()),
    }),
  ),
  /** The columns of a record with xml inside a composite type, whose declaration cannot be read. */
  xmlWithin: z.array(z.string()),
  /** The column whose values are added up; null if records are counted. */
  amount: z.nullable(
    z.object({
      declared: z.string(),
      /** The SQL that the server computes it by, from these columns, quoted; null if it is stored as it is given. */
      computed: z.nullable(z.string()),
      from: z.array(z.string()),
    }),
  ),
  /** The columns of the row, under their own names; `settable` if a repair may set them to a value that it has read as text. */
  rowColumns: z.array(
    z.object({ name: z.string(), quoted: z.string(), type: z.string(), settable: z.boolean() }),
  ),
  references: z.array(
    z.object({
      name: z.string(),
      table: z.string(),
      pairs: z.array(
        z.object({
          number: z.number(),
          column: z.string(),
          type: z.string(),
          operators: z.nullable(operators),
        }),
      ),
    }),
  ),
  /**
   * True if some records may be refused that are there: by a check that has not been validated or asks a function of the application, by
   * a domain or a unique index that is not valid for them, or by a policy.
   */
  recordsDoubted: z.boolean(),
  /** A table that inherits from the table of records and is not a partition of it; null if there is none. */
  inheritedBy: z.nullable(z.string()),
  /** Foreign keys to the records, with what a delete does to their rows; `itself` if they are its own. */
  referencedBy: z.array(
    z.object({
      table: z.string(),
      itself: z.boolean(),
      onDelete: z.enum(['NO ACTION', 'RESTRICT', 'CASCADE', 'SET NULL', 'SET DEFAULT']),
    }),
  ),
  may: z.object({
    count: z.boolean(),
    lastUsed: z.boolean(),
    insert: z.boolean(),
    delete: z.boolean(),
    truncate: z.boolean(),
  }),
  /** The catalog from which this was read, a `CatalogPrint`: if it differs later, nothing is written. */
  print: z.record(z.string(), z.string()),
});

/** What a repair needs to know besides `Tables`. */
export interface RepairFacts extends Omit<z.infer<typeof facts>, 'references'> {
  references: Reference[];
  /** The columns of the row that are set back after triggers have set them for records that are put back. */
  restores: z.infer<typeof facts>['rowColumns'];
  /** Why a row that the table with the counts lacks cannot be added; null if it can. */
  whyNoRow: string | null;
  limits: CountLimits;
}

// Names in Tables are already quoted, so columns are found by how the server would quote them. Types of a record's
// columns are without length: a cast to varchar(n) or bit(n) cuts a longer value, which the column itself would refuse.
// What a column is computed from: newer servers say that its expression depends on those columns, older ones that it does itself.
const text = (tables: Tables) => `WITH RECURSIVE counted AS (
  SELECT a.* FROM pg_attribute a WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
), given AS (
  SELECT a.* FROM pg_attribute a WHERE a.attrelid = $2::oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
), tree AS (
  SELECT $1::oid AS oid, true AS presets, true AS root UNION ALL SELECT $2::oid, false, true
  UNION ALL SELECT i.inhrelid, t.presets, false FROM tree t JOIN pg_inherits i ON i.inhparent = t.oid
), besides AS (
  SELECT 'rule' AS what, w.rulename AS name, t.oid, t.presets, CASE w.ev_type WHEN '2' THEN 'UPDATE' WHEN '3' THEN 'INSERT' ELSE 'DELETE' END AS event
    FROM tree t JOIN pg_rewrite w ON w.ev_class = t.oid AND t.root WHERE w.ev_type <> '1' AND w.ev_enabled IN ('O', 'A')
  UNION ALL
  SELECT 'trigger', g.tgname, t.oid, t.presets, e.event FROM tree t JOIN pg_trigger g ON g.tgrelid = t.oid AND NOT t.root
    JOIN (VALUES (4, 'INSERT'), (8, 'DELETE'), (16, 'UPDATE')) e (bit, event) ON g.tgtype & e.bit <> 0
   WHERE NOT g.tgisinternal AND g.tgparentid = 0 AND g.tgenabled IN ('O', 'A')
)
SELECT json_build_object(
  'countType', (SELECT format_type(atttypid, atttypmod) FROM counted WHERE quote_ident(attname) = $3),
  'lastUsedType', (SELECT format_type(atttypid, atttypmod) FROM counted WHERE quote_ident(attname) = $4),
  'lastUsedNullable', coalesce((SELECT NOT attnotnull FROM counted WHERE quote_ident(attname) = $4), true),
  'recordsKind', (SELECT relkind FROM pg_class WHERE oid = $2::oid),
  'countGenerated', (SELECT attgenerated <> '' OR attidentity = 'a' FROM counted WHERE quote_ident(attname) = $3),
  'deleteTriggers', EXISTS (SELECT FROM pg_trigger WHERE tgrelid = $2::oid AND NOT tgisinternal AND tgenabled <> 'D' AND tgtype & 8 <> 0)
    OR EXISTS (SELECT FROM besides WHERE what = 'rule' AND event = 'DELETE' AND oid = $2::oid),
  'besides', (SELECT coalesce(json_agg(json_build_object('what', b.what, 'name', b.name, 'table', format('%I.%I', n.nspname, c.relname), 'event', b.event) ORDER BY b.name), '[]')
    FROM besides b JOIN pg_class c ON c.oid = b.oid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE b.presets = (b.event = 'UPDATE')),
  'recordColumns', (SELECT json_agg(json_build_object('quoted', quote_ident(attname), 'type', format_type(atttypid, -1), 'declared', format_type(atttypid, atttypmod),
                                                      'number', attnum, 'size', CASE WHEN attlen > 0 THEN attlen END, 'cast', (WITH RECURSIVE base AS (
       SELECT atttypid AS oid, false AS listed
       UNION ALL SELECT CASE y.typtype WHEN 'd' THEN y.typbasetype ELSE y.typelem END, b.listed OR y.typtype <> 'd'
         FROM base b JOIN pg_type y ON y.oid = b.oid WHERE y.typtype = 'd' OR (y.typcategory = 'A' AND y.typelem <> 0))
       SELECT coalesce((SELECT CASE WHEN listed THEN 'pg_catalog.text[]' ELSE 'pg_catalog.text' END FROM base WHERE oid = 'xml'::regtype),
         (SELECT 'pg_catalog.text' FROM pg_type y WHERE y.oid = atttypid AND y.typtype = 'b' AND y.typnamespace = 'pg_catalog'::regnamespace
             AND NOT EXISTS (SELECT FROM pg_cast x WHERE x.castsource = y.oid AND x.casttarget = 'text'::regtype AND x.castmethod = 'f'))))) ORDER BY attnum) FROM given),
  'xmlWithin', (WITH RECURSIVE base AS (
       SELECT attname, atttypid AS oid, false AS inside FROM given
       UNION SELECT b.attname, CASE y.typtype WHEN 'c' THEN a.atttypid WHEN 'd' THEN y.typbasetype ELSE y.typelem END, b.inside OR y.typtype = 'c'
         FROM base b JOIN pg_type y ON y.oid = b.oid LEFT JOIN pg_attribute a ON y.typtype = 'c' AND a.attrelid = y.typrelid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE y.typtype IN ('c', 'd') OR (y.typcategory = 'A' AND y.typelem <> 0))
       SELECT coalesce(json_agg(DISTINCT attname), '[]') FROM base WHERE inside AND oid = 'xml'::regtype),
  'amount', (SELECT json_build_object('declared', format_type(a.atttypid, a.atttypmod), 'computed', CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END,
       'from', (SELECT coalesce(json_agg(DISTINCT quote_ident(f.attname)), '[]') FROM pg_depend x JOIN pg_attribute f ON f.attrelid = x.refobjid AND f.attnum = x.refobjsubid
                 WHERE x.refclassid = 'pg_class'::regclass AND x.refobjid = $2::oid AND x.refobjsubid NOT IN (0, a.attnum) AND a.attgenerated <> ''
                   AND ((x.classid = 'pg_attrdef'::regclass AND x.objid = d.oid) OR (x.classid = 'pg_class'::regclass AND x.objid = $2::oid AND x.objsubid = a.attnum))))
     FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = $2::oid AND a.attnum > 0 AND NOT a.attisdropped AND quote_ident(a.attname) = $7),
  'rowColumns', (SELECT json_agg(json_build_object('name', a.attname, 'quoted', quote_ident(a.attname), 'type', format_type(a.atttypid, a.atttypmod),
       'settable', y.typnamespace = 'pg_catalog'::regnamespace AND y.typtype = 'b' AND a.attgenerated = '' AND a.attidentity = '' AND has_column_privilege($1::oid, a.attnum, 'UPDATE')) ORDER BY a.attnum)
     FROM counted a JOIN pg_type y ON y.oid = a.atttypid),
  'references', (SELECT coalesce(json_agg(json_build_object('name', k.conname, 'table', format('%I.%I', n.nspname, c.relname),
       'pairs', (SELECT json_agg(json_build_object('number', own, 'column', quote_ident(a.attname), 'type', format_type(a.atttypid, a.atttypmod),
                     'operators', CASE WHEN y.typnamespace <> 'pg_catalog'::regnamespace THEN ${ownOperators('y')} END))
                   FROM unnest(k.conkey, k.confkey) u (own, other) JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.other JOIN pg_type y ON y.oid = a.atttypid))), '[]')
     FROM pg_constraint k JOIN pg_class c ON c.oid = k.confrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE k.conrelid = $2::oid AND k.contype = 'f' AND k.conparentid = 0 AND k.confrelid <> $2::oid
      AND NOT (k.confrelid = $6::oid AND k.conkey = ARRAY(SELECT attnum FROM given WHERE quote_ident(attname) = $5))),
  'recordsDoubted', row_security_active($2::oid)
    OR EXISTS (SELECT FROM pg_constraint k WHERE k.contype IN ('c', 'n') AND k.conrelid IN (SELECT oid FROM tree WHERE NOT presets)
                AND (NOT k.convalidated OR EXISTS (
                  SELECT FROM pg_depend d WHERE d.classid = 'pg_constraint'::regclass AND d.objid = k.oid AND d.refclassid = 'pg_proc'::regclass)))
    OR EXISTS (SELECT FROM pg_index i WHERE i.indrelid IN (SELECT oid FROM tree WHERE NOT presets) AND i.indisunique AND i.indisready AND NOT i.indisvalid)
    OR EXISTS (SELECT FROM given a JOIN pg_constraint k ON k.contypid = a.atttypid AND NOT k.convalidated),
  'inheritedBy', (SELECT min(i.inhrelid::regclass::text) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                   WHERE i.inhparent = $2::oid AND NOT c.relispartition),
  'referencedBy', (SELECT coalesce(json_agg(json_build_object('table', k.conrelid::regclass::text, 'itself', k.conrelid = $2::oid, 'onDelete',
       CASE k.confdeltype WHEN 'a' THEN 'NO ACTION' WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'SET DEFAULT' END)), '[]')
     FROM pg_constraint k WHERE k.confrelid = $2::oid AND k.contype = 'f' AND k.conparentid = 0),
  'may', json_build_object(
     'count', (SELECT bool_and(has_column_privilege($1::oid, attnum, 'UPDATE')) FROM counted WHERE quote_ident(attname) = $3),
     'lastUsed', coalesce((SELECT has_column_privilege($1::oid, attnum, 'UPDATE') FROM counted WHERE quote_ident(attname) = $4), true),
     'insert', (SELECT bool_and(has_column_privilege($2::oid, attnum, 'INSERT')) FROM given),
     'delete', has_table_privilege($2::oid, 'DELETE'),
     'truncate', has_table_privilege($2::oid, 'TRUNCATE')),
  'print', ${catalogPrint(tables)})::text AS facts`;

/** Reads what a repair of these tables needs to know: types, rights, and what refers to what. */
export async function readRepairFacts(reader: Reader, tables: Tables): Promise<RepairFacts> {
  const { presets, written, records } = tables;
  const [row] = (await reader.rows(text(tables), [
    written.oid,
    records.oid,
    written.count,
    written.touched ?? '',
    records.preset,
    presets.oid,
    records.amount ?? '',
  ])) as { facts: string }[];
  const { recordColumns, references, ...rest } = facts.parse(JSON.parse(row?.facts ?? 'null'));
  const placeOf = (number: number) => recordColumns.findIndex(column => column.number === number);
  return {
    ...rest,
    restores: [],
    whyNoRow: await whyNoRowIsAdded(reader, tables),
    limits: await readCountLimits(reader, tables),
    recordColumns,
    references: references.map(({ name, table, pairs }) => ({
      name,
      table,
      pairs: pairs.map(({ number, operators: own, ...pair }) => ({
        ...pair,
        place: placeOf(number),
        type: own?.type ?? pair.type,
        equal: own?.equal ?? builtIn.equal,
      })),
    })),
  };
}

/** The facts with only those columns that a receipt has values for: the others get their defaults. */
export function onlyColumns(facts: RepairFacts, columns: readonly { quoted: string }[]): RepairFacts {
  const known = facts.recordColumns.filter(({ quoted }) => columns.some(column => column.quoted === quoted));
  return {
    ...facts,
    recordColumns: known,
    references: facts.references.flatMap(reference => {
      const pairs = reference.pairs.map(pair => ({
        ...pair,
        place: known.findIndex(({ quoted }) => quoted === facts.recordColumns[pair.place]?.quoted),
      }));
      return pairs.every(({ place }) => place >= 0) ? [{ ...reference, pairs }] : [];
    }),
  };
}

/**
 * Why this role cannot suppress triggers by `session_replication_role`; null if it can. Tried out, because some
 * platforms allow it to roles that are not superusers.
 */
export async function whyNotQuiet(database: Database, signal?: AbortSignal): Promise<string | null> {
  try {
    await database.read(reader => reader.rows('SET LOCAL session_replication_role = replica'), { signal });
    return null;
  } catch (error) {
    if ((error as { code?: string }).code !== 'permission-denied') throw error;
    return 'this role may not set session_replication_role';
  }
}
