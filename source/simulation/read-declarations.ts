import * as z from 'zod/mini';
import type { Reader } from '../connection/transactions.ts';
import type { Tables } from '../counter/discovery/tables.ts';
import { type Operators, operators, ownOperators } from '../counter/operators.ts';
import { countsAreCheap } from '../counter/reading/counters.ts';
import { manyValues, valueAsText } from '../counter/reading/sql-values.ts';
import { trackName } from '../trigger/expected-names.ts';
import type { UsageColumn, UsageRoutine } from './usage-call.ts';

/** How a use is recorded in this database, and as whom it can be made. */
export interface UsageDeclarations {
  routines: UsageRoutine[];
  columns: UsageColumn[];
  /** The column of the records that names the user, and its type; null without one. */
  userColumn: string | null;
  userType: string | null;
  /** A recent record, by column, as text; empty if there is none. */
  sample: Record<string, string | null>;
  /**
   * The requested roles that exist, whether this session may become them, and whether this database knows them: roles are the
   * server's, and another database's may be meant.
   */
  roles: { name: string; allowed: boolean; known: boolean }[];
  /** Sequences that a use advances; a rollback does not undo that. */
  sequences: string[];
  /** The column of the primary key of the records; null if it has none, or one of several columns. */
  recordKey: { quoted: string; type: string; operators: Operators | null } | null;
  /** `session_replication_role`: unless it is `origin`, ordinary triggers do not fire in this session. */
  replicationRole: string;
}

const named = {
  name: z.string(),
  quoted: z.string(),
  type: z.string(),
  base: z.string(),
  firstLabel: z.nullable(z.string()),
};

const answer = z.object({
  columns: z.array(z.object({ ...named, required: z.boolean(), unique: z.boolean() })),
  routines: z.array(
    z.object({
      oid: z.number(),
      name: z.string(),
      identity: z.string(),
      kind: z.enum(['function', 'procedure']),
      stranger: z.nullable(z.string()),
      undeclared: z.boolean(),
      parameters: z.array(
        z.object({
          ...named,
          optional: z.boolean(),
          isComputed: z.boolean(),
          mode: z.enum(['in', 'out', 'variadic']),
        }),
      ),
    }),
  ),
  roles: z.array(z.object({ name: z.string(), allowed: z.boolean(), known: z.boolean() })),
  sequences: z.array(z.string()),
  recordKey: z.nullable(z.object({ quoted: z.string(), type: z.string(), operators: z.nullable(operators) })),
  replicationRole: z.string(),
});

/** SQL for the roles whose names `parameter` lists as JSON, as JSON: see `UsageDeclarations`. */
export const rolesNamed = (
  parameter: string,
) => `(SELECT coalesce(json_agg(json_build_object('name', r.rolname, 'allowed', pg_has_role(r.oid, 'MEMBER'),
      'known', to_regnamespace('auth') IS NOT NULL OR EXISTS (SELECT FROM pg_shdepend d JOIN pg_database b ON b.oid = d.dbid
         WHERE b.datname = current_database() AND d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid))), '[]')
    FROM pg_roles r WHERE r.rolname = ANY (ARRAY(SELECT e FROM json_array_elements_text(${parameter}::text::json) e)))`;

const record = z.array(z.nullable(z.string()));

