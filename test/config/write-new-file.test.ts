import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeNewFile } from '../../source/config/files/write-new-file.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'new-file-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const read = (file: string) => readFileSync(join(directory, file), 'utf8');
const name = { name: 'list', ending: 'csv' };

test('a file is written under a name that nothing has yet', async () => {
  writeFileSync(join(directory, 'list.csv'), 'mine');
  expect(await writeNewFile(directory, name, ['a', 'b'])).toBe('list-2.csv');
  expect(await writeNewFile(directory, name, ['c'])).toBe('list-3.csv');
  expect(['list.csv', 'list-2.csv', 'list-3.csv'].map(read)).toEqual(['mine', 'ab', 'c']);
  expect(readdirSync(directory)).toHaveLength(3);
});

test('two that are written at once have two names', async () => {
  const files = await Promise.all(['a', 'b'].map(text => writeNewFile(directory, name, [text])));
  expect(files.toSorted()).toEqual(['list-2.csv', 'list.csv']);
  expect(files.map(read)).toEqual(['a', 'b']);
});

test('nothing is left of a file that could not be written whole', async () => {
  function* failing() {
    yield 'half';
    throw new Error('the rows are gone');
  }
  await expect(writeNewFile(directory, name, failing())).rejects.toThrow('the rows are gone');
  expect(readdirSync(directory)).toEqual([]);
});

test('a directory that is not there is told by the system', async () => {
  await expect(writeNewFile(join(directory, 'none'), name, ['a'])).rejects.toMatchObject({ code: 'ENOENT' });
});
