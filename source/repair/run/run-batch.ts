import { tryUntilAnswered } from '../../connection/deadlines.ts';
import type { ConnectOptions, Database } from '../../connection/transactions.ts';
import { hidesRowsNow } from '../../counter/discovery/visibility.ts';
import { ConsoleError, exitCodes, isConsoleError, isTransient, sqlState } from '../../errors/errors.ts';
import type { FullPlan } from '../plan/draft.ts';
import type { ReceiptWriter } from '../receipts/write-receipt.ts';
import { type BatchAnswer, openBatch, type RecordWrites, runBatch } from '../sql/batch-block.ts';
import type { RecordValues } from '../sql/counter-state.ts';
import type { Batch, BatchResult } from './batch.ts';
import { prepareBatch } from './prepare-batch.ts';
import type { PreparedBatch, UndoSource } from './prepared.ts';
import { changedParts, requireSameTables, tablesChanged } from './tables-changed.ts';
import { readTransactionOutcome, type TransactionOutcome } from './transaction-outcome.ts';
import { waitForLock } from './wait-for-lock.ts';

export interface BatchWork {
  database: Database;
  writing: Pick<Database, 'write'>;
  plan: FullPlan;
  receipt: ReceiptWriter;
  batch: Batch;
  timeouts: ConnectOptions;
  /** undo: where the records come from. */
  source?: UndoSource | undefined;
  /** The transactions of this repair that were committed; this one is added to them. */
  written: string[];
  /** Stops the wait for another repair's lock; what has begun is brought to its end. */
  signal?: AbortSignal | undefined;
}

/** Somebody said stop before the batch had begun. */
class Stopped extends Error {}

// In seconds: rows are held by the block alone, and nobody should have to wait longer for them.
const longestBlock = 5;
// In milliseconds: how long a server that is gone is waited for.
const patience = 30_000;

/**
 * Does one batch: reads it, writes the receipt, then writes and commits in a single message. Where the connection breaks
 * after the receipt was written, the server is asked what became of the transaction before anything else is done.
 */
export async function runOneBatch(work: BatchWork): Promise<BatchResult> {
  const { writing, plan, receipt, batch, timeouts, signal } = work;
  const { tables } = plan.look;
  let noted: { number: number; xid: string } | null = null;
  let prepared: PreparedBatch | null = null;
  try {
    const answer = await writing.write(async (writer): Promise<BatchAnswer | null> => {
      const open = () => openBatch(writer, tables, recordWrites(plan));
      const xid = await waitForLock(writer, open, timeouts.lockTimeout, signal);
      if (xid === null) throw new Stopped();
      prepared = await prepareBatch({
        reader: writer,
        plan,
        tasks: batch.tasks,
        most: batch.mostRecords,
        limits: batch.limits,
        truncate: batch.truncate,
        source: work.source,
        written: work.written,
      });
      const { order, changes, records, rest } = prepared;
      // A drift that is not the planned one may be no drift at all; what is written is asked about by the block itself.
      if (prepared.left.length > 0 && (await hidesRowsNow(writer, tables))) throw hiddenMeanwhile();
      // After what was read, so that it was read from these very tables, and under the locks that keep them so.
      const parts = await changedParts(writer, plan);
      if (parts.length > 0) throw tablesChanged(plan, parts);
      // What was not read would go with the others.
      if (batch.truncate && rest.length > 0) throw new TooMuch();
      if (order.rows.length === 0 && order.deletes.length === 0 && order.inserts.length === 0) {
        await writer.script('ROLLBACK');
        return null;
      }
      noted = { number: await receipt.intend({ xid, changes, records }), xid };
      const quiet = plan.options.suppressTriggers;
      return runBatch(
        writer,
        tables,
        plan.facts,
        { ...order, wait: batch.wait, quiet },
        xid,
        Math.min(timeouts.timeout, longestBlock),
      );
    }, timeouts);
    const done = prepared as PreparedBatch | null;
    if (!answer || !done) return { ...empty('nothing'), left: done?.left ?? [], rest: done?.rest ?? [] };
    await note(work, noted, 'committed');
    return committed(done, answer);
  } catch (error) {
    if (error instanceof Stopped) return empty('busy');
    if (error instanceof TooMuch) return empty('large');
    if (!isConsoleError(error)) throw error;
    const done = prepared as PreparedBatch | null;
    if (isLost(error)) return afterLoss(work, error, noted, done);
    await note(work, noted, 'aborted');
    const state = sqlState(error.cause);
    if (state === '55P03' || state === '40001' || state === '40P01') {
      // Reading waits for no row, and taking the tables' locks for none.
      const isTable = state === '55P03' && !done;
      return { ...empty('busy'), message: error.message, ...(isTable ? { table: true } : {}) };
    }
    if (state === '57014' && batch.tasks.length > 1) return empty('busy');
    // Nothing that another preset would fare better with.
    if (error.code === 'rows-hidden') throw hiddenMeanwhile(error);
    if (state === '42501') throw denied(work, error);
    if (state === '25006') throw readOnlyNow(error);
    if (state === '') throw error;
    await requireSameTables(work.database, plan);
    const tried = done ? done.order.deletes.length + done.order.inserts.length : undefined;
    const outcome = isTooMuch(state, tried, recordWrites(plan) !== null) ? 'large' : 'refused';
    return {
      ...empty(outcome),
      ...(tried === undefined ? {} : { tried }),
      rest: done?.otherwise ?? [],
      message: plan.action === 'undo' && state === '23505' ? doubleWords(error) : serverWords(error),
    };
  }
}

/** A batch that would have to be done whole, and is more than may be read at once. */
class TooMuch extends Error {}

