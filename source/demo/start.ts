import { Worker } from 'node:worker_threads';
import { ConsoleError, exitCodes } from '../errors/errors.ts';
import type { OnProgress } from './progress.ts';
import { makeSocketDirectory } from './socket-directory.ts';
import { humanPace, type Pace } from './traffic.ts';
import type { WorkerMessage, WorkerOptions } from './worker-messages.ts';

export type { DemoProgress } from './progress.ts';

export interface DemoOptions {
  /** The module that runs in the worker: `source/demo/worker.ts` or what it was bundled into. */
  workerFile: URL;
  /** The directory of the schema and the migration, with a slash at its end. */
  sqlDirectory: URL;
  /** What `makeCluster` made; without such a file the start takes 1.2 s longer. */
  clusterFile?: URL | undefined;
  onProgress?: OnProgress | undefined;
  /** Called at most once, with a ConsoleError, when the database dies after it has started; `stop` has run by then. */
  onFailure?: ((error: ConsoleError) => void) | undefined;
  /** Whether presets are being used while one looks; true unless said otherwise. */
  traffic?: boolean | undefined;
  pace?: Pace | undefined;
  /** Gives the start up; has no effect on a demo that has started. */
  signal?: AbortSignal | undefined;
}

/** The embedded database, which anything that speaks PostgreSQL's protocol can connect to. */
export interface Demo {
  /** The socket's file; null where the database listens on the loopback address. */
  socketPath: string | null;
  /** As libpq means it: the socket's directory, or an address. */
  host: string;
  port: number;
  database: string;
  user: string;
  /** Ends the database at once and removes its socket; the second call waits for the first. Close clients before. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL in a worker, fills it and listens. Rejects with a ConsoleError (exit code 3) where that fails and
 * with the signal's reason where it was given up; nothing is left behind in either case. A demo that was forgotten
 * does not keep the process alive.
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { signal, onProgress, onFailure, traffic = true, pace = humanPace } = options;
  signal?.throwIfAborted();
  const socket = makeSocketDirectory();
  const workerData: WorkerOptions = {
    sqlDirectory: options.sqlDirectory.href,
    clusterFile: options.clusterFile?.href ?? null,
    socketPath: socket?.path ?? null,
    pace: traffic ? pace : null,
  };
  const worker = startWorker(options.workerFile, workerData);
  const dead = whenDead(worker);

  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= worker.terminate().then(() => socket?.remove());
    return stopped;
  };

  let port: number | null;
  try {
    port = await Promise.race([
      whenReady(worker, onProgress, signal),
      dead.then(error => {
        throw demoError('The embedded demo database could not start', error);
      }),
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  worker.unref();
  dead.then(async error => {
    if (stopped) return;
    await stop();
    onFailure?.(demoError('The embedded demo database has died', error));
  });
  return {
    socketPath: socket?.path ?? null,
    host: socket?.directory ?? '127.0.0.1',
    port: port ?? 5432,
    database: 'postgres',
    user: 'postgres',
    stop,
  };
}

function startWorker(file: URL, workerData: WorkerOptions): Worker {
  // Whatever PGlite may print would land in the middle of the screen. It is not read either: reading from a worker
  // keeps the process alive, and the little there is can wait in the worker's buffer.
  return new Worker(file, { name: 'demo', workerData, execArgv: [], stdout: true, stderr: true });
}

/** Resolves with the port, or null for a socket, once the database can be connected to. */
function whenReady(
  worker: Worker,
  onProgress: OnProgress | undefined,
  signal: AbortSignal | undefined,
): Promise<number | null> {
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  const abort = () => reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  worker.on('message', (message: WorkerMessage) => {
    if (message.type === 'ready') resolve(message.port);
    else if (!signal?.aborted) onProgress?.(message.progress);
  });
  return promise.finally(() => signal?.removeEventListener('abort', abort));
}

/** Resolves when the worker has ended, with what it threw or with an error that tells its exit code. */
function whenDead(worker: Worker): Promise<Error> {
  return new Promise(resolve => {
    worker.once('error', error => resolve(error instanceof Error ? error : new Error(String(error))));
    worker.once('exit', code => resolve(new Error(`its thread ended with code ${code}`)));
  });
}

function demoError(what: string, cause: Error): ConsoleError {
  return new ConsoleError({
    code: 'demo-failed',
    message: `${what}: ${cause.message.replace(/\.?\s*$/, '')}.`,
    hint: 'Install the package again, or name a database of your own with --database-url.',
    exitCode: exitCodes.unreachable,
    cause,
  });
}
