import { hasErrorCode } from './error-code.ts';
import { namesTrouble } from './free-text.ts';
import type { LogLine } from './line.ts';
import { levelOfObject, mentionsError } from './log-level.ts';
import { readLine } from './log-line.ts';
import type { LogProblem } from './problem.ts';
import { isAboutUsage } from './usage-words.ts';

const longestText = 500;

/**
 * Collects the problems of a log, line by line. It keeps only the `most` important ones: first those that `isAbout` finds to be about the
 * counter, here called usage.
 */
export class Problems {
  lines = 0;
  /** Lines, or records of several lines, that are not blank, and how many of them were understood. */
  entries = 0;
  understood = 0;
  errors = 0;
  aboutUsage = 0;
  older = 0;
  undated = 0;
  /** Lines about usage tracking that speak of trouble without saying whether it is an error, and the first of them. */
  doubtful = 0;
  firstDoubtful: LogProblem | null = null;
  readonly #since: number | null;
  readonly #most: number;
  readonly #isAbout: (text: string) => boolean;
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
  /** The last entry without a level; it becomes an error if the code of one stands below it. */
  #unlevelled: LogProblem | null = null;
  /** Lines of the last entry that were not understood, and are if it becomes an error. */
  #unclear = 0;
  /** The first of them that speaks of trouble. */
  #troubled: LogProblem | null = null;
  /** True if the last entry had a level; then indented lines below are part of it. */
  #owned = false;
  /** True within a Python traceback, where the error comes last and is not indented. */
  #traceback = false;

  constructor(since: number | null, most: number, isAbout = isAboutUsage) {
    this.#since = since;
    this.#most = most;
    this.#isAbout = isAbout;
  }

  /** Begins a file; `written` is when it was last written to, in milliseconds since 1970. */
  begin(file: string, written: number): void {
    this.#noteDoubt();
    this.#close();
    this.#file = file;
    this.#written = written;
    this.#line = 0;
    this.#lastTime = null;
    this.#owned = false;
  }

  /** Takes the next line of the file. */
  take(raw: string): void {
    this.lines += 1;
    this.#line += 1;
    this.#add(readLine(raw, this.#written), raw);
  }

  /** Takes a record of one or more lines, the first of which is number `line`. It was read by `read`. */
  takeRecord(raw: string, line: number, read: (written: number) => LogLine): void {
    this.#line = line;
    this.#add(read(this.#written), raw);
  }

  #add(line: LogLine, raw: string): void {
    this.#lastTime = line.at ?? this.#lastTime;
    if (line.form === 'blank') return;
    this.entries += 1;
    if (line.form === 'frame' && this.#suspect) {
      this.#open = this.#suspect;
      this.#clear();
    }
    if (line.form !== 'own') this.#lookBelow(raw);
    if (this.#isPart(line, raw)) {
      this.#judge(true);
      const error = this.#open ?? this.#suspect;
      if (error && !error.aboutUsage) error.aboutUsage = this.#isAbout(raw);
      return;
    }
    const below = line.form === 'own' ? null : this.#unlevelled;
    if (below === null) this.#noteDoubt();
    this.#close();
    this.#owned = line.kind !== null;
    if (line.kind === 'error') this.#open = this.#problem(line, raw);
    else if (line.kind === null && mentionsError(raw)) this.#suspect = this.#problem(line, raw);
    if (line.kind === null) this.#unlevelled = below ?? this.#problem(line, raw);
    this.#unclear = below === null ? 0 : this.#unclear;
    // What belongs to a line that is not understood may be an error as well.
    if (this.#unclear === 0) this.#troubled = null;
    const understood = line.understood && this.#unclear === 0;
    if (!understood && namesTrouble(raw)) this.#troubled ??= this.#problem(line, raw);
    this.#judge(understood);
    this.#traceback = raw.startsWith('Traceback (');
  }

  /** The code of an error, a level, or a name of usage tracking below a line without a level: `code: '42501'`. */
  #lookBelow(raw: string): void {
    const above = this.#unlevelled;
    if (!above || this.#open) return;
    above.aboutUsage ||= this.#isAbout(raw);
    const level = levelOfObject(raw);
    if (level?.kind === 'calm') {
      this.#owned = true;
      this.#clear();
    }
    if (level?.kind !== 'error' && !hasErrorCode(raw)) return;
    this.#open = /^[\s{[(]*$/.test(above.text) ? { ...above, text: raw.trim().slice(0, longestText) } : above;
    this.#clear();
  }

  #judge(understood: boolean): void {
    if (understood) this.understood += 1;
    else this.#unclear += 1;
  }

  /** The entry became an error, so what stands in it is understood. */
  #clear(): void {
    this.understood += this.#unclear;
    this.#unclear = 0;
    this.#suspect = null;
    this.#unlevelled = null;
  }

  /** Those about usage first, then newest first; errors without a time are last. */
  finish(): LogProblem[] {
    this.#noteDoubt();
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
      aboutUsage: this.#isAbout(raw),
    };
  }

  /** The last entry ends without having become an error. */
  #noteDoubt(): void {
    const line = this.#troubled;
    const aboutUsage = line !== null && this.#unlevelled?.aboutUsage === true;
    if (!aboutUsage || this.#unclear === 0 || this.#isOlder(line)) return;
    this.doubtful += 1;
    this.firstDoubtful ??= { ...line, aboutUsage };
  }

  #isOlder({ at }: LogProblem): boolean {
    return this.#since !== null && at !== null && at < this.#since;
  }

  /** Counts the open error; no further lines belong to it. */
  #close(): void {
    const problem = this.#open;
    this.#open = null;
    this.#suspect = null;
    this.#unlevelled = null;
    this.#traceback = false;
    if (!problem) return;
    if (this.#isOlder(problem)) {
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
