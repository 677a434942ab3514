import { appendFile, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { isInJournal } from '../../../source/repair/receipts/journal.ts';
import { journalFile } from '../../../source/repair/receipts/places.ts';
import type { ReceiptEnd } from '../../../source/repair/receipts/receipt.ts';
import { openReceipt } from '../../../source/repair/receipts/write-receipt.ts';
import { newStateDirectory, sampleEnd, sampleHead } from './samples.ts';

async function journalOf(end: ReceiptEnd, head = sampleHead()) {
  const directory = newStateDirectory();
  const writer = await openReceipt(directory, head);
  await writer.end(end);
  await writer.close();
  return (await readFile(journalFile(directory), 'utf8')).split('\n').map(line => line.split('\t'));
}

test('an operation is one line of seven columns', async () => {
  const head = sampleHead();
  const before = Date.now();
  const [columns, ...rest] = await journalOf(sampleEnd, head);
  const [time = '', ...others] = columns ?? [];
  expect(Date.parse(time)).toBeGreaterThanOrEqual(before);
  expect(others).toEqual([
    'ada@lovelace',
    'app at db.example as writer',
    'sync',
    head.id,
    'k3f9-22ab',
    'finished: 12 changed, 0 deleted, 1 left',
  ]);
  expect(rest).toEqual([['']]);
});

test('records that were put back are listed if there are any', async () => {
  const [columns] = await journalOf({ ...sampleEnd, ended: 'interrupted', restored: 30, left: [] });
  expect(columns?.at(-1)).toBe('interrupted: 12 changed, 0 deleted, 30 put back, 0 left');
});

test('a database named to forge a line or a column stays in its own', async () => {
  const head = sampleHead();
  const name = 'a\r\n2026\tb\x1b[2J\x85c\u2028d\u202ee\0f';
  const lines = await journalOf(sampleEnd, { ...head, database: { ...head.database, name } });
  expect(lines).toHaveLength(2);
  expect(lines[0]).toHaveLength(7);
  expect(lines[0]?.[2]).toBe('a  2026 b [2J c d e f at db.example as writer');
});

test('two consoles that end at once each have their whole lines', async () => {
  const directory = newStateDirectory();
  const heads = Array.from({ length: 40 }, () => sampleHead());
  const writers = await Promise.all(heads.map(head => openReceipt(directory, head)));
  await Promise.all(writers.map(writer => writer.end(sampleEnd)));
  await Promise.all(writers.map(writer => writer.close()));
  const lines = (await readFile(journalFile(directory), 'utf8')).split('\n').filter(line => line !== '');
  expect(lines.every(line => line.split('\t').length === 7)).toBe(true);
  expect(lines.map(line => line.split('\t')[4]).sort()).toEqual(heads.map(({ id }) => id).sort());
});

test('a line that was torn off is not the beginning of the next', async () => {
  const directory = newStateDirectory();
  const writer = await openReceipt(directory, sampleHead());
  await appendFile(journalFile(directory), '2026-11-23T04:15');
  await writer.end(sampleEnd);
  await writer.close();
  const [torn, line] = (await readFile(journalFile(directory), 'utf8')).split('\n');
  expect(torn).toBe('2026-11-23T04:15');
  expect(line?.split('\t')).toHaveLength(7);
});

test('a line about another receipt is none about this one', async () => {
  const directory = newStateDirectory();
  const writer = await openReceipt(directory, sampleHead());
  await writer.end(sampleEnd);
  await writer.close();
  const journal = journalFile(directory);
  expect(await isInJournal(journal, writer.head.id)).toBe(true);
  expect(await isInJournal(journal, sampleHead().id)).toBe(false);
});
