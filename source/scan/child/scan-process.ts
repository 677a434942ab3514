import type { ChildProcess } from 'node:child_process';

// Run from source it is TypeScript; the build puts it into a separate file next to this one.
const file = new URL(import.meta.url.endsWith('.ts') ? './scan-main.ts' : './scan-main.js', import.meta.url);

// The built file that starts the program and the one that scans each have this module of their own.
const early = Symbol.for('preset-usage.scan-process');
const shared = globalThis as { [early]?: ChildProcess };

/** Starts the process that scans before the program is loaded: both take as long, and it would otherwise come after. */
export function startEarly(): void {
  shared[early] = start();
  // If it could not start, the scan that needs it tries again and reports it.
  shared[early].on('error', () => {});
}

/** A process that scans, which was started early if it is still there. */
export function scanProcess(): ChildProcess {
  const child = shared[early];
  delete shared[early];
  return child?.connected && child.exitCode === null && child.signalCode === null ? child : start();
}

// V8 starts this many threads to compile and to collect garbage. Where they have no processor of their own, the thread that scans waits for
// them: on two processors that takes a twentieth of the time.
const mostHelpers = 4;

function start(): ChildProcess {
  // Importing these would take every start of the program a few milliseconds.
  const { fork } = process.getBuiltinModule('node:child_process');
  const { availableParallelism } = process.getBuiltinModule('node:os');
  const helpers = Math.max(1, Math.min(mostHelpers, availableParallelism() - 1));
  return fork(file, {
    execArgv: [`--v8-pool-size=${helpers}`],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'],
  });
}
