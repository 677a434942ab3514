import type { Database } from '../../connection/transactions.ts';
import type { CounterChoice } from '../../counter/definition/counter-choice.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import type { InspectedDatabase } from '../../counter/inspect-database.ts';
import { CounterRows } from '../../counter/rows/counter-rows.ts';
import { isConsoleError, isOutage, isTransient } from '../../errors/errors.ts';
import type { DriftEvent } from '../drift-event.ts';
import { readCronRuns } from '../read-cron-runs.ts';
import type { FindRepairs, KnownRepair } from '../repaired-drift.ts';
import { tickShare } from '../tick-share.ts';
import type { Focus, WatchEvent } from '../watch-event.ts';
import { AuditWatch, fatal, type WatchContext } from './audit-watch.ts';
import { DiagnoseWatch } from './diagnose-watch.ts';
import { DriftWatch, type Found } from './drift-watch.ts';
import { TickReader } from './tick-reader.ts';
import { TrendWatch } from './trend-watch.ts';
import { WakeableTimer } from './wakeable-timer.ts';

export interface WatchOptions {
  counter: CounterChoice;
  /** Milliseconds between two ticks if the database answers quickly. */
  interval: number;
  /** How many presets fill the first window. */
  firstRows: number;
  focus: () => Focus;
  onEvent: (event: WatchEvent) => void;
  /** Finds repairs of other processes; none are told from drift without it. */
  findRepairs?: FindRepairs | undefined;
}

// Milliseconds between two ticks while somebody waits for a change, if the database answers quickly.
const urgentInterval = 500;
const beforeAudit = 100;
// Scrolling reads the new rows this many milliseconds after the last key: fast enough, and an answer would only delay the next one.
const leastPause = 150;
// Where keys do not end, it reads them after this many such pauses.
const mostPauses = 4;
const retry = { first: 500, most: 15_000 };

/**
 * Watches a database until stopped, with ticks one after the other and concurrent audits. A failure is an event with the
 * time of the next try; it never ends the watch.
 */
export class Watch {
  readonly #database: Database;
  readonly #options: WatchOptions;
  readonly #stopped = new AbortController();
  readonly #alarm = new WakeableTimer();
  readonly #rows = new CounterRows();
  #told: Promise<void> = Promise.resolve();
  readonly #drift = new DriftWatch(this.#rows);
  readonly #diagnosing: DiagnoseWatch;
  readonly #trends: TrendWatch;
  readonly #audit: AuditWatch;
  readonly #ticks: TickReader;
  #known: InspectedDatabase | null = null;
  #paused = false;
  #failures = 0;
  /** A tick is due even while paused. */
  #wanted = false;
  /** How long the last tick took, and the last one without concurrent reads, in milliseconds. */
  #lastTick = 0;
  #usualTick = Number.POSITIVE_INFINITY;

  constructor(database: Database, options: WatchOptions) {
    const { counter, onEvent } = options;
    const { signal } = this.#stopped;
    this.#database = database;
    this.#options = options;
    this.#diagnosing = new DiagnoseWatch(database, signal, onEvent);
    this.#trends = new TrendWatch(database, signal, onEvent);
    const context: WatchContext = {
      database,
      counter,
      signal,
      rows: this.#rows,
      drift: this.#drift,
      diagnosing: this.#diagnosing,
      trends: this.#trends,
      onEvent,
    };
    this.#audit = new AuditWatch(context);
    this.#ticks = new TickReader(context);
    void this.#run().catch(fatal);
  }

  /** Ticks immediately, and audits everything again. */
  refresh(): void {
    this.#audit.ask();
    this.#ticks.forgetPauses();
    this.#trends.forgetPauses();
    this.#wanted = true;
    this.#alarm.ring();
  }

  /** Ticks soon, because the screen shows something else now. If this is called again and again, it ticks once for many calls. */
  tickSoon(): void {
    const pause = Math.max(leastPause, 2 * this.#lastTick);
    this.#alarm.once(pause, mostPauses * pause);
  }

  /** Ticks once, soon, even while paused: a screen that was opened must be read. */
  tickOnce(): void {
    this.#wanted = true;
    this.#alarm.atMost(leastPause);
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
    this.#alarm.ring();
  }

  /** Call it when this console begins to write the counts of `ids`, and with null when it has ended. */
  ownWrites(ids: readonly string[] | 'all' | null): void {
    this.#drift.ownWrites(ids);
  }

  stop(): void {
    this.#stopped.abort();
    this.#alarm.ring();
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) await this.#alarm.after(await this.#next().catch(this.#fail));
  }

  /** Does what is due; resolves to the milliseconds until the next time. */
  async #next(): Promise<number> {
    if (this.#known === null) {
      this.#known = await this.#ticks.first(this.#options.firstRows);
      this.#audit.reconnected();
      // The first frame is drawn before the first page of the audit arrives.
      return beforeAudit;
    }
    if (this.#paused && !this.#wanted) return Number.POSITIVE_INFINITY;
    this.#wanted = false;
    if (this.#audit.isDue) void this.#audit.run(() => !this.#paused).catch(fatal);
    const pace = await this.#tick();
    this.#failures = 0;
    return pace;
  }

  /** True while something else is read beside the ticks. */
  get #isBusy(): boolean {
    return this.#diagnosing.isBusy || this.#trends.isBusy || this.#ticks.isReadingHealth;
  }

