import * as z from 'zod/mini';

/**
 * By which `search_path` a statement looks its names up: by `catalog` they are PostgreSQL's own and nobody can put others in
 * their place; by `own` they are whatever the role's path finds first, which is what code of the application counts on.
 */
export type Path = 'catalog' | 'own';

/** The path `catalog`. pg_temp has to be named: otherwise its tables and types are found before the catalog's. */
export const catalogPath = 'pg_catalog, pg_temp';

/**
 * Begins a transaction: tells the role's own path, and takes the catalog's instead. It is looked up by the role's path itself,
 * so every name in it has its schema.
 */
export const readOwnPath = `SELECT pg_catalog.current_setting('search_path') AS path; SET LOCAL search_path = ${catalogPath}`;

/** Takes the path `$1` to the end of the transaction, whatever path is in force. */
export const takePath = `SELECT pg_catalog.set_config('search_path', $1, true)`;

const row = z.object({ path: z.string() });

/** Parses the row of `readOwnPath`. */
export function toOwnPath(raw: unknown): string {
  return row.parse(raw).path;
}

/** The same as `takePath` as a statement without parameters. */
export function takingPath(path: string): string {
  return `SELECT pg_catalog.set_config('search_path', ${literal(path)}, true)`;
}

/** A string constant that means the same whatever standard_conforming_strings is. */
function literal(text: string): string {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/**
 * Statements of PL/pgSQL that run by the role's own path, which `given` has as `path`: those that fire triggers, policies or what
 * the application calls. Every name in them has its schema. Where one fails, the path goes back with its block.
 */
export function byOwnPath(statements: string): string {
  return `PERFORM pg_catalog.set_config('search_path', given OPERATOR(pg_catalog.->>) 'path', true);
  ${statements}
  PERFORM pg_catalog.set_config('search_path', '${catalogPath}', true);`;
}

/** The same where `path` asks for it. */
export function byPath(path: Path, statements: string): string {
  return path === 'own' ? byOwnPath(statements) : statements;
}

// What the server writes as SQL has it, which means its own types whatever the path is.
const keywords =
  /^(?:bigint|bit|boolean|character|double precision|integer|interval|numeric|real|smallint|time|timestamp)\b/;
const qualified = /^(?:"(?:[^"]|"")+"|[^".([]+)\./;

/** A type as format_type() names it under the catalog's path, with its schema: any other than PostgreSQL's own have one. */
export function inSchema(type: string): string {
  return keywords.test(type) || qualified.test(type) ? type : `pg_catalog.${type}`;
}
