import type { CounterDefinition } from '../counter/definition/definition.ts';
import { presetNames } from '../counter/definition/preset-names.ts';

// A name of SQL that stands behind a dot or in quotes is no word of ours.
const saidOfPresets = new RegExp(`(?<![."])\\b(a )?(presets?|uses?|${presetNames.touched})\\b(?!-)`, 'g');

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
    [presetNames.touched]: row.touched ?? presetNames.touched,
  };
  return sentence =>
    sentence.replace(saidOfPresets, (_, article: string | undefined, word: string) => {
      const own = words[word] ?? word;
      return article === undefined ? own : `${/^[aeiou]/i.test(own) ? 'an' : 'a'} ${own}`;
    });
}
