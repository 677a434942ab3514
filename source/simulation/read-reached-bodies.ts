import * as z from 'zod/mini';
import type { Reader } from '../connection/transactions.ts';
import type { Tables } from '../counter/discovery/tables.ts';
import { readBodyOnce } from '../sql/parser/memoized-reader.ts';
import { searchPathOf } from '../sql/search-path-setting.ts';
import type { SqlName } from '../sql/sql-effects.ts';
import { doneBy, type ReachedBody } from '../trigger/side-effects.ts';

const routine = z.object({
  oid: z.number(),
  schema: z.string(),
  identity: z.string(),
  source: z.string(),
  language: z.string(),
  trusted: z.boolean(),
  kind: z.enum(['function', 'procedure']),
  searchPath: z.nullable(z.string()),
  definer: z.boolean(),
  arguments: z.string(),
  result: z.nullable(z.string()),
  /** The defaults of its parameters, as a query. */
  defaults: z.nullable(z.string()),
});

const trigger = z.object({ name: z.string(), table: z.string(), function: z.number() });

/** A trigger that fires on the way, its table with its schema. */
export type FiredTrigger = z.infer<typeof trigger>;

const table = z.object({
  oid: z.number(),
  events: z.number(),
  schema: z.string(),
  triggers: z.array(trigger),
  texts: z.array(z.object({ what: z.string(), sql: z.string() })),
  /** Tables that are written too: partitions, what a view shows, what refers to a deleted row. */
  more: z.array(z.object({ oid: z.number(), events: z.number(), columns: z.nullable(z.array(z.string())) })),
});

const answer = z.object({ routines: z.array(routine), tables: z.array(table) });

/** A table or routine to read: by its oid, or by a name and the schemas to search. */
interface Wanted {
  oid?: number;
  name?: string;
  schemas?: readonly string[] | null;
  /** What is done to a table, as bits of tgtype. */
  events?: number;
  /** The columns that an update sets; left out or null if that may be any. */
  columns?: readonly string[] | null;
}

// The bits of tgtype, and one that no trigger has.
const bits = { insert: 4, delete: 8, update: 16, truncate: 32, select: 256 } as const;
const anyWrite = bits.insert | bits.delete | bits.update | bits.truncate;

