import type { DemoProgress } from './progress.ts';
import type { Pace } from './traffic.ts';

/** Options of the demo's worker; URLs are text, because a URL cannot be sent to a thread. */
export interface WorkerOptions {
  sqlDirectory: string;
  clusterFile: string | null;
  /** Where to listen; null for any free port of the loopback address. */
  socketPath: string | null;
  /** Null for a database in which nothing happens. */
  pace: Pace | null;
}

/** Messages of the demo's worker. There is none for a failure: the worker throws, which ends it. */
export type WorkerMessage =
  | { type: 'progress'; progress: DemoProgress }
  | { type: 'ready'; port: number | null };
