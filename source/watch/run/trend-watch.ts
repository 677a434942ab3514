import type { Database, Reader } from '../../connection/transactions.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { hasBreakdown, readBreakdown } from '../../counter/reading/breakdown.ts';
import { readRecentUses, recentUsesAreCheap } from '../../counter/reading/recent-uses.ts';
import { readRecordHistory } from '../../counter/reading/record-history.ts';
import { tickShare } from '../tick-share.ts';
import type { Focus, TrendEvent } from '../watch-event.ts';
import { PacedRead } from './paced-read.ts';

// In seconds. Nobody waits for a trend; one that takes longer is not worth its cost.
const longest = 5;

/** Reads how uses changed over time, beside the ticks: for the rows in the window, and for the one that is open. */
export class TrendWatch {
  readonly #database: Database;
  readonly #signal: AbortSignal;
  readonly #onEvent: (event: TrendEvent) => void;
  readonly #plots: PacedRead;
  readonly #breakdowns: PacedRead;
  readonly #windows: PacedRead;

  constructor(database: Database, signal: AbortSignal, onEvent: (event: TrendEvent) => void) {
    this.#database = database;
    this.#signal = signal;
    this.#onEvent = onEvent;
    this.#plots = new PacedRead(signal);
    this.#breakdowns = new PacedRead(signal);
    // Scrolling shows another window with every key.
    this.#windows = new PacedRead(signal, tickShare);
  }

  get #reads(): PacedRead[] {
    return [this.#plots, this.#breakdowns, this.#windows];
  }

  get isBusy(): boolean {
    return this.#reads.some(read => read.isBusy);
  }

  /** Makes the next tick read everything of it again. */
  forgetPauses(): void {
    for (const read of this.#reads) read.forget();
  }

  /**
   * Reads what is on screen, unless that was done recently; `quick` says whether the records of a row are counted quickly. Rejects
   * only with faults of this program.
   */
  async read(
    { ids, detail, plot = null, recent = null }: Focus,
    tables: Tables,
    quick: boolean,
  ): Promise<void> {
    if (tables.hiddenBy.length > 0) return;
    await Promise.all([
      detail && plot !== null && quick ? this.#plot(tables, detail.id, plot) : null,
      detail && quick && hasBreakdown(tables) ? this.#breakdown(tables, detail.id) : null,
      recent !== null && ids.length > 0 && recentUsesAreCheap(tables)
        ? this.#recent(tables, ids, recent)
        : null,
    ]);
  }

  #plot(tables: Tables, id: string, columns: number): Promise<void> {
    return this.#plots.run(`${columns} ${id}`, async () => {
      const history = await this.#read(reader => readRecordHistory(reader, tables, id, columns));
      this.#onEvent({ type: 'record-history', id, history });
    });
  }

  #breakdown(tables: Tables, id: string): Promise<void> {
    return this.#breakdowns.run(id, async () => {
      const breakdown = await this.#read(reader => readBreakdown(reader, tables, id));
      this.#onEvent({ type: 'breakdown', id, breakdown });
    });
  }

  #recent(tables: Tables, ids: readonly string[], days: number): Promise<void> {
    return this.#windows.run(JSON.stringify([days, ids]), async () => {
      const uses = await this.#read(reader => readRecentUses(reader, tables, ids, days));
      this.#onEvent({ type: 'recent-uses', uses });
    });
  }

  #read<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    const within = Math.min(longest, this.#database.timeouts.timeout);
    return this.#database.read(
      async reader => {
        await reader.rows(
          `SELECT pg_catalog.set_config('statement_timeout', '${Math.ceil(within * 1000)}', true)`,
        );
        return work(reader);
      },
      // Its duration is what it costs, which several processes at a time would hide.
      { signal: this.#signal, serial: true },
    );
  }
}
