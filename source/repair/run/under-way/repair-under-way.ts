import { pause, tryUntilAnswered } from '../../../connection/deadlines.ts';
import { readNextXid } from '../../../connection/transaction-status.ts';
import type { Database } from '../../../connection/transactions.ts';
import { type ConsoleError, isConsoleError, isTransient } from '../../../errors/errors.ts';
import { usualLimits } from '../../batch-limits.ts';
import type { FullPlan } from '../../plan/draft.ts';
import type { ReceiptEnd } from '../../receipts/receipt.ts';
import { RecordsReader } from '../../receipts/records/records-reader.ts';
import type { ReceiptWriter } from '../../receipts/write-receipt.ts';
import { deletesRecords, type RepairOutcome, type RepairProgress } from '../../repair.ts';
import { mayDeleteWhole } from '../../sql/batch/deletion.ts';
import { type CounterState, exactForms, readStates } from '../../sql/counter-state.ts';
import type { Batch, BatchResult } from '../batch.ts';
import { restAfterBatch, restAfterPlan } from '../pace/rest.ts';
import { Standbys } from '../pace/standbys.ts';
import { Traffic } from '../pace/traffic.ts';
import { mayPair, Pair } from '../pair.ts';
import { newOwners, type UndoSource } from '../prepared.ts';
import { Queue } from '../queue.ts';
import { runOneBatch } from '../run-batch.ts';
import { tablesChanged } from '../tables-changed.ts';
import type { RunOptions } from './run-options.ts';
import { Setbacks } from './setbacks.ts';
import { Tally } from './tally.ts';
import { notAsWritten, type Written, writtenBy } from './written.ts';

// In milliseconds: how long a busy row or a silent server is retried.
function patience({ lockTimeout }: RunOptions): number {
  return lockTimeout * 5_000;
}

/** A batch that has ended; `pair` is null if it ran alone. */
interface Done {
  batch: Batch;
  result: BatchResult;
  begun: number;
  pair: Pair | null;
  writing: Pick<Database, 'write'>;
}

/** A repair under way: one batch after the other, or two at a time, until nothing is left or it cannot go on. */
export class RepairUnderWay {
  readonly #database: Database;
  readonly #plan: FullPlan;
  readonly #receipt: ReceiptWriter;
  readonly #options: RunOptions;
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
  /** The audit of the last batch, which may run beside the next one. */
  #audit: Promise<void> = Promise.resolve();
  /** The committed transactions. */
  readonly #written: string[] = [];
  readonly #tally: Tally;
  readonly #setbacks: Setbacks;
  #ended: ReceiptEnd['ended'] = 'finished';
  #error: ConsoleError | null = null;

  constructor(
    database: Database,
    plan: FullPlan,
    receipt: ReceiptWriter,
    options: RunOptions,
    start: number,
  ) {
    this.#database = database;
    this.#plan = plan;
    this.#receipt = receipt;
    this.#options = options;
    this.#traffic = new Traffic(plan.began, options.quietAfter);
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
    this.#tally = new Tally(plan, start, this.#standbys);
    this.#setbacks = new Setbacks(plan.inspected.tables.definition.nouns.row[1]);
    // Twice what one batch takes: what does not fit any more has been read by then.
    const { bytes } = { ...usualLimits, ...options.most };
    this.#source = plan.receipt
      ? { reader: new RecordsReader(plan.receipt, 2 * bytes), owners: newOwners() }
      : undefined;
  }

  /** Runs the batches, and yields the progress after each. */
  async *batches(): AsyncGenerator<RepairProgress> {
    const { signal } = this.#options;
    try {
      await this.#standbys.begin(this.#plan.estimate.rows);
      if (!this.#queue.isEmpty()) await pause(restAfterPlan(this.#plan), signal);
      for (;;) {
        await this.#begin();
        if (this.#underWay.size === 0) {
          await this.#audit;
          if (signal?.aborted && !this.#queue.isEmpty()) this.#ended = 'interrupted';
          return;
        }
        const done = await Promise.race(this.#underWay.values());
        this.#underWay.delete(done.writing);
        this.#settle(done);
        await this.#account(done);
        yield this.#progress();
        if (this.#queue.isEmpty()) continue;
        const took = performance.now() - done.begun;
        if (!this.#traffic.isQuiet) await pause(restAfterBatch(done.result, took), signal);
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

  /** Takes a batch that has ended out of the queue, or puts it back. */
  #settle({ batch, result, pair }: Done): void {
    this.#setbacks.note(result);
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

  /** Ends the receipt, and tells what was done; rejects with what went wrong if nothing was written. */
  async end(): Promise<RepairOutcome> {
    const stopped = this.#queue.remaining();
    this.#tally.leave(this.#queue.givenUp());
    if (this.#ended !== 'finished') {
      this.#tally.leave(
        stopped.map(({ id, name }) => ({
          id,
          name,
          reason: 'stopped' as const,
          message: 'It was not reached.',
        })),
      );
    }
    const end = { ended: this.#ended, ...this.#tally.sums() };
    // The database is already changed: even if the receipt cannot be closed, it has recorded what was done.
    await this.#receipt.end(end).catch(error => {
      this.#error ??= isConsoleError(error) ? error : null;
    });
    if (this.#error && this.#tally.isEmpty) throw this.#error;
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
      cost: this.#tally.cost(),
    };
  }

  /** Closes connections and files. */
  async close(): Promise<void> {
    for (const writing of this.#writing) await writing.close();
    await this.#source?.reader.close();
    await this.#receipt.close();
  }

  /** Counts what a batch has done, and audits it: beside the next batch where that takes time from nobody. */
  async #account({ result, pair }: Done): Promise<void> {
    this.#tally.add(result);
    if (result.outcome !== 'committed') return;
    const unfinished = new Set(result.rest.map(({ id }) => id));
    const written = writtenBy(result.changes);
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
    const states = await this.#readWritten(written, asksNext).catch(error => {
      const unseen = written.filter(({ id }) => !unfinished.has(id));
      this.#tally.leave(
        unseen.map(({ id, name }) => ({
          id,
          name,
          reason: 'wrong' as const,
          message: 'It was written, but could not be read afterwards to check it.',
        })),
      );
      throw error;
    });
    const wrong = notAsWritten(written, states, this.#plan);
    this.#tally.leave(wrong);
    const { changed } = this.#tally;
    for (const { id } of written) if (!unfinished.has(id)) changed.add(id);
    for (const { id } of wrong) changed.delete(id);
  }

  /** Reads in one snapshot what a batch has written: nothing counts as done before. */
  #readWritten(written: readonly Written[], asksNext: boolean): Promise<Map<string, CounterState>> {
    return this.#patiently(() =>
      this.#database.read(async reader => {
        if (asksNext) this.#traffic.ended(await readNextXid(reader));
        await reader.rows(exactForms);
        return readStates(
          reader,
          this.#plan.inspected.tables,
          written.map(({ id }) => id),
        );
      }),
    );
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

  #progress(standbyBehind?: number): RepairProgress {
    return this.#tally.progress(this.#queue.presetsLeft, standbyBehind);
  }
}
