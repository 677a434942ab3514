import { lstat, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { exposureOf } from '../../config/files/exposure.ts';
import { readChunks } from '../../config/files/read-chunks.ts';
import { splitLines } from '../../config/files/split-lines.ts';
import { isSystemError } from '../../config/files/system-error.ts';
import { type ConsoleError, usageError } from '../../errors/errors.ts';
import { damaged } from './damaged.ts';
import { openPlain } from './open-plain.ts';
import { type KeptChange, parseReceipt } from './parse-receipt.ts';
import { idOf, receiptsIn } from './places.ts';
import type { Receipt } from './receipt.ts';
import { readVerifier, type Verifier } from './seals/receipt-key.ts';

/**
 * Reads a receipt by its file, its id, or a unique beginning of its id.
 *
 * Throws a usage error (exit code 2): `no-such-receipt`, `ambiguous-receipt`, `damaged-receipt`, or `unreadable-receipt`
 * if this user may not read it.
 */
export async function readReceipt(directory: string, idOrFile: string): Promise<Receipt> {
  const verifier = await readVerifier(directory);
  if (idOrFile.includes('/') || idOf(idOrFile) !== null) return readReceiptFile(resolve(idOrFile), verifier);
  const files = await receiptFiles(directory);
  const named = (matches: (id: string) => boolean) => files.filter(file => matches(idOf(file) ?? ''));
  const exact = named(id => id === idOrFile);
  const found = exact.length > 0 || idOrFile === '' ? exact : named(id => id.startsWith(idOrFile));
  const [file, other] = found;
  if (file === undefined) throw missing(`There is no receipt ${idOrFile} in ${receiptsIn(directory)}.`);
  if (other !== undefined) throw ambiguous(idOrFile, found);
  return readKeptReceipt(file, verifier);
}

/** The files of all receipts, in no order; none if the directory is missing. */
export async function receiptFiles(directory: string): Promise<string[]> {
  const receipts = receiptsIn(directory);
  try {
    for (const path of [directory, receipts]) if ((await lstat(path)).isSymbolicLink()) throw followed(path);
    const names = await readdir(receipts);
    return names.filter(name => idOf(name) !== null).map(name => join(receipts, name));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw unreadable(receipts, error);
  }
}

/**
 * Reads a receipt in the directory where it was written. There its name must be its id, or it would count twice. Of its
 * changes only those that `keeps` accepts are kept.
 */
export async function readKeptReceipt(
  file: string,
  verifier: Verifier,
  keeps?: KeptChange,
): Promise<Receipt> {
  const receipt = await readReceiptFile(file, verifier, keeps);
  if (receipt.head.id === idOf(file)) return receipt;
  throw damaged(file, `its first line has the id ${receipt.head.id}`);
}

// In bytes. The last line of an interrupted reset lists every preset that it did not reach.
const longestLine = 256 * 1024 * 1024;
const largestReceipt = 1024 * 1024 * 1024;

async function readReceiptFile(file: string, verifier: Verifier, keeps?: KeptChange): Promise<Receipt> {
  try {
    const handle = await openPlain(file);
    try {
      const stats = await handle.stat();
      if (stats.size > largestReceipt) throw damaged(file, 'it is larger than any receipt');
      const tooLong = () => damaged(file, 'it has a line that is too long for a receipt');
      const lines = splitLines(readChunks(handle, 0, stats.size), longestLine, tooLong);
      const receipt = await parseReceipt(file, lines, verifier, keeps);
      const exposure = exposureOf(file, stats);
      if (!exposure) return receipt;
      // No seal shows that lines are missing at the end.
      return {
        ...receipt,
        origin: 'exposed',
        doubt: `Others could have changed it: ${file} ${exposure.why}.`,
        seal: null,
      };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') throw missing(`There is no receipt at ${file}.`);
    throw unreadable(file, error);
  }
}

const missing = (message: string) =>
  usageError('no-such-receipt', message, 'List them with: preset-usage receipts');

const followed = (path: string) =>
  usageError(
    'unreadable-receipt',
    `${path} is a symbolic link, and those are not followed.`,
    'Put the directory itself there, or set XDG_STATE_HOME to where it is.',
  );

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
