import { expect, test } from 'vitest';
import { splitLines } from '../../../source/config/files/split-lines.ts';

/** The lines of a text that comes in these pieces; one that has no end is followed by `...`. */
async function split(pieces: string[], longest = 100): Promise<string[]> {
  async function* chunks() {
    for (const piece of pieces) yield Buffer.from(piece);
  }
  const lines: string[] = [];
  for await (const { bytes, ended } of splitLines(chunks(), longest, () => new Error('too long'))) {
    lines.push(bytes.toString() + (ended ? '' : '...'));
  }
  return lines;
}

test.each<[string[], string[]]>([
  [[], []],
  [[''], []],
  [['a\nb\n'], ['a', 'b']],
  [['a\nb'], ['a', 'b...']],
  [
    ['ab', 'cd\nef', '\n'],
    ['abcd', 'ef'],
  ],
  [
    ['a\n', 'b'],
    ['a', 'b...'],
  ],
  [['\n\na\n'], ['', '', 'a']],
  [['a', '', '\n'], ['a']],
  [['a', 'b', 'c'], ['abc...']],
])('%j is split into %j', async (pieces, lines) => {
  expect(await split(pieces)).toEqual(lines);
});

test('a line may be as long as is allowed and no longer, whether it ends or not and in whatever pieces it comes', async () => {
  expect(await split(['abc\nabc\n', 'abc'], 3)).toEqual(['abc', 'abc', 'abc...']);
  for (const pieces of [['abcd\n'], ['abcd'], ['ab', 'cd'], ['abc\nab', 'cd\n']]) {
    await expect(split(pieces, 3)).rejects.toThrow('too long');
  }
});

test('a line that is too long is told before the rest of it has come', async () => {
  let given = 0;
  async function* endless() {
    for (;;) {
      given += 1;
      yield Buffer.from('ab');
    }
  }
  const read = async () => {
    for await (const line of splitLines(endless(), 5, () => new Error('too long'))) return line;
    return null;
  };
  await expect(read()).rejects.toThrow('too long');
  expect(given).toBe(3);
});
