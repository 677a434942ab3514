import { execFile } from 'node:child_process';
import { mkdir, open, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { constants, deflateRawSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { recordsFile } from '../../../../source/repair/receipts/places.ts';
import { readReceipt } from '../../../../source/repair/receipts/read-receipt.ts';
import type { Receipt, StoredRecords } from '../../../../source/repair/receipts/receipt.ts';
import { firstRecord, recordsOf } from '../../../../source/repair/receipts/records/stored-records.ts';
import { openReceipt } from '../../../../source/repair/receipts/write-receipt.ts';
import { readRecords } from '../../../helpers/read-records.ts';
import { newStateDirectory, sampleChange, sampleEnd, sampleHead } from '../samples.ts';

async function keep(records: string[]): Promise<Receipt> {
  const directory = newStateDirectory();
  const writer = await openReceipt(directory, sampleHead());
  await writer.intend({ xid: '1', changes: [sampleChange('1')], records });
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
  for await (const record of recordsOf(receipt, batch!)) read.push(record);
  expect(read).toEqual(records);
  expect(await firstRecord(receipt, batch!)).toBe(records[0]);
  expect(await readRecords(receipt, asBefore(receipt))).toEqual(records);
});

test('records of an older receipt that are not what was written are told', async () => {
  const receipt = await keep(['{"id":1}', '{"id":2}']);
  const path = recordsFile(receipt.file);
  const bytes = await readFile(path);
  bytes.writeUInt8(bytes.readUInt8(15) ^ 0xff, 15);
  await writeFile(path, bytes);
  await expect(readRecords(receipt, asBefore(receipt))).rejects.toMatchObject(
    message('the records of batch 1 cannot be read (Z_'),
  );
});

test('a member that was put in the place of another is told before a record of it is used', async () => {
  const directory = newStateDirectory();
  const writer = await openReceipt(directory, sampleHead());
  await writer.intend({ xid: '1', changes: [], records: ['["1"]'] });
  await writer.intend({ xid: '2', changes: [], records: ['["2"]'] });
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

test('records that are more, longer or fewer than the receipt says are told', async () => {
  const receipt = await keep(['["1"]', '["2"]']);
  const { bytes } = receipt.batches[0]!.records!;
  const read = (other: Partial<StoredRecords>) => readRecords(receipt, asBefore(receipt, other));
  await expect(read({ count: 1 })).rejects.toMatchObject(message('more records than it deleted'));
  await expect(read({ bytes: bytes! - 1 })).rejects.toMatchObject(message('expand to more than was stored'));
  await expect(read({ bytes: bytes! + 1 })).rejects.toMatchObject(message('its records are cut off'));
  await expect(read({ offset: 1 })).rejects.toMatchObject(message('it is cut off'));
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

const linux = process.platform === 'linux';
const gigabyte = 1024 * 1024 * 1024;

/** A gzip member of `size` times the same byte, made from the deflate blocks of its first megabyte. */
async function bomb(path: string, byte: string, size: number): Promise<number> {
  const piece = Buffer.alloc(1024 * 1024, byte);
  // Ended by a full flush, a block refers to nothing before it and can be repeated.
  const block = deflateRawSync(piece, { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  const end = deflateRawSync(Buffer.alloc(0));
  const file = await open(path, 'w');
  const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff]);
  await file.write(head);
  const pieces = Math.ceil(size / piece.length);
  for (let i = 0; i < pieces; i += 1) await file.write(block);
  await file.write(end);
  // Nobody gets as far as the sum.
  await file.write(Buffer.alloc(8));
  const { size: length } = await file.stat();
  await file.close();
  return length;
}

/** Reads records in a process of its own; answers with the error's code and the most memory that it took, in megabytes. */
async function readApart(file: string, records: StoredRecords): Promise<{ code: string; peak: number }> {
  const script = `
    import { readFileSync } from 'node:fs';
    import { recordsOf } from ${JSON.stringify(new URL('../../../../source/repair/receipts/records/stored-records.ts', import.meta.url).href)};
    const batch = { batch: 1, xid: '1', changes: [], records: ${JSON.stringify(records)} };
    let code = 'none';
    try {
      for await (const record of recordsOf({ file: ${JSON.stringify(file)} }, batch)) void record;
    } catch (error) {
      code = error.code;
    }
    // What getrusage() tells begins with what the parent had when it was forked.
    const [, kilobytes] = /^VmHWM:\\s+(\\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'));
    console.log(JSON.stringify({ code, peak: Number(kilobytes) / 1024 }));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  return JSON.parse(stdout);
}

test.runIf(linux).each([
  ['one record of 14 GB', '1', { count: 1 }, 14 * gigabyte],
  ['one record of 14 GB that says so', '1', { count: 1, bytes: 14 * gigabyte }, 14 * gigabyte],
  ['empty records without end', '\n', { count: 1 }, gigabyte],
  ['a gigabyte for 100 bytes', '1', { count: 1, bytes: 100 }, gigabyte],
])(
  'a few megabytes that expand to %s end with a sentence, and with little memory',
  async (_, byte, says, size) => {
    const directory = newStateDirectory();
    await mkdir(directory, { recursive: true });
    const file = join(directory, 'forged.jsonl');
    const length = await bomb(recordsFile(file), byte, size);
    expect(length).toBeLessThan(20_000_000);
    const { code, peak } = await readApart(file, { offset: 0, length, ...says });
    expect(code).toBe('damaged-receipt');
    expect(peak).toBeLessThan(300);
  },
);

test.runIf(linux)(
  'as many records as the receipt says pass through a process that keeps none of them',
  async () => {
    const directory = newStateDirectory();
    await mkdir(directory, { recursive: true });
    const file = join(directory, 'many.jsonl');
    const record = `${JSON.stringify(['x'.repeat(80_000)])}\n`;
    // 480 MB of them.
    const member = Buffer.concat(Array<Buffer>(300).fill(gzipSync(record.repeat(20))));
    await writeFile(recordsFile(file), member);
    const { code, peak } = await readApart(file, { offset: 0, length: member.length, count: 6_000 });
    expect(code).toBe('none');
    expect(peak).toBeLessThan(300);
  },
);

test('a file with a hole of 10 GB in it is told at once', async () => {
  const receipt = await keep(['["1"]']);
  const handle = await open(recordsFile(receipt.file), 'r+');
  await handle.truncate(10 * gigabyte);
  await handle.close();
  const start = performance.now();
  await expect(readRecords(receipt, asBefore(receipt, { length: 9 * gigabyte }))).rejects.toMatchObject(
    message('larger than any that are stored'),
  );
  await expect(
    readRecords(receipt, asBefore(receipt, { offset: 1000, length: gigabyte })),
  ).rejects.toMatchObject(message('cannot be read (Z_'));
  expect(performance.now() - start).toBeLessThan(2_000);
});
