import { logfmtReader } from './logfmt.ts';

/** The kind of a line according to its level; `continues` is PostgreSQL's DETAIL, HINT and so on, part of the line before. */
export type LineKind = 'error' | 'calm' | 'continues';

export interface Level {
  kind: LineKind;
  /** In lower case and normalised: err is error, crit is critical. */
  level: string;
}

const errors: Record<string, string> = {
  err: 'error',
  error: 'error',
  eror: 'error',
  severe: 'error',
  fatal: 'fatal',
  panic: 'panic',
  crit: 'critical',
  critical: 'critical',
  alert: 'alert',
  emerg: 'emergency',
  emergency: 'emergency',
  // PostgreSQL translates its own.
  ...{
    fehler: 'error',
    erreur: 'error',
    erro: 'error',
    errore: 'error',
    ошибка: 'error',
    エラー: 'error',
    错误: 'error',
  },
};
const calmLevels =
  /^(?:trace|trce|debug[1-5]?|dbg|dbug|verbose|silly|info|inf|information|informational|notice|log|warn|warning|wrn|deprecationwarning)$/;
const continuations = /^(?:detail|hint|context|statement|query|location)$/;
// These words also begin sentences, so they are levels only in capitals or brackets.
const onlyInCapitals = new Set(['alert', 'emerg', 'emergency', 'severe', 'log']);

/** The level with this name, as in JSON logs and logfmt; null for any other word. */
export function namedLevel(name: string): Level | null {
  const word = name.toLowerCase();
  const error = Object.hasOwn(errors, word) ? errors[word] : undefined;
  if (error !== undefined) return { kind: 'error', level: error };
  return calmLevels.test(word) ? { kind: 'calm', level: word } : null;
}

/** The level with this number: 50 and 60 are pino's and bunyan's error and fatal, 400 and above Monolog's. */
export function numericLevel(number: number): Level {
  if (number >= 400) return { kind: 'error', level: number >= 500 ? 'critical' : 'error' };
  if (number >= 100 || number < 50) return { kind: 'calm', level: '' };
  return { kind: 'error', level: number >= 60 ? 'fatal' : 'error' };
}

// In characters. Only the part before the message is searched for levels; it is shorter than this.
const longestHead = 2_000;
const logfmtLevel = logfmtReader(['level', 'lvl', 'severity']);
const logfmtMessage = logfmtReader(['msg', 'message']);
const mostWords = 3;
const mostParts = 12;

/**
 * The level of a plain line without its time. A level must be at the start, or after the name of a host, program, thread
 * or logger. The first level decides, because an INFO line may mention errors. `dated` says that the line began with a
 * time.
 */
