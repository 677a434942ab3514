import type { Database } from '../../connection/transactions.ts';
import type { AuditSummary } from '../../counter/audit/audit-counters.ts';
import { type Counter, drift, isWrong } from '../../counter/counter.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { keepKnown } from '../keep-known.ts';
import type { Diagnosed, DiagnosisEvent } from '../watch-event.ts';
import { PacedRead, share } from './paced-read.ts';

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
  readonly #read: PacedRead;

  constructor(database: Database, signal: AbortSignal, onEvent: (event: DiagnosisEvent) => void) {
    this.#database = database;
    this.#signal = signal;
    this.#onEvent = onEvent;
    this.#read = new PacedRead(signal, share);
  }

  /** True while a diagnosis is being read. */
  get isBusy(): boolean {
    return this.#read.isBusy;
  }

  /** Takes in the result of an audit; rejects only with faults of this program. */
  async audited(
    tables: Tables,
    counters: Iterable<Counter>,
    { allRecords }: Pick<AuditSummary, 'allRecords'>,
  ): Promise<void> {
    const wrong: Counter[] = [];
    // An iterator, because a list of all presets would waste memory on the few that are wrong.
    if (tables.hiddenBy.length === 0)
      for (const counter of counters) if (isWrong(counter)) wrong.push(counter);
    const mismatches = wrong.map(counter => `${counter.id} ${drift(counter)}`).join();
    if (mismatches === this.#diagnosed) return;
    await this.#read.run(mismatches, async () => {
      const { diagnose } = await import('../../diagnosis/run.ts');
      const diagnoses = await diagnose(this.#database, tables, wrong, {
        signal: this.#signal,
        allRecords,
      });
      const drifts = new Map(wrong.map(counter => [counter.id, drift(counter) ?? 0]));
      this.#known = keepKnown(this.#known, diagnoses, drifts);
      this.#diagnosed = mismatches;
      this.#onEvent({ type: 'diagnosed', diagnoses: this.#known });
    });
  }
}
