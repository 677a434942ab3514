import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, type Figure } from './figure.ts';
import { hasProc, memory } from './process-figures.ts';
import { audited } from './programs.ts';
import { type Program, type Running, type Size, startProgram } from './pseudo-terminal.ts';
import { median, percentile } from './statistics.ts';

const starts = 5;
const presses = 200;
// A million rows are audited in seconds, or in a minute beside other work.
const patience = 240_000;
// Names are sorted ahead after the audit.
const settle = 10_000;
const frame = /\u001b\[\?2026h[\s\S]*\u001b\[\?2026l/;

/**
 * What a list of a million rows costs, beside `short`, the same program on a list of a thousand. `mostUsed` reads the rows of its first
 * window with a bare query, for which the server reads the whole table.
 */
export async function measureLongList(
  long: Program,
  short: Program,
  { size, mostUsed }: { size: Size; mostUsed: () => Promise<unknown> },
): Promise<Figure[]> {
  const times = { long: [] as number[], short: [] as number[], bare: [] as number[] };
  for (let run = 0; run < starts; run += 1) {
    times.short.push(await startTime(short, size));
    times.long.push(await startTime(long, size));
    const began = performance.now();
    await mostUsed();
    times.bare.push(performance.now() - began);
  }
  const ratio = median(times.long) / median(times.short);
  const bare = 1 + median(times.bare) / median(times.short);
  const running = startProgram(long, size);
  await running.until(audited, patience);
  await sleep(settle);
  const keys: number[] = [];
  for (let press = 0; press < presses; press += 1) {
    keys.push(await answer(running, 'j'));
    await sleep(30 + Math.random() * 30);
  }
  const end = await answer(running, 'G');
  const sorts: number[] = [];
  for (let press = 0; press < 4; press += 1) {
    await sleep(500);
    sorts.push(await answer(running, 's'));
  }
  await answer(running, '/');
  const filters: number[] = [];
  for (const letter of '77') {
    await sleep(500);
    filters.push(await answer(running, letter));
  }
  const { peak } = hasProc ? memory(running.pid) : { peak: Number.NaN };
  await answer(running, '\u001b');
  await running.leave();
  return [
    atMost(1.2, { name: 'start to list, beside 1000 rows', value: ratio, unit: '' }),
    { name: 'the start with 1000 rows, and a bare query for the first window', value: bare, unit: '' },
    { name: 'key to frame, median', value: median(keys), unit: 'ms' },
    atMost(16, { name: 'key to frame, 99th percentile', value: percentile(keys, 0.99), unit: 'ms' }),
    atMost(100, { name: 'scroll to the end', value: end, unit: 'ms' }),
    atMost(100, { name: 'sort, the slowest of all orders', value: Math.max(...sorts), unit: 'ms' }),
    atMost(100, { name: 'filter, the slower of two letters', value: Math.max(...filters), unit: 'ms' }),
    atMost(150, { name: 'peak memory', value: peak, unit: 'MB' }),
  ].filter(({ value }) => !Number.isNaN(value));
}

async function startTime(program: Program, size: Size): Promise<number> {
  const began = performance.now();
  const running = startProgram(program, size);
  const { at } = await running.until(program.ready);
  await running.leave();
  return at - began;
}

/** Milliseconds from a key to the end of the next frame. */
async function answer(running: Running, key: string): Promise<number> {
  const drawn = running.until(frame);
  const began = performance.now();
  running.press(key);
  return (await drawn).at - began;
}