export function plainLevel(line: string, dated: boolean): Level | null {
  let rest = line.slice(0, longestHead).trimStart();
  const field = logfmtLevel(rest);
  // A number is a level only beside a message: `level=50 player=7` is a game's.
  if (field !== null && /^\d{1,3}$/.test(field)) {
    return logfmtMessage(rest) === null ? null : numericLevel(Number(field));
  }
  if (field !== null) return namedLevel(field);
  let words = 0;
  let named = false;
  for (let part = 0; part < mostParts; part += 1) {
    rest = rest.replace(/^(?:[\s|:>›•·●○✓✔ℹ⚠×!*,;—–-]|\ufe0f)+/u, '');
    if (words === 0 && errorSign.test(rest)) return { kind: 'error', level: 'error' };
    if (words === 0 && thrownErrors.some(pattern => pattern.test(rest)) && !noError.test(rest)) {
      return { kind: 'error', level: /^\[?(?:PHP )?fatal/i.test(rest) ? 'fatal' : 'error' };
    }
    const level = levelHere(rest, { words, named, first: dated && part === 0 });
    if (level) return level;
    let skipped = header.exec(rest)?.[0];
    if (skipped === undefined) {
      skipped = word.exec(rest)?.[0];
      words += 1;
      // "2026-11-22 10:00:00 app ERROR no table": one word after a time is a logger's or a host's name.
      named = dated && part === 0 && /^[a-z]/.test(rest);
    }
    if (skipped === undefined || words > mostWords) return null;
    rest = rest.slice(skipped.length);
  }
  return null;
}

/** The level in a line of an object that was printed over several lines: `severityText: 'ERROR',`. */
export function levelOfObject(line: string): Level | null {
  const name = /^\s+["']?(?:severity|severityText)["']?: ["'](\w{1,20})["'],?\s*$/.exec(line)?.[1];
  return name === undefined ? null : namedLevel(name);
}

/** True if the line names an error. Without a level, it is one only if a stack trace follows. */
export function mentionsError(line: string): boolean {
  return /(?:Error|Exception)\b/.test(line.slice(0, longestHead));
}

/** What may come between time and level: brackets, `program[12]:`, and names with a dot, a digit or similar. */
const header =
  /^(?:\[[^\]]{0,80}\]|\([^)]{0,80}\)|<[^>]{0,80}>|[\w./@#$:-]{1,80}(?:\[[^\]]{0,40}\])?:(?=\s)|(?!\d+\s)(?=\S{0,80}[.@/#=\d])\S{1,80}(?=\s))/;
const word = /^[\w$-]{1,40},?(?=\s)/;

/** Next.js, consola, signale and others mark their errors only with such a sign. */
const errorSign = /^[⨯✖✗✘❌🚫⛔🚨]\ufe0f?\s(?!\s*(?:0|no)\s)/u;

/** How runtimes and consoles print an error that was thrown. */
const thrownErrors = [
  /^\[?(?:[Uu]n(?:caught|handled) )?(?:[\w$]{1,80}(?:\.|::)){0,9}(?:[A-Z]\w{0,80})?(?:Error|Exception)(?: \[\w+\]| \([^)]{0,80}\))?(?::|\]|\s*$)/,
  /^\[?un(?:handled|caught)\s*(?:promise\s*)?(?:rejection|exception|runtime error|\w{0,40}error)(?!s\b|\s+handl)/i,
  /^(?:PHP )?(?:fatal|parse|internal|unexpected|unknown)(?: \w+)? error:/i,
  /^Exception in thread /,
  /^thread '[^']{0,80}' (?:\(\d+\) )?panicked at/,
  /^Traceback \(most recent call last\)/,
  // console.error('Error saving the preset:', error) and console.error('Failed to save the preset:', error)
  /^Error (?:while|when|in|on|at|during|from|\w+ing) [^:]{0,200}:/,
  /^Failed to [^:]{1,200}:/,
  // .NET's console
  /^fail: [\w.`<>+]{1,200}\[\d+\]/,
  // Prisma
  /^prisma:error(?=\s|$)/,
  /^Invalid `[^`]{1,200}` invocation/,
  // AWS Lambda
  /^Task timed out after [\d.]+ seconds/,
];

/** `error: null` means that there is no error. */
const noError = /^\[?[\w.[\] ]{0,80}:\s*(?:null|none|undefined|false|nil|0)\s*,?\s*$/i;

interface Place {
  /** How many plain words come before. */
  words: number;
  /** Whether they are a name, not the start of a message. */
  named: boolean;
  /** Whether it directly follows a time. */
  first: boolean;
}

function levelHere(rest: string, { words, named, first }: Place): Level | null {
  const bracketed = /^[[<(]\s*(?:[\w-]+[:.])?(\w+)\s*[\]>)]/.exec(rest);
  if (bracketed) return rest.startsWith('(') && words > 0 ? null : namedLevel(bracketed[1] ?? '');
  const bare = /^(?:[\w-]+\.)?([A-Za-z]+\d?)(?![\w=.-])/.exec(rest);
  const name = bare?.[1];
  if (!bare || name === undefined) return null;
  const after = rest.slice(bare[0].length);
  const capitals = name === name.toUpperCase();
  const small = name.toLowerCase();
  if (capitals && continuations.test(small) && after.startsWith(':'))
    return { kind: 'continues', level: small };
  const level = namedLevel(name);
  if (!level || noError.test(after)) return null;
  const marked = /^(?:[:\])>|!]|\s+[-|[]|\s{2}|\t|\s*$)/.test(after);
  if (capitals) return words === 0 || named || marked ? level : null;
  if (words > 0 || onlyInCapitals.has(small)) return null;
  return marked || (first && bareLevel.test(rest)) ? level : null;
}

// "2026-11-22 10:00:00 error no connection", but not "2026-11-22 10:00:00 error handler registered".
const bareLevel =
  /^(?:error|fatal|info|debug|warn|warning|trace|verbose) (?!handl|count|rate|report|track|bound|page|log|code|budget|level)/;
