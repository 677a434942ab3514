import type { LogLine } from './line.ts';
import { mentionsError } from './log-level.ts';
import { readLine } from './log-line.ts';
import type { LogProblem } from './problem.ts';

/** The tables, columns and functions of usage tracking, as whole words. */
const usage =
  /\b(?:preset_usage|track_preset_usage|usage_count|(?:trigger_)?auto_increment_preset_usage_count|presets)\b/i;

/** True if a line names a table, column or function of usage tracking. */
function isAboutUsage(line: string): boolean {
  // JSON writes a line break as \n; its n would be joined to a name after it.
  return usage.test(line.includes('\\') ? line.replaceAll(/\\[nrt]/g, ' ') : line);
}

const longestText = 500;

/** Collects the problems of a log, line by line. It keeps only the `most` important ones. */
export class Problems {
  lines = 0;
  errors = 0;
  aboutUsage = 0;
  older = 0;
  undated = 0;
  readonly #since: number | null;
  readonly #most: number;
  #kept: Found[] = [];
  #found = 0;
  #file = '';
  #written = 0;
  #line = 0;
  #lastTime: number | null = null;
  /** The error that the next lines may belong to. */
  #open: LogProblem | null = null;
  /** A line without a level that names an error; it becomes one if a stack trace follows. */
  #suspect: LogProblem | null = null;
  /** True if the last entry had a level; then indented lines below are part of it. */
  #owned = false;
  /** True within a Python traceback, where the error comes last and is not indented. */
  #traceback = false;

  constructor(since: number | null, most: number) {
    this.#since = since;
    this.#most = most;
  }

  /** Begins a file; `written` is when it was last written to, in milliseconds since 1970. */
  begin(file: string, written: number): void {
    this.#close();
    this.#file = file;
    this.#written = written;
    this.#line = 0;
    this.#lastTime = null;
    this.#owned = false;
  }

  take(raw: string): void {
    this.lines += 1;
    this.#line += 1;
    const line = readLine(raw, this.#written);
    this.#lastTime = line.at ?? this.#lastTime;
    if (line.form === 'blank') return;
    if (line.form === 'frame' && this.#suspect) {
      this.#open = this.#suspect;
      this.#suspect = null;
    }
    if (this.#isPart(line, raw)) {
      const error = this.#open ?? this.#suspect;
      if (error && !error.aboutUsage) error.aboutUsage = isAboutUsage(raw);
      return;
    }
    this.#close();
    this.#owned = line.kind !== null;
    if (line.kind === 'error') this.#open = this.#problem(line, raw);
    else if (line.kind === null && mentionsError(raw)) this.#suspect = this.#problem(line, raw);
    this.#traceback = raw.startsWith('Traceback (');
  }

  /** Those about usage first, then newest first; errors without a time are last. */
  finish(): LogProblem[] {
    this.#close();
    this.#trim();
    return this.#kept.map(({ problem }) => problem);
  }

  #isPart(line: LogLine, raw: string): boolean {
    if (line.kind === 'continues') return true;
    if (line.form !== 'own') {
      return this.#owned || this.#open !== null || (this.#suspect !== null && line.kind === null);
    }
    if (!this.#open || line.at !== null) return false;
    const begins = raw.startsWith('Traceback (');
    const ends = this.#traceback;
    this.#traceback = begins;
    return begins || ends;
  }

  #problem(line: LogLine, raw: string): LogProblem {
    return {
      file: this.#file,
      line: this.#line,
      at: this.#lastTime,
      level: line.level || 'error',
      text: line.text.slice(0, longestText),
      aboutUsage: isAboutUsage(raw),
    };
  }

  /** Counts the open error; no further lines belong to it. */
  #close(): void {
    const problem = this.#open;
    this.#open = null;
    this.#suspect = null;
    this.#traceback = false;
    if (!problem) return;
    if (this.#since !== null && problem.at !== null && problem.at < this.#since) {
      this.older += 1;
      return;
    }
    this.errors += 1;
    if (problem.aboutUsage) this.aboutUsage += 1;
    if (problem.at === null) this.undated += 1;
    this.#found += 1;
    this.#kept.push({ problem, order: this.#found });
    if (this.#kept.length > 2 * this.#most + 100) this.#trim();
  }

  #trim(): void {
    this.#kept = this.#kept.sort(byImportance).slice(0, this.#most);
  }
}

/** Of two errors with the same time, or none, the one found later is newer. */
interface Found {
  problem: LogProblem;
  order: number;
}

function byImportance(a: Found, b: Found): number {
  const usageFirst = Number(b.problem.aboutUsage) - Number(a.problem.aboutUsage);
  return usageFirst || timeOf(b) - timeOf(a) || b.order - a.order;
}

const timeOf = ({ problem }: Found) => problem.at ?? Number.MIN_SAFE_INTEGER;
