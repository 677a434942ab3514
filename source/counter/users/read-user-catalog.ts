import * as z from 'zod/mini';
import type { Reader } from '../../connection/transactions.ts';
import { readBodyOnce } from '../../sql/parser/memoized-reader.ts';
import { searchPathOf } from '../../sql/search-path-setting.ts';
import type { Tables } from '../discovery/tables.ts';
import type { UserCatalog, UserTable, UserText } from './user-catalog.ts';

const answer = z.object({
  tables: z.array(
    z.object({
      oid: z.number(),
      schema: z.string(),
      name: z.string(),
      table: z.string(),
      readable: z.boolean(),
      query: z.nullable(z.string()),
      columns: z.array(
        z.object({ name: z.string(), quoted: z.string(), type: z.string(), unique: z.boolean() }),
      ),
    }),
  ),
  references: z.array(z.object({ from: z.number(), column: z.string(), to: z.number(), key: z.string() })),
  policies: z.array(z.object({ table: z.number(), sql: z.string() })),
  routines: z.array(
    z.object({
      schema: z.string(),
      name: z.string(),
      language: z.string(),
      source: z.string(),
      searchPath: z.nullable(z.string()),
      arguments: z.string(),
      result: z.nullable(z.string()),
      kind: z.enum(['function', 'procedure']),
      tables: z.array(z.number()),
    }),
  ),
});

// `$1` are the records. The tables are those that foreign keys lead to from there, and those that a policy, view or function
// names which asks for the token of a request. `asking` searches texts and so finds too many; the parser then decides.
// strpos() comes before the regular expression for whole words, because compiling one takes longer than searching a text.
const text = `WITH RECURSIVE reach AS (
  SELECT $1::oid AS oid
  UNION
  SELECT c.confrelid FROM reach r JOIN pg_constraint c ON c.contype = 'f' AND c.conrelid = r.oid
), routine AS MATERIALIZED (
  SELECT p.oid, p.proname, n.nspname, lower(p.proname) AS name, lower(CASE WHEN p.prosrc = '' THEN pg_get_functiondef(p.oid) ELSE p.prosrc END) AS body
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
   WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.prokind IN ('f', 'p') AND l.lanname IN ('sql', 'plpgsql')
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
), asking AS (
  SELECT r.oid, r.name FROM routine r WHERE strpos(r.body, 'request.jwt') > 0 OR strpos(r.body, 'auth.') > 0
  UNION
  SELECT r.oid, r.name FROM asking a JOIN routine r
    ON CASE WHEN strpos(r.body, a.name) > 0 THEN r.body ~ ('\\m' || regexp_replace(a.name, '(\\W)', '\\\\\\1', 'g') || '\\M') END
), views AS MATERIALIZED (
  SELECT c.oid, pg_get_viewdef(c.oid) AS query FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind = 'v' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'extensions')
     AND EXISTS (SELECT FROM pg_rewrite w JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid WHERE w.ev_class = c.oid
        AND ((d.refclassid = 'pg_proc'::regclass AND d.refobjid IN (SELECT oid FROM asking))
          OR (d.refclassid = 'pg_class'::regclass AND d.refobjid IN (SELECT oid FROM reach) AND d.refobjid <> c.oid)))
), named AS (
  SELECT oid FROM reach
  UNION SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE (n.nspname, c.relname) IN (('auth', 'users'), ('neon_auth', 'users_sync'))
  UNION SELECT oid FROM views
  UNION SELECT d.refobjid FROM views v JOIN pg_rewrite w ON w.ev_class = v.oid JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
  UNION SELECT d.refobjid FROM pg_policy p JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass
   WHERE p.polrelid IN (SELECT oid FROM reach)
  UNION SELECT c.oid FROM asking a JOIN routine r USING (oid) JOIN pg_class c ON c.relkind IN ('r', 'p', 'v', 'f')
      AND CASE WHEN strpos(r.body, lower(c.relname)) > 0 THEN r.body ~ ('\\m' || regexp_replace(lower(c.relname), '(\\W)', '\\\\\\1', 'g') || '\\M') END
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
), tables AS MATERIALIZED (
  SELECT c.oid, n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.oid IN (SELECT oid FROM named) AND c.relkind IN ('r', 'p', 'v', 'f', 'm')
)
SELECT json_build_object(
  'tables', (SELECT coalesce(json_agg(json_build_object('oid', t.oid::bigint, 'schema', nspname, 'name', relname, 'table', format('%I.%I', nspname, relname),
      'readable', has_schema_privilege(nspname, 'USAGE') AND has_table_privilege(t.oid, 'SELECT') AND NOT row_security_active(t.oid),
      'query', (SELECT query FROM views v WHERE v.oid = t.oid),
      'columns', (SELECT coalesce(json_agg(json_build_object('name', a.attname, 'quoted', quote_ident(a.attname), 'type', format_type(a.atttypid, a.atttypmod),
          'unique', EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique AND i.indnkeyatts = 1 AND i.indpred IS NULL AND i.indkey[0] = a.attnum)) ORDER BY a.attnum), '[]')
        FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped)) ORDER BY nspname, relname), '[]') FROM tables t),
  'references', (SELECT coalesce(json_agg(json_build_object('from', c.conrelid::bigint, 'column', a.attname, 'to', c.confrelid::bigint, 'key', b.attname) ORDER BY c.oid), '[]')
    FROM pg_constraint c, unnest(c.conkey, c.confkey) k (col, ref)
    JOIN pg_attribute a ON true JOIN pg_attribute b ON true
   WHERE c.contype = 'f' AND c.conrelid IN (SELECT oid FROM tables) AND c.conparentid = 0
     AND a.attrelid = c.conrelid AND a.attnum = k.col AND b.attrelid = c.confrelid AND b.attnum = k.ref),
  'policies', (SELECT coalesce(json_agg(json_build_object('table', polrelid::bigint, 'sql', 'SELECT ' || sql) ORDER BY oid), '[]')
    FROM (SELECT oid, polrelid, pg_get_expr(polqual, polrelid) AS sql FROM pg_policy
          UNION ALL SELECT oid, polrelid, pg_get_expr(polwithcheck, polrelid) FROM pg_policy) p
   WHERE sql IS NOT NULL AND polrelid IN (SELECT oid FROM tables)),
  'routines', (SELECT coalesce(json_agg(json_build_object('schema', r.nspname, 'name', r.proname, 'language', l.lanname,
      'source', CASE WHEN p.prosrc = '' THEN pg_get_functiondef(p.oid) ELSE p.prosrc END,
      'searchPath', (SELECT s FROM unnest(p.proconfig) s WHERE s LIKE 'search_path=%'),
      'arguments', pg_get_function_arguments(p.oid), 'result', pg_get_function_result(p.oid),
      'kind', CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END,
      'tables', (SELECT coalesce(json_agg(DISTINCT g.tgrelid::bigint), '[]') FROM pg_trigger g WHERE g.tgfoid = p.oid AND NOT g.tgisinternal AND g.tgrelid IN (SELECT oid FROM tables)))
      ORDER BY r.nspname, r.proname, p.oid), '[]')
    FROM asking s JOIN routine r USING (oid) JOIN pg_proc p USING (oid) JOIN pg_language l ON l.oid = p.prolang))::text AS answer`;

