// The process that scans, started by scan-in-child.ts. A thread of it computes, with a stack of its own size; its main thread is
// free to hear what the parent says, also while a file keeps the other one busy.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { isConsoleError } from '../errors/errors.ts';
import { scanDirectory } from './scan.ts';
import type { ScanAnswer, ScanRequest } from './scan-messages.ts';

// Generated code concatenates thousands of texts, which nest as deeply. The system gives a thread as much as is asked for.
const stackSizeMb = 8;

/** What the thread is given; `passedOn` counts the answers that the main thread has sent. */
interface ThreadData {
  request: ScanRequest;
  passedOn: Int32Array<SharedArrayBuffer>;
}

if (isMainThread) listen();
else await scan(workerData);

function listen(): void {
  // Ctrl-C reaches every process of the terminal. The parent decides what to do, and ends this one.
  process.on('SIGINT', () => {});
  // An orderly exit would wait for a thread in native code. This happens as well where the parent was killed.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.once('message', (request: ScanRequest) => {
    const passedOn = new Int32Array(new SharedArrayBuffer(4));
    const given: ThreadData = { request, passedOn };
    const options = { workerData: given, execArgv: [], resourceLimits: { stackSizeMb } };
    const thread = new Worker(new URL(import.meta.url), options);
    // If the thread fails in another way, nobody hears its error, and that ends this process.
    thread.on('message', (answer: ScanAnswer) => {
      process.send?.(answer, () => {
        if (!('reading' in answer || 'parsed' in answer)) process.exit();
      });
      Atomics.add(passedOn, 0, 1);
      Atomics.notify(passedOn, 0);
    });
  });
}

async function scan({ request, passedOn }: ThreadData): Promise<void> {
  const { directory, tests, broken, subjects } = request;
  // The next thing that it does may end this process, and then the parent must know with which file.
  const answer = (message: ScanAnswer) => {
    const before = Atomics.load(passedOn, 0);
    parentPort?.postMessage(message);
    Atomics.wait(passedOn, 0, before);
  };
  try {
    const reading = (file: string | null) => answer({ reading: file });
    const parsed = (done: number, total: number) => answer({ parsed: done, of: total });
    answer({ report: await scanDirectory(directory, { tests, broken, subjects, reading, parsed }) });
  } catch (error) {
    if (isConsoleError(error)) {
      const { code, message, hint, exitCode } = error;
      answer({ error: { code, message, hint, exitCode } });
    } else answer({ fault: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
