import type { Reader } from '../../connection/transactions.ts';

/** The words that this server needs quoted where they are names. */
export async function readReservedWords(reader: Reader): Promise<Set<string>> {
  const rows = (await reader.rows(
    `SELECT k.word::text AS word FROM pg_get_keywords() k WHERE k.catcode <> 'U'`,
  )) as { word: string }[];
  return new Set(rows.map(({ word }) => word));
}
