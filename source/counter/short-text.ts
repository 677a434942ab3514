import * as z from 'zod/mini';

// In characters. A name is for people to read; one of ten megabytes would be sent and kept with every read.
const most = 1_000;

/** SQL for a column as text, with one character more than `most`, which shows that it was longer. */
export function shortColumn(column: string): string {
  return `pg_catalog.left(${column}::pg_catalog.text, ${most + 1})`;
}

/** A text read by `shortColumn`: if it was longer, its beginning and three dots. */
export function markShort(text: string): string {
  if (text.length <= most) return text;
  const characters = Array.from(text);
  return characters.length <= most ? text : `${characters.slice(0, most).join('')}...`;
}

export const shortText = z.pipe(z.string(), z.transform(markShort));
