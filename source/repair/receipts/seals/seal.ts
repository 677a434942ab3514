import { createHmac, timingSafeEqual } from 'node:crypto';
import { lineText, type ReceiptLine } from '../receipt-line.ts';

// So that no seal of anything else that this key may be used for one day is one of a line.
const purpose = 'preset-usage-console receipt line\n';
const tail = /^,"seal":"([0-9a-f]{64})"\}$/;
const tailLength = ',"seal":"'.length + 64 + '"}'.length;

/**
 * A line as it is written, with its end, and its seal: over the line and, by that, over the seal of the one that was written
 * before it (`after`; null for the first). So no line can be changed, put in or taken out of the middle unnoticed.
 */
export function sealLine(
  line: ReceiptLine,
  key: Buffer,
  after: string | null,
): { text: string; seal: string } {
  const open = lineText(after === null ? line : { ...line, after }).slice(0, -'}\n'.length);
  const seal = sealOf(key, Buffer.from(`${open}}`));
  return { text: `${open},"seal":"${seal}"}\n`, seal };
}

/** The seal that a line carries, and what it is said to be of; null where it carries none. */
export function splitSeal(line: Buffer): { body: Buffer; seal: string } | null {
  const start = line.length - tailLength;
  if (start < 0) return null;
  const [, seal] = tail.exec(line.toString('latin1', start)) ?? [];
  return seal === undefined
    ? null
    : { body: Buffer.concat([line.subarray(0, start), Buffer.from('}')]), seal };
}

/** Whether a seal was made of this with this key. */
export function isSealOf(key: Buffer, { body, seal }: { body: Buffer; seal: string }): boolean {
  return timingSafeEqual(Buffer.from(seal, 'hex'), Buffer.from(sealOf(key, body), 'hex'));
}

function sealOf(key: Buffer, body: Buffer): string {
  return createHmac('sha256', key).update(purpose).update(body).digest('hex');
}
