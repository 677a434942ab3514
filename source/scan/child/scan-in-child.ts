import type { Readable } from 'node:stream';
import { ConsoleError, interrupted, stopIfInterrupted, usageError } from '../../errors/errors.ts';
import type { ScanReport } from '../finding.ts';
import type { ScanSubject } from '../subject.ts';
import { answerPipe, type ScanAnswer, type ScanRequest } from './scan-messages.ts';
import { scanProcess } from './scan-process.ts';

/** Milliseconds after which a file is skipped. The largest real files take less than one second. */
const longest = 30_000;

// Every file that ends the process costs a restart.
const mostBroken = 20;

/** How a directory is scanned. */
interface ApartOptions {
  signal?: AbortSignal | undefined;
  /** The counters to scan for; null is that of presets, which alone is scanned for if left out. */
  subjects?: readonly (ScanSubject | null)[];
  /** Called before each file of code that may write a count, with how many were parsed, and after the last one. */
  onParsed?: (done: number, total: number) => void;
  /** Milliseconds that the process may spend on one file. */
  patience?: number;
}

/**
 * Scans a directory in a separate process, so that an interrupt ends the scan at once, whatever it is doing. A file that
 * crashes the parser (native code, which deep nesting can crash) or keeps it busy forever is skipped. Rejects like
 * scanDirectory, and with `scan-ended` if the process cannot be started.
 */
export async function scanApart(
  directory: string,
  { signal, subjects = [null], patience = longest, onParsed = () => {} }: ApartOptions = {},
): Promise<ScanReport> {
  const broken: Record<string, string> = {};
  for (let tries = 0; tries <= mostBroken; tries += 1) {
    stopIfInterrupted(signal);
    const ended = await attempt({ directory, broken, subjects }, { signal, patience, onParsed });
    if ('report' in ended) return ended.report;
    if (ended.on === null) break;
    broken[ended.on] = ended.why;
  }
  throw usageError(
    'scan-ended',
    'The process that reads the code ended early.',
    'Install preset-usage-console again, or scan a smaller part of the application.',
  );
}

type Ended = { report: ScanReport } | { on: string | null; why: string };

function attempt(
  request: ScanRequest,
  {
    signal,
    patience,
    onParsed,
  }: { signal: AbortSignal | undefined; patience: number; onParsed: (done: number, total: number) => void },
): Promise<Ended> {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  const child = scanProcess();
  let on: string | null = null;
  let why = 'it is nested too deeply for the parser';
  let watch: NodeJS.Timeout | undefined;
  // SIGKILL, because in native code or in a loop it handles no other signal.
  const end = () => child.kill('SIGKILL');
  const interrupt = () => {
    end();
    reject(interrupted());
  };
  signal?.addEventListener('abort', interrupt, { once: true });
  const hear = (answer: ScanAnswer) => {
    if ('parsed' in answer) return onParsed(answer.parsed, answer.of);
    clearTimeout(watch);
    if ('reading' in answer) {
      on = answer.reading;
      if (on === null) return;
      watch = setTimeout(() => {
        why = 'it takes too long to follow';
        end();
      }, patience);
      return;
    }
    if ('report' in answer) resolve(answer);
    else if ('error' in answer) reject(new ConsoleError(answer.error));
    else reject(new Error(answer.fault));
    end();
  };
  const answers = child.stdio[answerPipe] as Readable | null;
  if (answers) hearLines(answers, line => hear(JSON.parse(line)));
  child.once('error', () => resolve({ on, why }));
  // `close` comes after its last message. A signal from the terminal reaches the child too, maybe before it can ignore it.
  child.once('close', (_, by) => {
    if (by === 'SIGINT' || by === 'SIGTERM') reject(interrupted());
    else resolve({ on, why });
  });
  // If it could not start, `error` reports it.
  child.send(request, () => {});
  return promise.finally(() => {
    clearTimeout(watch);
    signal?.removeEventListener('abort', interrupt);
  });
}

/** Calls `hear` with each whole line. */
function hearLines(from: Readable, hear: (line: string) => void): void {
  let begun = '';
  from.setEncoding('utf8').on('data', (text: string) => {
    const [first = '', ...more] = text.split('\n');
    begun += first;
    for (const next of more) {
      hear(begun);
      begun = next;
    }
  });
  // It ends with the process, which says how that ended.
  from.on('error', () => {});
}
