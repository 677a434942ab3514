import { existsSync, statSync } from 'node:fs';
import { type FileHandle, mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import {
  journalFile,
  keyFile,
  receiptFile,
  receiptsIn,
  recordsFile,
} from '../../../source/repair/receipts/places.ts';
import { openReceipt, type ReceiptWriter } from '../../../source/repair/receipts/write-receipt.ts';
import { linesOf } from '../../helpers/record-lines.ts';
import { newStateDirectory, sampleChange, sampleEnd, sampleHead } from './samples.ts';

/** Something that was synced, by its number on the disk; and the size it had then. */
interface Synced {
  inode: number;
  size: number;
}

let handles: FileHandle;
let scratch: string;
let synced: Synced[];
let onSync: (what: { size: number; isDirectory: () => boolean }) => void;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'on-disk-'));
  const handle = await open(scratch, 'r');
  handles = Object.getPrototypeOf(handle);
  await handle.close();
});
afterAll(() => rm(scratch, { recursive: true }));
beforeEach(() => {
  synced = [];
  onSync = () => {};
  const really = handles.sync;
  vi.spyOn(handles, 'sync').mockImplementation(async function (this: FileHandle) {
    const stats = await this.stat();
    onSync(stats);
    const { ino, size } = stats;
    await really.call(this);
    synced.push({ inode: ino, size });
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Whether all that is in a file now is on the disk, or a directory with the names that it has. */
function isOnDisk(path: string): boolean {
  const { ino, size } = statSync(path);
  return synced.some(
    ({ inode, size: then }) => inode === ino && (statSync(path).isDirectory() || then === size),
  );
}

async function begin(): Promise<{ writer: ReceiptWriter; directory: string }> {
  const directory = newStateDirectory();
  return { writer: await openReceipt(directory, sampleHead()), directory };
}

test('a head is on the disk before the receipt has its name', async () => {
  const directory = newStateDirectory();
  const head = sampleHead();
  const named: boolean[] = [];
  onSync = () => {
    if (existsSync(receiptsIn(directory))) named.push(existsSync(receiptFile(directory, head.id)));
  };
  const writer = await openReceipt(directory, head);
  expect(isOnDisk(writer.file)).toBe(true);
  // The file and then the directory with its name in it.
  expect(named.slice(-2)).toEqual([false, true]);
  await writer.close();
});

test('the name of a receipt is on the disk when it is open', async () => {
  const directory = newStateDirectory();
  await openReceipt(directory, sampleHead()).then(writer => writer.close());
  synced = [];
  const second = await openReceipt(directory, sampleHead());
  expect(isOnDisk(receiptsIn(directory))).toBe(true);
  await second.close();
});

test('so are the names of the directories that were made for it', async () => {
  const { writer, directory } = await begin();
  for (const made of [receiptsIn(directory), directory, dirname(directory)]) {
    expect([made, isOnDisk(dirname(made))]).toEqual([made, true]);
  }
  await writer.close();
});

test('the key that seals it is on the disk, and its name', async () => {
  const { writer, directory } = await begin();
  expect(isOnDisk(keyFile(directory))).toBe(true);
  const order = synced.map(({ inode }) => inode);
  const key = order.indexOf(statSync(keyFile(directory)).ino);
  expect(order.indexOf(statSync(directory).ino, key)).toBe(key + 1);
  await writer.close();
});

test('a batch is on the disk before its transaction may commit', async () => {
  const { writer } = await begin();
  await writer.intend({ xid: '1', changes: [sampleChange('1')], records: null });
  expect(isOnDisk(writer.file)).toBe(true);
  await writer.close();
});

test('so are the records that it deletes, and the name of their file, before the batch that names them', async () => {
  const { writer } = await begin();
  synced = [];
  await writer.intend({ xid: '1', changes: [sampleChange('1')], records: linesOf(['{"id":1}']) });
  const records = recordsFile(writer.file);
  expect(isOnDisk(records)).toBe(true);
  expect(isOnDisk(dirname(records))).toBe(true);
  const order = synced.map(({ inode }) => inode);
  expect(order.indexOf(statSync(records).ino)).toBeLessThan(order.indexOf(statSync(writer.file).ino));
  await writer.intend({ xid: '2', changes: [sampleChange('2')], records: linesOf(['{"id":2}']) });
  expect(isOnDisk(records)).toBe(true);
  await writer.close();
});

test('an outcome is not waited for: the server knows it too', async () => {
  const { writer } = await begin();
  await writer.intend({ xid: '1', changes: [sampleChange('1')], records: null });
  synced = [];
  await writer.settle(1, 'committed');
  expect(synced).toEqual([]);
  await writer.close();
});

test('the end is on the disk, in the receipt and in the journal', async () => {
  const { writer, directory } = await begin();
  await writer.end(sampleEnd);
  expect(isOnDisk(writer.file)).toBe(true);
  expect(isOnDisk(journalFile(directory))).toBe(true);
  await writer.close();
  expect(await readdir(receiptsIn(directory))).toHaveLength(1);
});

const fails = (code: string) => Object.assign(new Error(`words of ${code}`), { code });

test.each(['EINVAL', 'ENOTSUP', 'EPERM'])(
  'a file system that cannot sync a directory (%s) is good enough',
  async code => {
    onSync = what => {
      if (what.isDirectory()) throw fails(code);
    };
    const { writer } = await begin();
    await writer.intend({ xid: '1', changes: [], records: linesOf(['{}']) });
    expect(isOnDisk(writer.file)).toBe(true);
    await writer.close();
  },
);

test('one that fails to sync a directory is not: nothing is begun', async () => {
  onSync = what => {
    if (what.isDirectory()) throw fails('EIO');
  };
  await expect(begin()).rejects.toMatchObject({
    code: 'receipt-unwritable',
    message: expect.stringContaining('the disk reports an error (EIO)'),
  });
});

test('records that did not reach the disk are taken out of their file again', async () => {
  const { writer } = await begin();
  await writer.intend({ xid: '1', changes: [], records: linesOf(['{"id":1}']) });
  const { size } = statSync(recordsFile(writer.file));
  onSync = () => {
    throw fails('EIO');
  };
  await expect(
    writer.intend({ xid: '2', changes: [], records: linesOf(['{"id":2}']) }),
  ).rejects.toMatchObject({
    code: 'receipt-unwritable',
  });
  expect(statSync(recordsFile(writer.file)).size).toBe(size);
  onSync = () => {};
  await writer.intend({ xid: '3', changes: [], records: linesOf(['{"id":3}']) });
  await writer.close();
});

test('a file of records whose name did not reach the disk is removed, and made again for the next', async () => {
  const { writer } = await begin();
  onSync = what => {
    if (what.isDirectory()) throw fails('EIO');
  };
  await expect(
    writer.intend({ xid: '1', changes: [], records: linesOf(['{"id":1}']) }),
  ).rejects.toMatchObject({
    code: 'receipt-unwritable',
  });
  expect(existsSync(recordsFile(writer.file))).toBe(false);
  onSync = () => {};
  expect(await writer.intend({ xid: '2', changes: [], records: linesOf(['{"id":2}']) })).toBe(2);
  await writer.close();
});

test('a key that did not reach the disk seals nothing: nothing is begun', async () => {
  onSync = what => {
    if (what.size === 32 && !what.isDirectory()) throw fails('EIO');
  };
  await expect(begin()).rejects.toMatchObject({
    code: 'receipt-unwritable',
    message: expect.stringContaining('receipt-key: the disk reports an error (EIO)'),
    hint: expect.stringMatching(/^Nothing was changed\. /),
  });
});

test.each<[string, (writer: ReceiptWriter) => Promise<unknown>, string]>([
  [
    'a batch',
    writer => writer.intend({ xid: '1', changes: [], records: null }),
    'This batch was not applied; the receipt holds what was applied before.',
  ],
  [
    'an outcome',
    writer => writer.settle(1, 'committed'),
    'The receipt already holds what was changed, and the server knows which of it was committed.',
  ],
  ['the end', writer => writer.end(sampleEnd), 'What was changed stands, and the receipt holds it.'],
])(
  '%s that cannot be written is reported with what that means for the database',
  async (_, write, meaning) => {
    const { writer } = await begin();
    vi.spyOn(handles, 'write').mockRejectedValue(fails('EIO'));
    await expect(write(writer)).rejects.toMatchObject({
      code: 'receipt-unwritable',
      message: `The receipt cannot be written to ${writer.file}: the disk reports an error (EIO).`,
      hint: `${meaning} Set XDG_STATE_HOME to a directory that can be written.`,
    });
    await writer.close();
  },
);
