import type { CounterDefinition } from '../counter/definition/definition.ts';

/**
 * How a sentence about presets and their uses is said of another counter: with its own words for rows and for records. Names of
 * programs such as preset-usage stay.
 */
export function inWordsOf({
  nouns,
  row,
}: Pick<CounterDefinition, 'nouns'> & { row: { touched: string | null } }): (sentence: string) => string {
  const words: Record<string, string> = {
    preset: nouns.row[0],
    presets: nouns.row[1],
    use: nouns.record[0],
    uses: nouns.record[1],
    last_used_at: row.touched ?? 'last_used_at',
  };
  return sentence =>
    sentence.replace(
      /\b(a )?(presets?|uses?|last_used_at)\b(?!-)/g,
      (_, article: string | undefined, word: string) => {
        const own = words[word] ?? word;
        return article === undefined ? own : `${/^[aeiou]/i.test(own) ? 'an' : 'a'} ${own}`;
      },
    );
}
