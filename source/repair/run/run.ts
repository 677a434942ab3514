import { noChoice } from '../../config/column-choice.ts';
import { pause, tryUntilAnswered } from '../../connection/deadlines.ts';
import { readNextXid } from '../../connection/transaction-status.ts';
import type { Database } from '../../connection/transactions.ts';
import { compareQuantities, isSame, minus, negated, type Quantity, sumOf } from '../../counter/quantity.ts';
import { ConsoleError, exitCodes, isConsoleError, isTransient } from '../../errors/errors.ts';
import { type BatchLimits, usualLimits } from '../batch-limits.ts';
import type { FullPlan } from '../plan/draft.ts';
import { planRepair } from '../plan/read-plan.ts';
import type { RepairPlan } from '../plan/repair-plan.ts';
import { stalePlan } from '../plan/stale-plan.ts';
import { type AwayRecords, undoableChanges, undosOf } from '../plan/undo/undoable-changes.ts';
import { listReceipts, undoneBy } from '../receipts/list-receipts.ts';
import type { ReceiptChange, ReceiptEnd, ReceiptHead } from '../receipts/receipt.ts';
import { receiptHead } from '../receipts/receipt-head.ts';
import { RecordsReader } from '../receipts/records/records-reader.ts';
import { receiptsThatCount } from '../receipts/seals/trust.ts';
import { openReceipt, type ReceiptWriter } from '../receipts/write-receipt.ts';
import {
  deletesRecords,
  driftOf,
  type LeftAlone,
  type RepairCost,
  type RepairOutcome,
  type RepairProgress,
  worthOf,
} from '../repair.ts';
import { mayDeleteWhole } from '../sql/batch/deletion.ts';
import { exactForms, readStates } from '../sql/counter-state.ts';
import { readServerMark } from '../sql/server-mark.ts';
import type { Batch, BatchResult } from './batch.ts';
import { type StandbyLimits, Standbys } from './pace/standbys.ts';
import { Traffic } from './pace/traffic.ts';
import { mayPair, Pair } from './pair.ts';
import type { UndoSource } from './prepared.ts';
import { newOwners } from './prepared.ts';
import { Queue } from './queue.ts';
import { holdRepairLock } from './repair-lock.ts';
import { runOneBatch } from './run-batch.ts';
import { tablesChanged } from './tables-changed.ts';

export interface RunOptions {
  /** In seconds. Statement timeout, and how long a row held by another session is retried. */
  timeout: number;
  lockTimeout: number;
  /** Where the receipt goes. */
  directory: string;
  /** Stops between two batches. */
  signal?: AbortSignal | undefined;
  /** True if the plan was made just now: otherwise it is made again and must be the same. */
  fresh?: boolean;
  /** Lower limits than usual for one batch. */
  most?: Partial<BatchLimits>;
  /** Milliseconds without a sign of others after which it writes in large batches and does not rest; usually a second. */
  quietAfter?: number;
  /** When it waits for standbys, if not as usual. */
  standbys?: Partial<StandbyLimits>;
}

// In a row.
const mostLost = 5;
const mostRefused = 50;
// After rows were held, others have this many times as long without us.
const restPerHeld = 4;
// Reading, writing the receipt and auditing again hold nothing, but still cost the server and this machine time.
const restPerBatch = 1;
// In milliseconds.
const longestRest = 250;
// Transactions a second of others: beside fewer, nobody notices that a plan was made.
const busy = 1_000;

/**
 * Runs a plan, batch by batch, and yields its progress. Each batch is correct by itself. If the process is killed
 * anywhere, counts are as right as before, the receipt knows what was done, and running it again does the rest.
 *
 * Rejects if nothing was written: with exit code 4 if the plan is stale, another repair is running or the receipt cannot
 * be stored, with 3 if the server cannot do it. A later failure is in the outcome.
 */
