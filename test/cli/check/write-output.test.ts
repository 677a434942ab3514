import { execFileSync } from 'node:child_process';
import { constants, lstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { requireWritable, writeOutput } from '../../../source/cli/check/write-output.ts';
import { stateDirectory } from '../../helpers/repair.ts';

test('a pipe is written to, and stays a pipe', async () => {
  const pipe = join(stateDirectory(), 'pipe');
  execFileSync('mkfifo', [pipe]);
  // Open at both ends, so that nobody waits for the other, and a pipe without a text is an error.
  const reader = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  await requireWritable(pipe);
  await writeOutput(pipe, 'name,count\n');
  const read = Buffer.alloc(64);
  expect(read.toString('utf8', 0, readSync(reader, read))).toBe('name,count\n');
  expect(lstatSync(pipe).isFIFO()).toBe(true);
});

test('what a process has open gets the text at its end, even if it is a file', async () => {
  const file = join(stateDirectory(), 'log');
  const open = openSync(file, 'a');
  const name = `/dev/fd/${open}`;
  for (const line of ['one\n', 'two\n']) {
    await requireWritable(name);
    await writeOutput(name, line);
  }
  expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
});
