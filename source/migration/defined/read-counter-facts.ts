import * as z from 'zod/mini';
import type { Reader } from '../../connection/transactions.ts';
import type { CounterDefinition, TableName } from '../../counter/definition/definition.ts';
import { definedTable } from '../../counter/discovery/defined-column.ts';
import { readRelations } from '../../counter/discovery/read-relations.ts';
import type { Relations } from '../../counter/discovery/truth.ts';

const answer = z.object({
  functions: z.array(
    z.object({ name: z.string(), source: z.string(), comment: z.nullable(z.string()), sound: z.boolean() }),
  ),
  triggers: z.array(
    z.object({
      name: z.string(),
      table: z.number(),
      function: z.nullable(z.string()),
      enabled: z.boolean(),
      definition: z.string(),
    }),
  ),
  inherits: z.boolean(),
  /** A foreign key changes what records refer to when a key changes. */
  follows: z.boolean(),
  /** Generated columns of the records that are computed when they are read. */
  virtual: z.array(z.string()),
  lacking: z.array(z.string()),
  /** The owner of the table with the count, as which the functions run. */
  owner: z.string(),
  /** Tables that the functions would read and that belong to somebody else, whose policies and generated columns would run as that owner. */
  foreign: z.array(z.object({ name: z.string(), owner: z.string() })),
  /** Tables of which row-level security hides rows from their owner too. */
  forced: z.array(z.string()),
  inserts: z.boolean(),
  /** Of the names that were asked about, the server's own functions and aggregates that only read. */
  reads: z.array(z.string()),
});

/** What the database has that decides what is installed. */
export type CounterFacts = z.infer<typeof answer> & { relations: Relations };

