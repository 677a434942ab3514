import type { SqlReading } from '../sql/sql-effects.ts';
import { sideEffectMeans } from './side-effect-means.ts';

/** A function that a use runs and that may do what no rollback takes back. */
export interface SideEffect {
  function: string;
  /** What it does it with, in a few words. */
  means: string;
}

/** Something that a use runs: a routine, or an expression or a rule of a table that it writes. */
export interface ReachedBody {
  /** Such as `public.tell()`, or `the default of public.log.at`. */
  identity: string;
  schema: string;
  source: string;
  /** Such as `plpgsql`. */
  language: string;
  /** False for a language in which a function may do what the server's own process may. */
  trusted: boolean;
  reading: SqlReading;
}

// The same by statements instead of functions.
const statements = {
  notifies: 'NOTIFY: listeners hear of it at a commit',
  program: 'COPY ... PROGRAM: a command on the server',
  file: 'a file or a service outside the database',
  checkpoints: 'CHECKPOINT: work of the whole server',
  loads: 'LOAD: a library stays in the session',
} as const;

/** What of all that a use runs can reach outside the transaction. */
export function sideEffectsOf(bodies: readonly ReachedBody[]): SideEffect[] {
  return bodies.flatMap(body => meansOf(body).map(how => ({ function: body.identity, means: how })));
}

/** What of all that a use runs is not known to stay inside the transaction, because it cannot be read. */
export function unknownSideEffects(bodies: readonly ReachedBody[]): SideEffect[] {
  return bodies.flatMap(body => {
    const why = whyUnknown(body);
    return why === null ? [] : [{ function: body.identity, means: why }];
  });
}

// Functions of the server and of its extensions that run what they are given as SQL.
const runsText =
  /^(?:query_to_xml(?:schema|_and_xmlschema)?|ts_stat|ts_rewrite|crosstab\w*|connectby|xpath_table)$/;

function whyUnknown({ schema, language, trusted, reading }: ReachedBody): string | null {
  if (language === 'internal') return null;
  if (language === 'c') return schema === 'pg_catalog' ? null : 'it is written in C';
  // That one is named among what reaches outside.
  if (!trusted) return null;
  const all = withInner(reading);
  if (
    all.some(({ dynamic, also }) => dynamic.length > 0 || also.includes('pastes')) ||
    all.some(({ calls }) => calls.some(({ name }) => runsText.test(name)))
  ) {
    return 'it runs SQL that is put together as it runs';
  }
  return reading.problem ? `it cannot be read: ${reading.problem.message}` : null;
}

/** A text's own reading, and those of the DO blocks and rules in it, which run as it does. */
function withInner(reading: SqlReading): SqlReading[] {
  return [
    reading,
    ...reading.creates.flatMap(each =>
      each.kind === 'do' || each.kind === 'rule' ? withInner(each.reading) : [],
    ),
  ];
}

/** What a body calls, writes and reads, with what the DO blocks and rules in it do. */
export function doneBy(reading: SqlReading): Pick<SqlReading, 'calls' | 'writes' | 'reads'> {
  const all = withInner(reading);
  return {
    calls: all.flatMap(({ calls }) => calls),
    writes: all.flatMap(({ writes }) => writes),
    reads: all.flatMap(({ reads }) => reads),
  };
}

/** What a function itself does that no rollback takes back, in words; what cannot be parsed is searched for words, in doubt too many. */
export function meansOf({
  source,
  language,
  trusted,
  reading,
}: Pick<ReachedBody, 'source' | 'language' | 'trusted' | 'reading'>): string[] {
  // What is built in is listed by its name where it is called.
  if (language === 'c' || language === 'internal') return [];
  if (!trusted) return [`${language}: a language in which a function may do anything`];
  const all = withInner(reading);
  const calls = all.flatMap(each => each.calls);
  const unread = [
    ...all.flatMap(({ dynamic }) => dynamic.map(({ text }) => text)),
    ...calls
      .filter(({ name }) => runsText.test(name))
      .flatMap(({ literals }) => literals.map(each => each ?? '')),
    ...(all.some(({ problem }) => problem) ? [source] : []),
  ];
  const found = sideEffectMeans
    .filter(({ call, words }) => calls.some(call) || unread.some(text => words.test(text)))
    .map(({ how }) => how);
  for (const each of all.flatMap(({ also }) => also)) {
    if (each !== 'raises' && each !== 'pastes') found.push(statements[each]);
  }
  return [...new Set(found)];
}
