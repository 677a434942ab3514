import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { appendText } from './append-text.ts';
import { appendJournal, isInJournal, journalLine, killedResult } from './journal.ts';
import { directoryOf, journalFile } from './places.ts';
import type { BatchOutcome, Receipt } from './receipt.ts';
import { lineText, tornMark } from './receipt-line.ts';
import { isSystemError } from './system-error.ts';

/**
 * Notes what the server says of the batches whose outcome the receipt does not know, by the batch's number. Where the
 * operation was killed and all its batches are settled, the journal gets its line, once.
 *
 * Only for an operation that runs no more. Where the files cannot be written it gives the new receipt all the same.
 */
export async function settleReceipt(receipt: Receipt, outcomes: Map<number, BatchOutcome>): Promise<Receipt> {
  let lines = '';
  const batches = receipt.batches.map(batch => {
    const outcome = outcomes.get(batch.batch);
    const open = batch.outcome === null || batch.outcome === 'unknown';
    if (!open || outcome === undefined || outcome === batch.outcome) return batch;
    lines += lineText({ kind: 'settled', batch: batch.batch, outcome });
    return { ...batch, outcome };
  });
  const settled = { ...receipt, batches };
  try {
    if (lines !== '') await append(receipt.file, lines);
    await noteKill(settled);
  } catch (error) {
    // A read-only file system: the server will say the same the next time.
    if (!isSystemError(error)) throw error;
  }
  return settled;
}

async function append(file: string, lines: string): Promise<void> {
  const handle = await open(file, constants.O_APPEND | constants.O_RDWR);
  try {
    await appendText(handle, lines, `${tornMark}\n`);
  } finally {
    await handle.close();
  }
}

async function noteKill({ head, file, batches, end }: Receipt): Promise<void> {
  const directory = directoryOf(file);
  if (end || directory === null || batches.some(({ outcome }) => outcome === null)) return;
  const journal = journalFile(directory);
  if (await isInJournal(journal, head.id)) return;
  await appendJournal(journal, journalLine(head, new Date(), killedResult(batches)));
}
