import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, test, vi } from 'vitest';
import { readBody, readSql, wakeParser } from '../../../source/sql/parser/parser-process.ts';
import { waitFor } from '../../helpers/wait.ts';
import { tell } from '../tell.ts';

test.each(['SIGINT', 'SIGTERM'] as const)('%s of the terminal is no fault of the parser', async signal => {
  // Of the tests that share this process others may have started a parser.
  vi.resetModules();
  const { readSql: read } = await import('../../../source/sql/parser/parser-process.ts');
  // It is announced before it has a number.
  const kill = (message: unknown) =>
    queueMicrotask(() => (message as { process: ChildProcess }).process.kill(signal));
  subscribe('child_process', kill);
  try {
    await expect(read(`SELECT '${signal}'`)).rejects.toMatchObject({ code: 'interrupted', exitCode: 130 });
  } finally {
    unsubscribe('child_process', kill);
  }
});

test('a text that crashes the parser is a problem, and others are still read', async () => {
  const deep = `SELECT 1${' + 1'.repeat(100_000)}`;
  const [first, broken, last] = await Promise.all([
    readSql('DELETE FROM preset_usage'),
    readSql(deep),
    readBody({ language: 'sql', source: 'UPDATE presets SET usage_count = 0' }),
  ]);
  expect(tell(first)).toEqual(['delete preset_usage *']);
  expect(broken.problem).not.toBeNull();
  expect(tell(last)).toEqual(['update presets usage_count zero']);
});

test('the parser is woken once: later everything may have been read already', async () => {
  const working = () => process.getActiveResourcesInfo().filter(each => each === 'ProcessWrap').length;
  wakeParser();
  await waitFor(async () => working() === 0, 'the parser to have answered');
  wakeParser();
  expect(working()).toBe(0);
});
