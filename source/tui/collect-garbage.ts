import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// In milliseconds.
const pause = 130;
const longest = 30;
const times = 5;

/**
 * Starting and the first audit leave about 15 MB of garbage within a second, before V8 collects any. So this collects it,
 * in 10 to 20 ms each time. If that takes longer, there are many presets, and keys matter more than memory.
 */
export function collectEarlyGarbage(): void {
  // Else V8 lets the heap grow to twice or more of what is in use: 50 MB while a million rows are read. It also lets any heap grow by
  // 8 MB, which is half of a small one, unless memory matters more than speed.
  setFlagsFromString('--heap-growing-percent=15');
  setFlagsFromString('--optimize-for-size');
  let gc: (() => void) | undefined;
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

/** V8's collector, exposed only for a moment: with the flag on the command line Node recompiles its own code (20 ms). */
function exposed(): () => void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return gc;
}
