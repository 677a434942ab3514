import { inSchema } from '../../connection/search-path.ts';
import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { type Quantity, toAmount } from '../../counter/quantity.ts';
import type { RepairFacts } from './facts.ts';
import type { RecordValues } from './records/found-records.ts';

/**
 * What each of these records adds to its sum, once the table holds it: the column may convert the value that is given to it, or
 * the server may compute it from other columns. Empty if records are counted.
 */
export async function readAmounts(
  reader: Reader,
  { records, path }: Tables,
  { amount, recordColumns }: RepairFacts,
  values: readonly RecordValues[],
): Promise<Quantity[]> {
  if (amount === null || values.length === 0) return [];
  const needed = amount.computed === null ? [records.amount] : amount.from;
  const columns = recordColumns.flatMap(({ quoted, declared }, place) =>
    needed.includes(quoted) ? [{ quoted, declared, place }] : [],
  );
  if (columns.length === 0) return values.map(() => 0);
  const given = columns.map(
    ({ quoted, declared }, place) =>
      `(e.value OPERATOR(pg_catalog.->>) ${place})::${inSchema(declared)} AS ${quoted}`,
  );
  const rows = (await reader.rows(
    `SELECT x.amount::pg_catalog.text AS amount
       FROM pg_catalog.jsonb_array_elements($1::pg_catalog.text::pg_catalog.jsonb) WITH ORDINALITY e (value, n)
            CROSS JOIN LATERAL (SELECT (${amount.computed ?? records.amount})::${inSchema(amount.declared)} FROM (SELECT ${given.join(', ')}) r) x (amount)
      ORDER BY e.n`,
    [JSON.stringify(values.map(record => columns.map(({ place }) => record[place] ?? null)))],
    path,
  )) as { amount: string | null }[];
  return rows.map(each => toAmount(each.amount));
}
