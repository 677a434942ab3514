import { fork } from 'node:child_process';
import { ConsoleError, interrupted, stopIfInterrupted, usageError } from '../errors/errors.ts';
import type { ScanReport } from './finding.ts';
import type { ScanAnswer, ScanRequest } from './scan-messages.ts';

// From source it is TypeScript; bundled it is a file of its own beside this one.
const file = new URL(import.meta.url.endsWith('.ts') ? './scan-main.ts' : './scan-main.js', import.meta.url);

// Sums of thousands of texts, as generators write them, nest as deep. A stack that is not there after all ends this one
// process, which is dealt with.
const flags = ['--stack-size=3500'];

/** Milliseconds on one file after which it is given up. The largest of real files take less than one second. */
const longest = 30_000;

// Every file that ends the process costs a start.
const mostBroken = 20;

/** How a directory is scanned. */
interface ApartOptions {
  /** Read tests, fixtures and stories too. */
  tests?: boolean;
  signal?: AbortSignal | undefined;
  /** Milliseconds that the process may spend on one file. */
  patience?: number;
}

/**
 * Scans a directory in a process of its own, so that an interrupt ends the scan at once whatever it is doing, and a file
 * that breaks the parser (native code, which a deeply nested file ends) or keeps it busy for ever costs that file alone.
 * Rejects as scanDirectory does, and with `scan-ended` where the process cannot be started.
 */
export async function scanApart(
  directory: string,
  { tests = false, signal, patience = longest }: ApartOptions = {},
): Promise<ScanReport> {
  const broken: Record<string, string> = {};
  for (let tries = 0; tries <= mostBroken; tries += 1) {
    stopIfInterrupted(signal);
    const ended = await attempt({ directory, tests, broken }, signal, patience);
    if ('report' in ended) return ended.report;
    if (ended.on === null) break;
    broken[ended.on] = ended.why;
  }
  throw usageError(
    'scan-ended',
    'The process that reads the code has ended before it was done.',
    'Install preset-usage-console again, or scan a smaller part of the application.',
  );
}

type Ended = { report: ScanReport } | { on: string | null; why: string };

function attempt(request: ScanRequest, signal: AbortSignal | undefined, patience: number): Promise<Ended> {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  const child = fork(file, { execArgv: flags, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  let on: string | null = null;
  let why = 'it is nested too deeply for the parser';
  let watch: NodeJS.Timeout | undefined;
  // It may be in native code or in a loop, where it hears of nothing else.
  const end = () => child.kill('SIGKILL');
  const interrupt = () => {
    end();
    reject(interrupted());
  };
  signal?.addEventListener('abort', interrupt, { once: true });
  child.on('message', (answer: ScanAnswer) => {
    clearTimeout(watch);
    if ('report' in answer) resolve(answer);
    else if ('error' in answer) reject(new ConsoleError(answer.error));
    else if ('fault' in answer) reject(new Error(answer.fault));
    else {
      on = answer.reading;
      if (on === null) return;
      watch = setTimeout(() => {
        why = 'it takes too long to follow';
        end();
      }, patience);
    }
  });
  const gone = () => resolve({ on, why });
  child.once('error', gone);
  // What it said last is heard before this.
  child.once('close', gone);
  // Where it could not even start, its end says so.
  child.send(request, () => {});
  return promise.finally(() => {
    clearTimeout(watch);
    signal?.removeEventListener('abort', interrupt);
  });
}
