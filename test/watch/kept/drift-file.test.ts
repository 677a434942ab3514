import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { DriftFile } from '../../../source/watch/kept/drift-file.ts';
import { eventLine } from '../../../source/watch/kept/event-line.ts';
import { sampleEvent, sampleSource } from './samples.ts';

let directory: string;
let name: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drift-log-'));
  name = join(directory, 'drift.jsonl');
  onTestFinished(() => rm(directory, { recursive: true }));
});
const open = async () => {
  const file = await DriftFile.open(name);
  onTestFinished(async () => void (await file.close().catch(() => {})));
  return file;
};
const here = sampleSource('here');
const read = async (file: DriftFile, identity = 'here') => {
  const { events, skipped } = await file.readNewest(identity);
  return { ids: events.map(({ preset }) => preset.id), skipped };
};

test('is made for this user alone, and has the events of each database by itself', async () => {
  const file = await open();
  expect((await stat(name)).mode & 0o777).toBe(0o600);
  expect(await read(file)).toEqual({ ids: [], skipped: 0 });
  await file.append(here, [sampleEvent('a', 1), sampleEvent('b', 2)]);
  await file.append(sampleSource('there'), [sampleEvent('c', 3)]);
  expect(await read(file)).toEqual({ ids: ['a', 'b'], skipped: 0 });
  expect(await read(file, 'there')).toEqual({ ids: ['c'], skipped: 0 });
  expect(await file.close()).toBeNull();
  expect(await read(await open())).toEqual({ ids: ['a', 'b'], skipped: 0 });
});

test('two consoles append whole lines, which are read in the order of their times', async () => {
  const [one, other] = [await open(), await open()];
  const numbers = Array.from({ length: 40 }, (_, n) => n);
  await Promise.all(numbers.map(n => (n % 2 === 0 ? one : other).append(here, [sampleEvent(String(n), -n)])));
  expect(await read(await open())).toEqual({ ids: numbers.map(String).reverse(), skipped: 0 });
});

test('skips and counts what is no event, and appends nothing to a line that was torn off', async () => {
  const line = (id: string) => eventLine(here, sampleEvent(id));
  await writeFile(name, `${line('a')}{"version":2}\n\n\u0000\u0001\n${line('b')}${line('c').slice(0, 50)}`);
  const file = await open();
  expect(await read(file)).toEqual({ ids: ['a', 'b'], skipped: 3 });
  await file.append(here, [sampleEvent('d')]);
  expect(await read(file)).toEqual({ ids: ['a', 'b', 'd'], skipped: 3 });
});

test('reads the newest thousand, from the end of a long file', async () => {
  const lines = Array.from({ length: 1_200 }, (_, n) => eventLine(here, sampleEvent(String(n), n)));
  await writeFile(name, `${'x'.repeat(5 * 1024 * 1024)}\n${lines.join('')}`);
  const { ids, skipped } = await read(await open());
  expect([ids.length, ids[0], ids.at(-1), skipped]).toEqual([1_000, '200', '1199', 0]);
  // A line that begins exactly where the reading does is whole.
  const [first = ''] = lines;
  await writeFile(name, `x\n${first}`);
  await appendFile(name, ' '.repeat(4 * 1024 * 1024 - first.length));
  expect((await read(await open())).ids).toEqual(['0']);
});

test('what it could not write is told at once, and counted at the end', async () => {
  const file = await open();
  await file.close();
  expect(await file.append(here, [sampleEvent('a'), sampleEvent('b')])).toMatch(
    /^The drift log .*drift\.jsonl cannot be written: /,
  );
  file.lose(1, 'the disk is full');
  expect(await file.close().catch(() => null)).toMatch(
    /^3 of them could not be written to .*drift\.jsonl: the disk is full\.$/,
  );
});

test.each<[string, (directory: string) => string, RegExp]>([
  ['in no directory', directory => join(directory, 'none', 'x'), /the directory does not exist/],
  ['that is a directory', directory => directory, /it is a directory/],
  ['that is a device', () => '/dev/null', /it is no regular file/],
])('a file %s is bad usage', async (_, given, why) => {
  const error = await DriftFile.open(given(directory)).catch(error => error);
  expect(error).toMatchObject({ code: 'drift-log-unusable', exitCode: 2 });
  expect(error.message).toMatch(why);
});

test('an old file keeps what is in it', async () => {
  await writeFile(name, 'something else\n');
  await open();
  expect(await readFile(name, 'utf8')).toBe('something else\n');
});
