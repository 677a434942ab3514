import { isPlural, wordsOf } from '../names/words.ts';

const behind: ReadonlySet<string> = new Set(['count', 'counter', 'counts', 'cnt', 'num', 'total']);
const before: ReadonlySet<string> = new Set([
  'n',
  'num',
  'nb',
  'no',
  'number',
  'count',
  'total',
  'cnt',
  'nr',
]);
const empty: ReadonlySet<string> = new Set([
  'of',
  'the',
  'cached',
  'cache',
  'total',
  'current',
  'denormalized',
]);

/** What a column's name says it counts, in words; null if it does not say that it is a count. */
export function countedWords(column: string): string[] | null {
  const words = wordsOf(column);
  const [first = ''] = words;
  const last = words.at(-1) ?? '';
  const inner =
    words.length > 1 && behind.has(last)
      ? words.slice(0, -1)
      : words.length > 1 && before.has(first)
        ? words.slice(1)
        : null;
  const left = inner?.filter(word => !empty.has(word)) ?? [];
  return left.length === 0 ? null : left;
}

// Plurals of time and money, and others that measure one thing.
const measures: ReadonlySet<string> = new Set(
  'status days hours minutes seconds years months weeks points credits cents dollars bytes ms coins pixels meters grams'.split(
    ' ',
  ),
);

/** The words of a column that is called like many things: `comments`. */
export function pluralWords(column: string): string[] | null {
  const words = wordsOf(column);
  return isPlural(words.at(-1) ?? '') && !words.some(word => measures.has(word)) ? words : null;
}

// Numbers that go up by one to tell rows apart, or to order them.
const ordinal =
  /^(?:last|next|latest|max|min|current|seq|sequence|version|revision|position|rank|order|level|depth|number|no|serial|epoch|generation)$/;

/** A number that is given out, such as a version or the last number of a series. */
export function isOrdinal(column: string): boolean {
  const words = wordsOf(column);
  // "Current" things are many.
  const isTally = words[0] === 'current' && isPlural(words.at(-1) ?? '');
  return (
    words.some(word => ordinal.test(word)) &&
    !words.includes('count') &&
    !isTally &&
    countedWords(column) === null
  );
}
