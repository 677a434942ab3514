import type { CounterDefinition } from './definition.ts';

/** The id of a row: a key of one column is its text, any other a list of texts. */
export function idJson(id: string, { row }: Pick<CounterDefinition, 'row'>): string | string[] {
  return row.key.length === 1 ? id : (JSON.parse(id) as string[]);
}