// $1 are the wanted routines, $2 the wanted tables, $3 the role whose policies apply or NULL for those of every role, $4 leaves out
// triggers that fire at the end of the transaction. Triggers that are not enabled as O or A do not fire for an application.
const text = `WITH wanted_routines AS MATERIALIZED (
  SELECT (w->>'oid')::oid AS oid, w->>'name' AS name, w->'schemas' AS schemas FROM json_array_elements($1::text::json) w
), wanted_tables AS MATERIALIZED (
  SELECT (w->>'oid')::oid AS oid, w->>'name' AS name, w->'schemas' AS schemas, (w->>'events')::int AS events,
         CASE json_typeof(w->'columns') WHEN 'array' THEN w->'columns' END AS columns FROM json_array_elements($2::text::json) w
), routines AS MATERIALIZED (
  SELECT p.*, n.nspname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
   WHERE p.prokind IN ('f', 'p')
     AND (p.oid IN (SELECT oid FROM wanted_routines) OR (n.nspname NOT IN ('pg_catalog', 'information_schema') AND EXISTS (
           SELECT FROM wanted_routines w WHERE w.name = p.proname
              AND CASE json_typeof(w.schemas) WHEN 'array' THEN n.nspname IN (SELECT json_array_elements_text(w.schemas)) ELSE true END)))
), tables AS MATERIALIZED (
  SELECT c.oid, c.relname, c.relkind, n.nspname, bit_or(w.events) AS events, bool_or(w.columns IS NULL) AS any_column, json_agg(w.columns) FILTER (WHERE w.columns IS NOT NULL) AS columns,
         -- Policies do not apply, or not to this role.
         $4::boolean AND NOT c.relrowsecurity OR $3::name IS NOT NULL AND (NOT c.relrowsecurity OR (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = $3::name)
           OR (pg_has_role($3::name, c.relowner, 'USAGE') AND NOT c.relforcerowsecurity)) AS exempt
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN wanted_tables w ON w.oid = c.oid OR (w.name = c.relname AND n.nspname NOT IN ('pg_catalog', 'information_schema')
              AND CASE json_typeof(w.schemas) WHEN 'array' THEN n.nspname IN (SELECT json_array_elements_text(w.schemas)) ELSE true END)
   WHERE c.relkind IN ('r', 'p', 'v', 'f') GROUP BY 1, 2, 3, 4, c.relowner, c.relrowsecurity, c.relforcerowsecurity
), set_columns AS MATERIALIZED (
  SELECT t.oid, a.attnum FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0
   WHERE a.attgenerated <> '' OR a.attname::text IN (SELECT json_array_elements_text(json_array_elements(t.columns)))
), fired AS MATERIALIZED (
  SELECT g.oid, g.tgrelid, g.tgname, g.tgfoid, g.tgqual IS NOT NULL AS condition FROM tables t JOIN pg_trigger g ON g.tgrelid = t.oid
   WHERE NOT g.tgisinternal AND g.tgenabled IN ('O', 'A') AND g.tgtype & t.events <> 0 AND NOT ($4::boolean AND g.tginitdeferred)
     AND (t.any_column OR g.tgattr::text = '' OR g.tgtype & t.events & ~${bits.update} <> 0
          OR EXISTS (SELECT FROM set_columns s WHERE s.oid = t.oid AND s.attnum = ANY (g.tgattr::int2[])))
)
SELECT
  (SELECT coalesce(json_agg(json_build_object('oid', r.oid::bigint, 'schema', nspname,
            'identity', format('%I.%I(%s)', nspname, proname, pg_get_function_identity_arguments(r.oid)),
            'source', CASE WHEN prosrc = '' THEN pg_get_functiondef(r.oid) ELSE prosrc END, 'language', l.lanname, 'trusted', l.lanpltrusted,
            'kind', CASE prokind WHEN 'p' THEN 'procedure' ELSE 'function' END,
            'definer', prosecdef, 'searchPath', (SELECT s FROM unnest(proconfig) s WHERE s LIKE 'search_path=%'),
            'defaults', 'SELECT ' || pg_get_expr(proargdefaults, 'pg_proc'::regclass), 'arguments', pg_get_function_arguments(r.oid), 'result', pg_get_function_result(r.oid)) ORDER BY nspname, proname, r.oid), '[]')
     FROM routines r JOIN pg_language l ON l.oid = r.prolang)::text AS routines,
  (SELECT coalesce(json_agg(json_build_object('oid', t.oid::bigint, 'events', events, 'schema', nspname,
            'triggers', (SELECT coalesce(json_agg(json_build_object('name', tgname, 'table', format('%I.%I', nspname, relname), 'function', tgfoid::bigint) ORDER BY tgname), '[]')
                           FROM fired WHERE tgrelid = t.oid),
            'texts', (SELECT coalesce(json_agg(json_build_object('what', format('%s of %I.%I', what, nspname, relname), 'sql', sql)), '[]') FROM (
                SELECT format('the default of %I', a.attname) AS what, 'SELECT ' || pg_get_expr(d.adbin, d.adrelid) AS sql
                  FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE d.adrelid = t.oid AND events & ${anyWrite} <> 0
                UNION ALL SELECT format('the check %I', conname), 'SELECT ' || pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE conrelid = t.oid AND contype = 'c' AND events & ${anyWrite} <> 0
                UNION ALL SELECT format('the condition of the trigger %I', tgname), 'SELECT ' || substring(pg_get_triggerdef(oid) FROM ' WHEN ((.*)) EXECUTE (?:FUNCTION|PROCEDURE) ')
                  FROM fired WHERE tgrelid = t.oid AND condition
                UNION ALL SELECT 'the partition key', 'SELECT ' || pg_get_expr(partexprs, partrelid) FROM pg_partitioned_table WHERE partrelid = t.oid AND partexprs IS NOT NULL
                UNION ALL SELECT 'the query', pg_get_viewdef(t.oid) WHERE t.relkind = 'v' AND events & ${bits.select} <> 0
                UNION ALL SELECT format('the policy %I', polname), 'SELECT ' || concat_ws(', ', pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
                  FROM pg_policy WHERE polrelid = t.oid AND NOT exempt
                UNION ALL SELECT format('the index %s', indexrelid::regclass), 'SELECT ' || concat_ws(', ', pg_get_expr(indexprs, indrelid), pg_get_expr(indpred, indrelid))
                  FROM pg_index WHERE indrelid = t.oid AND (indexprs IS NOT NULL OR indpred IS NOT NULL) AND events & ${anyWrite} <> 0
                UNION ALL SELECT format('the rule %I', rulename), pg_get_ruledef(oid) FROM pg_rewrite
                 WHERE ev_class = t.oid AND rulename <> '_RETURN' AND ev_enabled IN ('O', 'A')
                   AND CASE ev_type WHEN '2' THEN ${bits.update} WHEN '3' THEN ${bits.insert} WHEN '4' THEN ${bits.delete} ELSE 0 END & events <> 0) each),
            'more', (SELECT coalesce(json_agg(json_build_object('oid', oid::bigint, 'events', does, 'columns', CASE WHEN same AND NOT any_column THEN (SELECT json_agg(c) FROM json_array_elements(columns) l, json_array_elements_text(l) c) END)), '[]') FROM (
                SELECT inhrelid AS oid, events AS does, true AS same FROM pg_inherits WHERE inhparent = t.oid
                UNION SELECT d.refobjid, events, false FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                        AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> t.oid WHERE r.ev_class = t.oid AND r.rulename = '_RETURN' AND t.relkind = 'v'
                UNION SELECT conrelid, CASE confdeltype WHEN 'c' THEN ${bits.delete} ELSE ${bits.update} END, false FROM pg_constraint
                 WHERE confrelid = t.oid AND contype = 'f' AND confdeltype IN ('c', 'n', 'd') AND events & ${bits.delete} <> 0
                UNION SELECT conrelid, ${bits.update}, false FROM pg_constraint
                 WHERE confrelid = t.oid AND contype = 'f' AND confupdtype IN ('c', 'n', 'd') AND events & ${bits.update} <> 0
                   AND (any_column OR EXISTS (SELECT FROM set_columns s WHERE s.oid = t.oid AND s.attnum = ANY (confkey)))) each)) ORDER BY nspname, relname), '[]')
     FROM tables t)::text AS tables`;

