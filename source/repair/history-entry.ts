/** One operation of this console, as its receipt tells it. */
export interface HistoryEntry {
  id: string;
  /** ISO 8601 UTC. */
  at: string;
  action: 'sync' | 'reset' | 'undo' | 'migrate';
  /** The user of the machine, and the machine. */
  by: string;
  /** Its name and where it was. */
  database: string;
  /** Presets whose count was written; records deleted and put back; presets that were left alone. */
  changed: number;
  deleted: number;
  restored: number;
  left: number;
  /** `killed`: there is no end in the receipt, because it was killed or is still under way. */
  ended: 'finished' | 'interrupted' | 'failed' | 'killed';
  /** True where nothing of it is in effect any more. */
  undone: boolean;
  /** The receipt that this one takes back. */
  undoes: string | null;
  file: string;
  /** True where it is of the database that is open. */
  here: boolean;
  /** Who wrote the receipt, as far as its seals tell: `own`, unless it may not be what this console wrote. */
  origin: 'own' | 'other-user' | 'unsealed' | 'other-key' | 'no-key' | 'exposed' | 'edited';
  /** Why it may not be, as a sentence; null where it is this user's own. */
  doubt: string | null;
}
