import { readSystem } from '../../connection/server.ts';
import type { Database, Reader } from '../../connection/transactions.ts';
import { databaseOf } from '../../counter/identity.ts';
import { isConsoleError } from '../../errors/errors.ts';
import type { Unfinished } from '../history-entry.ts';
import type { Receipt } from '../receipts/receipt.ts';
import { readLockHolder } from '../sql/repair-lock.ts';

/**
 * What the server knows of operations of this database whose receipts have no end, newest first; by their ids. A standby knows
 * nothing of the primary's sessions, and migrations take no lock, so of them only an open transaction is known. Empty if the server
 * cannot be asked.
 */
export async function readUnfinished(
  database: Database,
  receipts: readonly Receipt[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, Unfinished>> {
  try {
    return await askServer(database, receipts, signal);
  } catch (error) {
    if (isConsoleError(error) && !signal?.aborted) return new Map();
    throw error;
  }
}

function askServer(
  database: Database,
  receipts: readonly Receipt[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, Unfinished>> {
  return database.read(
    async reader => {
      const [row] = (await reader.rows('SELECT pg_is_in_recovery() AS standby')) as { standby: boolean }[];
      if (row?.standby !== false) return new Map();
      const place = databaseOf(await readSystem(reader), database);
      const own = receipts.filter(({ head, end }) => end === null && head.identity.startsWith(`${place}/`));
      const holder = await readLockHolder(reader);
      const sessions = await openTransactions(
        reader,
        own.flatMap(({ batches }) => batches.filter(({ outcome }) => outcome === null).map(({ xid }) => xid)),
      );
      const newest = own.find(({ head }) => head.action !== 'migrate');
      return new Map(
        own.flatMap((receipt): [string, Unfinished][] => {
          const { head, batches } = receipt;
          const runs = batches.find(({ xid }) => sessions.has(xid));
          if (runs) return [[head.id, { running: true, pid: sessions.get(runs.xid) ?? null }]];
          if (head.action === 'migrate') return [];
          // Only one repair has the lock, and the newest was the last to take it.
          return [
            [
              head.id,
              receipt === newest && holder
                ? { running: null, pid: holder.pid }
                : { running: false, pid: null },
            ],
          ];
        }),
      );
    },
    { signal },
  );
}

/** Those of the transactions that have not ended, each with its server process; null for a prepared one. */
async function openTransactions(
  { rows }: Reader,
  xids: readonly string[],
): Promise<ReadonlyMap<string, number | null>> {
  // A transaction holds its own number, and it is no older than the oldest that is open.
  const found = (await rows(
    `SELECT x.xid, l.pid FROM json_array_elements_text($1::text::json) x (xid)
       JOIN pg_locks l ON l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted AND l.transactionid = x.xid::xid8::xid
      WHERE x.xid::xid8 >= pg_snapshot_xmin(pg_current_snapshot())`,
    [JSON.stringify(xids)],
  )) as { xid: string; pid: number | null }[];
  return new Map(found.map(({ xid, pid }) => [xid, pid]));
}
