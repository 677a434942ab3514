import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, type Figure } from './figure.ts';
import { hasProc, memory } from './process-figures.ts';
import { audited } from './programs.ts';
import { type Program, type Size, startProgram } from './pseudo-terminal.ts';
import { median, percentile } from './statistics.ts';

const presses = 200;
// Beside other work an audit takes longer.
const patience = 60_000;
// Causes are looked for after the first audit.
const settle = 3_000;
// Ink writes a frame between these two, so a terminal shows all of it at once.
const frame = /\u001b\[\?2026h[\s\S]*\u001b\[\?2026l/;

/**
 * How long after a key the terminal has the next frame, and how large that is. The cursor moves down through the window at first,
 * and then scrolls the list by one row with every key.
 */
export async function measureKeys(program: Program, size: Size): Promise<Figure[]> {
  const running = startProgram(program, size);
  // Until then rows come in and change places, for which whole windows are written.
  await running.until(audited, patience);
  await sleep(settle);
  const times: number[] = [];
  const bytes: number[] = [];
  for (let press = 0; press < presses; press += 1) {
    const drawn = running.until(frame);
    const before = running.bytes();
    const began = performance.now();
    running.press('j');
    const { at } = await drawn;
    times.push(at - began);
    bytes.push(running.bytes() - before);
    // At no fixed pace, so that the measurement does not fall into step with the console's own.
    await sleep(30 + Math.random() * 30);
  }
  const { peak } = hasProc ? memory(running.pid) : { peak: Number.NaN };
  await running.leave();
  return [
    { name: `key to frame, median of ${presses}`, value: median(times), unit: 'ms' },
    atMost(12, { name: `key to frame, 99th percentile`, value: percentile(times, 0.99), unit: 'ms' }),
    { name: 'frame after a key, median', value: median(bytes), unit: 'bytes' },
    atMost(2_000, {
      name: 'frame after a key, 99th percentile',
      value: percentile(bytes, 0.99),
      unit: 'bytes',
    }),
    { name: 'peak memory', value: peak, unit: 'MB' },
  ].filter(({ value }) => !Number.isNaN(value));
}