// Parameters: if modes are NULL, all are IN. Defaults belong to the last of the input parameters. From PostgreSQL 14 on,
// a CALL also names OUT parameters. Routines in the tables' schemas come before others.
const text = `SELECT json_build_object(
  'columns', (SELECT coalesce(json_agg(json_build_object('name', a.attname, 'quoted', quote_ident(a.attname),
      'type', format_type(a.atttypid, a.atttypmod), 'base', format_type(coalesce(nullif(t.typbasetype, 0), t.oid), -1),
      'firstLabel', (SELECT e.enumlabel FROM pg_enum e WHERE e.enumtypid = coalesce(nullif(t.typbasetype, 0), t.oid) ORDER BY e.enumsortorder LIMIT 1),
      'required', (a.attnotnull OR t.typnotnull) AND NOT a.atthasdef AND t.typdefault IS NULL AND a.attidentity = '' AND a.attgenerated = '',
      'unique', EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique
                           AND (i.indisprimary OR i.indnkeyatts = 1) AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]))) ORDER BY a.attnum), '[]')
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped),
  'routines', (SELECT coalesce(json_agg(json_build_object('oid', p.oid::bigint, 'name', format('%I.%I', n.nspname, p.proname),
      'identity', format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
      'kind', CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END,
      'stranger', CASE WHEN NOT p.prosecdef AND pg_get_userbyid(p.proowner) <> current_user AND NOT EXISTS (
          SELECT FROM pg_class c WHERE c.oid IN ($1::oid, $4::oid) AND pg_has_role(p.proowner, c.relowner, 'MEMBER')) THEN pg_get_userbyid(p.proowner) END,
      'undeclared', p.proretset AND p.prorettype = 'record'::regtype AND NOT coalesce(p.proargmodes && '{o,b,t}', false),
      'parameters', (SELECT coalesce(json_agg(json_build_object('name', coalesce(i.name, ''), 'quoted', quote_ident(coalesce(i.name, '')),
          'type', format_type(i.type, -1), 'base', format_type(coalesce(nullif(y.typbasetype, 0), y.oid), -1),
          'mode', CASE i.mode WHEN 'v' THEN 'variadic' WHEN 'o' THEN 'out' ELSE 'in' END,
          'optional', i.mode <> 'o' AND i.place > p.pronargs - p.pronargdefaults - CASE p.prokind WHEN 'p' THEN (SELECT count(*) FROM unnest(p.proargmodes) m WHERE m = 'o') ELSE 0 END,
          'isComputed', strpos(coalesce(pg_get_function_arg_default(p.oid, i.number::int), ''), '(') > 0,
          'firstLabel', (SELECT e.enumlabel FROM pg_enum e WHERE e.enumtypid = coalesce(nullif(y.typbasetype, 0), y.oid) ORDER BY e.enumsortorder LIMIT 1)) ORDER BY i.number), '[]')
        FROM (SELECT a.name, a.type, coalesce(a.mode, 'i') AS mode, a.number,
                     count(*) FILTER (WHERE coalesce(a.mode, 'i') <> 'o') OVER (ORDER BY a.number) AS place
                FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargnames, p.proargmodes) WITH ORDINALITY a (type, name, mode, number)
               WHERE coalesce(a.mode, 'i') IN ('i', 'b', 'v') OR (a.mode = 'o' AND p.prokind = 'p')) i
        JOIN pg_type y ON y.oid = i.type)) ORDER BY n.nspname = ANY (ARRAY(SELECT e FROM json_array_elements_text($2::text::json) e)) DESC, p.oid), '[]')
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
   WHERE p.proname = '${trackName}' AND p.prokind IN ('f', 'p') AND p.prorettype <> 'trigger'::regtype
     -- There is no value for a polymorphic type or another pseudo-type.
     AND NOT EXISTS (SELECT FROM unnest(p.proargtypes) g JOIN pg_type y ON y.oid = g WHERE y.typtype = 'p')),
  'roles', ${rolesNamed('$3')},
  'sequences', (SELECT coalesce(json_agg(DISTINCT s.name), '[]')
    FROM (SELECT pg_get_serial_sequence($1::oid::regclass::text, a.attname) AS name
            FROM pg_attribute a WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped) s WHERE s.name IS NOT NULL),
  'recordKey', (SELECT json_build_object('quoted', quote_ident(a.attname), 'type', format_type(a.atttypid, a.atttypmod),
      'operators', CASE WHEN y.typnamespace <> 'pg_catalog'::regnamespace THEN ${ownOperators('y')} END)
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] JOIN pg_type y ON y.oid = a.atttypid
   WHERE i.indrelid = $1::oid AND i.indisprimary AND i.indnkeyatts = 1),
  'replicationRole', current_setting('session_replication_role'))::text AS answer`;

/**
 * Reads how a use is made here: every function of the usual name, the columns of the records, and a recent record of the preset
 * `id`. `roles` are looked up by name; `userColumn` names the user.
 */
export async function readUsageDeclarations(
  reader: Reader,
  tables: Tables,
  id: string,
  { roles, userColumn }: { roles: readonly string[]; userColumn: string | null },
): Promise<UsageDeclarations> {
  const { records } = tables;
  const [row] = (await reader.rows(text, [
    records.oid,
    JSON.stringify(tables.schemas),
    JSON.stringify(roles),
    tables.presets.oid,
  ])) as {
    answer: string;
  }[];
  const found = answer.parse(JSON.parse(row?.answer ?? '{}'));
  const user = found.columns.find(({ name }) => name === userColumn);
  const sample = await readSample(reader, tables, found.columns, id);
  return {
    ...found,
    userColumn: user?.name ?? null,
    userType: user?.type ?? null,
    sample,
  };
}

/** The newest record of the preset. If it has none, or finding it is expensive, any record. */
async function readSample(
  reader: Reader,
  tables: Tables,
  columns: readonly UsageColumn[],
  id: string,
): Promise<Record<string, string | null>> {
  const { name, preset, time, keys } = tables.records;
  const order = time ? `ORDER BY ${time} DESC NULLS LAST` : '';
  const own = `SELECT * FROM ${name} WHERE ${preset} ${keys.equal} $1::${tables.presets.keyType} ${order} LIMIT 1`;
  const any = `SELECT * FROM ${name} WHERE $1::pg_catalog.text IS NOT NULL LIMIT 1`;
  for (const query of countsAreCheap(tables) ? [own, any] : [any]) {
    // As the types write their values, not as JSON does: an array must be read back.
    const [row] = (await reader.rows(
      `SELECT ${manyValues(columns.map(({ quoted }) => valueAsText(quoted)))} AS record FROM (${query}) r`,
      [id],
      tables.path,
    )) as { record: string }[];
    if (!row) continue;
    const values = record.parse(JSON.parse(row.record));
    return Object.fromEntries(columns.map(({ name }, place) => [name, values[place] ?? null]));
  }
  return {};
}