/** Reads what the catalog says about the users of the records: tables, foreign keys, policies, views, functions. */
export async function readUserCatalog(reader: Reader, { records }: Tables): Promise<UserCatalog> {
  await reader.rows('SET LOCAL jit = off');
  const [row] = (await reader.rows(text, [records.oid])) as { answer: string }[];
  const found = answer.parse(JSON.parse(row?.answer ?? '{}'));
  const tables = await Promise.all(
    found.tables.map(
      async ({ query, ...rest }): Promise<UserTable> => ({
        ...rest,
        view:
          query === null
            ? null
            : await readBodyOnce({ language: 'sql', source: `CREATE VIEW shown AS ${query}` }),
      }),
    ),
  );
  const policies = found.policies.map(
    async ({ table, sql }): Promise<UserText> => ({
      table,
      routine: null,
      path: null,
      reading: await readBodyOnce({ language: 'sql', source: sql }),
    }),
  );
  const routines = found.routines.map(
    async ({ schema, name, searchPath, tables: triggered, ...body }): Promise<UserText[]> => {
      const reading = await readBodyOnce(body);
      const text = { routine: { schema, name }, path: searchPathOf(searchPath), reading };
      // A trigger's function speaks of NEW, the row of each table that it is on.
      return triggered.length === 0
        ? [{ ...text, table: null }]
        : triggered.map(table => ({ ...text, table }));
    },
  );
  const views = tables.flatMap(({ view }): UserText[] =>
    (view?.creates ?? []).flatMap(created =>
      created.kind === 'view' ? [{ table: null, routine: null, path: null, reading: created.reading }] : [],
    ),
  );
  return {
    records: records.oid,
    tables,
    references: found.references,
    texts: [...(await Promise.all(policies)), ...(await Promise.all(routines)).flat(), ...views],
  };
}