// What runs without being called by name: functions behind the database's own operators, casts, aggregates and domains.
// The text of a use does not show whether it runs one of them.
const unnamed = `WITH own AS (
  SELECT oprcode::oid AS oid FROM pg_operator WHERE oid >= 16384
  UNION SELECT castfunc FROM pg_cast WHERE oid >= 16384
  UNION SELECT unnest(ARRAY[aggtransfn, aggfinalfn, aggcombinefn, aggmtransfn, aggminvtransfn, aggmfinalfn]::oid[]) FROM pg_aggregate WHERE aggfnoid >= 16384
)
SELECT (SELECT coalesce(json_agg(p.oid::bigint ORDER BY p.oid), '[]') FROM own JOIN pg_proc p USING (oid) JOIN pg_language l ON l.oid = p.prolang
         WHERE l.lanname NOT IN ('c', 'internal')
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'))::text AS routines,
       (SELECT coalesce(json_agg(json_build_object('what', format('the domain %I.%I', n.nspname, t.typname), 'schema', n.nspname, 'sql', 'SELECT ' || sql)), '[]')
          FROM (SELECT contypid AS oid, pg_get_expr(conbin, 0) AS sql FROM pg_constraint WHERE contypid <> 0 AND contype = 'c'
                UNION ALL SELECT oid, pg_get_expr(typdefaultbin, 0) FROM pg_type WHERE typtype = 'd' AND typdefaultbin IS NOT NULL) each
          JOIN pg_type t USING (oid) JOIN pg_namespace n ON n.oid = t.typnamespace
         WHERE t.oid >= 16384
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'))::text AS texts`;

const unnamedTexts = z.array(z.object({ what: z.string(), schema: z.string(), sql: z.string() }));

// Beyond this many for one use, the result helps nobody.
const mostBodies = 500;

/**
 * Everything that a simulated use may run, as far as texts show. That is the triggers of both tables, the function that
 * the application calls, and what those call, write and read in turn. It includes the triggers, rules, defaults, checks,
 * policies and indexes of every table on the way, and the functions behind the database's own operators, casts,
 * aggregates and domains. `called` are the oids of routines; with `every change` records are also changed and deleted.
 * `complete` is false if the search was given up.
 */
export async function readReachedBodies(
  reader: Reader,
  { presets, records }: Tables,
  called: readonly number[],
  changes: 'inserts' | 'every change' = 'inserts',
): Promise<{ bodies: ReachedBody[]; complete: boolean }> {
  const [hidden] = (await reader.rows(unnamed)) as Record<string, string>[];
  const behind = z.array(z.number()).parse(JSON.parse(hidden?.routines ?? '[]'));
  return gather(reader, {
    routines: [...called, ...behind].map(oid => ({ oid })),
    tables: [
      { oid: records.oid, events: changes === 'inserts' ? bits.insert : anyWrite },
      { oid: presets.oid, events: bits.update },
    ],
    texts: unnamedTexts.parse(JSON.parse(hidden?.texts ?? '[]')),
    within: null,
  });
}

/** Where what a statement runs still has the search_path and the role of the function around it. */
export interface Within {
  /** Whether a routine has its own, and so has all that it runs. */
  leaves(routine: { searchPath: string | null; definer: boolean }): boolean;
  /** The role that it runs as, whose policies apply; null for those of every role. */
  role: string | null;
}