export async function* runRepair(
  database: Database,
  agreed: RepairPlan,
  options: RunOptions,
): AsyncGenerator<RepairProgress, RepairOutcome> {
  const start = performance.now();
  // Without the signal: it stops the next batch, not the one that runs.
  const timeouts = { timeout: options.timeout, lockTimeout: options.lockTimeout };
  const pooled = agreed.inspected.server.encryption === null;
  const releaseLock = await holdRepairLock(database, timeouts, pooled, options.signal);
  try {
    const plan = await freshPlan(database, agreed, options);
    const began = await database.read(readServerMark);
    const receipt = await openReceipt(options.directory, { ...headOf(database, plan), began });
    const run = new Run(database, plan, receipt, options, {
      start,
      traffic: new Traffic(plan.began, options.quietAfter),
    });
    try {
      yield* run.batches();
      return await run.end();
    } finally {
      await run.close();
    }
  } finally {
    await releaseLock();
  }
}

/** The plan as it would be made now; rejects if it differs. */
async function freshPlan(database: Database, agreed: RepairPlan, options: RunOptions): Promise<FullPlan> {
  const plan =
    options.fresh && 'tasks' in agreed && (await isInEffect(agreed as FullPlan))
      ? (agreed as FullPlan)
      : await planRepair(database, { ...agreed.request, holdsLock: true }, options.signal);
  if (plan.fingerprint !== agreed.fingerprint) throw stalePlan(plan, agreed);
  return plan;
}

/** undo: whether nobody has undone any of it meanwhile. Only the holder of the repair lock can know. */
async function isInEffect({ receipt, request, tasks }: FullPlan): Promise<boolean> {
  if (!receipt) return true;
  const receipts = receiptsThatCount(receipt, (await listReceipts(request.directory)).receipts);
  const settled = undoneBy(receipts, receipt.head.id)
    .flatMap(({ batches }) => batches)
    .every(({ outcome }) => outcome === 'committed' || outcome === 'aborted');
  const { presets, orphans } = undoableChanges(receipt, undosOf(receipts));
  const nameOf = ({ batch, id, count }: AwayRecords) => JSON.stringify([batch.batch, id, count]);
  const away = new Set([...[...presets.values()].flatMap(({ records }) => records), ...orphans].map(nameOf));
  return (
    settled &&
    tasks.every(
      ({ id, undo }) =>
        (!undo?.records || away.has(nameOf(undo.records))) &&
        (!undo?.state || presets.get(id ?? '')?.state?.moved === undo.state.moved),
    )
  );
}

function headOf(database: Database, plan: FullPlan): ReceiptHead {
  // What was left out is not in the receipt, whatever the reason.
  const { except: _, ...options } = plan.options;
  return {
    ...receiptHead(database.place, plan.inspected, plan),
    options,
    undoes: plan.receipt?.head.id ?? null,
    // Also if there was nothing to delete: a record may have come since, and is deleted with the others.
    ...(deletesRecords(plan)
      ? {
          columns: plan.facts.recordColumns.map(({ cast: _, size: __, ...column }) => column),
          reference: plan.inspected.tables.records.preset,
        }
      : {}),
    ...saidOfColumns(plan),
  };
}

function saidOfColumns({ request }: FullPlan): Pick<ReceiptHead, 'mapped' | 'dropped'> {
  const { map, drop } = request.columns ?? noChoice;
  return {
    ...(map.length > 0 ? { mapped: map.map(([from, to]) => ({ from, to })) } : {}),
    ...(drop.length > 0 ? { dropped: [...drop] } : {}),
  };
}

// In milliseconds: how long a busy row or a silent server is retried.
function patience({ lockTimeout }: RunOptions): number {
  return lockTimeout * 5_000;
}

/** A preset that a batch has written, and the drift that it should have now. */
interface Written {
  id: string;
  name: string;
  drift: Quantity;
}

/** What a batch has written, by preset: an undo may restore records and a drift together. */
function driftsAfter(changes: readonly ReceiptChange[]): Written[] {
  const written = new Map<string, Written>();
  for (const change of changes) {
    const { id, name, drift, delta } = change;
    if (id === null) continue;
    const before = written.get(id)?.drift ?? drift;
    written.set(id, { id, name, drift: sumOf([before, delta, worthOf(change)]) });
  }
  return [...written.values()];
}

