import * as z from 'zod/mini';
import type { Reader } from '../connection/transactions.ts';
import { shortened } from '../errors/shorten.ts';
import { Entries } from './app-log/formats/entries.ts';
import { Problems } from './app-log/problems.ts';
import { isAboutUsage } from './app-log/usage-words.ts';
import { isNotUnderstood } from './judge-log-step.ts';

/** What the server itself reports about this database; null for what this role may not read. */
export interface ServerActivity {
  /** When the statistics were last reset (milliseconds since 1970; null: never). */
  since: number | null;
  commits: number;
  rollbacks: number;
  deadlocks: number;
  /** Errors about usage tracking at the end of the server's own log; null if it cannot be read. */
  logErrors: string[] | null;
}

const statistics = z.object({
  since: z.nullable(z.number()),
  commits: z.number(),
  rollbacks: z.number(),
  deadlocks: z.number(),
  mayReadLog: z.boolean(),
});

// In bytes. A log can be large, and only its end is recent.
const tail = 1024 * 1024;

const text = `SELECT (extract(epoch FROM stats_reset) * 1000)::float8 AS since, xact_commit::float8 AS commits,
    xact_rollback::float8 AS rollbacks, deadlocks::float8 AS deadlocks,
    has_function_privilege('pg_current_logfile()', 'EXECUTE') AND has_function_privilege('pg_stat_file(text, boolean)', 'EXECUTE')
      AND has_function_privilege('pg_read_file(text, bigint, bigint, boolean)', 'EXECUTE')
      AND current_setting('logging_collector')::boolean AS "mayReadLog"
  FROM pg_stat_database WHERE datname = current_database()`;

/** Reads the server's statistics on this database, and the end of its log if this role may: errors that `isAbout` finds. */
export async function readServerActivity(
  reader: Reader,
  isAbout = isAboutUsage,
): Promise<ServerActivity | null> {
  const [row] = await reader.rows(text);
  if (!row) return null;
  const { mayReadLog, ...rest } = statistics.parse(row);
  // A separate statement, because the server checks EXECUTE rights even inside a CASE that does not call the function.
  const [current] = mayReadLog
    ? ((await reader.rows('SELECT pg_current_logfile() AS log')) as { log: string | null }[])
    : [];
  const log = current?.log ?? null;
  if (log === null) return { ...rest, logErrors: null };
  const [end] = (await reader.rows(
    `SELECT pg_read_file($1, greatest(0, s.size - ${tail}), ${tail}, true) AS text FROM pg_stat_file($1, true) s`,
    [log],
  )) as { text: string | null }[];
  return { ...rest, logErrors: usageErrors(end?.text ?? '', isAbout) };
}

/** Errors about usage tracking in the text of a log, oldest first; null if too little of it is understood. */
function usageErrors(text: string, isAbout: (text: string) => boolean): string[] | null {
  const problems = new Problems(null, text.length, isAbout);
  problems.begin('', Date.now());
  const entries = new Entries(problems);
  for (const line of text.split('\n')) entries.take(line);
  entries.end();
  const found = problems.finish().filter(({ aboutUsage }) => aboutUsage);
  return isNotUnderstood(problems) ? null : found.reverse().map(problem => shortened(problem.text, 1_000));
}
