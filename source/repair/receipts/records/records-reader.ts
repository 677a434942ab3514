import type { Receipt, ReceiptBatch } from '../receipt.ts';
import { readStoredRecords } from './stored-records.ts';

/** A record that a batch deleted, as JSON, and its place among the batch's records. */
export interface StoredLine {
  place: number;
  line: string;
}

/**
 * Reads the deleted records of a receipt in parts. A batch stored by an older version may not fit into memory, and
 * unpacking it from its beginning for each part would take too long. What was read since the last start is kept, up to
 * `most` bytes, so that the same part can be read again.
 */
export class RecordsReader {
  readonly #receipt: Receipt;
  readonly #most: number;
  readonly #readRecords: typeof readStoredRecords;
  #batch: number | null = null;
  #lines: AsyncGenerator<string> | null = null;
  #next = 0;
  #kept: StoredLine[] = [];
  #bytes = 0;

  constructor(receipt: Receipt, most: number, read = readStoredRecords) {
    this.#receipt = receipt;
    this.#most = most;
    this.#readRecords = read;
  }

  /** The records of `batch` from `place` on, until the caller stops. Rejects as `readStoredRecords` does. */
  async *from(batch: ReceiptBatch, place: number): AsyncGenerator<StoredLine> {
    if (this.#batch !== batch.batch || place < (this.#kept[0]?.place ?? this.#next)) await this.#open(batch);
    this.#forget(({ place: kept }) => kept < place);
    for (const kept of [...this.#kept]) yield kept;
    for (;;) {
      const next = await this.#lines?.next();
      if (!next || next.done) return;
      const stored = { place: this.#next, line: next.value };
      this.#next += 1;
      if (stored.place < place) continue;
      this.#keep(stored);
      yield stored;
    }
  }

  /** Closes the file. */
  async close(): Promise<void> {
    await this.#lines?.return(undefined);
    this.#lines = null;
    this.#batch = null;
    this.#forget(() => true);
  }

  async #open(batch: ReceiptBatch): Promise<void> {
    await this.close();
    this.#batch = batch.batch;
    this.#lines = this.#readRecords(this.#receipt, batch);
    this.#next = 0;
  }

  #keep(stored: StoredLine): void {
    this.#bytes += stored.line.length;
    this.#kept.push(stored);
    if (this.#bytes > this.#most) this.#forget(({ place }) => place < stored.place);
  }

  #forget(which: (stored: StoredLine) => boolean): void {
    const kept = this.#kept.filter(stored => !which(stored));
    this.#kept = kept;
    this.#bytes = kept.reduce((sum, { line }) => sum + line.length, 0);
  }
}