/** A batch that has ended; `pair` is null if it ran alone. */
interface Done {
  batch: Batch;
  result: BatchResult;
  begun: number;
  pair: Pair | null;
  writing: Pick<Database, 'write'>;
}

/** A repair under way. */
class Run {
  readonly #database: Database;
  readonly #plan: FullPlan;
  readonly #receipt: ReceiptWriter;
  readonly #options: RunOptions;
  readonly #start: number;
  readonly #queue: Queue;
  readonly #traffic: Traffic;
  readonly #standbys: Standbys;
  readonly #source: UndoSource | undefined;
  readonly #writing: Pick<Database, 'write' | 'close'>[];
  /** Null as long as one batch runs at a time. */
  #pair: Pair | null = null;
  #mayPair: boolean;
  /** The batches under way, by the connection that each runs on. */
  readonly #underWay = new Map<Pick<Database, 'write'>, Promise<Done>>();
  readonly #left: LeftAlone[];
  readonly #reported = new Set<string>();
  /** The audit of the last batch, which may run beside the next one. */
  #audit: Promise<void> = Promise.resolve();
  /** Presets whose count was written and confirmed; a preset may take several batches. */
  readonly #changed = new Set<string>();
  /** The committed transactions. */
  readonly #written: string[] = [];
  #deleted = 0;
  #restored = 0;
  #committed = 0;
  #lost = 0;
  #refused = 0;
  #ended: ReceiptEnd['ended'] = 'finished';
  #error: ConsoleError | null = null;
  readonly #cost = { longestHeld: 0, held: 0, waits: 0, busy: 0 };

