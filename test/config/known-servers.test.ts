import { chmod, chown, mkdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { isKnown, type NamedServer, remember } from '../../source/config/known-servers.ts';
import { needsModes, needsRoot } from '../helpers/needs.ts';
import { newStateDirectory } from '../repair/receipts/samples.ts';

const server: NamedServer = {
  file: '/home/ada/app/.env',
  hosts: ['db.example (10.0.0.5:5432)'],
  user: 'ada',
};
const kept = (directory: string) => join(directory, 'known-servers.jsonl');

test('a server is known once it was agreed to, for the file, the hosts and the user that were shown', async () => {
  const directory = newStateDirectory();
  expect(await isKnown(directory, server)).toBe(false);
  await remember(directory, server);
  await remember(directory, { ...server, user: 'eve' });
  expect(await isKnown(directory, { user: server.user, hosts: server.hosts, file: server.file })).toBe(true);
  for (const other of [
    { file: '/home/ada/other/.env' },
    { hosts: ['db.example (10.0.0.6:5432)'] },
    { hosts: [...server.hosts, 'evil.example (10.0.0.9:5432)'] },
    { user: 'postgres' },
  ]) {
    expect(await isKnown(directory, { ...server, ...other })).toBe(false);
  }
});

test('nothing but these is kept: no password that comes along', async () => {
  const directory = newStateDirectory();
  const more = { ...server, password: 'hunter2' };
  await remember(directory, more);
  expect(await readFile(kept(directory), 'utf8')).toBe(`${JSON.stringify(server)}\n`);
  expect(await isKnown(directory, server)).toBe(true);
});

test('what is kept is for this user alone', needsModes(), async () => {
  const directory = newStateDirectory();
  await remember(directory, server);
  expect((await stat(kept(directory))).mode & 0o777).toBe(0o600);
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
});

test.each<[string, (file: string) => Promise<void>]>([
  ['that a group may write', file => chmod(file, 0o620)],
  ['that everybody may write', file => chmod(file, 0o602)],
  [
    'in whose place is a link',
    async file => {
      await rename(file, `${dirname(file)}-moved`);
      await symlink(`${dirname(file)}-moved`, file);
    },
  ],
  [
    'in whose place is a directory',
    async file => {
      await rm(file);
      await mkdir(file);
    },
  ],
])('a list %s says nothing: the person is asked again', needsModes(), (_, spoil) => expectUnknown(spoil));

test('a list of another user says nothing: the person is asked again', needsRoot(), () =>
  expectUnknown(file => chown(file, 54_321, 54_321)),
);

async function expectUnknown(spoil: (file: string) => Promise<void>): Promise<void> {
  const directory = newStateDirectory();
  await remember(directory, server);
  await spoil(kept(directory));
  expect(await isKnown(directory, server)).toBe(false);
}

test('a list that others may only read still counts', needsModes(), async () => {
  const directory = newStateDirectory();
  await remember(directory, server);
  await chmod(kept(directory), 0o644);
  expect(await isKnown(directory, server)).toBe(true);
});

test('nothing is written through a link, nor over what was there', async () => {
  const directory = newStateDirectory();
  await mkdir(directory, { recursive: true });
  const elsewhere = join(directory, 'elsewhere');
  await writeFile(elsewhere, '');
  await symlink(elsewhere, kept(directory));
  await expect(remember(directory, server)).rejects.toMatchObject({ code: 'ELOOP' });
  expect(await readFile(elsewhere, 'utf8')).toBe('');
});
