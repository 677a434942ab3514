import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type ConsoleError, usageError } from '../errors.ts';
import { damaged } from './damaged.ts';
import { parseReceipt } from './parse-receipt.ts';
import { idOf, receiptsIn } from './places.ts';
import type { Receipt } from './receipt.ts';
import { isSystemError } from './system-error.ts';

/**
 * Reads a receipt by its file, its id, or as much of the id's beginning as no other one has.
 *
 * Throws a usage error (exit code 2): `no-such-receipt`, `ambiguous-receipt`, `damaged-receipt`, or
 * `unreadable-receipt` where this user may not read it.
 */
export async function readReceipt(directory: string, idOrFile: string): Promise<Receipt> {
  if (idOrFile.includes('/') || idOf(idOrFile) !== null) return readReceiptFile(resolve(idOrFile));
  const files = await receiptFiles(directory);
  const named = (matches: (id: string) => boolean) => files.filter(file => matches(idOf(file) ?? ''));
  const exact = named(id => id === idOrFile);
  const found = exact.length > 0 || idOrFile === '' ? exact : named(id => id.startsWith(idOrFile));
  const [file, other] = found;
  if (file === undefined) throw missing(`There is no receipt ${idOrFile} in ${receiptsIn(directory)}.`);
  if (other !== undefined) throw ambiguous(idOrFile, found);
  return readKeptReceipt(file);
}

/** The files of all receipts, in no order; none where there is no such directory. */
export async function receiptFiles(directory: string): Promise<string[]> {
  const receipts = receiptsIn(directory);
  try {
    const names = await readdir(receipts);
    return names.filter(name => idOf(name) !== null).map(name => join(receipts, name));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw unreadable(receipts, error);
  }
}

/** Reads a receipt where it was written: there its name is its id, or it would be counted twice. */
export async function readKeptReceipt(file: string): Promise<Receipt> {
  const receipt = await readReceiptFile(file);
  if (receipt.head.id === idOf(file)) return receipt;
  throw damaged(file, `inside it is named ${receipt.head.id}`);
}

async function readReceiptFile(file: string): Promise<Receipt> {
  try {
    // Before it is opened: opening a pipe that nobody writes to would wait for ever.
    const kind = await stat(file);
    if (!kind.isFile()) throw damaged(file, 'it is not a regular file');
    return parseReceipt(file, await readFile(file));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') throw missing(`There is no receipt at ${file}.`);
    throw unreadable(file, error);
  }
}

const missing = (message: string) =>
  usageError('no-such-receipt', message, 'List them with: preset-usage receipts');

const unreadable = (path: string, { code }: { code: string }) =>
  usageError(
    'unreadable-receipt',
    `This user cannot read ${path} (${code}).`,
    'Grant read permission on it, or name a copy of the receipt.',
  );

function ambiguous(beginning: string, files: readonly string[]): ConsoleError {
  const ids = files.map(idOf).sort();
  const named = ids.slice(0, 3).join(', ') + (ids.length > 3 ? ` and ${ids.length - 3} more` : '');
  return usageError(
    'ambiguous-receipt',
    `${ids.length} receipts begin with ${beginning}: ${named}.`,
    'Give more of the id.',
  );
}
