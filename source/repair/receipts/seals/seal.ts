import { createHmac, timingSafeEqual } from 'node:crypto';
import { lineText, type ReceiptLine } from '../receipt-line.ts';

// So that a seal of anything else, should this key ever be used for that, never passes for one of a line.
const purpose = 'preset-usage-console receipt line\n';
const tail = /^,"seal":"([0-9a-f]{64})"\}$/;
const tailLength = ',"seal":"'.length + 64 + '"}'.length;

/**
 * A line as it is written, with its line end, and its seal. The seal covers the line and the seal of the line before it
 * (`after`; null for the first). So no line can be changed, inserted or removed in the middle unnoticed.
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

/** The seal that a line carries, and the part that it should cover; null if it carries none. */
export function splitSeal(line: Buffer): { body: Buffer; seal: string } | null {
  const start = line.length - tailLength;
  if (start < 0) return null;
  const [, seal] = tail.exec(line.toString('latin1', start)) ?? [];
  return seal === undefined
    ? null
    : { body: Buffer.concat([line.subarray(0, start), Buffer.from('}')]), seal };
}

/** Whether this key made the seal for this body. */
export function isSealOf(key: Buffer, { body, seal }: { body: Buffer; seal: string }): boolean {
  return timingSafeEqual(Buffer.from(seal, 'hex'), Buffer.from(sealOf(key, body), 'hex'));
}

function sealOf(key: Buffer, body: Buffer): string {
  return createHmac('sha256', key).update(purpose).update(body).digest('hex');
}
