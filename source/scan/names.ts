import { names as subject, withNames, writersKnown } from './subject.ts';

/**
 * A name without schema, quotes, case and underscores: `app.posts`, `"Post"` and `viewCount` may be spelled by
 * PostgreSQL, an ORM or a person. The console finds its tables in the same way.
 */
function normal(name: string): string {
  const last = name.split('.').at(-1) ?? '';
  return last.replace(/["'`[\]_\s-]/g, '').toLowerCase();
}

/** Whether a name is that of the count. */
export const isCounter = (name: string) => subject().isColumn(normal(name));

/** Whether it is that of the table with the counts, or of its model, which is named in the singular. */
export const isPresets = (name: string) => subject().isTable(normal(name));

/** Whether it is that of the table of the records. */
export const isRecords = (name: string) => subject().isRecords(normal(name));

/** Other names of the tables and the counter, which an ORM gave them. */
export interface Aliases {
  counters: string[];
  presets: string[];
  records: string[];
}

/** The names in this application: those above, and its ORM's. */
export class Names {
  readonly #aliases: Aliases;

  constructor(aliases: Aliases = { counters: [], presets: [], records: [] }) {
    this.#aliases = aliases;
  }

  isCounter(name: string): boolean {
    return isCounter(name) || this.#aliases.counters.includes(name);
  }

  isPresets(name: string): boolean {
    return isPresets(name) || this.#aliases.presets.some(alias => normal(alias) === normal(name));
  }

  isRecords(name: string): boolean {
    return isRecords(name) || this.#aliases.records.some(alias => normal(alias) === normal(name));
  }
}

/** Whether a function is what the application should call: it inserts the record, and the trigger counts it. */
export const isTrack = (name: string) => name === subject().own?.track;

/** Whether the database says that a function keeps the count: calling it is no second count. */
export const isKeeper = (name: string) => writersKnown().functions.includes(name);

/** Whether a text names a function that, as the database says, adds to the count besides what keeps it. */
export const namesBesides = (text: string) => writersKnown().besides.some(name => text.includes(name));

/**
 * Whether the name of a function that is not defined in the scanned files suggests that it counts:
 * `increment_post_views`, `bump_views`, `incrementViewCount`.
 */
export function soundsLikeCounting(name: string): boolean {
  const [verb = '', ...rest] = wordsOf(name);
  if (writersKnown().innocent?.includes(name.split('.').at(-1) ?? '')) return false;
  if (subject().counter !== null) return soundsLikeCountingOf(verb, rest);
  if (!/^(increment|incr?|increase|bump|add|plus|raise|update|set|decrement|decr?|decrease)$/.test(verb))
    return false;
  // A word for anything else, as in `increment_preset_copy_count`, says that something else is counted.
  if (!rest.every(word => ofUse.test(word) || besides.test(word))) return false;
  // What adds a use may insert the record.
  if (/^(add|plus|set|update)$/.test(verb) && !rest.some(word => /^(counts?|counter|uses|total)$/.test(word)))
    return false;
  const uses = rest.some(word => ofUse.test(word) && !/^presets?$/.test(word));
  return (
    uses && (rest.some(word => /^(presets?|usages?)$/.test(word)) || /^use_?counts?$/.test(rest.join('_')))
  );
}

/** The same for any other counter: the words are those of its count, its rows and its records, and one is of the count. */
function soundsLikeCountingOf(verb: string, rest: readonly string[]): boolean {
  if (!/^(increment|incr?|increase|bump|add|plus|raise|update|set|decrement|decr?|decrease)$/.test(verb))
    return false;
  const { table, column, records } = subject();
  const stem = (word: string) => word.replace(/ies$/, 'y').replace(/s$/, '');
  const generic = /^(counts?|counter|total|num|number)$/;
  const ofCount = wordsOf(column)
    .filter(word => !generic.test(word))
    .map(stem);
  const known = new Set([...ofCount, ...wordsOf(table).map(stem), ...wordsOf(records ?? '').map(stem)]);
  const counts = rest.some(word => generic.test(word));
  if (/^(add|plus|set|update)$/.test(verb) && !counts) return false;
  if (!rest.every(word => known.has(stem(word)) || generic.test(word) || besides.test(word))) return false;
  return rest.some(word => ofCount.includes(stem(word))) || (ofCount.length === 0 && counts);
}

const ofUse = /^(presets?|usages?|uses?|used|counts?|counter)$/;
const besides =
  /^(by|the|of|a|an|for|one|single|number|num|total|atomic(ally)?|safe(ly)?|stats?|fn|func|rpc|v\d+|\d+)$/;

/** The words of a name in snake case or camel case, in lower case. */
export function wordsOf(name: string): string[] {
  const last = name.split('.').at(-1) ?? '';
  return last
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(word => word !== '');
}

const countNamed = withNames(({ column }) => new RegExp(column, 'i'));
const rowNamed = withNames(({ row }) => new RegExp(row, 'i'));

/** Whether a text could be about the counter at all; other texts are not parsed. */
export function mayWrite(text: string, functions: Iterable<string> = []): boolean {
  if (countNamed().test(text)) return true;
  if (
    rowNamed().test(text) &&
    /update|upsert|insert|increment|decrement|patch|merge|copy|rpc|\.set\(|\.save\(|\.(?:bulk)?create/i.test(
      text,
    )
  )
    return true;
  if (/rpc\s*[(<]/i.test(text)) return true;
  for (const name of functions) if (text.includes(name)) return true;
  return false;
}
