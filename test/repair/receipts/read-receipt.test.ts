import { appendFile, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { listReceipts, undoneBy } from '../../../source/repair/receipts/list-receipts.ts';
import { keyFile, receiptFile, recordsFile } from '../../../source/repair/receipts/places.ts';
import { readKeptReceipt, readReceipt } from '../../../source/repair/receipts/read-receipt.ts';
import type { ReceiptHead } from '../../../source/repair/receipts/receipt.ts';
import { readVerifier } from '../../../source/repair/receipts/seals/receipt-key.ts';
import { openReceipt } from '../../../source/repair/receipts/write-receipt.ts';
import { readRecords } from '../../helpers/read-records.ts';
import { linesOf } from '../../helpers/record-lines.ts';
import { newStateDirectory, sampleChange, sampleEnd, sampleHead } from './samples.ts';

async function keep(directory: string, other: Partial<ReceiptHead>, records: string[] | null = null) {
  const writer = await openReceipt(directory, sampleHead(other));
  await writer.intend({ xid: '1', changes: [sampleChange('1')], records: records && linesOf(records) });
  await writer.settle(1, 'committed');
  await writer.end(sampleEnd);
  await writer.close();
  return writer;
}

test('the newest receipt is first, and other files are ignored', async () => {
  const directory = newStateDirectory();
  expect(await listReceipts(directory)).toEqual({ receipts: [], damaged: [] });
  const middle = await keep(directory, { at: '2026-11-23T04:15:54.250Z' }, ['{}']);
  const newest = await keep(directory, { at: '2026-11-23T04:15:54.251Z' });
  const oldest = await keep(directory, { at: '2025-01-01T00:00:00Z' });
  const { receipts, damaged } = await listReceipts(directory);
  expect(receipts.map(({ file }) => file)).toEqual([newest.file, middle.file, oldest.file]);
  expect(damaged).toEqual([]);
});

test('of its changes those are kept that are asked for', async () => {
  const directory = newStateDirectory();
  const writer = await openReceipt(directory, sampleHead());
  await writer.intend({ xid: '1', changes: [sampleChange('a'), sampleChange('b')], records: null });
  await writer.close();
  const verifier = await readVerifier(directory);
  const kept = await readKeptReceipt(writer.file, verifier, ({ id }) => id === 'b');
  expect(kept.batches.map(({ changes }) => changes.map(({ id }) => id))).toEqual([['b']]);
});

test('an undo is found by what it takes back', async () => {
  const directory = newStateDirectory();
  const sync = await keep(directory, {});
  const undo = await keep(directory, { action: 'undo', undoes: sync.head.id });
  const { receipts } = await listReceipts(directory);
  expect(undoneBy(receipts, sync.head.id).map(({ head }) => head.id)).toEqual([undo.head.id]);
  expect(undoneBy(receipts, undo.head.id)).toEqual([]);
});

test('a receipt is named by its file, its id or the beginning of it', async () => {
  const directory = newStateDirectory();
  const one = await keep(directory, { id: '20261123T041554Z-sync-3f9a1c' });
  const two = await keep(directory, { id: '20261123T041554Z-sync-3f9b22' });
  const named = async (name: string) => (await readReceipt(directory, name)).head.id;
  expect(await named(one.file)).toBe(one.head.id);
  expect(await named(two.head.id)).toBe(two.head.id);
  expect(await named('20261123T041554Z-sync-3f9a')).toBe(one.head.id);
  await expect(named('2026')).rejects.toMatchObject({
    code: 'ambiguous-receipt',
    exitCode: 2,
    message: `2 receipts begin with 2026: ${one.head.id}, ${two.head.id}.`,
  });
  for (const name of ['2027', '3f9a1c', '', '../none', join(directory, 'none.jsonl')]) {
    await expect(named(name), name).rejects.toMatchObject({ code: 'no-such-receipt', exitCode: 2 });
  }
});

test('the whole id names a receipt, whatever else begins with it', async () => {
  const directory = newStateDirectory();
  const { file, head: kept } = await keep(directory, {});
  await copyFile(file, receiptFile(directory, `${kept.id}-copy`));
  expect((await readReceipt(directory, kept.id)).file).toBe(file);
});

test('what is not there is named as it was looked for: by its id or as a file', async () => {
  const directory = newStateDirectory();
  await keep(directory, {});
  await expect(readReceipt(directory, '2027')).rejects.toMatchObject({
    message: `There is no receipt 2027 in ${join(directory, 'receipts')}.`,
    hint: 'List them with: preset-usage receipts',
  });
  await expect(readReceipt(directory, '2027.jsonl')).rejects.toMatchObject({
    message: `There is no receipt at ${join(process.cwd(), '2027.jsonl')}.`,
  });
});

test('a directory that cannot be listed is not an empty one', async () => {
  await expect(listReceipts(`/${'x'.repeat(300)}`)).rejects.toMatchObject({
    code: 'unreadable-receipt',
    message: expect.stringContaining('(ENAMETOOLONG)'),
  });
});

test('damaged receipts are listed by their names', async () => {
  const directory = newStateDirectory();
  await keep(directory, {});
  const files = ['c', 'a', 'e', 'b', 'd'].map(name => receiptFile(directory, name));
  for (const file of files) await writeFile(file, '');
  expect((await listReceipts(directory)).damaged.map(({ file }) => file)).toEqual(files.toSorted());
});

test('a copy elsewhere is a receipt too, with its records beside it', async () => {
  const directory = newStateDirectory();
  const kept = await keep(directory, {}, ['{"id":1}']);
  const copy = join(dirname(directory), 'copy.jsonl');
  await copyFile(kept.file, copy);
  await copyFile(recordsFile(kept.file), recordsFile(copy));
  await rm(kept.file);
  const receipt = await readReceipt(directory, copy);
  expect(receipt.head).toEqual(kept.head);
  expect(await readRecords(receipt, receipt.batches[0]!)).toEqual(['{"id":1}']);
});

const [head, batch, settled, end] = [
  { kind: 'head', ...sampleHead({ id: '20261123T041554Z-sync-3f9a1c' }) },
  { kind: 'batch', batch: 1, xid: '1', changes: [sampleChange('1')], records: null },
  { kind: 'settled', batch: 1, outcome: 'committed' },
  { kind: 'end', ...sampleEnd },
].map(line => JSON.stringify(line)) as [string, string, string, string];

const withHead = (more: Partial<ReceiptHead>) =>
  JSON.stringify({ kind: 'head', ...sampleHead({ id: '20261123T041554Z-sync-3f9a1c' }), ...more });
const withSum = (sha256: string) =>
  batch.replace('"records":null', `"records":${JSON.stringify({ offset: 0, length: 9, count: 1, sha256 })}`);

test.each([
  ['nothing', '', 'ends before its first line is complete'],
  ['the beginning of a head', head.slice(0, 40), 'ends before its first line is complete'],
  ['text', 'Dear diary,\n', 'line 1 is not JSON'],
  ['text without a line end', 'Dear diary,', 'it does not begin like a receipt'],
  ['a log in JSON', '{"level":"info"}\n', 'line 1 does not belong in a receipt'],
  ['a number', '7\n', 'line 1 does not belong in a receipt'],
  ['null', 'null\n', 'line 1 does not belong in a receipt'],
  ['no head', `${batch}\n`, 'line 1 cannot follow'],
  ['two heads', `${head}\n${head}\n`, 'line 2 cannot follow'],
  ['a batch twice', `${head}\n${batch}\n${batch}\n`, 'line 3 cannot follow'],
  ['a batch after the end', `${head}\n${end}\n${batch}\n`, 'line 3 cannot follow'],
  ['the outcome of no batch', `${head}\n${settled}\n`, 'line 2 cannot follow'],
  ['two ends', `${head}\n${end}\n${end}\n`, 'line 3 cannot follow'],
  ['a hole', `${head}\n${batch.slice(0, 30)}\n${end}\n`, 'line 2 is not JSON'],
  ['a last line of something else', `${head}\n{"kind":"batch"}`, 'line 2 does not belong in a receipt'],
  [
    'an xid that is SQL',
    `${head}\n${batch.replace('"xid":"1"', '"xid":"1; drop"')}\n`,
    'line 2 does not belong',
  ],
  ['an id that leads elsewhere', `${head.replace('20261123T', '../../')}\n`, 'line 1 does not belong'],
  ['a time that is none', `${head.replace('2026-11-23T', 'soon')}\n`, 'line 1 does not belong'],
  ['version 2', '{"kind":"head","version":2,"when":"later"}\n', 'A newer console wrote the receipt'],
  ['version 2 of something else', '{"kind":"log","version":2}\n', 'line 1 does not belong in a receipt'],
  ['a version in words', '{"kind":"head","version":"2"}\n', 'line 1 does not belong in a receipt'],
  [
    'a head that began nowhere',
    `${withHead({ began: { xid: '7x', timeline: 1 } })}\n`,
    'line 1 does not belong',
  ],
  [
    'a head that began at SQL',
    `${withHead({ began: { xid: 'x7', timeline: 1 } })}\n`,
    'line 1 does not belong',
  ],
  [
    'an xid after SQL',
    `${head}\n${batch.replace('"xid":"1"', '"xid":"drop 1"')}\n`,
    'line 2 does not belong',
  ],
  ['a sum that is longer', `${head}\n${withSum('0'.repeat(65))}\n`, 'line 2 does not belong'],
  ['a sum after something else', `${head}\n${withSum(`x${'0'.repeat(64)}`)}\n`, 'line 2 does not belong'],
  ['a sum before something else', `${head}\n${withSum(`${'0'.repeat(64)}x`)}\n`, 'line 2 does not belong'],
])('%s is no receipt', async (_, content, why) => {
  const directory = newStateDirectory();
  const file = receiptFile(directory, '20261123T041554Z-sync-3f9a1c');
  await keep(directory, { id: '20261123T041553Z-sync-000000' });
  await writeFile(file, content);
  const message = expect.stringContaining(why);
  await expect(readReceipt(directory, file)).rejects.toMatchObject({
    code: 'damaged-receipt',
    exitCode: 2,
    message,
    hint: expect.stringMatching(/^(?:Name another receipt, or put|Use that console, or update)/),
  });
  const { receipts, damaged } = await listReceipts(directory);
  expect(receipts).toHaveLength(1);
  expect(damaged).toEqual([{ file, message }]);
});

test('a last line without its line end counts where it is whole', async () => {
  const directory = newStateDirectory();
  const { file } = await keep(directory, {});
  await writeFile(file, `${head}\n${batch}\n${settled}\n${end}`);
  expect(await readReceipt(directory, file)).toMatchObject({
    batches: [{ outcome: 'committed' }],
    end: sampleEnd,
  });
});

test('a whole line whose line end was torn off still counts', async () => {
  const directory = newStateDirectory();
  const { file } = await keep(directory, {});
  await writeFile(file, `${head}\n${batch}\n${settled}#torn\n${end}\n`);
  expect(await readReceipt(directory, file)).toMatchObject({
    batches: [{ outcome: 'committed' }],
    end: sampleEnd,
  });
});

test('a receipt under the name of another is not counted twice', async () => {
  const directory = newStateDirectory();
  const { file, head: kept } = await keep(directory, {});
  const copy = receiptFile(directory, '20261123T041554Z-sync-zzz');
  await copyFile(file, copy);
  await mkdir(receiptFile(directory, 'directory'));
  const { receipts, damaged } = await listReceipts(directory);
  expect(receipts.map(receipt => receipt.file)).toEqual([file]);
  expect(damaged).toEqual([
    { file: copy, message: expect.stringContaining(`its first line has the id ${kept.id}`) },
    { file: receiptFile(directory, 'directory'), message: expect.stringContaining('not a regular file') },
  ]);
});

test('an unknown outcome becomes known from the server, and never the other way', async () => {
  const directory = newStateDirectory();
  const { file } = await keep(directory, {});
  const unknown = settled.replace('committed', 'unknown');
  const outcome = async () => (await readReceipt(directory, file)).batches[0]?.outcome;
  await writeFile(file, `${head}\n${batch}\n${unknown}\n`);
  expect(await outcome()).toBe('unknown');
  await appendFile(file, `${settled}\n${unknown}\n`);
  expect(await outcome()).toBe('committed');
});

test.each<[string, (file: string) => Promise<void>, string]>([
  ['are gone', file => rm(file), '(ENOENT)'],
  ['are cut off', async file => writeFile(file, (await readFile(file)).subarray(0, -1)), 'it is cut off'],
  ['are not what was written', file => flip(file, 15), 'its records are not the ones that were stored'],
  ['have another sum', file => flip(file, -6), 'its records are not the ones that were stored'],
])('records that %s are told', async (_, spoil, why) => {
  const directory = newStateDirectory();
  const { file, head: kept } = await keep(directory, {}, ['{"id":1}', '{"id":2}']);
  await spoil(recordsFile(file));
  const receipt = await readReceipt(directory, kept.id);
  await expect(readRecords(receipt, receipt.batches[0]!)).rejects.toMatchObject({
    code: 'damaged-receipt',
    exitCode: 2,
    message: expect.stringContaining(why),
  });
});

test('fewer records than were deleted are told', async () => {
  const directory = newStateDirectory();
  const { head: kept } = await keep(directory, {}, ['{"id":1}', '{"id":2}']);
  const receipt = await readReceipt(directory, kept.id);
  const [only] = receipt.batches;
  const more = { ...only!, records: { ...only!.records!, count: 3 } };
  await expect(readRecords(receipt, more)).rejects.toMatchObject({
    code: 'damaged-receipt',
    message: expect.stringContaining('batch 1 deleted 3 records, and 2 are there'),
  });
});

async function flip(file: string, at: number): Promise<void> {
  const bytes = await readFile(file);
  const place = at < 0 ? bytes.length + at : at;
  bytes.writeUInt8(bytes.readUInt8(place) ^ 0xff, place);
  await writeFile(file, bytes);
}

test.each([
  ['of an older undo, without an id', { id: '', of: 1 }, null],
  ['of a preset whose id is empty', { id: '' }, ''],
  ['of a preset whose id is empty, in an undo', { id: '', of: 1, part: 'state' as const }, ''],
  ['of an undo', { id: '7', of: 1 }, '7'],
])('a change %s', async (_, change, id) => {
  const directory = newStateDirectory();
  const { file } = await keep(directory, {});
  const line = { kind: 'batch', batch: 1, xid: '1', changes: [sampleChange('x', change)], records: null };
  await writeFile(file, `${head}\n${JSON.stringify(line)}\n`);
  const [read] = (await readReceipt(directory, file)).batches;
  expect(read?.changes).toEqual([{ ...sampleChange('x', change), id }]);
});

test('where the state directory is no directory there are no receipts', async () => {
  const directory = newStateDirectory();
  await mkdir(dirname(directory), { recursive: true });
  await writeFile(directory, '');
  expect(await listReceipts(directory)).toEqual({ receipts: [], damaged: [] });
  await expect(readReceipt(directory, join(directory, 'x.jsonl'))).rejects.toMatchObject({
    code: 'no-such-receipt',
  });
  expect(await readVerifier(directory)).toMatchObject({
    key: null,
    why: `the key ${keyFile(directory)} cannot be read (ENOTDIR)`,
    exposed: false,
  });
});

test('what this user may not read is reported with the system’s code, exit code 2', async () => {
  const directory = newStateDirectory();
  const file = `/${'x'.repeat(300)}.jsonl`;
  await expect(readReceipt(directory, file)).rejects.toMatchObject({
    code: 'unreadable-receipt',
    exitCode: 2,
    message: `This user cannot read ${file} (ENAMETOOLONG).`,
    hint: expect.stringContaining('name a copy of the receipt'),
  });
});

test('of many receipts that begin alike three are named', async () => {
  const directory = newStateDirectory();
  const ids = ['a', 'b', 'c', 'd', 'e'].map(last => `20261123T041554Z-sync-00000${last}`);
  for (const at of [2, 0, 4, 1, 3]) await keep(directory, { id: ids[at]! });
  await expect(readReceipt(directory, '2026')).rejects.toMatchObject({
    message: `5 receipts begin with 2026: ${ids.slice(0, 3).join(', ')} and 2 more.`,
    hint: 'Give more of the id.',
  });
  await rm(receiptFile(directory, ids[4]!));
  await rm(receiptFile(directory, ids[3]!));
  await expect(readReceipt(directory, '2026')).rejects.toMatchObject({
    message: `3 receipts begin with 2026: ${ids.slice(0, 3).join(', ')}.`,
  });
});
