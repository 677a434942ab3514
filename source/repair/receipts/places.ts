import { basename, dirname, join } from 'node:path';

const ending = '.jsonl';

/** The directory of the receipts below the state directory. */
export function receiptsIn(directory: string): string {
  return join(directory, 'receipts');
}

export function receiptFile(directory: string, id: string): string {
  return join(receiptsIn(directory), id + ending);
}

/** The id that a file's name stands for; null where it is no receipt's name. */
export function idOf(file: string): string | null {
  return file.endsWith(ending) ? basename(file, ending) : null;
}

/** Where the deleted records of a receipt are: beside it, so both can be copied away together. */
export function recordsFile(receipt: string): string {
  return join(dirname(receipt), `${basename(receipt, ending)}.records.gz`);
}

/** The key that receipts are sealed with. It never leaves its directory. */
export function keyFile(directory: string): string {
  return join(directory, 'receipt-key');
}

export function journalFile(directory: string): string {
  return join(directory, 'journal.log');
}

/** The state directory that a receipt is kept in; null for a copy that lies somewhere else. */
export function directoryOf(receipt: string): string | null {
  const directory = dirname(dirname(receipt));
  return dirname(receipt) === receiptsIn(directory) ? directory : null;
}
