import * as z from 'zod/mini';
import type { Reader } from '../connection/transactions.ts';
import type { Finding } from '../counter/finding.ts';
import { type Gathered, readFiredBodies, type Within } from '../simulation/read-reached-bodies.ts';
import {
  asksRole,
  type FiredBody,
  type FunctionChange,
  firedBy,
  lostFinding,
  namesWithout,
  ownerFinding,
  unreadFinding,
  whyUnread,
} from './fired.ts';

/** What a function that is installed does to a table. */
export interface TableChange extends FunctionChange {
  table: { oid: number; name: string };
  /** What it updates; null if it updates nothing. */
  columns: readonly string[] | null;
  inserts: boolean;
}

const answer = z.array(
  z.object({
    what: z.enum(['relation', 'function', 'type', 'operator']),
    name: z.string(),
    schemas: z.array(z.string()),
  }),
);

// $1 are names with what they name, $2 the schemas that are searched. The server's own schema always is.
const text = `WITH named AS (
  SELECT w->>'what' AS what, w->>'name' AS name FROM json_array_elements($1::text::json) w
), found AS (
  SELECT 'relation' AS what, relname::text AS name, relnamespace AS schema FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND relname::text IN (SELECT name FROM named)
  UNION SELECT 'function', proname::text, pronamespace FROM pg_proc WHERE proname::text IN (SELECT name FROM named)
  UNION SELECT 'type', typname::text, typnamespace FROM pg_type WHERE typname::text IN (SELECT name FROM named)
  UNION SELECT 'operator', oprname::text, oprnamespace FROM pg_operator WHERE oprname::text IN (SELECT name FROM named)
), placed AS (
  SELECT f.what, f.name, s.nspname::text AS schema FROM found f JOIN pg_namespace s ON s.oid = f.schema JOIN named n ON n.what = f.what AND n.name = f.name
   WHERE s.nspname <> 'information_schema' AND s.nspname !~ '^pg_(temp|toast)'
), lost AS (
  SELECT what, name, json_agg(schema ORDER BY schema) AS schemas FROM placed GROUP BY what, name
  HAVING NOT bool_or(schema = 'pg_catalog' OR schema IN (SELECT json_array_elements_text($2::text::json)))
)
SELECT coalesce(json_agg(json_build_object('what', what, 'name', name, 'schemas', schemas) ORDER BY what, name), '[]')::text AS answer FROM lost`;

/**
 * What the change of a table by an installed function would fail on: names that triggers on the way, and what they run, cannot find by
 * the function's search_path. What has a search_path of its own finds what it found before.
 */
export async function readLostNames(reader: Reader, change: TableChange): Promise<Finding[]> {
  const { path } = change;
  const within: Within = { leaves: ({ searchPath }) => searchPath !== null, role: change.role };
  const fired = await readFired(
    reader,
    change,
    within,
    body => namesWithout(body).length > 0 || whyUnread(body) !== null,
  );
  const schemas = path.split(',').map(each => each.trim());
  const findings: Finding[] = [];
  const wanted = fired.flatMap(({ body }) => namesWithout(body));
  const [row] = (await reader.rows(text, [JSON.stringify(wanted), JSON.stringify(schemas)])) as {
    answer: string;
  }[];
  const lost = answer.parse(JSON.parse(row?.answer ?? '[]'));
  for (const each of fired) {
    const names = namesWithout(each.body);
    const gone = lost.filter(({ what, name }) => names.some(one => one.what === what && one.name === name));
    const why = whyUnread(each.body);
    if (gone.length > 0) findings.push(lostFinding(each, gone, change));
    else if (why !== null) findings.push(unreadFinding(each, why, change));
  }
  return findings;
}

/** What takes the owner of an installed function for the user, where it had the user before. */
export async function readOwnerTaken(reader: Reader, change: TableChange): Promise<Finding[]> {
  const within: Within = { leaves: ({ definer }) => definer, role: null };
  const fired = await readFired(reader, change, within, asksRole);
  return fired.map(each => ownerFinding(each, change));
}

/** The bodies that matter of those that the change runs, each with what fires it. */
async function readFired(
  reader: Reader,
  { table, columns, inserts }: TableChange,
  within: Within,
  matters: (body: Gathered['bodies'][number]) => boolean,
): Promise<FiredBody[]> {
  const all = await readFiredBodies(reader, { table: table.oid, columns, inserts }, within);
  const bodies = all.bodies.filter(matters);
  const reached = new Map<number, string[]>();
  // Most are the functions of triggers themselves.
  if (bodies.some(({ oid }) => !all.triggers.some(each => each.function === oid)))
    for (const { function: routine } of all.triggers) {
      const inner = await readFiredBodies(reader, { routine }, within);
      reached.set(
        routine,
        inner.bodies.map(({ identity }) => identity),
      );
    }
  return bodies.map(body => firedBy(body, all, reached, table.name));
}
