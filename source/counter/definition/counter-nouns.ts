import type { CounterDefinition, Noun } from './definition.ts';
import { presetNouns } from './nouns.ts';
import { presetNames } from './preset-names.ts';

/** What sentences about one counter call its parts. */
export interface CounterNouns {
  row: Noun;
  record: Noun;
  /** A new record, as something that happens: a use of a preset, a comment on a post. */
  event: Noun;
  /** One of them: a use, a new comment. */
  anEvent: string;
  /** True if amounts are added up: then what the count should be is a sum, and no number of records. */
  sums: boolean;
  /** The column that each new record sets to its time; null without such a column. */
  touched: string | null;
}

/** The words of a counter; those of presets while it is not known which counter it is. */
export function nounsOf(definition: CounterDefinition | undefined): CounterNouns {
  if (!definition || isOfPresets(definition)) return nounsOfPresets;
  const { row, record } = definition.nouns;
  return {
    row,
    record,
    event: record,
    anEvent: `a new ${record[0]}`,
    sums: definition.record.amount !== null,
    touched: definition.row.touched,
  };
}

/** The words of the counter of presets. */
export const nounsOfPresets: CounterNouns = {
  ...presetNouns,
  event: ['use', 'uses'],
  anEvent: 'a use',
  sums: false,
  touched: presetNames.touched,
};

/** True for the counter that this console was made for, which can do more than others. */
export function isOfPresets({ source }: Pick<CounterDefinition, 'source'>): boolean {
  return source.kind === 'built-in';
}

/** With a capital letter, for titles. */
export function titled(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
