import type { ConsoleError } from '../../errors/errors.ts';
import type { HistoryEntry } from '../../repair/history-entry.ts';

/** What this console has done, according to its receipts. */
export interface History {
  /** The newest first. */
  entries: readonly HistoryEntry[];
  /** Receipts that cannot be read, and why. */
  damaged: readonly { file: string; message: string }[];
  cursor: number;
  /** Why there is nothing to show, or nothing to take back. */
  error: ConsoleError | null;
}

export type HistoryStep =
  | { kind: 'read'; entries: History['entries']; damaged: History['damaged']; error: ConsoleError | null }
  | { kind: 'failed'; error: ConsoleError };
