import { access, type FileHandle, link, open, rename, unlink } from 'node:fs/promises';
import { appendText } from './append-text.ts';
import { appendJournal, createJournal, endedResult, journalLine } from './journal.ts';
import { makeDirectory, syncDirectory } from './make-directory.ts';
import { journalFile, receiptFile, receiptsIn } from './places.ts';
import type { BatchOutcome, ReceiptChange, ReceiptEnd, ReceiptHead } from './receipt.ts';
import { headSchema, lineText, type ReceiptLine, tornMark } from './receipt-line.ts';
import { RecordsFile } from './stored-records.ts';
import { isSystemError } from './system-error.ts';
import { type Stage, unwritable } from './unwritable.ts';

/** A batch that is about to be committed. */
export interface Intent {
  xid: string;
  changes: ReceiptChange[];
  /** The records that it deletes, one JSON value each; null where it deletes none. */
  records: readonly string[] | null;
}

/**
 * Begins the receipt of an operation, in `receipts/` below the state directory; both are made where they are missing,
 * for this user alone. When it resolves the head is on the disk.
 *
 * Throws `receipt-unwritable` (exit code 4), before anything is changed.
 */
export async function openReceipt(directory: string, head: ReceiptHead): Promise<ReceiptWriter> {
  const file = receiptFile(directory, head.id);
  const journal = journalFile(directory);
  const known = headSchema.parse(head);
  await makeDirectory(receiptsIn(directory)).catch(error => {
    throw unwritable(error, receiptsIn(directory), 'open');
  });
  await createJournal(journal).catch(error => {
    throw unwritable(error, journal, 'open');
  });
  try {
    // Under a name of its own until its head is on the disk: a kill before that must not leave an empty receipt.
    const draft = `${file}.new`;
    // Appending, because another process may settle a receipt that it takes for a killed one.
    const handle = await open(draft, 'ax+', 0o600);
    try {
      await appendText(handle, lineText({ kind: 'head', ...known }), '');
      await handle.sync();
      await giveName(draft, file);
      await syncDirectory(receiptsIn(directory));
    } catch (error) {
      await handle.close();
      await unlink(draft).catch(() => {});
      throw error;
    }
    return new ReceiptWriter(known, file, journal, handle);
  } catch (error) {
    throw unwritable(error, file, 'open');
  }
}

/** Names a file that is written, where nothing has that name yet: a receipt is never written over another one. */
async function giveName(draft: string, file: string): Promise<void> {
  try {
    await link(draft, file);
  } catch (error) {
    if (!isSystemError(error) || error.code === 'EEXIST') throw error;
    // A file system without hard links. Ids are made at random, so nobody else takes the name between these two.
    const taken = await access(file).then(
      () => true,
      () => false,
    );
    if (taken) throw error;
    return rename(draft, file);
  }
  await unlink(draft);
}

/** A receipt under way. Its calls take their turn, whether they are waited for or not. */
export class ReceiptWriter {
  readonly head: ReceiptHead;
  readonly file: string;
  readonly #journal: string;
  readonly #handle: FileHandle;
  readonly #records: RecordsFile;
  #batch = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(head: ReceiptHead, file: string, journal: string, handle: FileHandle) {
    this.head = head;
    this.file = file;
    this.#journal = journal;
    this.#handle = handle;
    this.#records = new RecordsFile(file);
  }

  /**
   * Writes what a transaction is about to do and gives the number of the batch. All of it is on the disk when it
   * resolves; only then the transaction may commit. Throws `receipt-unwritable` (exit code 4): it must roll back.
   */
  intend({ xid, changes, records }: Intent): Promise<number> {
    return this.#next(async () => {
      // A number is never given twice: of a failed batch a whole line may be there, not known to be on the disk.
      this.#batch += 1;
      const batch = this.#batch;
      const stored =
        records === null || records.length === 0
          ? null
          : await this.#told('intend', this.#records.path, () => this.#records.append(records));
      await this.#append('intend', { kind: 'batch', batch, xid, changes, records: stored });
      return batch;
    });
  }

  /**
   * Notes how the transaction of a batch came out. It may be lost in a crash, as the server knows it too. Throws
   * `receipt-unwritable` (exit code 4); the receipt is good all the same.
   */
  settle(batch: number, outcome: BatchOutcome): Promise<void> {
    return this.#next(() => this.#append('settle', { kind: 'settled', batch, outcome }));
  }

  /** Notes how the operation came out, here and in the journal. Throws `receipt-unwritable` (exit code 4). */
  end(end: ReceiptEnd): Promise<void> {
    return this.#next(async () => {
      await this.#append('end', { kind: 'end', ...end });
      const line = journalLine(this.head, new Date(), endedResult(end));
      await this.#told('end', this.#journal, () => appendJournal(this.#journal, line));
    });
  }

  /** Lets go of the files. Without an end before it, the receipt reads as one that was killed. */
  close(): Promise<void> {
    return this.#next(async () => {
      await this.#records.close();
      await this.#handle.close();
    });
  }

  #append(stage: Stage, line: ReceiptLine): Promise<void> {
    return this.#told(stage, this.file, async () => {
      await appendText(this.#handle, lineText(line), `${tornMark}\n`);
      if (line.kind !== 'settled') await this.#handle.sync();
    });
  }

  async #told<T>(stage: Stage, path: string, work: () => Promise<T>): Promise<T> {
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
