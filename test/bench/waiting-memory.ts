import { setTimeout as sleep } from 'node:timers/promises';
import type { Figure } from './figure.ts';

const megabytes = 32;
const pause = 3_000;
const rounds = 3;
// Writing is limited by the memory itself. Only a machine that has taken it away meanwhile is this many times slower.
const usual = 3;

/**
 * A control without a target: how long it takes to write memory that was written just now, and memory that nobody has touched
 * for 3 s. Some virtual machines take memory away from what waits, and give it back page by page; a console waits most of the time.
 */
export async function measureWaitingMemory(say: (line: string) => void): Promise<Figure[]> {
  const memory = Buffer.alloc(megabytes * 2 ** 20, 1);
  const atOnce: number[] = [];
  const later: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    write(memory);
    atOnce.push(write(memory));
    await sleep(pause);
    later.push(write(memory));
  }
  // Whatever else runs here only adds to both.
  const [least, leastLater] = [Math.min(...atOnce), Math.min(...later)];
  if (leastLater > usual * least)
    say('This machine takes memory away from programs that wait: their times and CPU come out too high');
  return [
    { name: `${megabytes} MB written again at once`, value: least, unit: 'ms' },
    { name: `${megabytes} MB written again after 3 s`, value: leastLater, unit: 'ms' },
  ];
}

/** Milliseconds that it takes to write every byte. */
function write(memory: Buffer): number {
  const began = performance.now();
  memory.fill(began % 256);
  return performance.now() - began;
}
