import type postgres from 'postgres';
import { inject, type TestOptions } from 'vitest';
import { needs } from './needs.ts';
import { waitFor } from './wait.ts';

/** Options for a test of what came with a `version` of PostgreSQL, if it is newer than the server of the tests. */
export function needsVersion(version: number): TestOptions {
  return needs(
    inject('serverVersion') >= version,
    `They test what came with PostgreSQL ${version}. Run them on ${version} or later.`,
  );
}

/** SQL text whose bodies of statements are strings before PostgreSQL 14, which has no BEGIN ATOMIC. */
export function withAtomicBodies(sql: string): string {
  return inject('serverVersion') >= 14
    ? sql
    : sql.replace(/BEGIN ATOMIC (.*?;) END;/g, (_, body) => `AS $$ ${body} $$;`);
}

/** SQL text whose numerics are no numbers before PostgreSQL 14, which has no infinite ones. */
export function withInfiniteNumerics(sql: string): string {
  return inject('serverVersion') >= 14 ? sql : sql.replace(/'-?Infinity'/g, "'NaN'");
}

/** Waits until the server's statistics hold what was done on the only connection of `sql`. By default they do so a second later. */
export async function flushStatistics(sql: postgres.Sql): Promise<void> {
  const [server] = await sql`SELECT current_setting('server_version_num')::int >= 150000 AS flushes`;
  if (server?.flushes) {
    await sql`SELECT pg_stat_force_next_flush()`;
    await sql`SELECT 1`;
    return;
  }
  // It sends them with the end of a transaction, half a second after those before, to a process that writes them to a file.
  const [begun] = await sql`SELECT clock_timestamp()::text AS at`;
  await waitFor(async () => {
    const [row] =
      await sql`SELECT pg_stat_get_snapshot_timestamp() > ${begun?.at}::timestamptz + interval '1 s' AS there
      FROM pg_stat_database WHERE datname = current_database()`;
    return row?.there ?? false;
  }, 'the statistics of the server');
}