// $1 are the records, $2 the table with the count, $3 the table between or NULL, $4 the columns of the second that refer to the row,
// $6 the rows and $7 the columns of the records that refer to them, $8 names of functions.
const text = `WITH follows AS (
  SELECT EXISTS (SELECT FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
    WHERE k.contype = 'f' AND k.conrelid = $1::oid AND k.confupdtype = 'c' AND $3::oid IS NULL AND a.attname::text = ANY ($7::text[])) AS follows
), own AS (
  SELECT c.oid, c.relname, n.oid AS schema, n.nspname, c.relowner, c.relrowsecurity, c.relforcerowsecurity
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid IN ($1::oid, $2::oid, $3::oid) OR c.oid = $6::oid AND (SELECT follows FROM follows)
), used AS (
  SELECT format('%I.%I', n.nspname, c.relname) AS name, c.relowner, c.relrowsecurity AND c.relforcerowsecurity AS forced
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.oid IN ($2::oid, $3::oid, $6::oid) OR c.oid = $1::oid AND ($3::oid IS NOT NULL OR (SELECT follows FROM follows))
), me AS (
  SELECT rolsuper OR rolbypassrls AS bypass, rolsuper AS super FROM pg_roles WHERE rolname = current_user
), home AS (SELECT * FROM own WHERE oid = $2::oid)
SELECT json_build_object(
  'reads', (SELECT coalesce(json_agg(name), '[]') FROM (
      SELECT p.proname::text AS name FROM pg_proc p WHERE p.proname::text = ANY ($8::text[]) GROUP BY 1
      HAVING bool_and(p.pronamespace = 'pg_catalog'::regnamespace AND (p.prokind IN ('a', 'w') OR p.provolatile <> 'v'))) r),
  'functions', (SELECT coalesce(json_agg(json_build_object('name', p.proname, 'source', p.prosrc, 'comment', obj_description(p.oid, 'pg_proc'),
      'sound', p.prosecdef AND p.proconfig = ARRAY['search_path=pg_catalog, pg_temp'])), '[]')
    FROM pg_proc p JOIN home ON p.pronamespace = home.schema WHERE p.pronargs = 0 AND starts_with(p.proname, 'keep_')),
  'triggers', (SELECT coalesce(json_agg(json_build_object('name', t.tgname, 'table', t.tgrelid::bigint, 'enabled', t.tgenabled IN ('O', 'A'),
      'function', (SELECT p.proname FROM pg_proc p, home WHERE p.oid = t.tgfoid AND p.pronamespace = home.schema),
      'definition', pg_get_triggerdef(t.oid)) ORDER BY t.tgname), '[]')
    FROM pg_trigger t WHERE t.tgrelid IN ($1::oid, $3::oid, $6::oid) AND NOT t.tgisinternal),
  'follows', (SELECT follows FROM follows),
  'inherits', EXISTS (SELECT FROM pg_inherits WHERE inhrelid IN ($1::oid, $3::oid) OR inhparent IN ($1::oid, $3::oid)),
  'virtual', (SELECT coalesce(json_agg(attname ORDER BY attnum), '[]') FROM pg_attribute WHERE attrelid = $1::oid AND attgenerated = 'v' AND NOT attisdropped),
  'lacking', (SELECT coalesce(json_agg(why), '[]') FROM (
      SELECT format('does not own %I.%I', nspname, relname) AS why FROM own WHERE NOT pg_has_role(relowner, 'USAGE')
      UNION ALL SELECT format('may not create functions in the schema %I', nspname) FROM home WHERE NOT has_schema_privilege(schema, 'CREATE')
      UNION ALL SELECT format('sees only the rows of %I.%I that policies show it', nspname, relname) FROM own, me WHERE relrowsecurity AND relforcerowsecurity AND NOT bypass) l),
  'owner', (SELECT pg_get_userbyid(relowner) FROM home),
  'foreign', (SELECT coalesce(json_agg(json_build_object('name', used.name, 'owner', pg_get_userbyid(used.relowner)) ORDER BY used.name), '[]')
    FROM used, home WHERE used.relowner <> home.relowner),
  'forced', (SELECT coalesce(json_agg(used.name ORDER BY used.name), '[]') FROM used, home JOIN pg_roles r ON r.oid = home.relowner
    WHERE used.forced AND NOT (r.rolsuper OR r.rolbypassrls)),
  'inserts', EXISTS (SELECT FROM pg_index i, home WHERE i.indrelid = home.oid AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
      AND (SELECT array_agg(a.attname::text ORDER BY a.attname::text) FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]))
        = (SELECT array_agg(name ORDER BY name) FROM unnest($4::text[]) AS name))
    AND NOT EXISTS (SELECT FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid, home WHERE a.attrelid = home.oid AND a.attnum > 0 AND NOT a.attisdropped
      AND (a.attnotnull OR y.typnotnull) AND NOT a.atthasdef AND a.attidentity = '' AND y.typdefault IS NULL AND a.attname::text <> ALL ($4::text[] || $5::text))
)::text AS answer`;

/** Reads what decides what is installed for a counter. `called` are functions that triggers call. */
export async function readCounterFacts(
  reader: Reader,
  definition: CounterDefinition,
  called: readonly string[],
): Promise<CounterFacts> {
  const { row, via, record } = definition;
  const names = [row, via, record, record.through].filter(name => name !== null);
  const found = await readRelations(reader, names);
  const find = (name: TableName) => definedTable(found, name, definition);
  const relations: Relations = {
    row: find(row),
    via: via && find(via),
    record: find(record),
    through: record.through && find(record.through),
  };
  const list = (columns: readonly string[]) => `{${columns.map(each => JSON.stringify(each)).join(',')}}`;
  const [given] = (await reader.rows(text, [
    relations.record.oid,
    (relations.via ?? relations.row).oid,
    relations.through?.oid ?? null,
    list(via?.row ?? []),
    row.count,
    relations.row.oid,
    list(record.through ? [] : record.reference),
    list(called),
  ])) as { answer: string }[];
  return { ...answer.parse(JSON.parse(given?.answer ?? '{}')), relations };
}
