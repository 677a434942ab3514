/** What the server knows of an operation whose receipt has no end. */
export interface Unfinished {
  /** Null if it is not known: a repair runs on that database, this one or another. */
  running: boolean | null;
  /** The server process that holds the repair lock; null if none is known. */
  pid: number | null;
}

/** One operation of this console, from its receipt. */
export interface HistoryEntry {
  id: string;
  /** ISO 8601 UTC. */
  at: string;
  action: 'sync' | 'reset' | 'undo' | 'migrate';
  /** The counter; null for that of presets. */
  counter: string | null;
  /** The user of the machine, and the machine. */
  by: string;
  /** Its name and host. */
  database: string;
  /** Presets whose count was written; records deleted and put back; presets that were left alone. */
  changed: number;
  deleted: number;
  restored: number;
  left: number;
  /** `unfinished`: the receipt has no end, because the operation was killed or is still running. */
  ended: 'finished' | 'interrupted' | 'failed' | 'unfinished';
  /** What the server knows of an unfinished one; null if it was not asked, or does not know. */
  now: Unfinished | null;
  /** True if none of it is in effect any more. */
  undone: boolean;
  /** The receipt that this one undoes. */
  undoes: string | null;
  file: string;
  /** True if it is of the open database. */
  here: boolean;
  /** Who wrote the receipt, according to its seals: `own` if there is no doubt that this console did. */
  origin: 'own' | 'other-user' | 'unsealed' | 'other-key' | 'no-key' | 'exposed' | 'edited';
  /** Why there is doubt, as a sentence; null for this user's own. */
  doubt: string | null;
}
