// The process that scans, started by scan-in-child.ts. A thread of it computes, with a stack of its own size; its main thread is
// free to hear what the parent says, also while a file keeps the other one busy.
import nodeModule from 'node:module';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import type { ScanRequest } from './scan-messages.ts';

// Generated code concatenates thousands of texts, which nest as deeply. The system gives a thread as much as is asked for.
const stackSizeMb = 8;

// Texts that are searched are garbage at once, and what is parsed stays. With V8's 48 MB for young objects, a scan of 200 files that name a
// counter touches 15,000 more pages of memory. Less than this, and a long expression is copied too often.
const maxYoungGenerationSizeMb = 12;

if (isMainThread) listen();
else {
  // A thread has no compile cache of its own accord, and only what is imported after this is read from it.
  nodeModule.enableCompileCache();
  const { scan } = await import('./scan-thread.ts');
  parentPort?.once('message', scan);
}

function listen(): void {
  // Ctrl-C reaches every process of the terminal. The parent decides what to do, and ends this one.
  process.on('SIGINT', () => {});
  // An orderly exit would wait for a thread in native code. This happens as well where the parent was killed.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  // It loads what it needs while the parent still finds out what to ask. If it fails, nobody hears its error, and that ends this process.
  const thread = new Worker(new URL(import.meta.url), {
    execArgv: [],
    resourceLimits: { stackSizeMb, maxYoungGenerationSizeMb },
  });
  process.once('message', (request: ScanRequest) => thread.postMessage(request));
}
