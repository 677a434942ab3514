import { type FileHandle, open, unlink } from 'node:fs/promises';
import { appendText } from '../../config/files/append-text.ts';
import { requireOwnDirectory } from '../../config/files/exposure.ts';
import { giveName } from '../../config/files/give-name.ts';
import { makeDirectory, syncDirectory } from '../../config/files/make-directory.ts';
import { requireVolume } from '../../config/files/volume.ts';
import { appendJournal, createJournal, endedResult, journalLine } from './journal.ts';
import { journalFile, keyFile, receiptFile, receiptsIn } from './places.ts';
import type { BatchOutcome, ReceiptChange, ReceiptEnd, ReceiptHead } from './receipt.ts';
import { headSchema, type ReceiptLine, tornMark } from './receipt-line.ts';
import { type RecordLines, RecordsFile } from './records/stored-records.ts';
import { openKey } from './seals/receipt-key.ts';
import { sealLine } from './seals/seal.ts';
import { type Stage, unwritable } from './unwritable.ts';

/** A batch that is about to be committed. */
interface Intent {
  xid: string;
  changes: ReceiptChange[];
  /** The records that it deletes; null if it deletes none. */
  records: RecordLines | null;
}

/**
 * Begins the receipt of an operation, in `receipts/` inside the state directory; both are created if missing, for this
 * user only. When it resolves, the head is on disk.
 *
 * Throws `receipt-unwritable` or `no-volume` (exit code 4), before anything is changed.
 */
export async function openReceipt(directory: string, head: ReceiptHead): Promise<ReceiptWriter> {
  const file = receiptFile(directory, head.id);
  const journal = journalFile(directory);
  const known = headSchema.parse(head);
  requireVolume(directory);
  await makeDirectory(receiptsIn(directory)).catch(error => {
    throw unwritable(error, receiptsIn(directory), 'open');
  });
  await requireOwnDirectory(directory);
  await requireOwnDirectory(receiptsIn(directory));
  await createJournal(journal).catch(error => {
    throw unwritable(error, journal, 'open');
  });
  const key = await openKey(directory).catch(error => {
    throw unwritable(error, keyFile(directory), 'open');
  });
  try {
    // Under a temporary name until its head is on disk: a kill before that must not leave an empty receipt.
    const draft = `${file}.new`;
    // Appending, because another process that believes this one was killed may add lines.
    const handle = await open(draft, 'ax+', 0o600);
    try {
      const { text, seal } = sealLine({ kind: 'head', ...known }, key, null);
      await appendText(handle, text, '');
      await handle.sync();
      await giveName(draft, file);
      await syncDirectory(receiptsIn(directory));
      return new ReceiptWriter(known, file, journal, handle, { key, last: seal });
    } catch (error) {
      await handle.close();
      await unlink(draft).catch(() => {});
      throw error;
    }
  } catch (error) {
    throw unwritable(error, file, 'open');
  }
}

/** The key of the state directory, and the seal of the last line that is known to be written. */
interface Sealing {
  readonly key: Buffer;
  last: string;
}

/** The receipt of a running operation. Its calls run one after another, even if they are not awaited. */
export class ReceiptWriter {
  readonly head: ReceiptHead;
  readonly file: string;
  readonly #journal: string;
  readonly #handle: FileHandle;
  readonly #records: RecordsFile;
  readonly #sealing: Sealing;
  #batch = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(head: ReceiptHead, file: string, journal: string, handle: FileHandle, sealing: Sealing) {
    this.head = head;
    this.file = file;
    this.#journal = journal;
    this.#handle = handle;
    this.#sealing = sealing;
    this.#records = new RecordsFile(file);
  }

  /**
   * Writes what a transaction is about to do and returns the batch's number. When it resolves, all of it is on disk;
   * only then may the transaction commit. Throws `receipt-unwritable` (exit code 4): then it must roll back.
   */
  intend({ xid, changes, records }: Intent): Promise<number> {
    return this.#next(async () => {
      // A number is never used twice: a failed batch may have left a complete line that is not known to be on disk.
      this.#batch += 1;
      const batch = this.#batch;
      const stored =
        records === null || records.number === 0
          ? null
          : await this.#orUnwritable('intend', this.#records.path, () => this.#records.append(records));
      await this.#append('intend', { kind: 'batch', batch, xid, changes, records: stored });
      return batch;
    });
  }

  /**
   * Records the outcome of a batch's transaction. It may be lost in a crash, because the server knows it too. Throws
   * `receipt-unwritable` (exit code 4); the receipt is still good.
   */
  settle(batch: number, outcome: BatchOutcome): Promise<void> {
    return this.#next(() => this.#append('settle', { kind: 'settled', batch, outcome }));
  }

  /** Records how the operation ended, here and in the journal. Throws `receipt-unwritable` (exit code 4). */
  end(end: ReceiptEnd): Promise<void> {
    return this.#next(async () => {
      await this.#append('end', { kind: 'end', ...end });
      const line = journalLine(this.head, new Date(), endedResult(end));
      await this.#orUnwritable('end', this.#journal, () => appendJournal(this.#journal, line));
    });
  }

  /** Closes the files. Without an `end` before it, the receipt reads as one that was killed. */
  close(): Promise<void> {
    return this.#next(async () => {
      await this.#records.close();
      await this.#handle.close();
    });
  }

  #append(stage: Stage, line: ReceiptLine): Promise<void> {
    return this.#orUnwritable(stage, this.file, async () => {
      const { text, seal } = sealLine(line, this.#sealing.key, this.#sealing.last);
      await appendText(this.#handle, text, `${tornMark}\n`);
      if (line.kind !== 'settled') await this.#handle.sync();
      // Not before: nobody knows whether a line that failed was written, so the next one follows the one before it.
      this.#sealing.last = seal;
    });
  }

  async #orUnwritable<T>(stage: Stage, path: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw unwritable(error, path, stage);
    }
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}
