import * as z from 'zod/mini';
import type { Reader } from '../connection/transactions.ts';
import type { Tables } from '../counter/discovery/tables.ts';
import { roleName } from '../counter/role-name.ts';
import {
  type ExtensionTable,
  type ReadableTable,
  readExtensionTables,
} from '../counter/schema/extension-table.ts';
import { readBodyOnce } from '../sql/parser/memoized-reader.ts';
import { emptyReading, type SqlReading } from '../sql/sql-effects.ts';
import type {
  CatalogGenerated,
  CatalogGrant,
  CatalogJob,
  CatalogReference,
  CatalogRelation,
  CatalogRole,
  CatalogRule,
} from './catalog.ts';

const grants = z.array(z.object({ role: z.nullable(z.string()), privileges: z.array(z.string()) }));
const role = z.object({ name: z.string(), bypass: z.boolean(), has: z.array(z.string()) });
const policy = z.object({
  event: z.string(),
  permissive: z.boolean(),
  roles: z.array(z.nullable(z.string())),
  closed: z.boolean(),
});
const relation = z.object({
  oid: z.number(),
  schema: z.string(),
  name: z.string(),
  table: z.string(),
  visible: z.boolean(),
  kind: z.enum(['table', 'view']),
  owner: z.string(),
  grants,
  policies: z.nullable(z.array(policy)),
  invoker: z.boolean(),
  query: z.nullable(z.string()),
  updatable: z.number(),
});
const rule = z.object({
  name: z.string(),
  tableOid: z.number(),
  enabled: z.enum(['O', 'A', 'R', 'D']),
  definition: z.string(),
});
const reference = z.object({
  name: z.string(),
  tableOid: z.number(),
  table: z.string(),
  toOid: z.number(),
  to: z.string(),
  onDelete: z.enum(['cascade', 'set null', 'set default']),
  columns: z.array(z.string()),
  definition: z.string(),
});
const generated = z.object({ column: z.string(), expression: z.string(), reads: z.array(z.string()) });
const job = z.object({
  id: z.number(),
  name: z.nullable(z.string()),
  schedule: z.string(),
  command: z.string(),
  user: z.string(),
  active: z.boolean(),
});

