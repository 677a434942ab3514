import { interrupted, stopIfInterrupted } from '../../errors/errors.ts';
import { closeLogs, logFileError, openLogs } from './log-files.ts';
import type { LogProblem } from './problem.ts';
import { Problems } from './problems.ts';
import { readLines } from './read-lines.ts';

/** What a log says went wrong. */
export interface LogReading {
  /** What was read, oldest first. */
  files: string[];
  lines: number;
  /** Errors since `since`. */
  errors: number;
  /** How many of `errors` are about usage tracking. */
  aboutUsage: number;
  /** Errors older than `since`, which are left out of everything else. */
  older: number;
  /** How many of `errors` have no time, neither their own nor one above them: they may be older than `since`. */
  undated: number;
  /** Those about usage first, then the newest first; at most `most`. */
  problems: LogProblem[];
}

export interface LogOptions {
  /** Milliseconds since 1970: errors before are only counted. With null all of `file` counts, and it alone is read. */
  since: number | null;
  /** How many problems are told at most; 20 if not given. */
  most?: number;
  signal?: AbortSignal | undefined;
}

/**
 * Reads an application's log and what was rotated away from it since `since`. A stack trace and other indented lines
 * belong to the error above them. Times without a zone are this machine's.
 *
 * Throws a usage error (exit code 2), `app-log-missing` or `app-log-unreadable`, and `interrupted` when it is aborted.
 */
export async function readLog(file: string, options: LogOptions): Promise<LogReading> {
  const { since, most = 20, signal } = options;
  stopIfInterrupted(signal);
  const problems = new Problems(since, most);
  const logs = await openLogs(file, since);
  try {
    for (const log of logs) {
      problems.begin(log.path, log.written);
      await readLines(log, line => problems.take(line), signal).catch(error => {
        throw signal?.aborted ? interrupted() : logFileError(error, log.path);
      });
    }
  } finally {
    await closeLogs(logs);
  }
  const told = problems.finish();
  const { lines, errors, aboutUsage, older, undated } = problems;
  return { files: logs.map(({ path }) => path), lines, errors, aboutUsage, older, undated, problems: told };
}
