/** Converts the parser's offsets, in bytes of UTF-8, into offsets in a string. */
export function byteOffsets(text: string): (byte: number) => number {
  if (Buffer.byteLength(text) === text.length) return byte => byte;
  const starts: number[] = [];
  let offset = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    const bytes = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (let each = 0; each < bytes; each += 1) starts.push(offset);
    offset += character.length;
  }
  return byte => starts[byte] ?? text.length;
}
