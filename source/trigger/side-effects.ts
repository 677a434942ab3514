import type { SqlReading } from '../sql/sql-effects.ts';
import { sideEffectMeans } from './side-effect-means.ts';

/** A function that a use runs and whose effects a rollback may not undo. */
export interface SideEffect {
  function: string;
  /** The effect, in a few words. */
  means: string;
}

/** Code that a use runs: a routine, or an expression or rule of a table that it writes. */
export interface ReachedBody {
  /** Such as `public.tell()`, or `the default of public.log.at`. */
  identity: string;
  schema: string;
  source: string;
  /** Such as `plpgsql`. */
  language: string;
  /** False for an untrusted language, in which a function can do anything that the server process can. */
  trusted: boolean;
  reading: SqlReading;
}

// Side effects of statements.
const statements = {
  notifies: 'NOTIFY: listeners receive it at commit',
  program: 'COPY ... PROGRAM: a command on the server',
  file: 'a file or a service outside the database',
  checkpoints: 'CHECKPOINT: work for the whole server',
  loads: 'LOAD: a library stays loaded in the session',
} as const;

// They wait for the commit.
const waits = /^(?:NOTIFY|pg_net):/;

/** Whether a rollback leaves an effect as it is. */
export function outlastsRollback({ means }: Pick<SideEffect, 'means'>): boolean {
  return !waits.test(means);
}

/** Code run by a use that has effects outside the transaction. */
export function sideEffectsOf(bodies: readonly ReachedBody[]): SideEffect[] {
  return bodies.flatMap(body => meansOf(body).map(how => ({ function: body.identity, means: how })));
}

/** Code run by a use that may have effects outside the transaction, because it cannot be read. */
export function unknownSideEffects(bodies: readonly ReachedBody[]): SideEffect[] {
  return bodies.flatMap(body => {
    const why = whyUnknown(body);
    return why === null ? [] : [{ function: body.identity, means: why }];
  });
}

// Functions of the server and its extensions that run a text argument as SQL.
const runsText =
  /^(?:query_to_xml(?:schema|_and_xmlschema)?|ts_stat|ts_rewrite|crosstab\w*|connectby|xpath_table)$/;

function whyUnknown({ schema, language, trusted, reading }: ReachedBody): string | null {
  if (language === 'internal') return null;
  if (language === 'c') return schema === 'pg_catalog' ? null : 'it is written in C';
  // sideEffectsOf() lists it.
  if (!trusted) return null;
  const all = withInner(reading);
  if (
    all.some(({ dynamic, also }) => dynamic.length > 0 || also.includes('pastes')) ||
    all.some(({ calls }) => calls.some(({ name }) => runsText.test(name)))
  ) {
    return 'it runs dynamic SQL';
  }
  return reading.problem ? `it cannot be read: ${reading.problem.message}` : null;
}

/** The reading of a text, and those of the DO blocks and rules in it, which run with it. */
function withInner(reading: SqlReading): SqlReading[] {
  return [
    reading,
    ...reading.creates.flatMap(each =>
      each.kind === 'do' || each.kind === 'rule' ? withInner(each.reading) : [],
    ),
  ];
}

/** What a body calls, writes and reads, including its DO blocks and rules. */
export function doneBy(reading: SqlReading): Pick<SqlReading, 'calls' | 'writes' | 'reads'> {
  const all = withInner(reading);
  return {
    calls: all.flatMap(({ calls }) => calls),
    writes: all.flatMap(({ writes }) => writes),
    reads: all.flatMap(({ reads }) => reads),
  };
}

/** The effects of a function that a rollback cannot undo, in words. Text that cannot be parsed is searched for keywords. */
export function meansOf({
  source,
  language,
  trusted,
  reading,
}: Pick<ReachedBody, 'source' | 'language' | 'trusted' | 'reading'>): string[] {
  // Built-in functions are recognised by name in their callers.
  if (language === 'c' || language === 'internal') return [];
  if (!trusted) return [`${language}: an untrusted language, in which a function can do anything`];
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
    if (each !== 'raises' && each !== 'pastes' && each !== 'role') found.push(statements[each]);
  }
  return [...new Set(found)];
}
