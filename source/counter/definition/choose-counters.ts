import { ConsoleError, exitCodes, usageError } from '../../errors/errors.ts';
import { isNear } from '../../format/nearest.ts';
import { parseCounterId } from './counter-id.ts';
import type { CounterDefinition, NotCheckable } from './definition.ts';

/** A counter as it was named. */
export interface NamedCounter {
  text: string;
  schema: string | null;
  table: string;
  column: string;
}

/** The counters that `--counter` names. Throws a usage error (exit code 2) for what is no name of one. */
export function namedCounters(texts: readonly string[]): NamedCounter[] {
  return texts.map(text => {
    const names = parseCounterId(text);
    if (names) return { text, ...names };
    throw usageError(
      'bad-flag',
      `"${text}" does not name a counter.`,
      'Give --counter schema, table and column of the count, such as public.posts.comments_count.',
    );
  });
}

/** Whether `--counter` names this counter. */
export function isNamed(texts: readonly string[], { row, via }: CounterDefinition): boolean {
  const { schema, table } = via ?? row;
  return namedCounters(texts).some(
    named =>
      named.table === table &&
      named.column === row.count &&
      (named.schema === null || named.schema === schema),
  );
}

/**
 * The counters that are meant, in the order in which they were named. A name without a schema means the counter in `schema`, else
 * the only one. Throws (exit code 3) if no counter has that name, several do, or it cannot be checked.
 */
export function chooseCounters(
  named: readonly NamedCounter[],
  counters: readonly CounterDefinition[],
  notCheckable: readonly NotCheckable[],
  schema: string,
): CounterDefinition[] {
  const known = [
    ...counters.map(counter => ({
      ...(counter.via ?? counter.row),
      column: counter.row.count,
      id: counter.id,
      counter,
      reason: '',
    })),
    ...notCheckable.map(({ id, table, column, reason }) => ({ ...table, column, id, counter: null, reason })),
  ];
  const chosen = named.map(wanted => {
    const alike = known.filter(
      each =>
        each.table === wanted.table &&
        each.column === wanted.column &&
        (wanted.schema === null || each.schema === wanted.schema),
    );
    const own = alike.filter(each => each.schema === schema);
    const [first, second] = own.length > 0 ? own : alike;
    if (!first) throw noSuchCounter(wanted, counters);
    if (second) {
      throw chosenBadly(
        'ambiguous-counter',
        `${wanted.text} names several counters: ${alike.map(({ id }) => id).join(', ')}.`,
        'Name its schema too.',
      );
    }
    if (first.counter) return first.counter;
    throw chosenBadly(
      'counter-not-checkable',
      `${first.id} cannot be checked. ${first.reason}`,
      'Describe it in counters.json if it counts something else than was found.',
    );
  });
  return [...new Set(chosen)];
}

function noSuchCounter({ text, table, column }: NamedCounter, counters: readonly CounterDefinition[]) {
  const near = counters
    .map(counter => ({
      id: counter.id,
      // Another counter of the same table is near too.
      likeness:
        likenessOf(table, (counter.via ?? counter.row).table) * 2 + likenessOf(column, counter.row.count),
    }))
    .filter(({ likeness }) => likeness > 1)
    .toSorted((a, b) => b.likeness - a.likeness || a.id.localeCompare(b.id))
    .slice(0, 5)
    .map(({ id }) => id);
  return chosenBadly(
    'no-such-counter',
    `There is no counter ${text} in this database, as far as can be found.`,
    `${near.length === 0 ? 'preset-usage counters lists those that were found.' : `Nearest: ${near.join(', ')}.`} Describe what cannot be found in counters.json.`,
  );
}

/** 2 for the same name, 1 for one that was probably meant, 0 for another. */
function likenessOf(word: string, name: string): 0 | 1 | 2 {
  return word === name ? 2 : isNear(word, name) ? 1 : 0;
}

function chosenBadly(code: string, message: string, hint: string): ConsoleError {
  return new ConsoleError({ code, message, hint, exitCode: exitCodes.unreachable });
}