  constructor(
    database: Database,
    plan: FullPlan,
    receipt: ReceiptWriter,
    options: RunOptions,
    { start, traffic }: { start: number; traffic: Traffic },
  ) {
    this.#database = database;
    this.#plan = plan;
    this.#receipt = receipt;
    this.#options = options;
    this.#start = start;
    this.#traffic = traffic;
    this.#queue = new Queue(plan.tasks, {
      truncate: plan.method === 'truncate',
      whole:
        plan.action === 'reset' &&
        !plan.options.suppressTriggers &&
        mayDeleteWhole(plan.inspected.tables, plan.facts, plan.playsUndo),
      patience: patience(options),
      most: options.most,
    });
    this.#writing = [database.openWriting()];
    this.#mayPair = !database.place.demo && mayPair(plan);
    this.#standbys = new Standbys(database, options.standbys);
    // Twice what one batch takes: what does not fit any more has been read by then.
    const { bytes } = { ...usualLimits, ...options.most };
    this.#source = plan.receipt
      ? { reader: new RecordsReader(plan.receipt, 2 * bytes), owners: newOwners() }
      : undefined;
    this.#left = plan.left.filter(left => !this.#isReported(left));
  }

  async *batches(): AsyncGenerator<RepairProgress> {
    const { signal } = this.#options;
    try {
      await this.#standbys.begin(this.#plan.estimate.rows);
      await this.#restAfterPlan();
      for (;;) {
        await this.#begin();
        if (this.#underWay.size === 0) {
          await this.#audit;
          if (signal?.aborted && !this.#queue.isEmpty()) this.#ended = 'interrupted';
          return;
        }
        const done = await Promise.race(this.#underWay.values());
        const { result, begun } = done;
        this.#underWay.delete(done.writing);
        this.#settle(done);
        await this.#account(done);
        yield this.#progress();
        await this.#rest(result, performance.now() - begun);
        if (this.#queue.isEmpty()) continue;
        const { waited } = this.#standbys;
        for await (const behind of this.#standbys.wait(signal)) yield this.#progress(behind);
        this.#queue.leaveOut(this.#standbys.waited - waited);
      }
    } catch (error) {
      // Anything else is a bug of this program and is reported as one; the receipt knows what was done.
      if (!isConsoleError(error)) throw error;
      await this.#audit.catch(() => {});
      this.#ended = 'failed';
      // Reading what was written may show that a column or a table is gone.
      this.#error = error.code === 'schema-changed' ? tablesChanged(this.#plan, []) : error;
    } finally {
      await this.#finish();
    }
  }

  /** Begins what is due, if need be once it is due: one batch at a time, or two while nobody else writes. */
  async #begin(): Promise<void> {
    const { signal } = this.#options;
    // A batch that deletes all records of its rows notices what others have committed. Another deletion does not, so it runs alone.
    const whole = deletesRecords(this.#plan);
    if (this.#underWay.size === 0) {
      const pairs = await this.#pairs();
      const batch = await this.#queue.next(signal, pairs ? 2 : 1);
      if (!batch) return;
      const before = this.#pair;
      this.#pair = pairs && (!whole || batch.whole) ? (before ?? new Pair(this.#plan)) : null;
      if (whole && before && !this.#pair)
        this.#traffic.ended(await this.#patiently(() => this.#database.read(readNextXid)));
      this.#run(batch);
    }
    if (this.#underWay.size !== 1 || !this.#pair || signal?.aborted || !(await this.#pairs())) return;
    const beside = this.#queue.due(2, { whole });
    if (beside) this.#run(beside);
  }

  /** Whether two batches may run at a time now. */
  async #pairs(): Promise<boolean> {
    if (!this.#mayPair || !this.#traffic.isQuiet) return false;
    if (!(deletesRecords(this.#plan) ? this.#queue.isWhole : this.#traffic.takesOne)) return false;
    if (this.#writing.length > 1) return true;
    const second = this.#database.openWriting();
    try {
      this.#mayPair = (await this.#database.room()) === Number.POSITIVE_INFINITY;
      if (this.#mayPair) await second.write(({ script }) => script('ROLLBACK'), this.#timeouts());
    } catch {
      // The server may have no connection left. One is enough.
      this.#mayPair = false;
    }
    if (this.#mayPair) this.#writing.push(second);
    else await second.close();
    return this.#mayPair;
  }

  #run(batch: Batch): void {
    const writing = this.#writing.find(each => !this.#underWay.has(each));
    if (!writing) throw new Error('no connection is free');
    const pair = this.#pair;
    const begun = performance.now();
    const work = runOneBatch({
      database: this.#database,
      writing,
      plan: this.#plan,
      receipt: this.#receipt,
      batch,
      source: this.#source,
      timeouts: this.#timeouts(),
      written: this.#written,
      traffic: this.#traffic,
      pair,
      signal: this.#options.signal,
    }).then(result => ({ batch, result, begun, pair, writing }));
    // It may fail while something else is waited for.
    work.catch(() => {});
    this.#underWay.set(writing, work);
  }

  #timeouts(): { timeout: number; lockTimeout: number } {
    return { timeout: this.#options.timeout, lockTimeout: this.#options.lockTimeout };
  }

  #settle({ batch, result, pair }: Done): void {
    this.#requireSense(result);
    const isHeldUp = result.waiting > 0 || result.outcome === 'busy';
    // Each may have waited for the other: for a row, or idle for longer than the server allows.
    if (pair && (isHeldUp || result.outcome === 'lost')) this.#mayPair = false;
    // The numbers of two batches are told apart where they begin.
    if (isHeldUp || (result.beside && !pair)) this.#traffic.others();
    // First, so that what was written counts as done whatever happens while it is audited.
    this.#queue.settle(batch, result, this.#traffic.isQuiet);
  }

  /** Waits for a batch that still runs beside one that failed: what it commits counts too. */
  async #finish(): Promise<void> {
    for (const work of [...this.#underWay.values()]) {
      try {
        const done = await work;
        this.#settle(done);
        await this.#account(done);
        await this.#audit;
      } catch (error) {
        if (!isConsoleError(error)) throw error;
      }
    }
  }

  /** Stops if going on would fail the same way over and over. */
  #requireSense({ outcome, message, error }: BatchResult): void {
    this.#lost = outcome === 'lost' ? this.#lost + 1 : 0;
    if (error && this.#lost > mostLost) throw error;
    if (outcome === 'refused') this.#refused += 1;
    else if (outcome === 'committed') this.#refused = 0;
    if (this.#refused <= mostRefused) return;
    throw new ConsoleError({
      code: 'server-refuses',
      message: `The server refused ${this.#refused} batches in a row: ${message ?? 'no reason given'}.`,
      hint: `A trigger or a constraint on ${this.#plan.inspected.tables.definition.nouns.row[1]} rejects these counts. Check it, then run this again.`,
      exitCode: exitCodes.unhealthy,
    });
  }

  async end(): Promise<RepairOutcome> {
    const stopped = this.#queue.remaining();
    for (const left of this.#queue.givenUp()) this.#left.push(left);
    if (this.#ended !== 'finished') {
      this.#left.push(
        ...stopped.map(({ id, name }) => ({
          id,
          name,
          reason: 'stopped' as const,
          message: 'It was not reached.',
        })),
      );
    }
    const end = {
      ended: this.#ended,
      changed: this.#changed.size,
      deleted: this.#deleted,
      restored: this.#restored,
      durationMs: Math.round(performance.now() - this.#start),
      left: this.#left,
    };
    // The database is already changed: even if the receipt cannot be closed, it has recorded what was done.
    await this.#receipt.end(end).catch(error => {
      this.#error ??= isConsoleError(error) ? error : null;
    });
    if (this.#error && this.#committed === 0) throw this.#error;
    const error = this.#error;
    return {
      ...end,
      receipt: this.#receipt.file,
      receiptId: this.#receipt.head.id,
      error: error && {
        code: error.code,
        message: error.message,
        hint: error.hint,
        exitCode: error.exitCode,
      },
      cost: this.#allCost(),
    };
  }

  async close(): Promise<void> {
    for (const writing of this.#writing) await writing.close();
    await this.#source?.reader.close();
    await this.#receipt.close();
  }

  async #account({ result, pair }: Done): Promise<void> {
    for (const left of result.left) {
      // The run finds again what the plan has already listed.
      if (!this.#isReported(left)) this.#left.push(left);
    }
    if (result.outcome === 'busy') this.#cost.busy += 1;
    if (result.outcome !== 'committed') return;
    this.#committed += 1;
    this.#cost.held += result.held;
    this.#cost.longestHeld = Math.max(this.#cost.longestHeld, result.held);
    this.#cost.waits += result.waiting;
    for (const { deletes } of result.changes) if (deletes < 0) this.#restored -= deletes;
    this.#deleted += result.deleted;
    const unfinished = new Set(result.rest.map(({ id }) => id));
    const written = driftsAfter(result.changes);
    const goesOn = !this.#queue.isEmpty();
    // Another session reads while this one writes other rows: it takes time from nobody while nobody else writes.
    const beside = goesOn && this.#traffic.isQuiet && !written.some(({ id }) => this.#queue.has(id));
    const before = this.#audit;
    // Of two batches at a time the next number may be the other's.
    const asksNext = goesOn && !pair;
    this.#audit = before.catch(() => {}).then(() => this.#confirm(written, unfinished, asksNext && !beside));
    // It may be awaited later, and is also done where the one before has failed.
    this.#audit.catch(() => {});
    await before;
    if (!beside) await this.#audit;
    else if (asksNext) this.#traffic.ended(await this.#patiently(() => this.#database.read(readNextXid)));
  }

  /** Counts as changed what an audit confirms, except rows that take another batch. */
  async #confirm(
    written: readonly Written[],
    unfinished: ReadonlySet<string | null>,
    asksNext: boolean,
  ): Promise<void> {
    const wrong = await this.#verify(written, asksNext).catch(error => {
      const unseen = written.filter(({ id }) => !unfinished.has(id));
      this.#left.push(
        ...unseen.map(({ id, name }) => ({
          id,
          name,
          reason: 'wrong' as const,
          message: 'It was written, but could not be read afterwards to check it.',
        })),
      );
      throw error;
    });
    for (const { id } of written) {
      if (!wrong.has(id) && !unfinished.has(id)) this.#changed.add(id);
    }
    for (const id of wrong) this.#changed.delete(id);
  }

  #isReported({ id, reason, message }: LeftAlone): boolean {
    const key = JSON.stringify([id, reason, reason === 'reference' ? message : null]);
    if (this.#reported.has(key)) return true;
    this.#reported.add(key);
    return false;
  }

  /** Audits in one snapshot what a batch has written: nothing counts as done before. */
  async #verify(own: readonly Written[], asksNext: boolean): Promise<Set<string>> {
    const wrong = new Set<string>();
    const { tables } = this.#plan.inspected;
    const states = await this.#patiently(() =>
      this.#database.read(async reader => {
        if (asksNext) this.#traffic.ended(await readNextXid(reader));
        await reader.rows(exactForms);
        return readStates(
          reader,
          tables,
          own.map(({ id }) => id),
        );
      }),
    );
    for (const { id, name, drift: expected } of own) {
      const state = states.get(id);
      if (!state) {
        this.#left.push({
          id,
          name,
          reason: 'gone',
          message: `It was written, but the ${this.#plan.inspected.tables.definition.nouns.row[0]} was deleted right after.`,
        });
        wrong.add(id);
        continue;
      }
      const now = driftOf(state);
      if (isSame(now, expected)) continue;
      wrong.add(id);
      this.#left.push({ id, name, reason: 'wrong', message: this.#cause(minus(now, expected)) });
    }
    return wrong;
  }

  /** Reads, and retries after a transient error for as long as a locked row is retried. */
  async #patiently<T>(read: () => Promise<T>): Promise<T> {
    let failure: unknown;
    const answer = await tryUntilAnswered(
      async () => {
        try {
          return { value: await read() };
        } catch (error) {
          if (!isTransient(error)) throw error;
          failure = error;
          return undefined;
        }
      },
      { first: 50, most: 1_000, within: patience(this.#options) },
    );
    if (!answer) throw failure;
    return answer.value;
  }

  #cause(by: Quantity): string {
    const suspects = this.#plan.remarks
      .filter(({ code }) => code === 'trigger-unhealthy')
      .map(({ message }) => message);
    return [
      `It was written, but is already ${compareQuantities(by, 0) > 0 ? `${by} too high` : `${negated(by)} too low`} again: its count or its records were changed since, or a trigger has changed the records.`,
      ...suspects,
    ].join(' ');
  }

  /** A plan takes the server longer than a batch. If somebody has looked at it in between, it has rested. */
  async #restAfterPlan(): Promise<void> {
    const { began, ended } = this.#plan;
    const took = ended.at - began.at;
    const others = Number(BigInt(ended.xid) - BigInt(began.xid));
    if (this.#queue.isEmpty() || (others / took) * 1000 < busy) return;
    const rest = Math.min(longestRest, took * restPerBatch);
    await pause(ended.at + rest - performance.now(), this.#options.signal);
  }

  async #rest({ outcome, held }: BatchResult, took: number): Promise<void> {
    if (outcome !== 'committed' || this.#queue.isEmpty() || this.#traffic.isQuiet) return;
    const rest = Math.max(held * restPerHeld, took * restPerBatch);
    await pause(Math.min(longestRest, rest), this.#options.signal);
  }

  #allCost(): RepairCost {
    const { waited, stuck } = this.#standbys;
    return { ...this.#cost, standbyWait: waited, standbysLeft: stuck };
  }

  #progress(standbyBehind = 0): RepairProgress {
    const elapsed = performance.now() - this.#start;
    const presets = this.#plan.changes.length;
    const done = presets - this.#queue.presetsLeft;
    const records = this.#deleted + this.#restored;
    const allRecords = Math.max(records, this.#plan.recordsToDelete + this.#plan.recordsToRestore);
    // Records, if any, are most of the work.
    const part = (done + records / 50) / Math.max(1, presets + allRecords / 50);
    return {
      done,
      presets,
      records,
      allRecords,
      ...this.#allCost(),
      standbyBehind,
      elapsed,
      remaining: part > 0 ? (elapsed / part) * (1 - part) : null,
    };
  }
}

/** The exit code of an outcome. */
export function exitCodeOf({ ended, error, left }: RepairOutcome): number {
  if (error) return error.exitCode;
  if (ended === 'interrupted') return exitCodes.interrupted;
  return left.length > 0 ? exitCodes.unhealthy : exitCodes.healthy;
}
