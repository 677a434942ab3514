import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { compileWasmOnce } from '../config/optimizer.ts';
import { isInstalled, missingPackage } from '../config/optional-packages.ts';
import { ConsoleError, exitCodes } from '../errors/errors.ts';
import type { OnProgress } from './progress.ts';
import { makeSocketDirectory } from './socket-directory.ts';
import { humanPace, type Pace } from './traffic.ts';
import type { WorkerMessage, WorkerOptions } from './worker-messages.ts';

export type { DemoProgress } from './progress.ts';

export interface DemoOptions {
  /** The module that runs in the worker: `source/demo/worker.ts` or its bundle. */
  workerFile: URL;
  /** The directory of the schema and the migration, with a slash at its end. */
  sqlDirectory: URL;
  /** The file that `makeCluster` made; without it the start takes longer. */
  clusterFile?: URL | undefined;
  onProgress?: OnProgress | undefined;
  /** Called at most once, if the database dies after it has started; `stop` has run by then. */
  onFailure?: ((error: ConsoleError) => void) | undefined;
  /** Whether presets are used continuously; true by default. */
  traffic?: boolean | undefined;
  pace?: Pace | undefined;
  /** Aborts the start; has no effect on a demo that has started. */
  signal?: AbortSignal | undefined;
}

/** The embedded database; any PostgreSQL client can connect to it. */
export interface Demo {
  /** The socket's path; null if the database listens on the loopback address. */
  socketPath: string | null;
  /** In libpq's sense: the socket's directory, or an address. */
  host: string;
  port: number;
  database: string;
  user: string;
  /** Ends the database immediately and removes its socket; a second call waits for the first. Close clients first. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL in a worker, fills it and listens. Rejects with a ConsoleError (exit code 3) if that fails, with
 * `package-missing` (exit code 2) where PGlite is not installed, and with the signal's reason if it was aborted; nothing is left behind in either case. A running demo does not keep the process
 * alive.
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
        throw isInstalled('@electric-sql/pglite')
          ? demoError('The embedded demo database could not start', error)
          : missingPackage('@electric-sql/pglite');
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
    onFailure?.(demoError('The embedded demo database stopped unexpectedly', error));
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
  for (const flag of compileWasmOnce) setFlagsFromString(flag);
  // Output of PGlite must not reach the screen. It is not read either, because reading from a worker keeps the process
  // alive, and its buffer is large enough.
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

/** Resolves when the worker has ended, with its error or with one that says its exit code. */
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
    hint: 'Reinstall the package, or use your own database with --database-url.',
    exitCode: exitCodes.unreachable,
    cause,
  });
}