/**
 * True for what fewer records may not meet: a limit of the server (class 54), memory that it does not have, what it allocates
 * beyond 1 GB, which it tells as an internal error, and a block that took too long. `tried` records; undefined where they could
 * not even be read, where there are `records` to read.
 */
function isTooMuch(state: string, tried: number | undefined, records: boolean): boolean {
  if (state === '57014') return tried === undefined ? records : tried > 1;
  return tried !== 0 && (state.startsWith('54') || state === '53200' || state === 'XX000');
}

function recordWrites({ action, options, recordsToRestore }: FullPlan): RecordWrites {
  if (action === 'reset' && options.deleteHistory) return 'delete';
  return recordsToRestore > 0 ? 'insert' : null;
}

function committed(prepared: PreparedBatch, { held, waiting }: BatchAnswer): BatchResult {
  const { changes, left, rest, order } = prepared;
  return { outcome: 'committed', changes, left, rest, deleted: order.deletes.length, held, waiting };
}

function empty(outcome: BatchResult['outcome']): BatchResult {
  return { outcome, changes: [], left: [], rest: [], deleted: 0, held: 0, waiting: 0 };
}

type Noted = { number: number; xid: string } | null;

// The receipt is good without it: the server knows too.
async function note(
  { receipt, written }: BatchWork,
  noted: Noted,
  outcome: 'committed' | 'aborted',
): Promise<void> {
  if (noted && outcome === 'committed') written.push(noted.xid);
  if (noted) await receipt.settle(noted.number, outcome).catch(() => {});
}

function isLost({ code }: ConsoleError): boolean {
  return lost.has(code);
}
const lost = new Set(['connection-lost', 'connection-refused', 'connection-timeout', 'server-starting']);

/** Asks the server, as soon as it answers again, whether the batch was committed: only then it may be done again. */
async function afterLoss(
  work: BatchWork,
  error: ConsoleError,
  noted: Noted,
  prepared: PreparedBatch | null,
): Promise<BatchResult> {
  const { database, plan } = work;
  const status = await askAgain(async () => {
    if (noted && prepared) {
      const [deleted] = prepared.records ?? [];
      const [inserted] = prepared.order.inserts;
      return readTransactionOutcome(database, plan.look.tables, plan.facts, noted.xid, {
        changes: prepared.changes,
        deleted: deleted === undefined ? null : (JSON.parse(deleted) as RecordValues),
        inserted: inserted ?? null,
      });
    }
    await database.read(reader => reader.rows('SELECT 1'));
    return null;
  });
  if (status === 'unreachable') throw error;
  if (!noted) return { ...empty('lost'), error };
  if (status === null) {
    throw new ConsoleError({
      code: 'outcome-unknown',
      message: `The connection was lost, and the server does not know what became of transaction ${noted.xid}.`,
      hint: 'Look at the counts with preset-usage check, and run it again: it plans what is needed then.',
      exitCode: exitCodes.unreachable,
      cause: error,
    });
  }
  await note(work, noted, status);
  if (status === 'aborted' || !prepared) return { ...empty('lost'), error };
  return committed(prepared, { held: 0, waiting: 0, counts: {} });
}

async function askAgain(
  ask: () => Promise<TransactionOutcome>,
): Promise<Exclude<TransactionOutcome, 'in progress'> | 'unreachable'> {
  const answer = await tryUntilAnswered(
    async () => {
      try {
        const status = await ask();
        return status === 'in progress' ? undefined : { status };
      } catch (error) {
        if (!isTransient(error)) throw error;
        return undefined;
      }
    },
    { first: 50, most: 1_000, within: patience },
  );
  return answer ? answer.status : 'unreachable';
}

function hiddenMeanwhile(cause?: ConsoleError): ConsoleError {
  return new ConsoleError({
    code: 'incomplete-view',
    message: 'A policy has come that hides rows from this role, so what it counts is no longer all there is.',
    hint: 'This batch was not applied; the receipt holds what was applied before. Connect as a role that sees every row.',
    exitCode: exitCodes.refused,
    cause,
  });
}

// The server's words name the table, and the driver's place only knows of reading.
function denied({ plan }: BatchWork, error: ConsoleError): ConsoleError {
  return new ConsoleError({
    code: 'permission-denied',
    message: `${plan.look.server.user} may not do this: ${serverWords(error)}.`,
    hint: 'Grant what is missing, or connect as the owner. This batch was not applied; the receipt holds what was applied before.',
    exitCode: exitCodes.unreachable,
    cause: error,
  });
}

/** A failover, or somebody who has made the server read-only: what was committed before stays. */
function readOnlyNow(error: ConsoleError): ConsoleError {
  return new ConsoleError({
    code: error.code,
    message: error.message,
    hint: 'This batch was not applied; the receipt holds what was applied before. Connect to the primary and look at the counts: a new plan goes on from there.',
    exitCode: exitCodes.unreachable,
    cause: error.cause,
  });
}

function doubleWords(error: ConsoleError): string {
  return `${serverWords(error)}. Records with the same key are in the table, so these may be back already`;
}

function serverWords({ cause, message }: ConsoleError): string {
  const {
    message: words,
    constraint_name: constraint,
    where = '',
  } = (cause ?? {}) as { message?: string; constraint_name?: string; where?: string };
  // Our own block is one too; a name that is not its is a trigger's function.
  const [, run] = /^PL\/pgSQL function (?!inline_code_block)(.+?) line \d/m.exec(where) ?? [];
  return `${words ?? message}${constraint && !(words ?? message).includes(constraint) ? ` (${constraint})` : ''}${run ? `, in ${run}` : ''}`;
}
