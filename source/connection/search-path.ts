import * as z from 'zod/mini';
import { literal } from '../format/sql-literal.ts';

/**
 * The `search_path` of a statement. With `catalog` its names are PostgreSQL's own, and nobody can put others in their place.
 * With `own` they are whatever the role's path finds first, which the application's code relies on.
 */
export type Path = 'catalog' | 'own';

/** The path `catalog`. pg_temp must be listed: otherwise its tables and types are found before the catalog's. */
export const catalogPath = 'pg_catalog, pg_temp';

/**
 * The start of a transaction: returns the role's own path, and sets the catalog's instead. It still runs by the role's path, so
 * every name in it has its schema.
 */
export const readOwnPath = `SELECT pg_catalog.current_setting('search_path') AS path; SET LOCAL search_path = ${catalogPath}`;

/** Sets the path `$1` until the end of the transaction, whatever path is in force. */
export const takePath = `SELECT pg_catalog.set_config('search_path', $1, true)`;

const row = z.object({ path: z.string() });

/** Parses the row of `readOwnPath`. */
export function toOwnPath(raw: unknown): string {
  return row.parse(raw).path;
}

/** Like `takePath`, without parameters. */
export function takingPath(path: string): string {
  return `SELECT pg_catalog.set_config('search_path', ${literal(path)}, true)`;
}

/**
 * PL/pgSQL statements that run by the role's own path, which is `path` in `given`: those that fire triggers or policies, or
 * call the application's functions. Every name in them has its schema. If one fails, its block restores the path.
 */
export function byOwnPath(statements: string): string {
  return `PERFORM pg_catalog.set_config('search_path', given OPERATOR(pg_catalog.->>) 'path', true);
  ${statements}
  PERFORM pg_catalog.set_config('search_path', '${catalogPath}', true);`;
}

/** The same, if `path` is `own`. */
export function byPath(path: Path, statements: string): string {
  return path === 'own' ? byOwnPath(statements) : statements;
}

// Types that the server writes in SQL's spelling, which are its own whatever the path is.
const keywords =
  /^(?:bigint|bit|boolean|character|double precision|integer|interval|numeric|real|smallint|time|timestamp)\b/;
const qualified = /^(?:"(?:[^"]|"")+"|[^".([]+)\./;

/** A type as format_type() names it under the catalog's path, with its schema added if it is one of PostgreSQL's own. */
export function inSchema(type: string): string {
  return keywords.test(type) || qualified.test(type) ? type : `pg_catalog.${type}`;
}
