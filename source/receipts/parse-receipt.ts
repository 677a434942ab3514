import { type ConsoleError, usageError } from '../errors.ts';
import { damaged } from './damaged.ts';
import type { Receipt } from './receipt.ts';
import { lineSchema, type ReceiptLine, tornMark } from './receipt-line.ts';

/**
 * Makes a receipt of what its file holds. Lines that were torn off are left out: what they were about to tell was never
 * committed. Throws `damaged-receipt` (exit code 2) for everything else that is not as it was written.
 */
export function parseReceipt(file: string, content: Buffer): Receipt {
  let receipt: Receipt | null = null;
  for (const { number, value } of valuesOf(file, content)) {
    const line = parseLine(file, number, value);
    if (receipt === null) {
      if (line.kind !== 'head') throw misplaced(file, number);
      const { kind: _, ...head } = line;
      receipt = { head, file, batches: [], end: null };
    } else if (!take(receipt, line)) {
      throw misplaced(file, number);
    }
  }
  if (receipt) return receipt;
  // The head is written before anything else is done.
  throw damaged(
    file,
    content.length === 0 || content.toString('latin1').startsWith('{"kind":"head"')
      ? 'it breaks off before its first line, so nothing was changed under it'
      : 'it does not begin as a receipt does',
  );
}

/** Adds a line to what was read before it; false where it cannot come after that. */
function take(receipt: Receipt, line: ReceiptLine): boolean {
  switch (line.kind) {
    case 'head':
      return false;
    case 'batch': {
      const { kind: _, ...batch } = line;
      if (receipt.end || batch.batch <= (receipt.batches.at(-1)?.batch ?? 0)) return false;
      receipt.batches.push({ ...batch, outcome: null });
      return true;
    }
    case 'settled': {
      const batch = receipt.batches.findLast(({ batch: number }) => number === line.batch);
      if (!batch) return false;
      // A connection that broke leaves it unknown, until the server is asked again.
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
  throw damaged(file, `line ${number} is not what a receipt holds there`);
}

/** The JSON of each line that is whole. */
function* valuesOf(file: string, content: Buffer): Generator<{ number: number; value: unknown }> {
  for (let start = 0, number = 1; start < content.length; number += 1) {
    const lineEnd = content.indexOf(0x0a, start);
    const line = content.subarray(start, lineEnd === -1 ? content.length : lineEnd);
    const mended = line.subarray(-tornMark.length).toString() === tornMark;
    const value = jsonOf(mended ? line.subarray(0, -tornMark.length) : line);
    if (value !== undefined) yield { number, value };
    else if (lineEnd !== -1 && !mended) throw damaged(file, `line ${number} is no JSON`);
    if (lineEnd === -1) return;
    start = lineEnd + 1;
  }
}

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
    'Use that console, or bring this one up to date.',
  );
}
