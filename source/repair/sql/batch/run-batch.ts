import * as z from 'zod/mini';
import { dollarQuote, givenSetting, resultSetting } from '../../../connection/block-settings.ts';
import { takingPath } from '../../../connection/search-path.ts';
import type { WriteTransaction } from '../../../connection/transactions.ts';
import type { Tables } from '../../../counter/discovery/tables.ts';
import type { RepairFacts } from '../facts.ts';
import { repairBlock } from './block.ts';
import { type BatchOrder, deletedBy } from './order.ts';

const answer = z.object({
  /** Milliseconds from the first lock to the end of the block. */
  held: z.number(),
  /** Sessions that waited for this transaction at its end. */
  waiting: z.number(),
  /** Whether others have written after the transaction began and before the block did. */
  beside: z.boolean(),
  /** The written counts by id. */
  counts: z.record(z.string(), z.nullable(z.number())),
});

/** The cost and the result of a batch. */
export type BatchAnswer = z.infer<typeof answer>;

/**
 * Runs a batch and commits it in one message: rows are held only while the server works, not while it waits for a
 * message. Rejects with SQLSTATE 55P03 if another session holds a row, 40001 if a record has changed. After these and
 * all other errors, nothing of it is left. `longest` is its statement_timeout in seconds.
 */
export async function runBatch(
  { rows, script, ownPath }: WriteTransaction,
  tables: Tables,
  facts: RepairFacts,
  order: BatchOrder,
  xid: string,
  longest: number,
): Promise<BatchAnswer> {
  const given = JSON.stringify({ ...order, deleted: deletedBy(order), xid, path: ownPath });
  // The value itself would come back as the answer, as large as it went.
  await rows('SELECT set_config($1, $2, true) IS NULL', [givenSetting, given]);
  const block = repairBlock(
    tables,
    facts,
    {
      ...order,
      setsLastUsed: order.rows.some(row => row.lastUsed !== null),
      adds: order.rows.some(row => row.adds === true),
    },
    dollarQuote(),
  );
  const [row] = (await script(
    // A constraint that a trigger has deferred again is checked when the transaction ends.
    `${block}; ${takingPath(ownPath)}; SELECT pg_catalog.current_setting('${resultSetting}', true) AS answer; COMMIT AND CHAIN`,
    longest,
  )) as { answer: string }[];
  return answer.parse(JSON.parse(row?.answer ?? 'null'));
}
