import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSources } from '../../../source/scan/files/read-source.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'scan-read-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function read(file: string, bytes: string | Uint8Array) {
  await writeFile(join(root, file), bytes);
  const [source] = await readSources(root, [file], /x/i);
  return source && 'text' in source ? `${source.kind}: ${source.text}` : source;
}

test.each<[what: string, file: string, bytes: string | Uint8Array, found: unknown]>([
  ['code', 'a.ts', 'x', 'code: x'],
  ['with a mark', 'a.ts', '\ufeffx\ufeff', 'code: x\ufeff'],
  ['in UTF-16', 'a.sql', Buffer.from('\ufeffx', 'utf16le'), 'sql: x'],
  ['with half a mark', 'a.ts', Buffer.from([0xff, 0x78]), 'code: \ufffdx'],
  ['with the other half', 'a.ts', Buffer.from([0x78, 0xfe]), 'code: x\ufffd'],
  ['that is not text', 'a.ts', 'a\0b', { file: 'a.ts', reason: 'it is not text' }],
  ['with a zero late', 'a.ts', `${'a\n'.repeat(4096)}\0`, `code: ${'a\n'.repeat(4096)}\0`],
  [
    'with a zero just early enough',
    'a.ts',
    `${'a'.repeat(8191)}\0`,
    { file: 'a.ts', reason: 'it is not text' },
  ],
  ['as long as whole pages', 'a.sql', 'a\n'.repeat(4096), `sql: ${'a\n'.repeat(4096)}`],
  ['that is empty', 'a.ts', '', 'code: '],
  ['that is minified', 'a.js', 'a'.repeat(20_000), { file: 'a.js', reason: 'it is minified' }],
  ['that is almost', 'a.js', 'a'.repeat(19_999), `code: ${'a'.repeat(19_999)}`],
  ['in long lines', 'a.js', `${'a'.repeat(520)}\n`.repeat(40), { file: 'a.js', reason: 'it is minified' }],
  [
    'in shorter lines',
    'a.js',
    `${'a'.repeat(490)}\n`.repeat(50),
    `code: ${`${'a'.repeat(490)}\n`.repeat(50)}`,
  ],
  ['a script', 'run', '#!/bin/sh\nx', 'shell: #!/bin/sh\nx'],
  ['a script of another language', 'run', '#!/usr/bin/env python\nx', { file: 'run', language: 'Python' }],
  ['of another language', 'a.rb', 'x', { file: 'a.rb', language: 'Ruby' }],
  ['that is no code', 'a.png', 'x', undefined],
  ['without an ending', 'LICENSE', 'x', undefined],
])('a file %s', async (_, file, bytes, found) => {
  expect(await read(file, bytes)).toEqual(found);
});

test('as large as may be, and larger', async () => {
  const most = 2 * 1024 * 1024;
  expect(await read('a.sql', 'a\n'.repeat(most / 2))).toHaveLength('sql: '.length + most);
  expect(await read('a.sql', `${'a\n'.repeat(most / 2)}b`)).toEqual({
    file: 'a.sql',
    reason: 'it is larger than 2 MB',
  });
});

test('in the given order, and why one cannot be read', async () => {
  const files = Array.from({ length: 70 }, (_, at) => `${(at * 37) % 70}.ts`);
  for (const file of files) await writeFile(join(root, file), file);
  const sources = await readSources(root, [...files, 'gone.ts'], /x/i);
  expect(sources.map(({ file }) => file)).toEqual([...files, 'gone.ts']);
  expect(sources.at(-1)).toEqual({ file: 'gone.ts', reason: 'it cannot be read: ENOENT' });
});

test.each<[what: string, file: string, bytes: string | Uint8Array, words: RegExp, named: boolean]>([
  ['with one of the words', 'a.ts', 'Views', /views|reads/i, true],
  ['with none', 'a.ts', 'view', /views|reads/i, false],
  ['in UTF-16', 'a.ts', Buffer.from('\ufeffviews', 'utf16le'), /views/i, true],
  ['with a word that is not in ASCII', 'a.ts', 'Größe', /größe/i, true],
  ['of a component with none', 'a.vue', '<p>view</p>', /views/i, false],
  ['that is not code, which other words decide about', 'a.sql', 'view', /views/i, true],
])('a text %s', async (_, file, bytes, words, named) => {
  await writeFile(join(root, file), bytes);
  expect(await readSources(root, [file], words)).toMatchObject([{ file, named }]);
});

test('code without the words that is removed before anybody asks for it', async () => {
  await writeFile(join(root, 'a.ts'), 'kept: x');
  await writeFile(join(root, 'b.ts'), 'a');
  const sources = await readSources(root, ['a.ts', 'b.ts'], /x/);
  await Promise.all(['a.ts', 'b.ts'].map(file => rm(join(root, file))));
  expect(sources).toMatchObject([{ text: 'kept: x' }, { text: '' }]);
});
