import { startTiming } from '../../connection/query-timing.ts';
import type { Database } from '../../connection/transactions.ts';
import {
  type AuditMemory,
  type AuditSummary,
  auditCounters,
  isUnchanged,
  type PageProgress,
  repeatAudit,
} from '../../counter/audit/audit-counters.ts';
import { batchPages } from '../../counter/audit/batch-pages.ts';
import type { CounterChoice } from '../../counter/definition/counter-choice.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { inspectDatabase } from '../../counter/inspect-database.ts';
import type { CounterRows } from '../../counter/rows/counter-rows.ts';
import { isConsoleError } from '../../errors/errors.ts';
import type { WatchEvent } from '../watch-event.ts';
import type { DiagnoseWatch } from './diagnose-watch.ts';
import type { DriftWatch } from './drift-watch.ts';
import type { TrendWatch } from './trend-watch.ts';

/** What the parts of one watch share. */
export interface WatchContext {
  database: Database;
  counter: CounterChoice;
  /** Aborted when the watch stops. */
  signal: AbortSignal;
  rows: CounterRows;
  drift: DriftWatch;
  diagnosing: DiagnoseWatch;
  trends: TrendWatch;
  onEvent: (event: WatchEvent) => void;
}

// An audit may use a hundredth of the time: a slow database is audited less often.
const share = 100;
const leastPause = 5_000;

/** Audits every preset while ticks go on, one audit at a time. */
export class AuditWatch {
  readonly #context: WatchContext;
  #running = false;
  #due = 0;
  #again = false;
  #failures = 0;
  #memory: AuditMemory | null = null;

  constructor(context: WatchContext) {
    this.#context = context;
  }

  get isDue(): boolean {
    return !this.#running && Date.now() >= this.#due;
  }

  /** Makes an audit due now; if one is running, another follows it, because it may have passed what just changed. */
  ask(): void {
    this.#due = 0;
    this.#again = this.#running;
  }

  /** Makes an audit due after a reconnection, unless the last one failed and is waiting for its retry. */
  reconnected(): void {
    if (this.#failures === 0) this.#due = 0;
  }

  /** Audits everything; `diagnoses` says whether to diagnose mismatches afterwards. Rejects only with faults of this program. */
  async run(diagnoses: () => boolean): Promise<void> {
    const { signal, rows, drift, diagnosing, onEvent } = this.#context;
    this.#running = true;
    const gathered = batchPages(progress => onEvent({ type: 'audit-page', progress, at: Date.now() }));
    const auditOf = (tables: Tables) => (page: PageProgress) => {
      const { counters, isSame, at, range, ...progress } = page;
      rows.reserve(progress.presets);
      drift.compare(tables, isSame ? 'same' : counters, at, range);
      // The rows have them.
      gathered({ ...progress, counters: [] });
    };
    try {
      const began = performance.now();
      const summary = (await this.#repeat(auditOf)) ?? (await this.#read(auditOf));
      const { tables } = summary.memory;
      rows.endAudit(summary.memory.pages.keys(), began);
      this.#due = this.#again ? 0 : Date.now() + Math.max(leastPause, share * summary.durationMs);
      this.#again = false;
      this.#failures = 0;
      this.#memory = summary.memory;
      onEvent({ type: 'audit-done', summary, at: Date.now() });
      if (diagnoses()) void diagnosing.audited(tables, rows.mismatches(), summary).catch(fatal);
    } catch (error) {
      if (signal.aborted) return;
      if (!isConsoleError(error)) throw error;
      // The next tick reports a lost connection. An audit that takes too long must not be repeated over and over, unless it was asked for.
      this.#failures += 1;
      this.#due = Date.now() + (this.#again ? 0 : leastPause * 2 ** Math.min(this.#failures, 7));
      this.#again = false;
      onEvent({ type: 'audit-failure', error, retryAt: this.#due });
    } finally {
      this.#running = false;
    }
  }

  /** The last audit again, if nothing has been written since; else null. */
  async #repeat(onPageOf: OnPageOf): Promise<AuditSummary | null> {
    const { database, signal, rows } = this.#context;
    const memory = this.#memory;
    if (!memory?.pages.keys().every(page => rows.isWhole(page))) return null;
    const answered = startTiming();
    if (!(await isUnchanged(database, memory, signal))) return null;
    return repeatAudit(memory, answered(), onPageOf(memory.tables));
  }

  async #read(onPageOf: OnPageOf): Promise<AuditSummary> {
    const { database, counter, signal, rows, onEvent } = this.#context;
    // Paging depends on the planner's estimates, and a migration may have changed columns.
    const fresh = await database.read(reader => inspectDatabase(reader, database, counter), { signal });
    onEvent({ type: 'tables', inspected: fresh, at: Date.now() });
    return auditCounters(database, fresh.tables, {
      scope: 'all',
      signal,
      memory: this.#memory,
      isKnown: page => rows.isWhole(page),
      onPage: onPageOf(fresh.tables),
    });
  }
}

type OnPageOf = (tables: Tables) => (page: PageProgress) => void;

/** Ends the program with a stack trace: a fault of ours must not look like a network problem. */
export function fatal(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
