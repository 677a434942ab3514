import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { privateDirectories, unpack } from '../../source/cli/unpack.ts';
import { needsLinux, needsModes } from '../helpers/needs.ts';

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'unpack-'));
});
afterEach(() => rmSync(scratch, { recursive: true }));

const assets = ['dist/cli.js', 'node_modules/a/index.js'].map(path => ({ path, bytes: Buffer.from(path) }));
const [first, second] = [
  (): string => join(scratch, 'cache/own/1'),
  (): string => join(scratch, 'tmp/own/1'),
];

test('a file system where nothing can be made is passed over', needsLinux(), () => {
  expect(unpack(assets, ['/proc/own/1', second()])).toEqual({ directory: second() });
});

test('what is packed is written once, and again where something is gone or cut off', () => {
  expect(unpack(assets, [first(), second()])).toEqual({ directory: first() });
  const [one = '', other = ''] = assets.map(({ path }) => join(first(), path));
  const written = statSync(other).ino;
  writeFileSync(one, 'dis');
  expect(unpack(assets, [first(), second()])).toEqual({ directory: first() });
  expect(readFileSync(one, 'utf8')).toBe('dist/cli.js');
  expect(statSync(other).ino).toBe(written);
  // Nothing unfinished is left.
  expect(readdirSync(join(first(), 'dist'))).toEqual(['cli.js']);
});

test.each([
  ['others may write there', () => chmodSync(join(scratch, 'cache/own'), 0o777)],
  [
    'it is a link to another place',
    () => {
      rmSync(join(scratch, 'cache/own'), { recursive: true });
      mkdirSync(join(scratch, 'elsewhere'));
      symlinkSync(join(scratch, 'elsewhere'), join(scratch, 'cache/own'));
    },
  ],
])('a directory is not used if %s', needsModes(), (_, spoil) => {
  mkdirSync(first(), { recursive: true });
  spoil();
  expect(unpack(assets, [first(), second()])).toEqual({ directory: second() });
  expect(unpack(assets, [first()])).toEqual({
    problem: `${join(scratch, 'cache/own')} is no directory that this user alone can write`,
  });
});

test('the directory of caches comes first, then one of this user among temporary files', () => {
  const [cache, temporary = ''] = privateDirectories({ XDG_CACHE_HOME: scratch }, '/home/ada');
  expect(cache).toBe(join(scratch, 'preset-usage-executable'));
  expect(temporary.startsWith(join(tmpdir(), 'preset-usage-executable-'))).toBe(true);
});
