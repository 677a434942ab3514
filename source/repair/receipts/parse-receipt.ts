import type { FileLine } from '../../config/files/split-lines.ts';
import { type ConsoleError, usageError } from '../../errors/errors.ts';
import { damaged } from './damaged.ts';
import type { Receipt, ReceiptChange } from './receipt.ts';
import { lineSchema, type ReceiptLine, tornMark } from './receipt-line.ts';
import { SealCheck } from './seals/check-seals.ts';
import type { Verifier } from './seals/receipt-key.ts';

/**
 * Parses a receipt and judges by its seals who wrote it. Torn lines are left out: what they would have recorded was
 * never committed. Of the changes only those that `keeps` accepts are kept, as a receipt may name every preset. Throws
 * `damaged-receipt` (exit code 2) for anything else that is not as it was written.
 */
export async function parseReceipt(
  file: string,
  lines: AsyncIterable<FileLine>,
  verifier: Verifier,
  keeps: KeptChange = () => true,
): Promise<Receipt> {
  let contents: Contents | null = null;
  const seals = new SealCheck(verifier);
  for await (const { number, bytes, value } of valuesOf(file, lines)) {
    const line = parseLine(file, number, value);
    if (!seals.take(number, bytes, value)) continue;
    if (contents === null) {
      if (line.kind !== 'head') throw misplaced(file, number);
      const { kind: _, ...head } = line;
      contents = { head, batches: [], end: null };
    } else if (!take(contents, line, keeps)) {
      throw misplaced(file, number);
    }
  }
  if (contents) return { ...contents, file, ...seals.result(contents.head) };
  throw brokenOff(file);
}

/** Whether a change is kept in memory. */
export type KeptChange = (change: ReceiptChange) => boolean;

type Contents = Pick<Receipt, 'head' | 'batches' | 'end'>;

/** Adds a line to what was read before it; false if it cannot follow that. */
function take(receipt: Contents, line: ReceiptLine, keeps: KeptChange): boolean {
  switch (line.kind) {
    case 'head':
      return false;
    case 'batch': {
      const { kind: _, ...batch } = line;
      if (receipt.end || batch.batch <= (receipt.batches.at(-1)?.batch ?? 0)) return false;
      receipt.batches.push({ ...batch, changes: batch.changes.filter(keeps), outcome: null });
      return true;
    }
    case 'settled': {
      const batch = receipt.batches.findLast(({ batch: number }) => number === line.batch);
      if (!batch) return false;
      // After a broken connection the outcome is unknown, until the server is asked again.
      if (line.outcome !== 'unknown') batch.outcome = line.outcome;
      else batch.outcome ??= 'unknown';
      return true;
    }
    case 'end': {
      if (receipt.end) return false;
      const { kind: _, ...end } = line;
      receipt.end = end;
      return true;
    }
  }
}

function parseLine(file: string, number: number, value: unknown): ReceiptLine {
  const version = number === 1 ? versionOf(value) : 1;
  if (version > 1) throw newer(file, version);
  const line = lineSchema.safeParse(value);
  if (line.success) return line.data;
  throw damaged(file, `line ${number} does not belong in a receipt`);
}

/** The JSON of each complete line, with its bytes. */
async function* valuesOf(
  file: string,
  lines: AsyncIterable<FileLine>,
): AsyncGenerator<{ number: number; bytes: Buffer; value: unknown }> {
  let number = 0;
  for await (const { bytes: line, ended } of lines) {
    number += 1;
    const mended = line.subarray(-tornMark.length).toString() === tornMark;
    const bytes = mended ? line.subarray(0, -tornMark.length) : line;
    const value = jsonOf(bytes);
    if (value !== undefined) yield { number, bytes, value };
    else if (ended && !mended) throw damaged(file, `line ${number} is not JSON`);
    else if (number === 1 && !isBeginning(line)) throw damaged(file, 'it does not begin like a receipt');
  }
}

function isBeginning(line: Buffer): boolean {
  return line.toString('latin1').startsWith('{"kind":"head"');
}

// The head is written before anything else happens.
const brokenOff = (file: string) =>
  damaged(file, 'it ends before its first line is complete, so nothing was changed under it');

function jsonOf(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch {
    return undefined;
  }
}

function versionOf(value: unknown): number {
  const { kind, version } = (value ?? {}) as { kind?: unknown; version?: unknown };
  return kind === 'head' && typeof version === 'number' ? version : 1;
}

const misplaced = (file: string, number: number) =>
  damaged(file, `line ${number} cannot follow what is above it`);

function newer(file: string, version: number): ConsoleError {
  return usageError(
    'damaged-receipt',
    `A newer console wrote the receipt ${file} (version ${version}).`,
    'Use that console, or update this one.',
  );
}
