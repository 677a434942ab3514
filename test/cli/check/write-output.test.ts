import { execFile, execFileSync } from 'node:child_process';
import { constants, lstatSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
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

test('a pipe that nobody reads yet is waited for, and Ctrl-C ends the wait', async () => {
  const pipe = join(stateDirectory(), 'unread');
  execFileSync('mkfifo', [pipe]);
  await requireWritable(pipe);
  const interrupt = new AbortController();
  const waiting = writeOutput(pipe, 'lost', interrupt.signal);
  interrupt.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'interrupted' });
  // More than a pipe holds.
  const text = 'name,count\n'.repeat(20_000);
  const written = writeOutput(pipe, text);
  const { stdout } = await promisify(execFile)('cat', [pipe], { maxBuffer: text.length });
  await written;
  expect(stdout).toBe(text);
});

test.each(['/dev/fd/', '/proc/self/fd/'])(
  '%s is the descriptor itself, at the place where it is',
  async path => {
    const file = join(stateDirectory(), 'out');
    const open = openSync(file, 'w');
    writeSync(open, 'first\n');
    await writeOutput(`${path}${open}`, 'document\n');
    writeSync(open, 'second\n');
    expect(readFileSync(file, 'utf8')).toBe('first\ndocument\nsecond\n');
  },
);

test.each(['stdout', 'stderr'] as const)(
  '/dev/%s is written through the stream of the process',
  async name => {
    const write = vi.spyOn(process[name], 'write').mockImplementation((...given: unknown[]) => {
      const told = given[1];
      if (typeof told === 'function') told();
      return true;
    });
    try {
      await requireWritable(`/dev/${name}`);
      await writeOutput(`/dev/${name}`, 'document');
      expect(write).toHaveBeenCalledWith('document', expect.any(Function));
    } finally {
      write.mockRestore();
    }
  },
);

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
