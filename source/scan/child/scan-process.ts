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

function start(): ChildProcess {
  // Importing it would take every start of the program a few milliseconds.
  const { fork } = process.getBuiltinModule('node:child_process');
  return fork(file, { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'] });
}
