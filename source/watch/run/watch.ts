import type { Database } from '../../connection/transactions.ts';
import type { InspectedDatabase } from '../../counter/inspect-database.ts';
import { isConsoleError, isOutage, isTransient } from '../../errors/errors.ts';
import type { Focus, WatchEvent } from '../watch-event.ts';
import { AuditWatch, fatal, type WatchContext } from './audit-watch.ts';
import { DiagnoseWatch } from './diagnose-watch.ts';
import { DriftWatch } from './drift-watch.ts';
import { TickReader } from './tick-reader.ts';
import { WakeableTimer } from './wakeable-timer.ts';

export interface WatchOptions {
  schema: string;
  /** Milliseconds between two ticks if the database answers quickly. */
  interval: number;
  /** How many presets fill the first window. */
  firstRows: number;
  focus: () => Focus;
  onEvent: (event: WatchEvent) => void;
}

// A tick may use a tenth of the time: a slow database is asked less often.
const tickShare = 10;
// Milliseconds between two ticks for somebody who waits for one change, where the database answers quickly.
const urgentInterval = 500;
const beforeAudit = 100;
// Scrolling asks for the new rows this soon: quick for the eye, and still one read for ten keys.
const leastPause = 150;
const retry = { first: 500, most: 15_000 };

/**
 * Watches a database until stopped: one tick after the other, never two at a time, and audits beside them. A failure is an
 * event with the time of the next try, never an end.
 */
export class Watch {
  readonly #options: WatchOptions;
  readonly #stopped = new AbortController();
  readonly #alarm = new WakeableTimer();
  readonly #drift = new DriftWatch();
  readonly #diagnosing: DiagnoseWatch;
  readonly #audit: AuditWatch;
  readonly #ticks: TickReader;
  #known: InspectedDatabase | null = null;
  #paused = false;
  #failures = 0;
  /** A tick is due even while paused. */
  #wanted = false;
  /** How long the last tick took, and the last that had the database to itself, in milliseconds. */
  #lastTick = 0;
  #usualTick = Number.POSITIVE_INFINITY;

  constructor(database: Database, options: WatchOptions) {
    const { schema, onEvent } = options;
    const { signal } = this.#stopped;
    this.#options = options;
    this.#diagnosing = new DiagnoseWatch(database, signal, onEvent);
    const context: WatchContext = {
      database,
      schema,
      signal,
      drift: this.#drift,
      diagnosing: this.#diagnosing,
      onEvent,
    };
    this.#audit = new AuditWatch(context);
    this.#ticks = new TickReader(context);
    void this.#run().catch(fatal);
  }

  /** Ticks at once, and audits everything again. */
  refresh(): void {
    this.#audit.ask();
    this.#ticks.forgetPauses();
    this.#wanted = true;
    this.#alarm.ring();
  }

  /** Ticks soon, because something else is on screen now. */
  lookAgain(): void {
    this.#alarm.atMost(Math.max(leastPause, 2 * this.#lastTick));
  }

  /** Ticks soon, once, also while paused: a screen that was opened has to be read. */
  lookOnce(): void {
    this.#wanted = true;
    this.#alarm.atMost(leastPause);
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
    this.#alarm.ring();
  }

  /** This console begins to write the counts of these presets itself, which is no drift event; null: it has ended. */
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
      // The first frame is drawn before the audit's pages come in.
      return beforeAudit;
    }
    if (this.#paused && !this.#wanted) return Number.POSITIVE_INFINITY;
    this.#wanted = false;
    if (this.#audit.isDue) void this.#audit.run(() => !this.#paused).catch(fatal);
    const pace = await this.#tick();
    this.#failures = 0;
    return pace;
  }

  async #tick(): Promise<number> {
    const { focus, onEvent } = this.#options;
    const start = performance.now();
    const wasBusy = this.#diagnosing.isBusy;
    try {
      const focused = focus();
      const read = await this.#ticks.read(focused, found => {
        if (this.#known && hidesRows(this.#known) !== hidesRows(found)) this.#audit.ask();
        this.#known = found;
      });
      const pace = this.#paceAfter(performance.now() - start, wasBusy || this.#diagnosing.isBusy);
      const { events, more } = this.#drift.take();
      if (events.length > 0) onEvent({ type: 'drift', events, more });
      onEvent({ type: 'tick', ...read, at: Date.now(), serverNow: read.look.now, pace });
      this.#ticks.plot(focused, read.look.tables);
      return pace;
    } finally {
      this.#lastTick = performance.now() - start;
    }
  }

  /** Milliseconds until the next tick, after one that took `elapsed`, with or without something else being read. */
  #paceAfter(elapsed: number, shared: boolean): number {
    const { focus, interval } = this.#options;
    // Asked again: a key may have been pressed while the database answered.
    const least = focus().urgent ? Math.min(interval, urgentInterval) : interval;
    // The demo answers everybody from one process, so a tick waits for what is read beside it and says nothing about its own cost.
    if (!shared) this.#usualTick = elapsed;
    return Math.max(least, tickShare * (shared ? Math.min(elapsed, this.#usualTick) : elapsed));
  }

  /** Reports a failure; returns how long to wait, in milliseconds. */
  readonly #fail = (error: unknown): number => {
    if (this.#stopped.signal.aborted) return 0;
    if (!isConsoleError(error)) throw error;
    this.#failures += 1;
    const wait = Math.min(retry.most, retry.first * 2 ** (this.#failures - 1));
    // Waiting for an answer that did not come has cost the server nothing.
    if (isOutage(error)) this.#lastTick = 0;
    // A GRANT or a migration may allow what the server refused, so that is tried again, but rarely. The first time it is tried soon:
    // a right that was revoked between two statements of a tick is then named with its column.
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
