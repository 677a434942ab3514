import { amount } from '../../format/plurals.ts';
import type { CounterDefinition } from './definition.ts';

export const presetNouns: CounterDefinition['nouns'] = {
  row: ['preset', 'presets'],
  record: ['record', 'records'],
};

/** What names the rows and records of a counter. */
export type Nouns = Pick<CounterDefinition, 'nouns'>;

/** A number of rows, such as 3 presets. */
export function rowsOf({ nouns }: Nouns, number: number): string {
  return amount(number, ...nouns.row);
}

/** A number of records, such as 1 comment. */
export function recordsOf({ nouns }: Nouns, number: number): string {
  return amount(number, ...nouns.record);
}
