/**
 * The length of a message, of four bytes at `at`. Every row of an answer has one, and Buffer's own method makes garbage of each call.
 */
export function lengthAt(bytes: Uint8Array, at: number): number {
  let length = 0;
  for (let index = at; index < at + 4; index += 1) length = length * 256 + (bytes[index] ?? 0);
  return length;
}