/** What a change of these columns of a table runs (null: no change), as long as that is `within`; or what a trigger's function runs. */
export async function readFiredBodies(
  reader: Reader,
  start: { table: number; columns: readonly string[] | null; inserts: boolean } | { routine: number },
  within: Within,
): Promise<Gathered> {
  const isRoutine = 'routine' in start;
  return gather(reader, {
    routines: isRoutine ? [{ oid: start.routine }] : [],
    tables: isRoutine
      ? []
      : [
          ...(start.columns ? [{ oid: start.table, events: bits.update, columns: start.columns }] : []),
          ...(start.inserts ? [{ oid: start.table, events: bits.insert, columns: [] }] : []),
        ],
    texts: [],
    within,
  });
}

interface Start {
  routines: Wanted[];
  tables: Wanted[];
  texts: z.infer<typeof unnamedTexts>;
  within: Within | null;
}

/** Bodies with the triggers that fire on the way. */
export interface Gathered {
  bodies: (ReachedBody & { oid: number | null })[];
  triggers: FiredTrigger[];
  complete: boolean;
}

async function gather(reader: Reader, start: Start): Promise<Gathered> {
  const { within } = start;
  const bodies: Gathered['bodies'] = [];
  const triggers: FiredTrigger[] = [];
  const seen = new Set<string>();
  const fresh = (wanted: Wanted[]) =>
    wanted.filter(each => {
      const key = JSON.stringify(each);
      return !seen.has(key) && seen.add(key);
    });
  let { routines, tables } = start;
  const read = new Set<string>();
  while (routines.length > 0 || tables.length > 0) {
    if (bodies.length > mostBodies) return { bodies, triggers, complete: false };
    const [row] = (await reader.rows(text, [
      JSON.stringify(routines),
      JSON.stringify(tables),
      within?.role ?? null,
      within !== null,
    ])) as Record<string, string>[];
    const found = answer.parse({
      routines: JSON.parse(row?.routines ?? '[]'),
      tables: JSON.parse(row?.tables ?? '[]'),
    });
    const next: { routines: Wanted[]; tables: Wanted[] } = { routines: [], tables: [] };
    const take = async (
      key: string,
      body: Omit<ReachedBody, 'reading'> & { oid?: number },
      path: string[] | null,
    ) => {
      if (read.has(key)) return;
      read.add(key);
      // Built-in functions have no readable text.
      const builtIn = body.language === 'c' || body.language === 'internal';
      const reading = await readBodyOnce(builtIn ? { ...body, source: '' } : body);
      bodies.push({ ...body, oid: body.oid ?? null, reading });
      const { calls, writes, reads } = doneBy(reading);
      next.routines.push(...calls.map(call => byName(call, path)));
      next.tables.push(
        ...writes.map(write => ({
          ...byName(write.table, path),
          events: write.verb === 'truncate' ? bits.truncate : bits[write.action],
          ...(within && write.action === 'update' && write.columns
            ? { columns: write.columns.map(({ name }) => name) }
            : {}),
        })),
        ...reads.map(table => ({ ...byName(table, path), events: bits.select })),
      );
    };
    for (const { what, schema, sql } of start.texts.splice(0)) {
      await take(what, { identity: what, schema, source: sql, language: 'sql', trusted: true }, null);
    }
    for (const each of found.routines) {
      if (within?.leaves(each)) continue;
      await take(`${each.oid}`, each, searchPathOf(each.searchPath));
      if (each.defaults === null) continue;
      const what = `the defaults of ${each.identity}`;
      const text = { identity: what, source: each.defaults, language: 'sql', trusted: true };
      await take(what, { ...text, schema: each.schema }, null);
    }
    for (const { schema, events, triggers: firing, texts, more } of found.tables) {
      triggers.push(...firing);
      next.routines.push(...firing.map(each => ({ oid: each.function })));
      next.tables.push(...more.map(({ columns, ...each }) => (columns ? { ...each, columns } : each)));
      for (const { what, sql } of texts) {
        if (within && what.startsWith('the default of ') && !(events & bits.insert)) continue;
        // The server prints other schemas than its own.
        const path = within ? ['pg_catalog'] : null;
        await take(what, { identity: what, schema, source: sql, language: 'sql', trusted: true }, path);
      }
    }
    routines = fresh(next.routines);
    tables = fresh(next.tables);
  }
  return { bodies, triggers, complete: true };
}

function byName({ schema, name }: SqlName, path: readonly string[] | null): Wanted {
  return { name, schemas: schema === null ? path : [schema] };
}
