import { type FileHandle, open, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { recordsFile } from '../../../../source/repair/receipts/places.ts';
import { readReceipt } from '../../../../source/repair/receipts/read-receipt.ts';
import type { Receipt, StoredRecords } from '../../../../source/repair/receipts/receipt.ts';
import { expandMember } from '../../../../source/repair/receipts/records/expand-member.ts';
import {
  firstRecord,
  readStoredRecords,
  valuesOf,
} from '../../../../source/repair/receipts/records/stored-records.ts';
import { openReceipt } from '../../../../source/repair/receipts/write-receipt.ts';
import { cpuSeconds } from '../../../helpers/cpu-seconds.ts';
import { readRecords } from '../../../helpers/read-records.ts';
import { linesOf } from '../../../helpers/record-lines.ts';
import { newStateDirectory, sampleChange, sampleEnd, sampleHead } from '../samples.ts';

async function keep(records: string[]): Promise<Receipt> {
  const directory = newStateDirectory();
  const writer = await openReceipt(directory, sampleHead());
  await writer.intend({ xid: '1', changes: [sampleChange('1')], records: linesOf(records) });
  await writer.end(sampleEnd);
  await writer.close();
  return readReceipt(directory, writer.head.id);
}

/** The batch of a receipt as an older console wrote it: with neither the length of its records nor their digest. */
function asBefore(receipt: Receipt, other: Partial<StoredRecords> = {}) {
  const [batch] = receipt.batches;
  const { bytes: _, sha256: __, ...records } = batch!.records!;
  return { ...batch!, records: { ...records, ...other } };
}

const message = (why: string) => ({
  code: 'damaged-receipt',
  exitCode: 2,
  message: expect.stringContaining(why),
});

test('records come one at a time, in the order they were stored, also where one is longer than a piece of the file', async () => {
  const records = Array.from({ length: 3_000 }, (_, i) => JSON.stringify([String(i), 'é'.repeat(i % 700)]));
  records[7] = JSON.stringify(['x'.repeat(300_000), null]);
  const receipt = await keep(records);
  const [batch] = receipt.batches;
  expect(batch?.records).toMatchObject({
    count: 3_000,
    bytes: Buffer.byteLength(records.map(record => `${record}\n`).join('')),
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  const read: string[] = [];
  for await (const record of readStoredRecords(receipt, batch!)) read.push(record);
  expect(read).toEqual(records);
  expect(await firstRecord(receipt, batch!)).toBe(records[0]);
  expect(await readRecords(receipt, asBefore(receipt))).toEqual(records);
});

test('changed records of an older receipt are reported', async () => {
  const receipt = await keep(['{"id":1}', '{"id":2}']);
  const path = recordsFile(receipt.file);
  const bytes = await readFile(path);
  bytes.writeUInt8(bytes.readUInt8(15) ^ 0xff, 15);
  await writeFile(path, bytes);
  await expect(readRecords(receipt, asBefore(receipt))).rejects.toMatchObject(
    message('the records of batch 1 cannot be read (ZSTD_'),
  );
});

test('a member in the place of another is reported before any of its records is used', async () => {
  const directory = newStateDirectory();
  const writer = await openReceipt(directory, sampleHead());
  await writer.intend({ xid: '1', changes: [], records: linesOf(['["1"]']) });
  await writer.intend({ xid: '2', changes: [], records: linesOf(['["2"]']) });
  await writer.close();
  const receipt = await readReceipt(directory, writer.head.id);
  const [one, two] = receipt.batches;
  const path = recordsFile(receipt.file);
  const bytes = await readFile(path);
  const middle = two!.records!.offset;
  expect(middle * 2).toBe(bytes.length);
  await writeFile(path, Buffer.concat([bytes.subarray(middle), bytes.subarray(0, middle)]));
  for (const batch of [one!, two!]) {
    await expect(firstRecord(receipt, batch)).rejects.toMatchObject(
      message('its records are not the ones that were stored'),
    );
  }
});

test('records that are more, longer or fewer than the receipt says are reported', async () => {
  const receipt = await keep(['["1"]', '["2"]']);
  const { bytes } = receipt.batches[0]!.records!;
  const read = (other: Partial<StoredRecords>) => readRecords(receipt, asBefore(receipt, other));
  await expect(read({ count: 1 })).rejects.toMatchObject(message('more records than it deleted'));
  await expect(read({ bytes: bytes! - 1 })).rejects.toMatchObject(message('expand to more than was stored'));
  await expect(read({ bytes: bytes! + 1 })).rejects.toMatchObject(message('its records are cut off'));
  await expect(read({ offset: 1 })).rejects.toMatchObject(message('it is cut off'));
});

test('a last record that is not complete is not one', async () => {
  const receipt = await keep(['["1"]', '["2"]']);
  const member = gzipSync('["1"]\n["2"');
  await writeFile(recordsFile(receipt.file), member);
  await expect(readRecords(receipt, asBefore(receipt, { length: member.length }))).rejects.toMatchObject(
    message('batch 1 deleted 2 records, and 1 are there'),
  );
});

test('records of an older receipt are compressed with gzip', async () => {
  const receipt = await keep(['["new"]']);
  expect((await readFile(recordsFile(receipt.file))).subarray(0, 4).toString('hex')).toBe('28b52ffd');
  const member = gzipSync('["old"]\n');
  await writeFile(recordsFile(receipt.file), member);
  expect(await readRecords(receipt, asBefore(receipt, { length: member.length }))).toEqual(['["old"]']);
});

test('a frame that asks for much memory is not expanded', async () => {
  const receipt = await keep(['["1"]']);
  const params = { [constants.ZSTD_c_windowLog]: 27, [constants.ZSTD_c_contentSizeFlag]: 0 };
  const frame = zstdCompressSync(`${JSON.stringify(['x'.repeat(20_000_000)])}\n`, { params });
  await writeFile(recordsFile(receipt.file), frame);
  await expect(readRecords(receipt, asBefore(receipt, { length: frame.length }))).rejects.toMatchObject(
    message('cannot be read (ZSTD_error_frameParameter_windowTooLarge)'),
  );
});

test('a link in the place of the records is not followed', async () => {
  const receipt = await keep(['["1"]']);
  const elsewhere = join(dirname(receipt.file), 'elsewhere');
  await symlink(recordsFile(receipt.file), elsewhere);
  const file = join(dirname(receipt.file), 'linked.jsonl');
  await symlink(elsewhere, recordsFile(file));
  await expect(readRecords({ ...receipt, file }, receipt.batches[0]!)).rejects.toMatchObject(
    message('it is a symbolic link'),
  );
});

const gigabyte = 1024 * 1024 * 1024;

test('a file with a hole of 10 GB is reported at once', async () => {
  const receipt = await keep(['["1"]']);
  const handle = await open(recordsFile(receipt.file), 'r+');
  await handle.truncate(10 * gigabyte);
  await handle.close();
  const spent = await cpuSeconds(async () => {
    await expect(readRecords(receipt, asBefore(receipt, { length: 9 * gigabyte }))).rejects.toMatchObject(
      message('its records are too large'),
    );
    await expect(
      readRecords(receipt, asBefore(receipt, { offset: 1000, length: gigabyte })),
    ).rejects.toMatchObject(message('cannot be read (ZSTD_'));
  });
  expect(spent).toBeLessThan(2);
});

test('the values of a record are a list of texts and nulls, and nothing else is one', () => {
  const file = '/state/receipts/x.jsonl';
  expect(valuesOf({ file }, '["1",null,""]')).toEqual(['1', null, '']);
  expect(valuesOf({ file }, '[]')).toEqual([]);
  for (const other of ['["1",2]', '[["1"]]', '{"0":"1"}', '"1"', 'null', 'no JSON', '[true,"1"]']) {
    expect(() => valuesOf({ file }, other), other).toThrow('it holds something that is not a record');
  }
});

test('a file that cannot be read to its end is reported without waiting', async () => {
  const failure = Object.assign(new Error('a fault'), { code: 'EIO' });
  const handle = {
    stat: async () => ({ size: 200_000 }),
    read: async (buffer: Buffer, _: number, length: number, at: number) => {
      if (at > 0) throw failure;
      gzipSync(Buffer.from('["1"]\n')).copy(buffer);
      return { buffer, bytesRead: Math.min(10, length) };
    },
  } as unknown as FileHandle;
  const read = async () => {
    for await (const piece of expandMember(handle, '/x', { offset: 0, length: 100_000, count: 1 }))
      void piece;
  };
  await expect(read()).rejects.toBe(failure);
});
