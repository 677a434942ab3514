import type { Database } from '../../connection/transactions.ts';
import type { AuditSummary } from '../../counter/audit/audit-counters.ts';
import { type Counter, drift, isWrong } from '../../counter/counter.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { isConsoleError } from '../../errors/errors.ts';
import { keepKnown } from '../keep-known.ts';
import type { Diagnosed, DiagnosisEvent } from '../watch-event.ts';

// Like an audit: at most a hundredth of the time.
const share = 100;
const leastPause = 10_000;
// A statement that timed out would time out again.
const pauseAfterFailure = 600_000;

/**
 * Diagnoses wrong counts while ticks go on, after each audit whose mismatches differ from the last ones. A failure is left
 * to a later audit, because the list is useful without diagnoses.
 */
export class DiagnoseWatch {
  readonly #database: Database;
  readonly #signal: AbortSignal;
  readonly #onEvent: (event: DiagnosisEvent) => void;
  #diagnosed = '';
  #known: ReadonlyMap<string, Diagnosed> = new Map();
  #busy = false;
  #due = 0;

  constructor(database: Database, signal: AbortSignal, onEvent: (event: DiagnosisEvent) => void) {
    this.#database = database;
    this.#signal = signal;
    this.#onEvent = onEvent;
  }

  /** True while a diagnosis is being read. */
  get isBusy(): boolean {
    return this.#busy;
  }

  /** Takes in the result of an audit; rejects only with faults of this program. */
  async audited(
    tables: Tables,
    counters: Iterable<Counter>,
    { allRecords }: Pick<AuditSummary, 'allRecords'>,
  ): Promise<void> {
    if (this.#busy || Date.now() < this.#due) return;
    const wrong: Counter[] = [];
    // An iterator, because a list of all presets would waste memory on the few that are wrong.
    if (tables.hiddenBy.length === 0)
      for (const counter of counters) if (isWrong(counter)) wrong.push(counter);
    const mismatches = wrong.map(counter => `${counter.id} ${drift(counter)}`).join();
    if (mismatches === this.#diagnosed) return;
    this.#busy = true;
    const start = performance.now();
    try {
      const { diagnose } = await import('../../diagnosis/run.ts');
      const diagnoses = await diagnose(this.#database, tables, wrong, {
        signal: this.#signal,
        allRecords,
      });
      const drifts = new Map(wrong.map(counter => [counter.id, drift(counter) ?? 0]));
      this.#known = keepKnown(this.#known, diagnoses, drifts);
      this.#diagnosed = mismatches;
      this.#due = Date.now() + Math.max(leastPause, share * (performance.now() - start));
      this.#onEvent({ type: 'diagnosed', diagnoses: this.#known });
    } catch (error) {
      this.#forgive(error);
      this.#due = Date.now() + pauseAfterFailure;
    } finally {
      this.#busy = false;
    }
  }

  /** Ignores a failed read: the next tick reports a lost connection. */
  #forgive(error: unknown): void {
    if (!this.#signal.aborted && !isConsoleError(error)) throw error;
  }
}
