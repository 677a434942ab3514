import type { FileHandle } from 'node:fs/promises';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { appendText, writeAll } from '../../../source/config/files/append-text.ts';
import { readChunks } from '../../../source/config/files/read-chunks.ts';

async function fileOf(content: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'append-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, 'file');
  await writeFile(file, content);
  return file;
}

test.each([
  ['', 'b\n'],
  ['a\n', 'a\nb\n'],
  ['a', 'a#torn\nb\n'],
  ['a\n\n', 'a\n\nb\n'],
  ['a\nc', 'a\nc#torn\nb\n'],
])('a line that is appended to %j makes it %j', async (before, after) => {
  const file = await fileOf(before);
  const handle = await open(file, 'a+');
  await appendText(handle, 'b\n', '#torn\n');
  await handle.close();
  expect(await readFile(file, 'utf8')).toBe(after);
});

/** A file on a disk that takes three bytes at a time; where each of them was to go. */
function slow() {
  const written: [string, number | null][] = [];
  const handle = {
    async write(bytes: Buffer, from: number, length: number, at: number | null) {
      if (from + length > bytes.length) throw new RangeError('more than there is');
      const taken = Math.min(3, length);
      written.push([bytes.subarray(from, from + taken).toString(), at]);
      return { bytesWritten: taken };
    },
  } as unknown as FileHandle;
  return { handle, written };
}

test('what the disk takes in parts is written to its end', async () => {
  const at = slow();
  await writeAll(at.handle, Buffer.from('abcdefgh'), 10);
  expect(at.written).toEqual([
    ['abc', 10],
    ['def', 13],
    ['gh', 16],
  ]);
  const end = slow();
  await writeAll(end.handle, Buffer.from('abcd'), null);
  expect(end.written).toEqual([
    ['abc', null],
    ['d', null],
  ]);
  const nothing = slow();
  await writeAll(nothing.handle, Buffer.alloc(0), 0);
  expect(nothing.written).toEqual([]);
});

test('a part of a file is read, in pieces, and no more than is there', async () => {
  const file = await fileOf(`${'a'.repeat(100_000)}bc`);
  const handle = await open(file, 'r');
  onTestFinished(() => handle.close());
  const read = async (offset: number, length: number) => {
    const pieces: Buffer[] = [];
    for await (const piece of readChunks(handle, offset, length)) pieces.push(piece);
    return pieces;
  };
  expect(Buffer.concat(await read(99_999, 2)).toString()).toBe('ab');
  expect(Buffer.concat(await read(99_999, 1_000)).toString()).toBe('abc');
  expect(await read(5, 0)).toEqual([]);
  expect(Buffer.concat(await read(0, 70_000))).toHaveLength(70_000);
  const whole = await read(0, 100_002);
  expect(whole.length).toBeGreaterThan(1);
  expect(Buffer.concat(whole)).toEqual(await readFile(file));
  expect(Math.max(...whole.map(({ length }) => length))).toBeLessThanOrEqual(64 * 1024);
});
