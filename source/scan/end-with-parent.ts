import { Worker } from 'node:worker_threads';

// In a thread of its own: while a file keeps this process busy, it does not hear that the connection is closed.
const watch = `
  const { ppid } = process;
  setInterval(() => {
    if (process.ppid !== ppid) process.kill(process.pid, 'SIGKILL');
  }, 500);
`;

/** Ends this process soon after the one that started it, also where that was killed and could not say so. */
export function endWithParent(): void {
  new Worker(watch, { eval: true }).unref();
}
