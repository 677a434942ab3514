import { appendFile, chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { noteOutcomes } from '../../../source/repair/receipts/note-outcomes.ts';
import { journalFile, keyFile } from '../../../source/repair/receipts/places.ts';
import { readReceipt } from '../../../source/repair/receipts/read-receipt.ts';
import type { BatchOutcome } from '../../../source/repair/receipts/receipt.ts';
import { openReceipt } from '../../../source/repair/receipts/write-receipt.ts';
import { needsModes } from '../../helpers/needs.ts';
import { newStateDirectory, sampleChange, sampleEnd, sampleHead } from './samples.ts';

/** A receipt of three batches, of which the first is settled, and no end. */
async function killed(directory: string) {
  const writer = await openReceipt(directory, sampleHead({ action: 'reset' }));
  await writer.intend({ xid: '1', changes: [sampleChange('1', { deletes: 5 })], records: null });
  await writer.settle(1, 'committed');
  await writer.intend({ xid: '2', changes: [sampleChange('2'), sampleChange('3')], records: null });
  await writer.intend({ xid: '3', changes: [sampleChange('4', { deletes: 9 })], records: null });
  await writer.close();
  return readReceipt(directory, writer.head.id);
}

const outcomes = new Map<number, BatchOutcome>([
  [1, 'aborted'],
  [2, 'committed'],
  [3, 'aborted'],
]);

const outcomesOf = (receipt: { batches: { outcome: BatchOutcome | null }[] }) =>
  receipt.batches.map(({ outcome }) => outcome);

test('the server’s outcomes are recorded, and known ones are kept', async () => {
  const directory = newStateDirectory();
  const receipt = await killed(directory);
  expect(outcomesOf(receipt)).toEqual(['committed', null, null]);
  const settled = await noteOutcomes(receipt, outcomes);
  expect(outcomesOf(settled)).toEqual(['committed', 'committed', 'aborted']);
  expect(await readReceipt(directory, receipt.head.id)).toEqual(settled);
});

test('a kill is in the journal once, as soon as all is known', async () => {
  const directory = newStateDirectory();
  const receipt = await killed(directory);
  const journal = () => readFile(journalFile(directory), 'utf8');
  const partly = await noteOutcomes(receipt, new Map([[2, 'unknown']]));
  expect(await journal()).toBe('');
  const settled = await noteOutcomes(partly, outcomes);
  expect(await journal()).toMatch(
    new RegExp(
      `^[-\\dT:.]+Z\tada@lovelace\tapp at db.example as writer\treset\t${receipt.head.id}\tk3f9-22ab\t` +
        'killed: 3 changed, 5 deleted\n$',
    ),
  );
  const length = (await readFile(receipt.file)).length;
  await noteOutcomes(settled, outcomes);
  expect((await journal()).split('\n')).toHaveLength(2);
  expect((await readFile(receipt.file)).length).toBe(length);
});

test('what stays unknown is counted as that', async () => {
  const directory = newStateDirectory();
  await noteOutcomes(
    await killed(directory),
    new Map([
      [2, 'unknown'],
      [3, 'unknown'],
    ]),
  );
  expect(await readFile(journalFile(directory), 'utf8')).toContain(
    '\tkilled: 1 changed, 5 deleted, outcome unknown of 2 batches\n',
  );
});

test('one batch that stays unknown is counted in the singular', async () => {
  const directory = newStateDirectory();
  await noteOutcomes(
    await killed(directory),
    new Map([
      [2, 'unknown'],
      [3, 'aborted'],
    ]),
  );
  expect(await readFile(journalFile(directory), 'utf8')).toContain(', outcome unknown of 1 batch\n');
});

test('a line that the kill tore off stays outside', async () => {
  const directory = newStateDirectory();
  const receipt = await killed(directory);
  await appendFile(receipt.file, '{"kind":"batch","batch":4');
  const settled = await noteOutcomes(await readReceipt(directory, receipt.head.id), outcomes);
  expect(await readReceipt(directory, receipt.head.id)).toEqual(settled);
  expect(settled.batches).toHaveLength(3);
});

test('an outcome that stays unknown is not noted again', async () => {
  const directory = newStateDirectory();
  const unknown = new Map<number, BatchOutcome>([[2, 'unknown']]);
  const receipt = await noteOutcomes(await killed(directory), unknown);
  const { length } = await readFile(receipt.file);
  await noteOutcomes(receipt, unknown);
  expect(await readFile(receipt.file)).toHaveLength(length);
});

test('each of two kills is in the journal', async () => {
  const directory = newStateDirectory();
  const [one, two] = [await killed(directory), await killed(directory)];
  for (const receipt of [one, two]) await noteOutcomes(receipt, outcomes);
  const lines = (await readFile(journalFile(directory), 'utf8')).trimEnd().split('\n');
  expect(lines.map(line => line.split('\t')[4])).toEqual([one.head.id, two.head.id]);
});

test('one that finished is not a kill, whatever became of its line in the journal', async () => {
  const directory = newStateDirectory();
  const writer = await openReceipt(directory, sampleHead());
  await writer.intend({ xid: '1', changes: [sampleChange('1')], records: null });
  await writer.end(sampleEnd);
  await writer.close();
  await writeFile(journalFile(directory), '');
  await noteOutcomes(await readReceipt(directory, writer.head.id), outcomes);
  expect(await readFile(journalFile(directory), 'utf8')).toBe('');
});

test('nothing is sealed with a key that others may read: exit code 4', needsModes(), async () => {
  const directory = newStateDirectory();
  const receipt = await killed(directory);
  await chmod(keyFile(directory), 0o644);
  await expect(noteOutcomes(receipt, outcomes)).rejects.toMatchObject({ code: 'state-exposed', exitCode: 4 });
});

test('one that finished is not a kill', async () => {
  const directory = newStateDirectory();
  const writer = await openReceipt(directory, sampleHead());
  await writer.intend({ xid: '1', changes: [sampleChange('1')], records: null });
  await writer.end({ ...sampleEnd, ended: 'failed' });
  await writer.close();
  await noteOutcomes(await readReceipt(directory, writer.head.id), outcomes);
  expect(outcomesOf(await readReceipt(directory, writer.head.id))).toEqual(['aborted']);
  expect(await readFile(journalFile(directory), 'utf8')).not.toContain('killed');
});

test('outcomes that cannot be written are still returned', async () => {
  const directory = newStateDirectory();
  const receipt = await killed(directory);
  await rm(receipt.file);
  await mkdir(receipt.file);
  const settled = await noteOutcomes(receipt, outcomes);
  expect(outcomesOf(settled)).toEqual(['committed', 'committed', 'aborted']);
});

test.each([
  ['receipts', false],
  ['elsewhere', true],
])('a copy in %s has no part in a journal beside it', async (name, journal) => {
  const directory = newStateDirectory();
  const receipt = await killed(directory);
  const beside = dirname(directory);
  await mkdir(join(beside, name));
  const copy = join(beside, name, `${receipt.head.id}.jsonl`);
  await copyFile(receipt.file, copy);
  if (journal) await writeFile(journalFile(beside), 'my own\n');
  await noteOutcomes(await readReceipt(directory, copy), outcomes);
  expect(outcomesOf(await readReceipt(directory, copy))).toEqual(['committed', 'committed', 'aborted']);
  const left = await readFile(journalFile(beside), 'utf8').catch(() => null);
  expect(left).toBe(journal ? 'my own\n' : null);
});
