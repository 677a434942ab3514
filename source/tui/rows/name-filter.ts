import type { CounterRows } from '../../counter/rows/counter-rows.ts';

type Texts = ReturnType<CounterRows['texts']>;

/** Tells of positions whether the name contains `wanted`, or the id begins with it, ignoring case. */
export function matcher(rows: CounterRows, wanted: string): (position: number) => boolean {
  const lower = wanted.toLowerCase();
  if (lower === '') return () => true;
  const bytes = Buffer.from(lower);
  const first = bytes[0] as number;
  const begins = idTest(rows, lower);
  return position => {
    const texts = rows.texts(position);
    if (begins(texts, position)) return true;
    const { chunk, name, end } = texts;
    let isPlain = true;
    for (let at = name; at < end && isPlain; at += 1) {
      const byte = chunk[at] as number;
      isPlain = byte < 128;
      if (folded(byte) === first && at + bytes.length <= end && isAt(chunk, at, bytes)) return true;
    }
    // Letters beyond ASCII may have another length in lower case.
    return !isPlain && rows.name(position).toLowerCase().includes(lower);
  };
}

/** Tells of positions whether the id begins with `wanted`, ignoring case. */
export function idMatcher(rows: CounterRows, wanted: string): (position: number) => boolean {
  const begins = idTest(rows, wanted.toLowerCase());
  return position => begins(rows.texts(position), position);
}

function idTest(rows: CounterRows, lower: string): (texts: Texts, position: number) => boolean {
  const digits = uuidBeginning(lower);
  const [first] = Buffer.from(lower);
  return ({ chunk, isUuid, id }, position) => {
    // Those of a million UUIDs as texts would take a third of a second.
    if (isUuid) return digits !== null && beginsWith(chunk, id, digits);
    const byte = chunk[id] as number;
    return (folded(byte) === first || byte >= 128) && rows.id(position).toLowerCase().startsWith(lower);
  };
}

/** The values of the digits with which UUIDs begin whose text begins with this one; null if none does. */
function uuidBeginning(text: string): Uint8Array | null {
  const dashes = [8, 13, 18, 23];
  const isBeginning = Array.from(text).every((character, at) =>
    dashes.includes(at) ? character === '-' : /[\da-f]/.test(character),
  );
  if (!isBeginning || text.length > 36) return null;
  return Uint8Array.from(text.replaceAll('-', ''), digit => Number.parseInt(digit, 16));
}

function beginsWith(chunk: Buffer, id: number, digits: Uint8Array): boolean {
  for (let index = 0; index < digits.length; index += 1) {
    const byte = chunk[id + (index >>> 1)] as number;
    if ((index % 2 === 0 ? byte >>> 4 : byte & 15) !== digits[index]) return false;
  }
  return true;
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
