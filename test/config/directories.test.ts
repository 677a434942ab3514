import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownDirectory } from '../../source/config/directories.ts';

test.each([
  ['state', {}, '/home/ada/.local/state/preset-usage-console'],
  ['state', { XDG_STATE_HOME: '/var/ada' }, '/var/ada/preset-usage-console'],
  ['state', { XDG_STATE_HOME: '' }, '/home/ada/.local/state/preset-usage-console'],
  ['state', { XDG_STATE_HOME: 'state' }, '/home/ada/.local/state/preset-usage-console'],
  ['config', { XDG_STATE_HOME: '/var/ada' }, '/home/ada/.config/preset-usage'],
  ['cache', {}, '/home/ada/.cache/preset-usage-executable'],
] as const)('on Linux, %s with %j: %s', (kind, environment, directory) => {
  expect(ownDirectory(kind, environment, '/home/ada', 'linux')).toBe(directory);
});

test.each([
  ['state', {}, '/Users/ada/Library/Application Support/preset-usage-console'],
  ['state', { XDG_STATE_HOME: '/var/ada' }, '/var/ada/preset-usage-console'],
  ['config', {}, '/Users/ada/Library/Application Support/preset-usage'],
  ['cache', {}, '/Users/ada/Library/Caches/preset-usage-executable'],
] as const)('on macOS, %s with %j: %s', (kind, environment, directory) => {
  expect(ownDirectory(kind, environment, '/Users/ada', 'darwin')).toBe(directory);
});

test.each([
  ['state', {}, 'C:\\Users\\ada\\AppData\\Local\\preset-usage-console'],
  ['state', { LOCALAPPDATA: 'D:\\local' }, 'D:\\local\\preset-usage-console'],
  ['config', { LOCALAPPDATA: 'D:\\local', APPDATA: 'D:\\roaming' }, 'D:\\roaming\\preset-usage'],
  ['config', { APPDATA: 'roaming' }, 'C:\\Users\\ada\\AppData\\Roaming\\preset-usage'],
  ['cache', { XDG_CACHE_HOME: 'D:\\cache' }, 'D:\\cache\\preset-usage-executable'],
] as const)('on Windows, %s with %j: %s', (kind, environment, directory) => {
  expect(ownDirectory(kind, environment, 'C:\\Users\\ada', 'win32')).toBe(directory);
});

test('what is there already stays there', () => {
  const home = mkdtempSync(join(tmpdir(), 'directories-'));
  const before = join(home, '.local/state/preset-usage-console');
  mkdirSync(before, { recursive: true });
  expect(ownDirectory('state', {}, home, 'darwin')).toBe(before);
  expect(ownDirectory('config', {}, home, 'darwin')).toContain('Library');
  rmSync(home, { recursive: true });
});