// $1 and $2 are the two tables, $3 the tables of the triggers that were read, $4 the count's name, $5 both tables and the views that
// show them. Under the catalog's path regclass names a table as %I.%I does, without joining it.
const text = `WITH RECURSIVE rules AS MATERIALIZED (
  SELECT r.rulename, r.ev_class, r.ev_enabled, pg_get_ruledef(r.oid) AS definition FROM pg_rewrite r
   WHERE r.rulename <> '_RETURN' AND r.ev_class >= 16384
), refers AS (
  SELECT c.oid, c.conname, c.conrelid, c.confrelid, c.confdeltype, c.conkey FROM pg_constraint c
   WHERE c.contype = 'f' AND c.conparentid = 0 AND c.conrelid IN ($1::oid, $2::oid) AND c.confdeltype IN ('c', 'n', 'd')
  UNION
  SELECT c.oid, c.conname, c.conrelid, c.confrelid, c.confdeltype, c.conkey FROM refers r JOIN pg_constraint c ON c.contype = 'f' AND c.conparentid = 0 AND c.conrelid = r.confrelid AND c.confdeltype = 'c'
   WHERE r.confdeltype = 'c'
), relations AS MATERIALIZED (
  SELECT c.oid, n.nspname, c.relname, c.relkind, c.relowner, c.relacl, c.relrowsecurity, c.reloptions, c.oid = ANY ($5::oid[]) AS shows
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.oid IN (SELECT unnest($5::oid[] || $3::oid[]) UNION ALL SELECT ev_class FROM rules UNION ALL SELECT confrelid FROM refers)
      OR (c.relkind IN ('r', 'p', 'v', 'f', 'm') AND c.relname IN (SELECT t.relname FROM pg_class t WHERE t.oid = ANY ($5::oid[])))
)
SELECT
  (SELECT json_agg(json_build_object('oid', oid::bigint, 'schema', nspname, 'name', relname, 'table', format('%I.%I', nspname, relname),
            'visible', pg_table_is_visible(oid), 'kind', CASE relkind WHEN 'v' THEN 'view' ELSE 'table' END, 'owner', pg_get_userbyid(relowner),
            'invoker', coalesce((SELECT bool_or(o.option_value IN ('true', 'on', '1', 'yes')) FROM pg_options_to_table(reloptions) o WHERE o.option_name = 'security_invoker'), false),
            'policies', CASE WHEN relrowsecurity THEN (SELECT coalesce(json_agg(json_build_object(
                'event', e.name,
                'permissive', p.polpermissive,
                'roles', (SELECT json_agg(${roleName('g')}) FROM unnest(p.polroles) g),
                'closed', 'false' IN (CASE e.name WHEN 'INSERT' THEN '' ELSE coalesce(pg_get_expr(p.polqual, p.polrelid), '') END,
                                      CASE e.name WHEN 'DELETE' THEN '' ELSE coalesce(pg_get_expr(p.polwithcheck, p.polrelid), pg_get_expr(p.polqual, p.polrelid), '') END))), '[]')
               FROM pg_policy p JOIN (VALUES ('a', 'INSERT'), ('w', 'UPDATE'), ('d', 'DELETE')) e (command, name) ON p.polcmd::text IN ('*', e.command)
              WHERE p.polrelid = relations.oid) END,
            'query', CASE WHEN relkind = 'v' AND shows THEN pg_get_viewdef(oid) END,
            'updatable', CASE WHEN relkind = 'v' AND shows THEN pg_relation_is_updatable(oid, false) ELSE 0 END,
            'grants', (SELECT coalesce(json_agg(json_build_object('role', rolname, 'privileges', privileges) ORDER BY rolname NULLS FIRST), '[]') FROM (
                SELECT ${roleName('g.grantee')} AS rolname, array_agg(DISTINCT g.privilege_type ORDER BY g.privilege_type) AS privileges FROM (
                    SELECT grantee, privilege_type FROM aclexplode(coalesce(relacl, acldefault('r', relowner)))
                    UNION ALL
                    SELECT a.grantee, a.privilege_type FROM pg_attribute, aclexplode(attacl) a WHERE attrelid = relations.oid AND attacl IS NOT NULL) g
                 WHERE g.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE') AND g.grantee <> relowner
                 GROUP BY g.grantee) granted)) ORDER BY nspname, relname) FROM relations)::text AS relations,
  (SELECT coalesce(json_agg(json_build_object('name', rulename, 'tableOid', ev_class::bigint, 'enabled', ev_enabled, 'definition', definition)
            ORDER BY rulename), '[]') FROM rules)::text AS rules,
  (SELECT coalesce(json_agg(json_build_object('name', conname, 'tableOid', conrelid::bigint, 'table', conrelid::regclass::text,
            'toOid', confrelid::bigint, 'to', confrelid::regclass::text,
            'onDelete', CASE confdeltype WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' ELSE 'set default' END,
            'columns', (SELECT json_agg(a.attname) FROM pg_attribute a WHERE a.attrelid = conrelid AND a.attnum = ANY (conkey)),
            'definition', pg_get_constraintdef(refers.oid)) ORDER BY conname), '[]') FROM refers)::text AS refs,
  (SELECT coalesce(json_agg(json_build_object('role', rolname, 'privileges', privileges) ORDER BY rolname NULLS FIRST), '[]') FROM (
      SELECT ${roleName('g.grantee')} AS rolname, array_agg(DISTINCT g.privilege_type) AS privileges
        FROM pg_class c CROSS JOIN LATERAL (
          SELECT grantee, privilege_type FROM aclexplode(coalesce(c.relacl, acldefault('r', c.relowner)))
          UNION ALL
          SELECT e.grantee, e.privilege_type FROM pg_attribute a, aclexplode(a.attacl) e WHERE a.attrelid = c.oid AND a.attname = $4 AND a.attacl IS NOT NULL) g
       WHERE c.oid = $1::oid AND g.privilege_type IN ('INSERT', 'UPDATE') AND g.grantee <> c.relowner
       GROUP BY g.grantee) granted)::text AS "countGrants",
  (SELECT coalesce(json_agg(json_build_object('name', r.rolname, 'bypass', r.rolbypassrls, 'has', h.has) ORDER BY r.rolname), '[]')
     FROM pg_roles r CROSS JOIN LATERAL (
       SELECT coalesce(json_agg(pg_get_userbyid(g.roleid)), '[]') AS has FROM (SELECT DISTINCT m.roleid FROM pg_auth_members m) g
        WHERE g.roleid <> r.oid AND EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid) AND pg_has_role(r.oid, g.roleid, 'USAGE')) h
    WHERE NOT r.rolsuper AND r.rolname !~ '^pg_' AND (r.rolbypassrls OR h.has::text <> '[]'))::text AS roles,
  EXISTS (SELECT FROM pg_namespace WHERE nspname = 'cron') AS cron,
  nullif(current_setting('cron.database_name', true), current_database()) AS "jobsElsewhere"`;

