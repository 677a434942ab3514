import * as z from 'zod/mini';

// In characters. A name is for people to read; one of ten megabytes would be sent, kept and stored with every look.
const most = 1_000;

/** SQL for a column as text, no longer than `shortText` has to see to know that it goes on. */
export function shortColumn(column: string): string {
  return `pg_catalog.left(${column}::pg_catalog.text, ${most + 1})`;
}

/** What `shortColumn` has read: of a text that was longer the beginning, with a mark. */
export function markShort(text: string): string {
  if (text.length <= most) return text;
  const characters = Array.from(text);
  return characters.length <= most ? text : `${characters.slice(0, most).join('')}...`;
}

export const shortText = z.pipe(z.string(), z.transform(markShort));
