import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 optimize what runs often. The program starts without: until the list is on screen little runs often, and V8's optimizing
 * compilers take 12 MB and a tenth of the time to there. One regular expression with which Node looks at a host's name takes 1 MB and
 * 5 ms to be optimized.
 */
export function optimizeHotCode(): void {
  compileWarmCode();
  setFlagsFromString('--regexp-optimization');
  setFlagsFromString('--turbofan');
}

/** Lets V8 compile what runs now and then, which it does quickly and badly. Before the list is on screen that costs more than it saves. */
export function compileWarmCode(): void {
  setFlagsFromString('--sparkplug');
}

/**
 * Keeps V8 from letting short-lived garbage grow to tens of megabytes before it collects that: kept small, it is collected in a
 * millisecond. Call it once the program is loaded: until then little is garbage, and to look for it again and again takes a tenth of the time.
 */
export function collectOften(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  // So little is collected before other threads could begin to help. V8 would still wait for them: 3 ms where both processors are busy.
  setFlagsFromString('--no-parallel-scavenge');
}

/** Lets V8 compile functions when they are called first, as usual: see cli/bin.ts. */
export function compileWhenCalled(): void {
  setFlagsFromString('--lazy');
}

/**
 * Flags that keep V8 from compiling WebAssembly a second time, in the background. PostgreSQL's interpreter and its parser are functions so
 * large that this takes seconds and hundreds of megabytes. Unlike `--liftoff-only` they can be set after the start, as the single
 * executable does.
 */
export const compileWasmOnce = ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering'];
