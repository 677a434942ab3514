import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// In milliseconds.
const pause = 130;
const longest = 30;
const times = 5;
const oftenPause = 20;
const longestOften = 50;
const untilQuiet = 1_500;
// In bytes.
const mostGarbage = 2_000_000;

let gc: (() => void) | undefined;
let often: NodeJS.Timeout | undefined;

/**
 * Starting and the first audit leave about 15 MB of garbage within a second, before V8 collects any. So this collects it,
 * in 10 to 20 ms each time. If that takes longer, there are many presets, and keys matter more than memory.
 */
export function collectEarlyGarbage(): void {
  // Else V8 lets the heap grow to twice or more of what is in use: 50 MB while a million rows are read. It also lets any heap grow by
  // 8 MB, which is half of a small one, unless memory matters more than speed.
  setFlagsFromString('--heap-growing-percent=15');
  setFlagsFromString('--optimize-for-size');
  // V8 would collect twice more some seconds after the last work, for 4 MB: a third of the CPU time of an idle console.
  // Another V8 than that of Node 24 may not know the flag, and would say so on the screen.
  if (process.versions.v8.startsWith('13.6.')) setFlagsFromString('--memory-reducer-gc-count=0');
  let left = times;
  const timer = setInterval(() => {
    gc ??= exposed();
    const start = performance.now();
    gc();
    left -= 1;
    if (left === 0 || performance.now() - start > longest) clearInterval(timer);
  }, pause);
  timer.unref();
}

/**
 * Collects garbage as it is made, until little is: that of a diagnosis of many counts is tens of megabytes within a second. V8 by itself
 * marks what is in use while more is made, keeps all of that, and has come to three times of what it needs. If a collection takes long,
 * it is left to V8.
 */
export function collectOftenForAMoment(): void {
  if (often) return;
  let base = used();
  let collectedAt = performance.now();
  setFlagsFromString('--no-incremental-marking');
  often = setInterval(() => {
    const start = performance.now();
    // V8 may have collected too.
    base = Math.min(base, used());
    if (used() - base < mostGarbage) {
      if (start - collectedAt > untilQuiet) leaveGarbage();
      return;
    }
    gc ??= exposed();
    gc();
    base = used();
    collectedAt = performance.now();
    if (collectedAt - start > longestOften) leaveGarbage();
  }, oftenPause);
  often.unref();
}

/** Leaves garbage to V8 again: what draws leaves some too, and a key should not wait for a collection. */
export function leaveGarbage(): void {
  if (!often) return;
  clearInterval(often);
  often = undefined;
  setFlagsFromString('--incremental-marking');
}

function used(): number {
  return getHeapStatistics().used_heap_size;
}

/** V8's collector, exposed only for a moment: with the flag on the command line Node recompiles its own code (20 ms). */
function exposed(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return collect;
}
