import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import type { TestOptions } from 'vitest';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { unmigrated } from '../helpers/global-setup.ts';
import { needs } from '../helpers/needs.ts';

export const migration = '20250930000001_fix_usage_tracking.sql';

/** A database with the application's tables, as they were before the migration. */
export function createUnmigrated(): Promise<TestDatabase> {
  return createDatabase(unmigrated);
}

/**
 * Runs a file of `sql/` through the driver, all of it in one message. On a connection of its own, because an error
 * leaves the file's transaction open. Returns what the server had to say.
 */
export async function runFile(url: string, file: string): Promise<string[]> {
  const notices: string[] = [];
  const connection = postgres(url, {
    max: 1,
    fetch_types: false,
    onnotice: notice => notices.push(notice.message ?? ''),
  });
  try {
    await connection.unsafe(await readFile(path(file), 'utf8')).simple();
    return notices;
  } finally {
    await connection.end();
  }
}

export interface PsqlResult {
  code: number;
  out: string;
  /** Errors and notices. */
  err: string;
}

/** Runs a file of `sql/` through psql, as its header says. */
export function runPsql(
  url: string,
  file: string,
  variables: Record<string, string> = {},
): Promise<PsqlResult> {
  const flags = Object.entries({ ON_ERROR_STOP: '1', ...variables }).flatMap(pair => ['-v', pair.join('=')]);
  return psql(['-X', ...flags, '-f', path(file), url]);
}

/** True where psql can be run. */
export async function hasPsql(): Promise<boolean> {
  return (await psql(['--version'])).code === 0;
}

/** Options for tests of what only psql can run. */
export async function needsPsql(): Promise<TestOptions> {
  return needs(
    await hasPsql(),
    'There is no psql on the PATH to run the scripts of sql/ with. Install it (apt-get install postgresql-client).',
  );
}

function psql(args: string[]): Promise<PsqlResult> {
  return new Promise(resolve => {
    execFile('psql', args, (error, out, err) => {
      resolve({ code: error ? (typeof error.code === 'number' ? error.code : 127) : 0, out, err });
    });
  });
}

function path(file: string): string {
  return fileURLToPath(new URL(`../../sql/${file}`, import.meta.url));
}

/** The presets whose count differs from their records, by name; NULL counts as 0. */
export async function mismatches(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    SELECT p.name FROM presets p
     WHERE coalesce(p.usage_count, 0) <> (SELECT count(*) FROM preset_usage r WHERE r.preset_id = p.id)
     ORDER BY p.name`;
  return rows.map(row => row.name);
}

/** The count of a preset; null where it is NULL. */
export async function countOf(sql: postgres.ISql, preset: string): Promise<number | null> {
  const [row] = await sql<
    { usage_count: number | null }[]
  >`SELECT usage_count FROM presets WHERE id = ${preset}`;
  return row!.usage_count;
}

/** Uses a preset the way the application does; returns the record's id. */
export async function track(sql: postgres.ISql, preset: string): Promise<string> {
  const [row] = await sql<{ id: string }[]>`SELECT track_preset_usage(${preset}, 'generation') AS id`;
  return row!.id;
}

/** Uses a preset by inserting the record. */
export async function use(sql: postgres.ISql, preset: string): Promise<void> {
  await sql`INSERT INTO preset_usage (preset_id, usage_type) VALUES (${preset}, 'generation')`;
}
