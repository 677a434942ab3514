import { lstat } from 'node:fs/promises';
import { isSystemError } from '../config/files/system-error.ts';
import { transactionStatus } from '../connection/transaction-status.ts';
import type { Database } from '../connection/transactions.ts';
import type { Tables } from '../counter/discovery/tables.ts';
import { readIdentity } from '../counter/identity.ts';
import { plus } from '../counter/quantity.ts';
import { isConsoleError } from '../errors/errors.ts';
import { idOf, receiptFile } from './receipts/places.ts';
import { readKeptReceipt, receiptFiles } from './receipts/read-receipt.ts';
import type { Receipt } from './receipts/receipt.ts';
import { receiptId } from './receipts/receipt-id.ts';
import { newestFirst } from './receipts/receipt-order.ts';
import { readVerifier, type Verifier } from './receipts/seals/receipt-key.ts';
import { isTrusted } from './receipts/seals/trust.ts';
import { worthOf } from './repair.ts';

/** The presets that came out of step, and the time in which they did, in milliseconds since 1970 by this machine's clock. */
export interface DriftAsked {
  tables: Tables;
  ids: ReadonlySet<string>;
  from: number;
  to: number;
}

/** What one batch of a repair did to the drift of one preset. */
export interface DriftChange {
  id: string;
  batch: number;
  /** Count minus records before it, and what it added to that; a count of NULL is 0. */
  drift: number;
  by: number;
  /** True if it may have made a count NULL again. */
  mayClear: boolean;
}

/** A repair that ran in that time, according to its receipt. */
export interface RecentRepair {
  receipt: string;
  action: string;
  /** When it ran, in milliseconds since 1970; `until` is late rather than early. */
  from: number;
  until: number;
  /** False if something else may have written the receipt. */
  trusted: boolean;
  /** In the order of the batches; null if the receipt was not read, and `why` says why as a sentence. */
  changes: DriftChange[] | null;
  why: string | null;
}

// More than anybody runs within the minutes between two reads.
const mostReceipts = 20;
// In bytes: a receipt of some 200,000 presets. It is read while the console goes on, and again for later events.
const largest = 64 * 1024 * 1024;
// In milliseconds: a batch that was killed may have been committed this much later than its receipt was written.
const lateCommit = 60_000;
// In milliseconds: the end is written after the commit, and times in receipts are rounded.
const lateEnd = 2_000;

/**
 * What the repairs of this state directory, in any process, did to these presets in that time, oldest first. A batch that
 * the server has rolled back is left out. Throws what reading the directory or the database throws.
 */
export async function readDriftChanges(
  database: Database,
  directory: string,
  asked: DriftAsked,
): Promise<RecentRepair[]> {
  const files = await recentFiles(directory, asked);
  if (files.length === 0) return [];
  const identity = await database.read(reader => readIdentity(reader, database, asked.tables));
  const verifier = await readVerifier(directory);
  const unread: RecentRepair[] = [];
  const read: { receipt: Receipt; changedAt: number }[] = [];
  for (const { file, id, size, changedAt } of files) {
    try {
      if (size > largest) throw tooLarge;
      const receipt = await readKeptReceipt(file, verifier, change => asked.ids.has(change.id ?? ''));
      if (receipt.head.identity === identity) read.push({ receipt, changedAt });
    } catch (error) {
      if (error !== tooLarge && !isConsoleError(error)) throw error;
      if (isConsoleError(error) && error.code === 'no-such-receipt') continue;
      unread.push(notRead(id, changedAt, (error as Error).message));
    }
  }
  const sorted = newestFirst(read.map(({ receipt }) => receipt)).reverse();
  const repairs: RecentRepair[] = [];
  for (const receipt of sorted) {
    const changedAt = read.find(each => each.receipt === receipt)?.changedAt ?? 0;
    const repair = await repairOf(database, receipt, changedAt, verifier);
    if (repair.until >= asked.from) repairs.push(repair);
  }
  return [...repairs, ...unread];
}

const tooLarge = new Error('It is too large to be read while the console watches.');

/** The receipts that may have been written in that time, by their names and the times of their files, newest first. */
async function recentFiles(directory: string, { from, to }: DriftAsked) {
  const found: { file: string; id: string; size: number; changedAt: number }[] = [];
  const begun = (await receiptFiles(directory)).flatMap(file => {
    const id = idOf(file) ?? '';
    return receiptId.test(id) && beganAt(id) <= to ? [{ file, id }] : [];
  });
  for (const { file, id } of begun.sort((a, b) => (a.id < b.id ? 1 : -1))) {
    if (found.length === mostReceipts) break;
    const { size, mtimeMs } = await lstat(file).catch(error => {
      if (!isSystemError(error)) throw error;
      return { size: 0, mtimeMs: Number.NEGATIVE_INFINITY };
    });
    if (mtimeMs + lateCommit >= from) found.push({ file, id, size, changedAt: mtimeMs });
  }
  return found;
}

async function repairOf(
  database: Database,
  receipt: Receipt,
  changedAt: number,
  verifier: Verifier,
): Promise<RecentRepair> {
  const { head, end, batches } = receipt;
  const from = Date.parse(head.at);
  const wereNull = await nullBefore(receipt, verifier);
  const changes: DriftChange[] = [];
  for (const { batch, xid, outcome, changes: made } of batches) {
    if (made.length === 0 || outcome === 'aborted') continue;
    const status =
      outcome === 'committed'
        ? outcome
        : await database.read(reader => transactionStatus(reader, xid)).catch(() => null);
    // Nobody can have seen what is still to be committed.
    if (status === 'aborted' || status === 'in progress') continue;
    for (const change of made) {
      const { id, delta } = change;
      const by = Number(plus(delta, worthOf(change)));
      if (id !== null)
        changes.push({ id, batch, drift: Number(change.drift), by, mayClear: wereNull.has(id) });
    }
  }
  return {
    receipt: head.id,
    action: head.action,
    from,
    until: end ? from + end.durationMs + lateEnd : changedAt + lateCommit,
    trusted: isTrusted(receipt),
    changes,
    why: null,
  };
}

/** The presets whose count was NULL before the repair that this one undoes: it makes them NULL again. */
async function nullBefore({ head }: Receipt, verifier: Verifier): Promise<ReadonlySet<string>> {
  const undone = new Set<string>();
  if (head.undoes === null || !receiptId.test(head.undoes)) return undone;
  try {
    const { batches } = await readKeptReceipt(
      receiptFile(verifier.directory, head.undoes),
      verifier,
      ({ id, before }) => id !== null && before === null,
    );
    for (const { changes } of batches) for (const { id } of changes) if (id !== null) undone.add(id);
  } catch (error) {
    // Without it a count that became NULL stays an event.
    if (!isConsoleError(error)) throw error;
  }
  return undone;
}

/** An id begins with the time, such as 20261123T041554Z. */
function beganAt(id: string): number {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(id) ?? [];
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function notRead(id: string, changedAt: number, why: string): RecentRepair {
  return {
    receipt: id,
    action: id.split('-')[1] ?? '',
    from: beganAt(id),
    until: changedAt + lateCommit,
    trusted: false,
    changes: null,
    why,
  };
}
