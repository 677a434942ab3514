import { tryUntilAnswered } from '../../connection/deadlines.ts';
import type { ConnectOptions, Database, WriteTransaction } from '../../connection/transactions.ts';
import { hidesRowsNow } from '../../counter/discovery/visibility.ts';
import { ConsoleError, exitCodes, isConsoleError, isTransient, sqlState } from '../../errors/errors.ts';
import { raisedIn } from '../../errors/raised-in.ts';
import type { FullPlan } from '../plan/draft.ts';
import type { ReceiptWriter } from '../receipts/write-receipt.ts';
import { deletesRecords } from '../repair.ts';
import { openBatch, type RecordWrites } from '../sql/batch/open-batch.ts';
import { deletedBy } from '../sql/batch/order.ts';
import { type BatchAnswer, runBatch } from '../sql/batch/run-batch.ts';
import type { RecordValues } from '../sql/records/found-records.ts';
import type { Batch, BatchResult } from './batch.ts';
import type { Traffic } from './pace/traffic.ts';
import type { Pair } from './pair.ts';
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
  /** The committed transactions of this repair; this one is added to them. */
  written: string[];
  traffic: Traffic;
  /** What it runs beside; null or left out if it runs alone. */
  pair?: Pair | null;
  /** Stops the wait for another repair's lock; a batch that has begun is finished. */
  signal?: AbortSignal | undefined;
}

/** The signal was aborted before the batch had begun. */
class Stopped extends Error {}

// In seconds: the block alone holds rows, and nobody should have to wait longer for them.
const longestBlock = 5;
// In milliseconds: how long to wait for a server that does not answer.
const patience = 30_000;

/**
 * Runs one batch: reads it, writes the receipt, then writes and commits in a single message. If the connection breaks
 * after the receipt was written, the server is asked about the outcome before anything else is done.
 */
