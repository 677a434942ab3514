import type { Node, RangeVar } from 'libpg-query';
import type { SqlName } from './sql-effects.ts';

export function tableName({ schemaname, relname }: RangeVar): SqlName {
  return { schema: schemaname ?? null, name: relname ?? '' };
}

/** A name of one or more parts, without a database before the schema. */
export function nameOf(parts: readonly Node[] | undefined): SqlName {
  const words = namesIn(parts);
  return { schema: words.at(-2) ?? null, name: words.at(-1) ?? '' };
}

export function namesIn(parts: readonly Node[] | undefined): string[] {
  return (parts ?? []).map(part => ('String' in part ? (part.String.sval ?? '') : ''));
}

/** A name as PostgreSQL reads it: folded to lower case unless it is quoted. */
export function folded(identifier: string): string {
  return identifier.startsWith('"')
    ? identifier.slice(1, -1).replaceAll('""', '"')
    : identifier.toLowerCase();
}
