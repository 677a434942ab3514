import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { recordsFile } from '../../../../source/repair/receipts/places.ts';
import { readReceipt } from '../../../../source/repair/receipts/read-receipt.ts';
import type { Receipt, ReceiptBatch } from '../../../../source/repair/receipts/receipt.ts';
import { RecordsReader } from '../../../../source/repair/receipts/records/records-reader.ts';
import { openReceipt } from '../../../../source/repair/receipts/write-receipt.ts';
import { linesOf } from '../../../helpers/record-lines.ts';
import { newStateDirectory, sampleHead } from '../samples.ts';

/** A receipt of two batches of ten records, each of five characters. */
async function keep(): Promise<[Receipt, ReceiptBatch, ReceiptBatch]> {
  const directory = newStateDirectory();
  const writer = await openReceipt(directory, sampleHead());
  const records = (letter: string) => Array.from({ length: 10 }, (_, n) => `["${letter}${n}"]`.padEnd(6));
  await writer.intend({ xid: '1', changes: [], records: linesOf(records('a')) });
  await writer.intend({ xid: '2', changes: [], records: linesOf(records('b')) });
  await writer.close();
  const receipt = await readReceipt(directory, writer.head.id);
  const [one, two] = receipt.batches;
  return [receipt, one!, two!];
}

/** Reads up to `most` records of a batch from `place` on: such as `a3`, and whether each says its own place. */
async function read(reader: RecordsReader, batch: ReceiptBatch, place: number, most = 100): Promise<string> {
  const seen: string[] = [];
  for await (const { place: at, line } of reader.from(batch, place)) {
    const [name] = JSON.parse(line);
    expect(name.slice(1)).toBe(String(at));
    seen.push(name);
    if (seen.length === most) break;
  }
  return seen.join(' ');
}

test('records come from the place that is asked for, in parts that go on from each other', async () => {
  const [receipt, one, two] = await keep();
  const reader = new RecordsReader(receipt, 1_000);
  expect(await read(reader, one, 0, 3)).toBe('a0 a1 a2');
  expect(await read(reader, one, 3, 2)).toBe('a3 a4');
  expect(await read(reader, one, 7)).toBe('a7 a8 a9');
  expect(await read(reader, two, 8)).toBe('b8 b9');
  expect(await read(reader, one, 9)).toBe('a9');
  expect(await read(reader, one, 10)).toBe('');
  expect(await read(reader, one, 10)).toBe('');
  expect(await read(reader, one, 8)).toBe('a8 a9');
  await reader.close();
});

test('the same part can be read once more, and without the file: it was kept', async () => {
  const [receipt, one] = await keep();
  const reader = new RecordsReader(receipt, 1_000);
  expect(await read(reader, one, 2, 4)).toBe('a2 a3 a4 a5');
  await rm(recordsFile(receipt.file));
  expect(await read(reader, one, 2, 4)).toBe('a2 a3 a4 a5');
  // And the rest after it, each of them once.
  expect(await read(reader, one, 4)).toBe('a4 a5 a6 a7 a8 a9');
  await reader.close();
});

test('what lies before the last start is not kept, nor is more than there may be: it is read anew', async () => {
  const [receipt, one] = await keep();
  const reader = new RecordsReader(receipt, 1_000);
  await read(reader, one, 0, 5);
  await read(reader, one, 3, 2);
  expect(await read(reader, one, 0, 2)).toBe('a0 a1');
  const small = new RecordsReader(receipt, 12);
  expect(await read(small, one, 0, 2)).toBe('a0 a1');
  await rm(recordsFile(receipt.file));
  expect(await read(small, one, 0, 2)).toBe('a0 a1');
  expect(await read(small, one, 0, 3)).toBe('a0 a1 a2');
  expect(await read(small, one, 2, 1)).toBe('a2');
  // The third was too much with the others.
  await expect(read(small, one, 0, 1)).rejects.toMatchObject({ code: 'damaged-receipt' });
  await small.close();
  await reader.close();
});

test('of more than there may be only the last is kept', async () => {
  const [receipt, one] = await keep();
  // Of six characters each, so that two of them fit.
  const reader = new RecordsReader(receipt, 12);
  expect(await read(reader, one, 0, 5)).toBe('a0 a1 a2 a3 a4');
  await rm(recordsFile(receipt.file));
  expect(await read(reader, one, 4, 3)).toBe('a4 a5 a6');
  expect(await read(reader, one, 6, 1)).toBe('a6');
  await expect(read(reader, one, 5, 1)).rejects.toMatchObject({ code: 'damaged-receipt' });
  await reader.close();
});

test('what one reading comes by is not all kept', async () => {
  for (const place of [0, 3]) {
    const [receipt, one] = await keep();
    const reader = new RecordsReader(receipt, 12);
    expect(await read(reader, one, 0, 5)).toBe('a0 a1 a2 a3 a4');
    await rm(recordsFile(receipt.file));
    await expect(read(reader, one, place, 1)).rejects.toMatchObject({ code: 'damaged-receipt' });
    await reader.close();
  }
});

test('what was let go of is read from its beginning again', async () => {
  const [receipt, one] = await keep();
  const reader = new RecordsReader(receipt, 1_000);
  await read(reader, one, 0, 5);
  await reader.close();
  expect(await read(reader, one, 0, 2)).toBe('a0 a1');
  await reader.close();
});

test('one that was closed before anything was read gives all of it', async () => {
  const [receipt, one] = await keep();
  const reader = new RecordsReader(receipt, 1_000);
  await reader.close();
  expect(await read(reader, one, 5)).toBe('a5 a6 a7 a8 a9');
  await reader.close();
});
