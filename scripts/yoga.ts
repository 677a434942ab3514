// Replaces yoga-layout in the bundle: see read-later.ts. Its own module waits for the WebAssembly with a top-level await, and what has
// one can neither be loaded on demand nor be loaded while the WebAssembly is compiled.
import { loadYoga } from 'yoga-layout/load';

let yoga: Awaited<ReturnType<typeof loadYoga>>;

export { yoga as default };

/** Resolves when the default export can be used. */
export const ready = loadYoga().then(loaded => {
  yoga = loaded;
});
