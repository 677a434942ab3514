import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { scaledList } from '../helpers/scale.ts';
import { waitFor } from '../helpers/wait.ts';

const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'scan-interrupted-'));
  // Every update asks what happened to the variable before it, which takes minutes.
  const lines = Array.from(
    { length: 20_000 },
    (_, at) => `patch.usage_count = patch.usage_count + ${at}; db.from('presets').update(patch);`,
  );
  await writeFile(join(directory, 'busy.ts'), `let patch = {};\n${lines.join('\n')}\n`);
});
afterEach(() => rm(directory, { recursive: true }));

/** The process that scans for `parent`, once it computes; null before. */
function scanning(parent: ChildProcess): number | null {
  const rows = execFileSync('ps', ['-axo', 'pid=,ppid=,time=,args='], { encoding: 'utf8' }).split('\n');
  for (const row of rows) {
    const [pid, ppid, time = '', ...args] = row.trim().split(/\s+/);
    if (Number(ppid) !== parent.pid || !args.join(' ').includes('scan-main')) continue;
    return /^[0:.]*$/.test(time) ? null : Number(pid);
  }
  return null;
}

const isThere = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test.each(
  scaledList(2, [
    ['SIGINT', 130],
    ['SIGKILL', null],
    ['SIGTERM', 130],
  ] as const),
)('%s ends a scan that a file keeps busy, and nothing goes on', async (signal, expected) => {
  const child = spawn(process.execPath, [program, 'scan', directory], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', data => (err += data));
  const ended = once(child, 'close');
  await waitFor(async () => scanning(child) !== null, 'a scan that computes');
  const pid = scanning(child)!;
  child.kill(signal);
  expect((await ended)[0]).toBe(expected);
  expect(err).toBe(expected === null ? '' : 'Interrupted.\nNothing was changed.\n');
  await waitFor(async () => !isThere(pid), 'the end of the process that scanned');
});
