import type { CounterDefinition } from './definition.ts';

/** The id of a row: a key of one column is its text, any other a list of texts. */
export function idJson(id: string, { row }: Pick<CounterDefinition, 'row'>): string | string[] {
  return row.key.length === 1 ? id : (JSON.parse(id) as string[]);
}

/** The id of which `idJson` made this. */
export function idOfJson(json: string | readonly string[]): string {
  // As the server writes a list.
  return typeof json === 'string' ? json : `[${json.map(text => JSON.stringify(text)).join(', ')}]`;
}
