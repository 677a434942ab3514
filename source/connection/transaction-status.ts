import type { WriteTransaction } from './transactions.ts';

/** Returns the id of this transaction, so that after a lost connection its outcome can be queried. */
export async function noteTransaction({ rows }: WriteTransaction): Promise<string> {
  const [row] = (await rows('SELECT pg_current_xact_id()::text AS xid')) as { xid: string }[];
  return row?.xid ?? '';
}

/** The number (xid8) of the next transaction that writes, unless one that is still under way has it. */
export async function readNextXid({ rows }: Pick<WriteTransaction, 'rows'>): Promise<string> {
  const [row] = (await rows('SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS xid')) as {
    xid: string;
  }[];
  return row?.xid ?? '0';
}

/** The outcome of a transaction; null if the server does not remember it. */
export async function transactionStatus(
  reader: Pick<WriteTransaction, 'rows'>,
  xid: string,
): Promise<'committed' | 'aborted' | 'in progress' | null> {
  const [row] = (await reader.rows('SELECT pg_xact_status($1::xid8) AS status', [xid])) as {
    status: 'committed' | 'aborted' | 'in progress' | null;
  }[];
  return row?.status ?? null;
}
