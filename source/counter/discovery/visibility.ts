import * as z from 'zod/mini';
import type { Reader } from '../../connection/transactions.ts';
import { ConsoleError, exitCodes } from '../../errors/errors.ts';

/** What decides whether the current role sees every row of a table. */
export const visibility = z.object({
  /** Policies apply to this role, even if they hide nothing. */
  active: z.boolean(),
  /** Policies may hide rows from this role. */
  rls: z.boolean(),
  /** They do so although this role owns the table: FORCE ROW LEVEL SECURITY. */
  forced: z.boolean(),
  /** The partitioned table that this is a partition of. */
  partOf: z.nullable(z.string()),
});

/**
 * SQL for whether policies show `role` every row of the table `c`: a permissive one is `true`, and no restrictive one is
 * anything else. The result of other conditions is not known before the rows are read, so they count as hiding some.
 */
function openPolicy(role: string): string {
  return `(SELECT coalesce(bool_or(p.polpermissive AND pg_get_expr(p.polqual, p.polrelid) = 'true'), false)
             AND NOT bool_or(NOT p.polpermissive AND pg_get_expr(p.polqual, p.polrelid) IS DISTINCT FROM 'true')
      FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd IN ('r', '*')
       AND (0 = ANY (p.polroles) OR EXISTS (SELECT FROM unnest(p.polroles) g WHERE g <> 0 AND pg_has_role(${role}, g, 'USAGE'))))`;
}

/** The columns of `visibility` for a pg_class named `c`. Policies of partitions do not apply: they are read through `c`. */
export const visibilityColumns = `
       row_security_active(c.oid) AS active,
       row_security_active(c.oid) AND NOT ${openPolicy('current_user')} AS rls,
       c.relforcerowsecurity AND pg_has_role(c.relowner, 'USAGE') AS forced,
       CASE WHEN c.relispartition THEN (SELECT i.inhparent::regclass::text FROM pg_inherits i WHERE i.inhrelid = c.oid) END AS "partOf"`;

/** Why this role may not see every row of the table; null if it sees them all. */
export function whyHidden(name: string, { rls, forced }: z.infer<typeof visibility>): string | null {
  if (!rls) return null;
  return forced
    ? `row-level security on ${name}, which applies even to its owner, may hide rows from this role`
    : `row-level security on ${name} may hide rows from this role`;
}

/**
 * SQL that is true if rows of `tables` are hidden from this role. In a transaction that has read both, the answer holds until
 * its end: its locks keep policies from changing.
 */
export function rowsHiddenCondition({ presets, records, others, policiesApply }: Applying): string {
  const hides = policiesApply ? ` AND NOT ${openPolicy('current_user')}` : '';
  return `EXISTS (SELECT FROM pg_class c WHERE c.oid IN (${[presets.oid, records.oid, ...others].join(', ')}) AND row_security_active(c.oid)${hides})`;
}

/** Whether rows of the tables have become hidden from this role since the tables were looked up. */
export async function hidesRowsNow({ rows }: Reader, tables: Applying): Promise<boolean> {
  const [row] = (await rows(`SELECT ${rowsHiddenCondition(tables)} AS hidden`)) as { hidden: boolean }[];
  return row?.hidden === true;
}

/**
 * Rejects with `rows-hidden` (exit code 3) if policies showed every row when `tables` were looked up, but hide some now. If
 * none applied then, the server reports an error. Call it in the transaction that has read the rows.
 */
export async function requireEveryRowSeen(
  reader: Reader,
  tables: Applying & { hiddenBy: readonly string[] },
): Promise<void> {
  if (!tables.policiesApply || tables.hiddenBy.length > 0 || !(await hidesRowsNow(reader, tables))) return;
  throw new ConsoleError({
    code: 'rows-hidden',
    message: 'A new policy hides rows from this role, so nothing is counted.',
    hint: 'Connect as the owner of the tables, or as a role with BYPASSRLS.',
    exitCode: exitCodes.unreachable,
  });
}

interface Applying {
  presets: { oid: number };
  records: { oid: number };
  others: readonly number[];
  policiesApply: boolean;
}

const seer = z.object({ name: z.string(), why: z.string(), login: z.boolean() });

// A server may have hundreds of roles that see everything; a sentence only has room for a few.
const mostNamed = 5;

const seers = (tables: string) => `
SELECT r.rolname AS name, r.rolcanlogin AS login,
       CASE WHEN r.rolsuper THEN 'superuser' WHEN r.rolbypassrls THEN 'BYPASSRLS'
            WHEN NOT EXISTS (SELECT FROM pg_class c WHERE c.oid IN (${tables}) AND c.relowner <> r.oid) THEN 'owner'
            ELSE 'policy' END AS why
  FROM pg_roles r
 WHERE r.rolname !~ '^pg_' AND r.rolname <> current_user
   AND (r.rolcanlogin OR pg_has_role(r.oid, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END))
   AND NOT EXISTS (
     SELECT FROM pg_class c WHERE c.oid IN (${tables}) AND NOT (
       has_table_privilege(r.oid, c.oid, 'SELECT') AND has_schema_privilege(r.oid, c.relnamespace, 'USAGE')
       AND (r.rolsuper OR r.rolbypassrls OR NOT c.relrowsecurity
            OR (pg_has_role(r.oid, c.relowner, 'USAGE') AND NOT c.relforcerowsecurity) OR ${openPolicy('r.oid')})))
 ORDER BY NOT pg_has_role(r.oid, 'MEMBER'), NOT r.rolcanlogin, r.rolsuper, r.rolname
 LIMIT ${mostNamed}`;

/**
 * The roles that see every row of these tables, each with the reason: those that can log in, and those that this role can
 * become with SET ROLE. Without the server's `pg_` roles, and at most five.
 */
export async function readRolesThatSeeAll(reader: Reader, tables: readonly number[]): Promise<string[]> {
  const rows = await reader.rows(seers(tables.join(', ')));
  return z
    .array(seer)
    .parse(rows)
    .map(({ name, why, login }) => `${name} (${why}${login ? '' : ', by SET ROLE'})`);
}
