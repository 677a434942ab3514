import type { TableName } from './definition.ts';

/**
 * The id of a counter: schema, table and column of the count, each quoted only where SQL needs it. `reserved` are the
 * server's reserved words, which it needs quoted too.
 */
export function counterId(
  { schema, table }: TableName,
  column: string,
  reserved: ReadonlySet<string>,
): string {
  return [schema, table, column].map(name => quotedIfNeeded(name, reserved)).join('.');
}

/** A name as SQL writes it. */
export function quotedIfNeeded(name: string, reserved: ReadonlySet<string>): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) && !reserved.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/**
 * The three names of an id as a user writes it, folded as PostgreSQL folds them; without a schema it is null. Null if it is no
 * such id.
 */
export function parseCounterId(
  text: string,
): { schema: string | null; table: string; column: string } | null {
  const [column, table, schema = null, ...others] = parseNames(text)?.toReversed() ?? [];
  if (table === undefined || column === undefined || others.length > 0) return null;
  return { schema, table, column };
}

/** The names of a text such as `public."Post"`, folded as PostgreSQL folds them. Null if it is no such text. */
export function parseNames(text: string): string[] | null {
  const tokens = [...text.matchAll(/"((?:[^"]|"")+)"|([^".\s]+)|(\.)/gy)];
  if (tokens.reduce((length, [whole]) => length + whole.length, 0) !== text.length) return null;
  const parts = tokens.map(([, quoted, plain, dot]) =>
    dot ? null : (quoted?.replaceAll('""', '"') ?? plain?.toLowerCase() ?? ''),
  );
  if (parts.length % 2 === 0) return null;
  if (parts.some((part, place) => (place % 2 === 1) !== (part === null))) return null;
  return parts.filter(part => part !== null);
}