// Apart, because most tables have none.
const generatedColumns = `SELECT coalesce(json_agg(json_build_object('column', a.attname, 'expression', pg_get_expr(d.adbin, d.adrelid),
            'reads', (SELECT coalesce(json_agg(b.attname), '[]') FROM pg_depend p JOIN pg_attribute b ON b.attrelid = p.refobjid AND b.attnum = p.refobjsubid
                       WHERE p.refclassid = 'pg_class'::regclass AND p.refobjid = a.attrelid AND p.refobjsubid <> a.attnum
                         AND ((p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid)
                           OR (p.classid = 'pg_class'::regclass AND p.objid = a.attrelid AND p.objsubid = a.attnum)))) ORDER BY a.attnum), '[]')::text AS generated
     FROM pg_attribute a JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = $1::oid AND a.attgenerated <> ''`;

// pg_cron's policy shows a role only its own jobs. Older versions have neither jobname nor active.
const cronJobs: ExtensionTable = {
  schema: 'cron',
  table: 'job',
  columns: {
    jobid: ['bigint'],
    schedule: ['text'],
    command: ['text'],
    username: ['text'],
    database: ['text'],
    jobname: ['text', 'name'],
    active: ['boolean'],
  },
  optional: ['jobname', 'active'],
};
const jobs = ({ name, column }: ReadableTable) =>
  `SELECT coalesce(json_agg(json_build_object('id', jobid, 'name', ${column('j', 'jobname')}::text, 'schedule', schedule, 'command', command, 'user', username,
  'active', coalesce(${column('j', 'active')}::boolean, true)) ORDER BY jobid), '[]')::text AS jobs FROM ${name} j WHERE database = current_database()`;

interface Readable {
  relations: CatalogRelation[];
  countGrants: CatalogGrant[];
  roles: CatalogRole[];
  rules: CatalogRule[];
  references: CatalogReference[];
  generated: CatalogGenerated[];
  jobs: CatalogJob[];
  jobsHidden: boolean;
  jobsElsewhere: string | null;
}

/** Other possible writers than routines and triggers; `withReadings` parses their SQL. */
export interface WriterRows {
  withReadings(): Promise<Readable>;
}

/** What is known already: both tables and the views that show them, the tables of triggers, and whether the row has generated columns. */
interface Known {
  shows: readonly number[];
  triggered: readonly number[];
  generates: boolean;
}

/** Reads rules, views, foreign keys, generated columns and jobs that may write either table, and the grants. */
export async function readWriterRows(
  reader: Reader,
  tables: Tables,
  { shows, triggered, generates }: Known,
): Promise<WriterRows> {
  const [row] = (await reader.rows(text, [
    tables.presets.oid,
    tables.records.oid,
    `{${triggered.join(',')}}`,
    tables.presets.countName,
    `{${shows.join(',')}}`,
  ])) as Record<string, unknown>[];
  const listed = (name: string) => JSON.parse((row?.[name] as string | null) ?? '[]');
  const relations = z.array(relation).parse(listed('relations'));
  const countGrants = grants.parse(listed('countGrants'));
  const roles = z.array(role).parse(listed('roles'));
  const rules = z.array(rule).parse(listed('rules'));
  const references = z.array(reference).parse(listed('refs'));
  const [columns] = generates
    ? ((await reader.rows(generatedColumns, [tables.presets.oid])) as { generated: string }[])
    : [];
  const { jobsElsewhere } = row ?? {};
  const [cron = null] = row?.cron ? await readExtensionTables(reader, [cronJobs]) : [];
  const [found] = cron && cron !== 'hidden' ? ((await reader.rows(jobs(cron))) as { jobs: string }[]) : [];
  const planned = z.array(job).parse(JSON.parse(found?.jobs ?? '[]'));
  return {
    withReadings: async () => ({
      relations: await Promise.all(
        relations.map(async ({ query, updatable, ...rest }) => ({
          ...rest,
          view:
            query === null
              ? null
              : { reading: await read(`CREATE VIEW shown AS ${query}`), ...allows(updatable) },
        })),
      ),
      rules: await Promise.all(
        rules.map(async each => ({ ...each, reading: await readCreated(each.definition) })),
      ),
      countGrants,
      roles,
      references,
      generated: z.array(generated).parse(JSON.parse(columns?.generated ?? '[]')),
      jobs: await Promise.all(planned.map(async each => ({ ...each, reading: await read(each.command) }))),
      jobsHidden: cron === 'hidden',
      jobsElsewhere: cron === null && typeof jobsElsewhere === 'string' ? jobsElsewhere || null : null,
    }),
  };
}

// The bits of pg_relation_is_updatable().
const allows = (bits: number) => ({
  updates: (bits & 4) !== 0,
  inserts: (bits & 8) !== 0,
  deletes: (bits & 16) !== 0,
});

function read(source: string): Promise<SqlReading> {
  return readBodyOnce({ language: 'sql', source });
}

async function readCreated(definition: string): Promise<SqlReading> {
  const { creates, problem } = await read(definition);
  const [created] = creates;
  return created && 'reading' in created ? created.reading : { ...emptyReading(), problem };
}
