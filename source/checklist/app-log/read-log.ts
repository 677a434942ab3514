import { interrupted, stopIfInterrupted } from '../../errors/errors.ts';
import { Entries } from './formats/entries.ts';
import { closeLogs, logFileError, openLogs } from './log-files.ts';
import type { LogProblem } from './problem.ts';
import { Problems } from './problems.ts';
import { readLines } from './read-lines.ts';

/** The errors in a log. */
export interface LogReading {
  /** The files that were read, oldest first. */
  files: string[];
  lines: number;
  /** Lines that are not blank, or records of several lines, and how many of them are in a format that is understood. */
  entries: number;
  understood: number;
  /** Errors since `since`. */
  errors: number;
  /** How many of `errors` are about usage tracking. */
  aboutUsage: number;
  /** Errors older than `since`, which are left out of everything else. */
  older: number;
  /** How many of `errors` have no time, and none above them: they may be older than `since`. */
  undated: number;
  /** Lines about usage tracking that speak of trouble without a level, and the first of them. */
  doubtful: number;
  firstDoubtful: LogProblem | null;
  /** Those about usage first, then newest first; at most `most`. */
  problems: LogProblem[];
}

export interface LogOptions {
  /** Milliseconds since 1970; older errors are only counted. With null all of `file` counts, and no rotated files are read. */
  since: number | null;
  /** The maximum number of problems to return; 20 by default. */
  most?: number;
  /** Whether a text is about the counter; that of presets if left out. */
  isAbout?: (text: string) => boolean;
  signal?: AbortSignal | undefined;
}

/**
 * Reads an application's log and its rotated files since `since`. Stack traces and other indented lines belong to the error
 * above them. Times without a zone are in this machine's.
 *
 * Throws a usage error (exit code 2), `app-log-missing` or `app-log-unreadable`, and `interrupted` when it is aborted.
 */
export async function readLog(file: string, options: LogOptions): Promise<LogReading> {
  const { since, most = 20, isAbout, signal } = options;
  stopIfInterrupted(signal);
  const problems = new Problems(since, most, isAbout);
  const logs = await openLogs(file, since);
  try {
    for (const log of logs) {
      problems.begin(log.path, log.written);
      const entries = new Entries(problems);
      await readLines(log, line => entries.take(line), signal).catch(error => {
        throw signal?.aborted ? interrupted() : logFileError(error, log.path);
      });
      entries.end();
    }
  } finally {
    await closeLogs(logs);
  }
  const kept = problems.finish();
  const { lines, entries, understood, errors, aboutUsage, older, undated, doubtful, firstDoubtful } =
    problems;
  return {
    files: logs.map(({ path }) => path),
    lines,
    entries,
    understood,
    errors,
    aboutUsage,
    older,
    undated,
    doubtful,
    firstDoubtful,
    problems: kept,
  };
}
