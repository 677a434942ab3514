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

function quotedIfNeeded(name: string, reserved: ReadonlySet<string>): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) && !reserved.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/**
 * The three names of an id as a user writes it, folded as PostgreSQL folds them; without a schema it is null. Null if it is no
 * such id.
 */
export function parseCounterId(
  text: string,
): { schema: string | null; table: string; column: string } | null {
  const names = [...text.matchAll(/"((?:[^"]|"")+)"|([^".\s]+)|(\.)/gy)];
  if (names.reduce((length, [whole]) => length + whole.length, 0) !== text.length) return null;
  const parts = names.map(([, quoted, plain, dot]) =>
    dot ? null : (quoted?.replaceAll('""', '"') ?? plain?.toLowerCase() ?? ''),
  );
  if (parts.some((part, place) => (place % 2 === 1) !== (part === null))) return null;
  const found = parts.filter(part => part !== null);
  const [column, table, schema = null] = found.toReversed();
  if (table === undefined || column === undefined || found.length > 3 || parts.length % 2 === 0) return null;
  return { schema, table, column };
}
