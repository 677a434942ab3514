import { execFile } from 'node:child_process';
import {
  appendFile,
  chmod,
  chown,
  copyFile,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { thisUser } from '../../../source/config/files/this-user.ts';
import { isInJournal } from '../../../source/repair/receipts/journal.ts';
import { listReceipts } from '../../../source/repair/receipts/list-receipts.ts';
import { journalFile, keyFile, receiptsIn } from '../../../source/repair/receipts/places.ts';
import { readReceipt } from '../../../source/repair/receipts/read-receipt.ts';
import { openReceipt } from '../../../source/repair/receipts/write-receipt.ts';
import { cpuSeconds } from '../../helpers/cpu-seconds.ts';
import { needsModes, needsRoot } from '../../helpers/needs.ts';
import { newStateDirectory, sampleChange, sampleEnd, sampleHead } from '../../repair/receipts/samples.ts';

const somebody = 54_321;

async function kept(directory: string) {
  const writer = await openReceipt(directory, sampleHead({ by: thisUser() }));
  await writer.intend({ xid: '1', changes: [sampleChange('1')], records: null });
  await writer.end(sampleEnd);
  await writer.close();
  return { file: writer.file, id: writer.head.id };
}

type Spoil = (directory: string) => Promise<void>;

const places: [string, (directory: string) => string][] = [
  ['the state directory', directory => directory],
  ['its receipts', receiptsIn],
  ['the journal', journalFile],
  ['the key', keyFile],
];

const group: [string, Spoil, string, string][] = places.map(([name, place]) => [
  `${name}, writable by a group,`,
  directory => chmod(place(directory), 0o770),
  'can be written by other users (mode 770)',
  'Run: chmod go-w ',
]);

const foreign: [string, Spoil, string, string][] = places.map(([name, place]) => [
  `${name} of another user`,
  directory => chown(place(directory), somebody, somebody),
  `belongs to the user with id ${somebody}, and this runs as 0`,
  'Run this as that user, or set XDG_STATE_HOME to a directory of your own.',
]);

const links: [string, Spoil, string, string][] = places.map(([name, place]) => [
  `a link in the place of ${name}`,
  async directory => {
    await rename(place(directory), `${directory}-moved`);
    await symlink(`${directory}-moved`, place(directory));
  },
  'is a symbolic link, which is not followed',
  'set XDG_STATE_HOME to where it is.',
]);

const readable: [string, Spoil, string, string] = [
  'a key that others may read',
  directory => chmod(keyFile(directory), 0o644),
  'can be read by other users (mode 644)',
  'Run: chmod 600 ',
];

const short: [string, Spoil, string, string] = [
  'a key that is none',
  directory => writeFile(keyFile(directory), 'hunter2', { mode: 0o600 }),
  'does not hold a key',
  'Move it away',
];

const long: [string, Spoil, string, string] = [
  'a key with something after it',
  directory => appendFile(keyFile(directory), 'x'),
  'does not hold a key',
  'Move it away',
];

const refused = '%s is no place for a receipt: exit code 4, before anything is changed';
test.each([...group, ...links, readable, short, long])(refused, needsModes(), (_, ...place) =>
  expectRefused(...place),
);
test.each(foreign)(refused, needsRoot(), (_, ...place) => expectRefused(...place));

async function expectRefused(spoil: Spoil, why: string, cure: string): Promise<void> {
  const directory = newStateDirectory();
  await kept(directory);
  await spoil(directory);
  await expect(openReceipt(directory, sampleHead())).rejects.toMatchObject({
    code: 'state-exposed',
    exitCode: 4,
    message: expect.stringContaining(why),
    hint: expect.stringMatching(/^Nothing was changed\. /),
  });
  await expect(openReceipt(directory, sampleHead())).rejects.toMatchObject({
    hint: expect.stringContaining(cure),
  });
}

test('what is above the state directory may be a link, and writable by all', needsModes(), async () => {
  const directory = newStateDirectory();
  const parent = dirname(directory);
  await mkdir(`${parent}-real`, { recursive: true });
  await chmod(`${parent}-real`, 0o1777);
  await symlink(`${parent}-real`, parent);
  const { id } = await kept(directory);
  expect(await readReceipt(directory, id)).toMatchObject({ origin: 'own' });
});

const unbelieved = '%s: receipts can be read there, and none is believed';
test.each<[string, Spoil, string, string]>([
  [
    'a state directory that others may write',
    d => chmod(d, 0o777),
    'exposed',
    'can be written by other users',
  ],
  [
    'receipts that others may write',
    d => chmod(receiptsIn(d), 0o777),
    'exposed',
    'can be written by other users',
  ],
  [
    'a key that others may read',
    d => chmod(keyFile(d), 0o640),
    'no-key',
    'can be read by other users (mode 640)',
  ],
  ['a key that is none', d => writeFile(keyFile(d), ''), 'no-key', 'does not hold a key'],
])(unbelieved, needsModes(), (_, ...place) => expectDoubt(...place));
test.each<[string, Spoil, string, string]>([
  ['a state directory of another user', d => chown(d, somebody, 0), 'exposed', 'belongs to the user'],
  ['a key that only others may read', d => chmod(keyFile(d), 0o044), 'no-key', '(mode 044)'],
  ['a state directory that only others may write', d => chmod(d, 0o022), 'exposed', '(mode 022)'],
  ['a key of another user', d => chown(keyFile(d), somebody, 0), 'no-key', 'belongs to the user'],
])(unbelieved, needsRoot(), (_, ...place) => expectDoubt(...place));

async function expectDoubt(spoil: Spoil, origin: string, why: string): Promise<void> {
  const directory = newStateDirectory();
  const { id } = await kept(directory);
  await spoil(directory);
  expect(await readReceipt(directory, id)).toMatchObject({
    origin,
    doubt: expect.stringContaining(why),
    seal: null,
    end: sampleEnd,
  });
}

test('a receipt that others may write is not believed', needsModes(), async () => {
  const directory = newStateDirectory();
  const { id, file } = await kept(directory);
  await chmod(file, 0o620);
  expect(await readReceipt(directory, id)).toMatchObject({ origin: 'exposed', seal: null });
  await chmod(file, 0o600);
  expect(await readReceipt(directory, id)).toMatchObject({ origin: 'own' });
});

test('a receipt that is somebody else’s is not believed', needsRoot(), async () => {
  const directory = newStateDirectory();
  const { id, file } = await kept(directory);
  await chown(file, somebody, somebody);
  expect(await readReceipt(directory, id)).toMatchObject({
    origin: 'exposed',
    doubt: `Others could have changed it: ${file} belongs to the user with id ${somebody}, and this runs as 0.`,
  });
});

test('a link in the place of a receipt is not followed', async () => {
  const directory = newStateDirectory();
  const { file, id } = await kept(directory);
  const moved = join(dirname(directory), 'moved.jsonl');
  await copyFile(file, moved);
  await rm(file);
  await symlink(moved, file);
  const message = expect.stringContaining('it is a symbolic link');
  await expect(readReceipt(directory, id)).rejects.toMatchObject({
    code: 'damaged-receipt',
    exitCode: 2,
    message,
  });
  expect((await listReceipts(directory)).damaged).toEqual([{ file, message }]);
});

test('a link in the place of the directory is not followed, exit code 2', async () => {
  const directory = newStateDirectory();
  await kept(directory);
  await rename(receiptsIn(directory), `${directory}-moved`);
  await symlink(`${directory}-moved`, receiptsIn(directory));
  await expect(listReceipts(directory)).rejects.toMatchObject({
    code: 'unreadable-receipt',
    exitCode: 2,
    message: `${receiptsIn(directory)} is a symbolic link, and those are not followed.`,
    hint: 'Put the directory itself there, or set XDG_STATE_HOME to where it is.',
  });
});

test('a pipe in the place of a receipt keeps nobody waiting', async () => {
  const directory = newStateDirectory();
  const { file, id } = await kept(directory);
  await rm(file);
  await promisify(execFile)('mkfifo', [file]);
  await expect(readReceipt(directory, id)).rejects.toMatchObject({
    message: expect.stringContaining('it is not a regular file'),
  });
});

const gigabyte = 1024 * 1024 * 1024;

async function stretch(file: string, size: number): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.truncate(size);
  await handle.close();
}

test('a receipt with a hole of 10 GB is told at once', async () => {
  const directory = newStateDirectory();
  const { file, id } = await kept(directory);
  await stretch(file, 10 * gigabyte);
  const read = () =>
    expect(readReceipt(directory, id)).rejects.toMatchObject({
      code: 'damaged-receipt',
      message: expect.stringContaining('it is larger than any receipt'),
    });
  expect(await cpuSeconds(read)).toBeLessThan(1);
});

test('a journal with a hole in it is left as it is', async () => {
  const directory = newStateDirectory();
  await kept(directory);
  const [line = ''] = (await readFile(journalFile(directory), 'utf8')).split('\n');
  await stretch(journalFile(directory), 10 * gigabyte);
  expect(await isInJournal(journalFile(directory), line.split('\t')[4] ?? '')).toBe(true);
  expect(await isInJournal(journalFile(directory), 'another')).toBe(true);
});
