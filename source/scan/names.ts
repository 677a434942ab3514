import { singular, names as subject, withNames, writersKnown } from './subject.ts';

/**
 * A name without schema, quotes, case and underscores: `app.posts`, `"Post"` and `viewCount` may be spelled by
 * PostgreSQL, an ORM or a person. The console finds its tables in the same way.
 */
function normal(name: string): string {
  return lastPart(name)
    .replace(/["'`[\]_\s-]/g, '')
    .toLowerCase();
}

const lastPart = (name: string) => name.slice(name.lastIndexOf('.') + 1);

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
  if (!counting.test(verb) || writersKnown().innocent?.includes(lastPart(name))) return false;
  if (subject().counter !== null) return isOfCounter(verb, rest);
  // A word for anything else, as in `increment_preset_copy_count`, says that something else is counted.
  if (!rest.every(word => ofUse.test(word) || besides.test(word))) return false;
  if (storing.test(verb) && !rest.some(word => /count|uses|total/.test(word))) return false;
  const uses = rest.some(word => ofUse.test(word) && !/preset/.test(word));
  return uses && (rest.some(word => /preset|usage/.test(word)) || /^use_counts?$/.test(rest.join('_')));
}

/** The same for any other counter: the words are those of its count, its rows and its records, and one is of the count. */
function isOfCounter(verb: string, rest: readonly string[]): boolean {
  const { table, column, records } = subject();
  const ofCount = wordsOf(column)
    .filter(word => !generic.test(word))
    .map(singular);
  const known = new Set([column, table, records ?? table].flatMap(wordsOf).map(singular));
  const counts = rest.some(word => generic.test(word));
  if (storing.test(verb) && !counts) return false;
  if (!rest.every(word => known.has(singular(word)) || generic.test(word) || besides.test(word)))
    return false;
  return rest.some(word => ofCount.includes(singular(word))) || (ofCount.length === 0 && counts);
}

const counting = /^(increment|incr?|increase|bump|add|plus|raise|update|set|decrement|decr?|decrease)$/;
// What adds a use, or sets it, may insert the record: a word for the number says that it does not.
const storing = /add|plus|set|update/;
const generic = /^(counts?|counter|total|num|number)$/;
const ofUse = /^(presets?|usages?|uses?|used|counts?|counter)$/;
const besides =
  /^(by|the|of|a|an|for|one|single|number|num|total|atomic(ally)?|safe(ly)?|stats?|fn|func|rpc|v\d+|\d+)$/;

/** The words of a name in snake case or camel case, in lower case. */
export function wordsOf(name: string): string[] {
  const words = lastPart(name)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase();
  return words.match(/[a-z0-9]+/g) ?? [];
}

const countNamed = withNames(({ column }) => new RegExp(column, 'i'));
const rowNamed = withNames(({ row }) => new RegExp(row, 'i'));

/** Whether a text could be about the counter at all; other texts are not parsed. */
export function mayWrite(text: string, functions: Iterable<string>): boolean {
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
