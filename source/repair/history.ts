import type { HistoryEntry, Unfinished } from './history-entry.ts';
import { isAllBack, type Undos, undoableChanges, undosOf } from './plan/undo/undoable-changes.ts';
import { listReceipts } from './receipts/list-receipts.ts';
import type { Receipt } from './receipts/receipt.ts';
import { isTrusted } from './receipts/seals/trust.ts';

/**
 * What this console has done, from its receipts, newest first. `identity` is the open database, null for none. Rejects
 * (exit code 2) if the receipts cannot be listed. `ask` is called with those that have no end, if there are any.
 */
export async function readHistory(
  directory: string,
  identity: string | null,
  ask: (unfinished: readonly Receipt[]) => Promise<ReadonlyMap<string, Unfinished>> = async () => new Map(),
): Promise<{ receipts: HistoryEntry[]; damaged: { file: string; message: string }[] }> {
  const first = await listReceipts(directory);
  const unfinished = first.receipts.filter(({ end }) => end === null);
  const known = unfinished.length > 0 ? await ask(unfinished) : new Map<string, Unfinished>();
  // An operation that has ended since says so before it releases its lock.
  const { receipts, damaged } = known.size > 0 ? await listReceipts(directory) : first;
  // As receiptsThatCount() does, but without going through all receipts for each one.
  const undos = undosOf(receipts);
  const believed = undosOf(receipts.filter(isTrusted));
  const entries = receipts.map(receipt => ({
    ...entryOf(receipt, isTrusted(receipt) ? believed : undos, identity),
    now: receipt.end === null ? (known.get(receipt.head.id) ?? null) : null,
  }));
  return { receipts: entries, damaged };
}

function entryOf(receipt: Receipt, undos: Undos, identity: string | null): Omit<HistoryEntry, 'now'> {
  const { head, file, end } = receipt;
  const committed = receipt.batches.filter(({ outcome }) => outcome === 'committed');
  const changes = committed.flatMap(batch => batch.changes);
  const undoable = head.action === 'sync' || head.action === 'reset';
  return {
    id: head.id,
    at: head.at,
    action: head.action,
    counter: head.counter ?? null,
    by: `${head.by.user}@${head.by.host}`,
    database: `${head.database.name} at ${head.database.host}`,
    changed: end?.changed ?? new Set(changes.map(({ id }) => id).filter(id => id !== null)).size,
    deleted: end?.deleted ?? sum(committed.map(({ records }) => records?.count ?? 0)),
    restored: end?.restored ?? sum(changes.map(({ deletes }) => Math.max(0, -deletes))),
    left: end?.left.length ?? 0,
    ended: end?.ended ?? 'unfinished',
    undone: undoable && committed.length > 0 && isAllBack(undoableChanges(receipt, undos)),
    undoes: head.undoes,
    file,
    here: head.identity === identity,
    origin: receipt.origin,
    doubt: receipt.doubt,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
