import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findPassword } from '../../../source/connection/libpq/password-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'preset-usage-passwords-'));
const file = (text: string, mode = 0o600) => {
  const path = join(directory, `${Math.random()}`);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};
const wanted = { host: 'h', port: 5432, database: 'd', user: 'u' };

test.each<[string, object, string | undefined]>([
  ['h:5432:d:u:right', {}, 'right'],
  ['h:5432:d:u:a:b', {}, 'a:b'],
  ['*:*:*:*:p', {}, 'p'],
  ['*:*:*:u:', {}, ''],
  ['h:5432:d:other:no\nh:5432:d:u:second', {}, 'second'],
  ['h:5432:d:u:first\nh:5432:d:u:second', {}, 'first'],
  ['# h:5432:d:u:no\n\nh:5432:d:u:yes\r\n', {}, 'yes'],
  ['h:5433:d:u:no', {}, undefined],
  ['h:5432:d', {}, undefined],
  ['localhost:5432:d:u:socket', { host: '/var/run/postgresql' }, 'socket'],
  ['localhost:5432:d:u:socket', { host: '/elsewhere' }, undefined],
  ['/elsewhere:5432:d:u:there', { host: '/elsewhere' }, 'there'],
  ['\\:\\:1:5432:d:u:six', { host: '::1' }, 'six'],
  ['h:5432:a\\\\:u:back', { database: 'a\\' }, 'back'],
  ['\\*:5432:d:u:no', {}, undefined],
  ['h:5432:d:u:p\\:w\\\\', {}, 'p:w\\'],
])('%j for %j', (text, other, password) => {
  expect(findPassword(file(text), { ...wanted, ...other })).toEqual({ password, notice: null });
});

test.each([0o640, 0o604, 0o666])('one that others may read (%o) is ignored, with a notice', mode => {
  const path = file('*:*:*:*:p', mode);
  expect(findPassword(path, wanted)).toEqual({
    password: undefined,
    notice: `The password file ${path} was ignored, because others can read it: chmod 600 ${path}`,
  });
});

test('one that is not there says nothing, one that is no file does', () => {
  expect(findPassword(join(directory, 'nowhere'), wanted)).toEqual({ password: undefined, notice: null });
  chmodSync(directory, 0o700);
  expect(findPassword(directory, wanted)).toMatchObject({
    notice: expect.stringMatching(/not a file/),
  });
});
