import * as z from 'zod/mini';
import { nameInSql } from '../../config/operation-marks.ts';
import { dollarQuote } from '../../connection/block-settings.ts';
import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { compareQuantities, type Quantity } from '../../counter/quantity.ts';
import { isNamedBy } from '../../counter/writing/written-row.ts';
import { literal } from '../../format/sql-literal.ts';

const limits = z.object({
  /** The type of the count. */
  type: z.string(),
  /** The least and the largest integer that it holds; null if it holds more, or other numbers. */
  range: z.nullable(z.tuple([z.string(), z.string()])),
  /** True if only the server can say which values it holds: a domain, or a number of a certain precision. */
  tried: z.boolean(),
  /** The checks of the table that mention the count, with the quoted columns that they mention. */
  checks: z.array(z.object({ name: z.string(), sql: z.string(), columns: z.array(z.string()) })),
});

/** What limits the count of a row. */
export type CountLimits = z.infer<typeof limits>;

const ranges = `CASE b.oid WHEN 'int2'::regtype THEN '["-32768", "32767"]'::json WHEN 'int4'::regtype THEN '["-2147483648", "2147483647"]'::json
  WHEN 'int8'::regtype THEN '["-9223372036854775808", "9223372036854775807"]'::json END`;

/**
 * Reads what limits the count. A plan only reads, and must not run functions that anybody may have written: so checks and domains
 * that call others than the server's own are left out. Those are tried when a batch is written.
 */
export async function readCountLimits(reader: Reader, { written, path }: Tables): Promise<CountLimits> {
  const others = (classes: string) =>
    `EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_constraint'::regclass AND d.objid = k.oid AND d.refclassid IN (${classes}))`;
  const [row] = (await reader.rows(
    `WITH RECURSIVE counted AS (
       SELECT * FROM pg_attribute WHERE attrelid = $1::oid AND quote_ident(attname) = $2 AND attnum > 0
     ), types AS (
       SELECT t.*, a.atttypmod AS length FROM counted a JOIN pg_type t ON t.oid = a.atttypid
       UNION ALL SELECT t.*, s.typtypmod FROM types s JOIN pg_type t ON t.oid = s.typbasetype WHERE s.typtype = 'd'
     )
     SELECT json_build_object('type', format_type(a.atttypid, a.atttypmod), 'range', ${ranges},
       'tried', NOT EXISTS (SELECT FROM types s JOIN pg_constraint k ON k.contypid = s.oid WHERE ${others("'pg_proc'::regclass, 'pg_operator'::regclass")})
                AND (EXISTS (SELECT FROM types WHERE typtype = 'd') OR b.length >= 0 OR b.oid = 'money'::regtype),
       'checks', (SELECT coalesce(json_agg(json_build_object('name', k.conname, 'sql', pg_get_expr(k.conbin, k.conrelid),
              'columns', (SELECT json_agg(quote_ident(c.attname)) FROM pg_attribute c WHERE c.attrelid = k.conrelid AND c.attnum = ANY (k.conkey))) ORDER BY k.conname), '[]')
            FROM pg_constraint k WHERE k.conrelid = $1::oid AND k.contype = 'c' AND a.attnum = ANY (k.conkey)
             AND coalesce(to_jsonb(k)->>'conenforced', 'true') = 'true' AND k.conbin::text NOT LIKE '%:varattno 0 %'
             AND NOT ${others("'pg_proc'::regclass, 'pg_operator'::regclass, 'pg_type'::regclass")}))::text AS limits
       FROM counted a JOIN types b ON b.typtype <> 'd'`,
    [written.oid, written.count],
  )) as { limits: string }[];
  const read = limits.parse(JSON.parse(row?.limits ?? 'null'));
  // A check is read by the catalog's names, and such a table by the role's own.
  return path === 'own' ? { ...read, checks: [] } : read;
}

/** A count that a row would get. */
export interface Wanted {
  id: string;
  becomes: Quantity;
}

const found = z.object({ tried: z.array(z.string()), checks: z.record(z.string(), z.number()) });

/** Which rows could not have that count, each with what does not allow it, in words. */
export async function readOverLimit(
  reader: Reader,
  tables: Tables,
  { type, range, tried, checks }: CountLimits,
  wanted: readonly Wanted[],
): Promise<Map<string, string>> {
  const over = new Map<string, string>();
  const byType = `its type (${type})`;
  const isWithin = ({ becomes }: Wanted) =>
    range === null ||
    (compareQuantities(becomes, range[0]) >= 0 && compareQuantities(becomes, range[1]) <= 0);
  for (const each of wanted) if (!isWithin(each)) over.set(each.id, byType);
  const rest = wanted.filter(({ id }) => !over.has(id));
  if (rest.length === 0 || (!tried && checks.length === 0)) return over;
  const result = found.parse(await tryCounts(reader, tables, { type, tried, checks }, rest));
  const refused = new Set(result.tried);
  for (const { id, becomes } of rest) {
    const check = checks[result.checks[id] ?? -1];
    if (refused.has(String(becomes))) over.set(id, byType);
    else if (check) over.set(id, `the check ${check.name}`);
  }
  return over;
}

const answerSetting = `${nameInSql}.over`;

/** Casts the counts one by one, because only a block survives a refusal, and then asks the checks about all rows at once. */
async function tryCounts(
  reader: Reader,
  { written }: Pick<Tables, 'written'>,
  { type, tried, checks }: Pick<CountLimits, 'type' | 'tried' | 'checks'>,
  wanted: readonly Wanted[],
): Promise<unknown> {
  const columns = [...new Set(checks.flatMap(check => check.columns))].filter(name => name !== written.count);
  const becomes = `(o.value->>'becomes')`;
  // Its names are found in the innermost query, which has the columns of the checks alone.
  const place = `SELECT CASE ${checks.map(({ sql }, at) => `WHEN NOT (${sql}) THEN ${at}`).join(' ')} END AS place
        FROM (SELECT ${[...columns.map(name => `p.${name}`), `${becomes}::${type} AS ${written.count}`].join(', ')}) checked`;
  const cast = `FOR each IN SELECT DISTINCT o.value->>'becomes' FROM jsonb_array_elements(given) o LOOP
    BEGIN
      PERFORM each::${type};
    EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
      refused := refused || to_jsonb(each);
    END;
  END LOOP;`;
  const check = `BEGIN
    checked := (SELECT jsonb_object_agg(o.value->>'id', c.place) FROM jsonb_array_elements(given) o
      JOIN ${written.name} p ON ${isNamedBy(written.keys, 'p', "(o.value->>'id')")}
      CROSS JOIN LATERAL (${place}) c WHERE c.place IS NOT NULL AND NOT refused ? ${becomes});
  EXCEPTION WHEN data_exception THEN
    -- A check that fails for a reason of its own says nothing about the count.
    NULL;
  END;`;
  const quote = dollarQuote();
  await reader.rows(`DO ${quote}
#variable_conflict use_variable
DECLARE
  given jsonb := ${literal(JSON.stringify(wanted.map(({ id, becomes }) => ({ id, becomes: String(becomes) }))))};
  refused jsonb := '[]';
  checked jsonb;
  each text;
BEGIN
  ${[...(tried ? [cast] : []), ...(checks.length > 0 ? [check] : [])].join('\n  ')}
  PERFORM set_config('${answerSetting}', jsonb_build_object('tried', refused, 'checks', coalesce(checked, '{}'))::text, true);
END
${quote}`);
  const [row] = (await reader.rows(`SELECT current_setting('${answerSetting}') AS answer`)) as {
    answer: string;
  }[];
  return JSON.parse(row?.answer ?? 'null');
}
