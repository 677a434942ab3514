// The process that scans, started by scan-in-child.ts.
import { Worker } from 'node:worker_threads';
import { isConsoleError } from '../errors/errors.ts';
import { scanDirectory } from './scan.ts';
import type { ScanAnswer, ScanRequest } from './scan-messages.ts';

// In a separate thread: while a file keeps this process busy, the main thread does not notice that the connection closed.
const watch = `
  const { ppid } = process;
  setInterval(() => {
    if (process.ppid !== ppid) process.kill(process.pid, 'SIGKILL');
  }, 500);
`;

const answer = (message: ScanAnswer, sent = () => {}) => process.send?.(message, sent);

// Ctrl-C reaches every process of the terminal. The parent decides what to do, and ends this one.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());
endWithParent();

process.once('message', async ({ directory, tests, broken, subjects }: ScanRequest) => {
  const leave = () => process.exit();
  try {
    const reading = (file: string | null) => answer({ reading: file });
    const parsed = (done: number, total: number) => answer({ parsed: done, of: total });
    answer({ report: await scanDirectory(directory, { tests, broken, subjects, reading, parsed }) }, leave);
  } catch (error) {
    if (isConsoleError(error)) {
      const { code, message, hint, exitCode } = error;
      answer({ error: { code, message, hint, exitCode } }, leave);
    } else {
      answer({ fault: error instanceof Error ? (error.stack ?? error.message) : String(error) }, leave);
    }
  }
});

/** Ends this process soon after its parent, even if the parent was killed. */
function endWithParent(): void {
  new Worker(watch, { eval: true }).unref();
}
