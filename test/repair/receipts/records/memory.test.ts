import { execFile } from 'node:child_process';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, deflateRawSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { recordsFile } from '../../../../source/repair/receipts/places.ts';
import { readReceipt } from '../../../../source/repair/receipts/read-receipt.ts';
import type { StoredRecords } from '../../../../source/repair/receipts/receipt.ts';
import { longestRecord } from '../../../../source/repair/receipts/records/expand-member.ts';
import { openReceipt } from '../../../../source/repair/receipts/write-receipt.ts';
import { needsLinux } from '../../../helpers/needs.ts';
import { readRecords } from '../../../helpers/read-records.ts';
import { linesOf } from '../../../helpers/record-lines.ts';
import { newStateDirectory, sampleHead } from '../samples.ts';

// Slow tests, and tests measured in a separate process: mutation testing leaves this file out.

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

/** Reads records in a separate process; returns the error's code and the peak memory in megabytes. */
async function readApart(file: string, records: StoredRecords): Promise<{ code: string; peak: number }> {
  const script = `
    import { readFileSync } from 'node:fs';
    import { readStoredRecords } from ${JSON.stringify(new URL('../../../../source/repair/receipts/records/stored-records.ts', import.meta.url).href)};
    const batch = { batch: 1, xid: '1', changes: [], records: ${JSON.stringify(records)} };
    let code = 'none';
    try {
      for await (const record of readStoredRecords({ file: ${JSON.stringify(file)} }, batch)) void record;
    } catch (error) {
      code = error.code;
    }
    // getrusage() starts with the memory that the parent had when it forked.
    const [, kilobytes] = /^VmHWM:\\s+(\\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'));
    console.log(JSON.stringify({ code, peak: Number(kilobytes) / 1024 }));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  return JSON.parse(stdout);
}

test.each([
  ['one record of 14 GB', '1', { count: 1 }, 14 * gigabyte],
  ['one record of 14 GB that says so', '1', { count: 1, bytes: 14 * gigabyte }, 14 * gigabyte],
  ['empty records without end', '\n', { count: 1 }, gigabyte],
  ['a gigabyte for 100 bytes', '1', { count: 1, bytes: 100 }, gigabyte],
])(
  'a few megabytes that expand to %s end with a sentence, and with little memory',
  needsLinux(),
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

test(
  'as many records as the receipt says pass through a process that keeps none of them',
  needsLinux(),
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

test('a receipt with an endless line is reported with little memory', async () => {
  const directory = newStateDirectory();
  const writer = await openReceipt(directory, sampleHead());
  await writer.close();
  const handle = await open(writer.file, 'r+');
  await handle.truncate(gigabyte);
  await handle.close();
  await expect(readReceipt(directory, writer.head.id)).rejects.toMatchObject({
    code: 'damaged-receipt',
    message: expect.stringContaining('too long for a receipt'),
  });
});

test('a record that could not be read again is not deleted: exit code 4, and the next batch goes on', async () => {
  const directory = newStateDirectory();
  const writer = await openReceipt(directory, sampleHead());
  const large = 'x'.repeat(longestRecord);
  await expect(
    writer.intend({ xid: '1', changes: [], records: linesOf(['["1"]', `["2"]\n${large}`]) }),
  ).rejects.toMatchObject({
    code: 'record-too-large',
    exitCode: 4,
    hint: expect.stringContaining('Nothing is deleted'),
  });
  const batch = await writer.intend({ xid: '2', changes: [], records: linesOf(['["2"]']) });
  await writer.close();
  const receipt = await readReceipt(directory, writer.head.id);
  expect(receipt.batches).toMatchObject([{ batch, xid: '2', records: { offset: 0, count: 1 } }]);
  expect(await readRecords(receipt, receipt.batches[0]!)).toEqual(['["2"]']);
});
