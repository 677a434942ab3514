import { isConsoleError } from '../../errors/errors.ts';
import { readKeptReceipt, receiptFiles } from './read-receipt.ts';
import type { Receipt } from './receipt.ts';
import { newestFirst } from './receipt-order.ts';
import { readVerifier } from './seals/receipt-key.ts';

/** A file among the receipts that cannot be read as one, and the sentence why. */
interface DamagedReceipt {
  file: string;
  message: string;
}

/**
 * All receipts of a state directory, newest first, and the files that cannot be read as one. Throws a usage error (exit
 * code 2), `unreadable-receipt`, if the directory cannot be listed.
 */
export async function listReceipts(
  directory: string,
): Promise<{ receipts: Receipt[]; damaged: DamagedReceipt[] }> {
  const receipts: Receipt[] = [];
  const damaged: DamagedReceipt[] = [];
  const verifier = await readVerifier(directory);
  for (const file of (await receiptFiles(directory)).sort()) {
    try {
      receipts.push(await readKeptReceipt(file, verifier));
    } catch (error) {
      if (!isConsoleError(error)) throw error;
      // A file removed since is neither.
      if (error.code !== 'no-such-receipt') damaged.push({ file, message: error.message });
    }
  }
  return { receipts: newestFirst(receipts), damaged };
}

/** The receipts that undo the one with this id. */
export function undoneBy(receipts: readonly Receipt[], id: string): Receipt[] {
  return receipts.filter(({ head }) => head.undoes === id);
}
