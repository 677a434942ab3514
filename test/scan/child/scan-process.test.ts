import { once } from 'node:events';
import { expect, test } from 'vitest';
import { scanProcess, startEarly } from '../../../source/scan/child/scan-process.ts';

test('the process that was started early is used once, and another in place of one that ended', async () => {
  startEarly();
  const early = scanProcess();
  const next = scanProcess();
  expect(next.pid).not.toBe(early.pid);
  startEarly();
  const kept = globalThis as { [key: symbol]: typeof early | undefined };
  const ended = kept[Symbol.for('preset-usage.scan-process')]!;
  ended.kill('SIGKILL');
  await once(ended, 'exit');
  const instead = scanProcess();
  expect(instead.pid).not.toBe(ended.pid);
  for (const each of [early, next, instead]) each.kill('SIGKILL');
});

test('a process that was started early ends where the program ends before it asks for a scan', async () => {
  const early = scanProcess();
  early.disconnect();
  expect(await once(early, 'exit')).toEqual([null, 'SIGKILL']);
});