export async function runOneBatch(work: BatchWork): Promise<BatchResult> {
  const { writing, plan, receipt, batch, timeouts, traffic, pair, signal } = work;
  const { tables } = plan.inspected;
  let noted: { number: number; xid: string } | null = null;
  let prepared: PreparedBatch | null = null;
  const begin = async (writer: WriteTransaction) => {
    const open = () =>
      openBatch(writer, tables, recordWrites(plan), { beside: pair?.processes, whole: batch.whole ?? false });
    // One of a pair does not wait for a lock that another repair holds: a batch that runs alone will.
    const xid = await (pair ? open() : waitForLock(writer, open, timeouts.lockTimeout, signal));
    if (xid === null) throw new Stopped();
    if (pair && batch.whole) traffic.beganBeside(xid);
    else traffic.began(xid);
    prepared = await prepareBatch({
      reader: writer,
      plan,
      tasks: batch.tasks,
      most: batch.mostRecords,
      limits: batch.limits,
      truncate: batch.truncate,
      ...(batch.whole ? { whole: true } : {}),
      source: work.source,
      written: work.written,
    });
    const { order, changes, records, rest } = prepared;
    // An unplanned drift may come from hidden rows. What is written is checked by the block itself.
    if (prepared.left.length > 0 && (await hidesRowsNow(writer, tables))) throw hiddenMeanwhile();
    // Checked after reading, under the locks that keep the tables unchanged: so these are the tables that were read.
    const parts = await changedParts(writer, plan);
    if (parts.length > 0) throw tablesChanged(plan, parts);
    // TRUNCATE would also delete what was not read.
    if (batch.truncate && rest.length > 0) throw new TooMuch();
    if (order.rows.length === 0 && order.deletes.length === 0 && order.inserts.length === 0) {
      await writer.script('ROLLBACK');
      return null;
    }
    const noting = receipt.intend({ xid, changes, records });
    // It is awaited later, but not if the connection is lost before.
    noting.catch(() => {});
    return { order, xid, noting };
  };
  try {
    const answer = await writing.write(async (writer): Promise<BatchAnswer | null> => {
      const ready = await (pair ? pair.begin(batch, writer, () => begin(writer)) : begin(writer));
      if (!ready) return null;
      // Another batch may begin meanwhile: the receipt keeps their order.
      noted = { number: await ready.noting, xid: ready.xid };
      const run = async () => {
        const { whole = null } = ready.order;
        const answer = await runBatch(
          writer,
          tables,
          plan.facts,
          {
            ...ready.order,
            ...(pair && whole ? { whole: { ...whole, beside: work.written.at(-1) ?? null } } : {}),
            wait: batch.wait,
            quiet: plan.options.suppressTriggers,
            plays: plan.playsUndo,
          },
          ready.xid,
          Math.min(timeouts.timeout, longestBlock),
        );
        work.written.push(ready.xid);
        return answer;
      };
      return pair ? pair.write(batch, run) : run();
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
      // Reading and locking the tables wait for no row, so this is about a table.
      const isTable = state === '55P03' && !done;
      return { ...empty('busy'), message: error.message, ...(isTable ? { table: true } : {}) };
    }
    if (state === '57014' && batch.tasks.length > 1) return empty('busy');
    // No other preset would fare better.
    if (error.code === 'rows-hidden') throw hiddenMeanwhile(error);
    if (state === '42501') throw denied(work, error);
    if (state === '25006') throw readOnlyNow(error);
    if (state === '') throw error;
    await requireSameTables(work.database, plan);
    const tried = done ? deletedBy(done.order) + done.order.inserts.length : undefined;
    const outcome = isTooMuch(state, tried, recordWrites(plan) !== null) ? 'large' : 'refused';
    return {
      ...empty(outcome),
      ...(tried === undefined ? {} : { tried }),
      rest: done?.otherwise ?? [],
      message: plan.action === 'undo' && state === '23505' ? duplicateMessage(error) : serverMessage(error),
    };
  } finally {
    pair?.ended(batch);
  }
}

/** A batch that cannot be split but is more than may be read at once. */
class TooMuch extends Error {}

/**
 * True for errors that fewer records may avoid: a server limit (class 54), lack of memory, an allocation beyond 1 GB,
 * which is reported as an internal error, and a block that took too long. `tried`: records in the batch; undefined if
 * not even reading worked, and `records` says whether there were any to read.
 */
function isTooMuch(state: string, tried: number | undefined, records: boolean): boolean {
  if (state === '57014') return tried === undefined ? records : tried > 1;
  return tried !== 0 && (state.startsWith('54') || state === '53200' || state === 'XX000');
}

function recordWrites(plan: FullPlan): RecordWrites {
  if (deletesRecords(plan)) return 'delete';
  return plan.recordsToRestore > 0 ? 'insert' : null;
}

function committed(prepared: PreparedBatch, { held, waiting, beside }: BatchAnswer): BatchResult {
  const { changes, left, rest, order } = prepared;
  return { outcome: 'committed', changes, left, rest, deleted: deletedBy(order), held, waiting, beside };
}

function empty(outcome: BatchResult['outcome']): BatchResult {
  return { outcome, changes: [], left: [], rest: [], deleted: 0, held: 0, waiting: 0 };
}

type Noted = { number: number; xid: string } | null;

// The receipt is complete without it: the server knows the outcome too.
async function note({ receipt }: BatchWork, noted: Noted, outcome: 'committed' | 'aborted'): Promise<void> {
  if (noted) await receipt.settle(noted.number, outcome).catch(() => {});
}

function isLost({ code }: ConsoleError): boolean {
  return lost.has(code);
}
const lost = new Set(['connection-lost', 'connection-refused', 'connection-timeout', 'server-starting']);

/** Asks the server, once it answers again, whether the batch was committed: only then can it be repeated. */
async function afterLoss(
  work: BatchWork,
  error: ConsoleError,
  noted: Noted,
  prepared: PreparedBatch | null,
): Promise<BatchResult> {
  const { database, plan } = work;
  const status = await askUntilAnswered(async () => {
    if (noted && prepared) {
      const [deleted] = prepared.records?.texts[0]?.split('\n', 1) ?? [];
      const [inserted] = prepared.order.inserts;
      return readTransactionOutcome(database, plan.inspected.tables, plan.facts, noted.xid, {
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
      message: `The connection was lost, and the server does not know whether transaction ${noted.xid} was committed.`,
      hint: 'Check the counts with preset-usage check, then run this again: it plans what is still needed.',
      exitCode: exitCodes.unreachable,
      cause: error,
    });
  }
  await note(work, noted, status);
  if (status === 'committed') work.written.push(noted.xid);
  if (status === 'aborted' || !prepared) return { ...empty('lost'), error };
  return committed(prepared, { held: 0, waiting: 0, beside: false, counts: {} });
}

async function askUntilAnswered(
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
    message: 'A policy now hides rows from this role, so it no longer counts everything.',
    hint: 'This batch was not applied; the receipt holds what was applied before. Connect as a role that sees every row.',
    exitCode: exitCodes.refused,
    cause,
  });
}

// The server's message names the table; the driver's context only knows about reading.
function denied({ plan }: BatchWork, error: ConsoleError): ConsoleError {
  return new ConsoleError({
    code: 'permission-denied',
    message: `${plan.inspected.server.user} may not do this: ${serverMessage(error)}.`,
    hint: 'Grant what is missing, or connect as the owner. This batch was not applied; the receipt holds what was applied before.',
    exitCode: exitCodes.unreachable,
    cause: error,
  });
}

/** After a failover, or when the server was made read-only: what was committed before stays. */
function readOnlyNow(error: ConsoleError): ConsoleError {
  return new ConsoleError({
    code: error.code,
    message: error.message,
    hint: 'This batch was not applied; the receipt holds what was applied before. Connect to the primary, check the counts and make a new plan.',
    exitCode: exitCodes.unreachable,
    cause: error.cause,
  });
}

function duplicateMessage(error: ConsoleError): string {
  return `${serverMessage(error)}. Records with the same key are in the table, so these may be back already`;
}

function serverMessage({ cause, message }: ConsoleError): string {
  const {
    message: text,
    constraint_name: constraint,
    where = '',
  } = (cause ?? {}) as { message?: string; constraint_name?: string; where?: string };
  const run = raisedIn(where)?.replace(/ line \d+$/, '');
  return `${text ?? message}${constraint && !(text ?? message).includes(constraint) ? ` (${constraint})` : ''}${run ? `, in ${run}` : ''}`;
}
