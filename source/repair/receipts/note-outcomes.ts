import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { appendText } from '../../config/files/append-text.ts';
import { isSystemError } from '../../config/files/system-error.ts';
import { appendJournal, isInJournal, journalLine, killedResult } from './journal.ts';
import { directoryOf, journalFile } from './places.ts';
import type { BatchOutcome, Receipt, Seal } from './receipt.ts';
import { type ReceiptLine, tornMark } from './receipt-line.ts';
import { openKey } from './seals/receipt-key.ts';
import { sealLine } from './seals/seal.ts';

/**
 * Records the outcomes that the server reports for batches whose outcome the receipt does not know, by batch number.
 * Once all batches of a killed operation have an outcome, the journal gets its line, once.
 *
 * Only for an operation that no longer runs. If the files cannot be written, it still returns the new receipt. An
 * untrusted receipt is not written to.
 */
export async function noteOutcomes(receipt: Receipt, outcomes: Map<number, BatchOutcome>): Promise<Receipt> {
  const lines: ReceiptLine[] = [];
  const batches = receipt.batches.map(batch => {
    const outcome = outcomes.get(batch.batch);
    const open = batch.outcome === null || batch.outcome === 'unknown';
    if (!open || outcome === undefined || outcome === batch.outcome) return batch;
    lines.push({ kind: 'settled', batch: batch.batch, outcome });
    return { ...batch, outcome };
  });
  const resolved = { ...receipt, batches };
  if (!receipt.seal) return resolved;
  try {
    if (lines.length > 0) resolved.seal = await append(receipt.file, lines, receipt.seal);
    await noteKill(resolved);
  } catch (error) {
    // A read-only file system: the server will report the same next time.
    if (!isSystemError(error)) throw error;
  }
  return resolved;
}

const { O_APPEND, O_RDWR, O_NOFOLLOW = 0 } = constants;

async function append(file: string, lines: readonly ReceiptLine[], seal: Seal): Promise<Seal> {
  const key = await openKey(seal.directory);
  let { last } = seal;
  let all = '';
  for (const line of lines) {
    const { text, seal: of } = sealLine(line, key, last);
    all += text;
    last = of;
  }
  const handle = await open(file, O_APPEND | O_RDWR | O_NOFOLLOW);
  try {
    await appendText(handle, all, `${tornMark}\n`);
    return { ...seal, last };
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
