import { basename, dirname, join } from 'node:path';

const ending = '.jsonl';

/** The directory of the receipts, inside the state directory. */
export function receiptsIn(directory: string): string {
  return join(directory, 'receipts');
}

export function receiptFile(directory: string, id: string): string {
  return join(receiptsIn(directory), id + ending);
}

/** The id in a file's name; null if it is not the name of a receipt. */
export function idOf(file: string): string | null {
  return file.endsWith(ending) ? basename(file, ending) : null;
}

/** The file of a receipt's deleted records. It is next to the receipt, so both can be copied together. */
export function recordsFile(receipt: string): string {
  return join(dirname(receipt), `${basename(receipt, ending)}.records.gz`);
}

/** The key that seals receipts. It never leaves its directory. */
export function keyFile(directory: string): string {
  return join(directory, 'receipt-key');
}

export function journalFile(directory: string): string {
  return join(directory, 'journal.log');
}

/** The state directory of a receipt; null for a copy somewhere else. */
export function directoryOf(receipt: string): string | null {
  const directory = dirname(dirname(receipt));
  return dirname(receipt) === receiptsIn(directory) ? directory : null;
}
