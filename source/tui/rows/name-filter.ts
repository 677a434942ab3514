import type { CounterRows } from '../../counter/rows/counter-rows.ts';

/** Tells of positions whether the name contains `wanted`, or the id begins with it, ignoring case. */
export function matcher(rows: CounterRows, wanted: string): (position: number) => boolean {
  const lower = wanted.toLowerCase();
  if (lower === '') return () => true;
  const bytes = Buffer.from(lower);
  const first = bytes[0] as number;
  const beginning = uuidBeginning(lower);
  return position => {
    const { chunk, isUuid, id, name, end } = rows.texts(position);
    const mayBegin = isUuid
      ? beginning !== null && ((chunk[id] as number) & beginning.mask) === beginning.bits
      : folded(chunk[id] as number) === first || (chunk[id] as number) >= 128;
    let isPlain = true;
    for (let at = name; at < end && isPlain; at += 1) {
      const byte = chunk[at] as number;
      isPlain = byte < 128;
      if (folded(byte) === first && at + bytes.length <= end && isAt(chunk, at, bytes)) return true;
    }
    // Letters beyond ASCII may have another length in lower case.
    if (!isPlain && rows.name(position).toLowerCase().includes(lower)) return true;
    return mayBegin && rows.id(position).toLowerCase().startsWith(lower);
  };
}

/** The first bits of the UUIDs that begin with a text; null if none does. */
function uuidBeginning(text: string): { bits: number; mask: number } | null {
  if (!/^[\da-f][\da-f-]*$/.test(text)) return null;
  return text.length === 1
    ? { bits: Number.parseInt(text, 16) << 4, mask: 0xf0 }
    : { bits: Number.parseInt(text.slice(0, 2), 16), mask: 0xff };
}

function isAt(chunk: Buffer, at: number, bytes: Buffer): boolean {
  for (let index = 1; index < bytes.length; index += 1)
    if (folded(chunk[at + index] as number) !== bytes[index]) return false;
  return true;
}

/** An ASCII letter in lower case; any other byte as it is. */
function folded(byte: number): number {
  return byte >= 65 && byte <= 90 ? byte + 32 : byte;
}
