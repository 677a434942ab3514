import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ownPrefix, removeLeftovers } from './leftovers.ts';
import { needsLinux } from './needs.ts';

let place: string;
let gone: number;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'place-'));
  gone = spawnSync(process.execPath, ['--version']).pid;
});
afterEach(() => rmSync(place, { recursive: true }));

const made = (name: string) => {
  const directory = join(place, name);
  mkdirSync(join(directory, 'pg', 'data'), { recursive: true });
  return directory;
};

test('of several directories only those of runs that are gone are removed', () => {
  const left = made(`pu-tests-${gone}-a1b2c3`);
  const kept = [
    made(`${ownPrefix('pu-tests-')}a1b2c3`),
    made('pu-tests-a1b2c3'),
    made(`other-${gone}-a1b2c3`),
  ];
  expect(removeLeftovers('pu-tests-', [place, join(place, 'nowhere')])).toEqual([left]);
  expect(existsSync(left)).toBe(false);
  expect(kept.map(directory => existsSync(directory))).toEqual([true, true, true]);
});

test('their servers are ended, and no process that only has the number of one', needsLinux(), async () => {
  const start = (directory: string) => {
    const child = spawn(process.execPath, [
      '-e',
      'setInterval(() => {}, 1e6)',
      join(directory, 'pg', 'data'),
    ]);
    return {
      pid: child.pid ?? 0,
      child,
      ended: new Promise(resolve => child.once('exit', (_, signal) => resolve(signal))),
    };
  };
  const left = made(`pu-tests-${gone}-a1b2c3`);
  const again = made(`pu-tests-${gone}-d4e5f6`);
  const server = start(left);
  const other = start('/somewhere/else');
  writeFileSync(join(left, 'pg', 'data', 'postmaster.pid'), `${server.pid}\n`);
  writeFileSync(join(again, 'pg', 'data', 'postmaster.pid'), `${other.pid}\n`);
  removeLeftovers('pu-tests-', [place]);
  expect(await server.ended).toBe('SIGQUIT');
  other.child.kill('SIGTERM');
  // It was still there to take this signal.
  expect(await other.ended).toBe('SIGTERM');
});
