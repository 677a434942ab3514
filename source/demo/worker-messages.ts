import type { DemoProgress } from './progress.ts';
import type { Pace } from './traffic.ts';

/** What the demo's worker is told when it starts; URLs as text, because a URL cannot be sent to a thread. */
export interface WorkerOptions {
  sqlDirectory: string;
  clusterFile: string | null;
  /** Where to listen; null for any free port of the loopback address. */
  socketPath: string | null;
  /** Null for a database in which nothing happens. */
  pace: Pace | null;
}

/** What the demo's worker tells. It has no word for a failure: it throws, and a worker that throws ends. */
export type WorkerMessage =
  | { type: 'progress'; progress: DemoProgress }
  | { type: 'ready'; port: number | null };
