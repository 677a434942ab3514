import { wordsOf } from '../names/words.ts';

const behind: ReadonlySet<string> = new Set(['count', 'counter', 'counts', 'cnt', 'num', 'number', 'total']);
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
