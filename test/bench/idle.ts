import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, type Figure } from './figure.ts';
import { hasProc, memory, processorSeconds } from './process-figures.ts';
import { type Program, type Size, startProgram } from './pseudo-terminal.ts';

const settle = 10_000;
const watched = 20_000;

/** What a program costs while nothing changes in the database; the targets are the console's. */
export async function measureIdle(program: Program, size: Size, hasTargets: boolean): Promise<Figure[]> {
  const running = startProgram(program, size);
  await running.until(program.ready);
  await sleep(settle);
  const { peak } = hasProc ? memory(running.pid) : { peak: Number.NaN };
  const bytes = running.bytes();
  const seconds = hasProc ? processorSeconds(running.pid) : Number.NaN;
  const began = performance.now();
  await sleep(watched);
  const elapsed = (performance.now() - began) / 1000;
  const written = (running.bytes() - bytes) / elapsed;
  const load = hasProc ? ((processorSeconds(running.pid) - seconds) / elapsed) * 100 : Number.NaN;
  await running.leave();

  const figure = (what: string, value: number, unit: string, most: number): Figure => ({
    name: `${program.name}: ${what}`,
    value,
    unit,
    ...(hasTargets && { target: `at most ${most}`, met: value <= most }),
  });
  return [
    figure('peak memory after 10 s', peak, 'MB', 100),
    figure('CPU while nothing changes, 20 s', load, '% of a core', 0.5),
    figure('output while nothing changes, 20 s', written, 'bytes/s', 200),
  ].filter(({ value }) => !Number.isNaN(value));
}

/** The most memory that a program has had after it was on screen for a while; nothing without /proc. */
export async function measurePeak(program: Program, size: Size, most: number): Promise<Figure[]> {
  if (!hasProc) return [];
  const running = startProgram(program, size);
  await running.until(program.ready);
  await sleep(settle);
  const { peak } = memory(running.pid);
  await running.leave();
  return [atMost(most, { name: 'peak memory after 10 s', value: peak, unit: 'MB' })];
}