  async #tick(): Promise<number> {
    const { focus, onEvent } = this.#options;
    const start = performance.now();
    const wasBusy = this.#isBusy;
    try {
      const focused = focus();
      const read = await this.#ticks.read(focused, found => {
        if (this.#known && hidesRows(this.#known) !== hidesRows(found)) this.#audit.ask();
        this.#known = found;
      });
      const pace = this.#paceAfter(performance.now() - start, wasBusy || this.#isBusy);
      await this.#tellDrift(read.inspected.tables);
      onEvent({ type: 'tick', ...read, at: Date.now(), serverNow: read.inspected.now, pace });
      this.#ticks.readTrends(focused, read.inspected.tables);
      return pace;
    } finally {
      this.#lastTick = performance.now() - start;
    }
  }

  /** Reports what came out of step, except what receipts say that a repair did. They are read only if something did. */
  async #tellDrift(tables: Tables): Promise<void> {
    const found = this.#drift.ready();
    if (found.length === 0) return;
    const { repairs, doubts } = await this.#findRepairs(tables, found);
    if (this.#stopped.signal.aborted) return;
    const taken = this.#drift.take(found, repairs, doubts);
    // The tick does not wait for the jobs. Events keep their order.
    this.#told = this.#told
      .then(() => this.#withJobs(taken.events))
      .then(events => {
        if (!this.#stopped.signal.aborted) this.#options.onEvent({ type: 'drift', ...taken, events });
      });
    void this.#told.catch(fatal);
  }

  /** Names the jobs of pg_cron among the sessions that were writing. */
  async #withJobs(events: DriftEvent[]): Promise<DriftEvent[]> {
    const pids = [...new Set(events.flatMap(({ writers }) => writers.seen.flatMap(each => each.pids)))];
    if (pids.length === 0) return events;
    const { signal } = this.#stopped;
    const runs = await this.#database
      .read(reader => readCronRuns(reader, pids), { signal })
      .catch(error => {
        if (!isConsoleError(error)) throw error;
        // The event is reported without the jobs.
        return [];
      });
    return events.map(event => {
      const own = runs.filter(({ pid }) => event.writers.seen.some(each => each.pids.includes(pid)));
      const words = own.map(({ pid, job }) => `Session ${pid} ran the job ${job} of pg_cron.`);
      return own.length === 0 ? event : { ...event, remarks: [...(event.remarks ?? []), ...words] };
    });
  }

  async #findRepairs(
    tables: Tables,
    found: readonly Found[],
  ): Promise<{ repairs: KnownRepair[]; doubts: string[] }> {
    const { findRepairs } = this.#options;
    if (!findRepairs) return { repairs: [], doubts: [] };
    try {
      const repairs = await findRepairs({
        tables,
        ids: new Set(found.map(({ preset }) => preset.id)),
        from: Math.min(...found.map(({ before }) => before.sent)),
        to: Math.max(...found.map(({ after }) => after.answered)),
      });
      return { repairs, doubts: [] };
    } catch (error) {
      if (!isConsoleError(error)) throw error;
      return { repairs: [], doubts: [`It was not compared with receipts. ${error.message}`] };
    }
  }

  /** Milliseconds until the next tick, after one that took `elapsed`; `shared` if something else was read meanwhile. */
  #paceAfter(elapsed: number, shared: boolean): number {
    const { focus, interval } = this.#options;
    // Call it again: a key may have been pressed while the database answered.
    const least = focus().urgent ? Math.min(interval, urgentInterval) : interval;
    // The demo has a single process, so a tick also waits for concurrent reads, and its duration is not its own cost.
    if (!shared) this.#usualTick = elapsed;
    return Math.max(least, tickShare * (shared ? Math.min(elapsed, this.#usualTick) : elapsed));
  }

  /** Reports a failure; returns how long to wait, in milliseconds. */
  readonly #fail = (error: unknown): number => {
    if (this.#stopped.signal.aborted) return 0;
    if (!isConsoleError(error)) throw error;
    this.#failures += 1;
    const wait = Math.min(retry.most, retry.first * 2 ** (this.#failures - 1));
    // Waiting for an answer that never came did not cost the server anything.
    if (isOutage(error)) this.#lastTick = 0;
    // A GRANT or a migration may allow what the server refused, so it is retried, but rarely. The first retry comes soon: after
    // a REVOKE in the middle of a tick, its error names the column.
    const least = isTransient(error) || this.#failures === 1 ? wait : retry.most;
    const pause = Math.max(least, tickShare * this.#lastTick);
    this.#known = null;
    this.#options.onEvent({ type: 'failure', error, at: Date.now(), retryAt: Date.now() + pause });
    return pause;
  };
}

function hidesRows({ tables }: InspectedDatabase): boolean {
  return tables.hiddenBy.length > 0;
}
