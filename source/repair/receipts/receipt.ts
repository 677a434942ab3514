import type { Quantity } from '../../counter/quantity.ts';

/** The first line of a receipt: who does what to which database. Holds no password. */
export interface ReceiptHead {
  version: 1;
  /** Sorts by time, such as `20261123T041554Z-sync-3f9a1c`. */
  id: string;
  /** ISO 8601 UTC. */
  at: string;
  action: 'sync' | 'reset' | 'undo' | 'migrate';
  /** The user and the machine. */
  by: { user: string; host: string };
  database: { name: string; host: string; user: string; serverVersion: string };
  /** What distinguishes this database from every other one, however it is reached. */
  identity: string;
  schema: string;
  /** The id of the counter, and a hash of what it counts; both are left out for that of presets. */
  counter?: string;
  counts?: string;
  fingerprint: string;
  options: Record<string, boolean>;
  /** The receipt that this one undoes; null for sync, reset and migrate. */
  undoes: string | null;
  /**
   * reset: the columns of the stored records, in the order of their values. `declared` is the type with its length, and
   * `number` the column's attribute number, which the table never reuses.
   */
  columns?: { quoted: string; type: string; declared?: string; number?: number }[];
  /** reset: which of them refers to the record's preset. */
  reference?: string;
  /** undo: columns whose values went into others, and those whose values were left out, by the user's choice. */
  mapped?: { from: string; to: string }[];
  dropped?: string[];
  /** migrate: what was there before, as SQL. */
  replaced?: string[];
  /** The server's position before the first batch. Older versions left it out, or had no `oldest`. */
  began?: { xid: string; oldest?: string; timeline: number | null };
}

/** The places, among the stored records of a batch, of the first and the last of some consecutive ones. */
export type PlaceRange = [first: number, last: number];

/** What one batch does to one preset. Written before the batch commits. */
export interface ReceiptChange {
  /** Null for records of no preset, which an undo puts back. */
  id: string | null;
  name: string;
  before: Quantity | null;
  /** Added to the count. */
  delta: Quantity;
  /** The count minus what it should be, before the batch. */
  drift: Quantity;
  /** Records that the batch deletes; negative if it puts them back. */
  deletes: number;
  /** The sum of their amounts; left out if records are counted. */
  worth?: Quantity;
  /** How many records the batch leaves, if their amounts are added up. */
  remaining?: number;
  lastUsedBefore: string | null;
  /** Left out if the time of the last use does not change. */
  lastUsedAfter?: string | null;
  /** undo: the batch of the other receipt whose records are put back. */
  of?: number;
  /**
   * undo: `records` puts records of that batch back and counts them, which changes no drift; `state` restores the drift
   * and the time of the last use, for all batches at once; `all` does both. Left out if everything the batch did was undone, as
   * older versions did.
   */
  part?: 'records' | 'state' | 'all';
  /** undo: which of the batch's records of this preset come back, if not all. */
  places?: PlaceRange[];
}

/** Where the deleted records of a batch are in the receipt's second file: one zstd frame that starts at `offset`, or in old receipts a gzip member. */
export interface StoredRecords {
  offset: number;
  length: number;
  count: number;
  /** The size of the expanded records, and the SHA-256 of the member; old receipts lack both. */
  bytes?: number;
  sha256?: string;
}

/** One transaction, written and fsynced before it commits. Whether it did commit, the server knows by `xid`. */
export interface ReceiptBatch {
  batch: number;
  xid: string;
  changes: ReceiptChange[];
  records: StoredRecords | null;
}

export type BatchOutcome = 'committed' | 'aborted' | 'unknown';

/** The last line, if the operation was not killed. */
export interface ReceiptEnd {
  ended: 'finished' | 'interrupted' | 'failed';
  changed: number;
  deleted: number;
  restored: number;
  durationMs: number;
  /** Presets that were left alone, and why. */
  left: { id: string | null; name: string; reason: string; message: string }[];
}

/**
 * Who wrote a receipt, according to its seals. `own`: this user, on this machine, with this state directory;
 * `other-user`: sealed with this directory's key, but it names another user; `unsealed`: it has no seals; `other-key`:
 * it was sealed with another key, or its first line was changed; `no-key`: there is no key to verify it with; `exposed`:
 * others may write to its file or directory; `edited`: it was changed after it was written.
 */
export type Origin = 'own' | 'other-user' | 'unsealed' | 'other-key' | 'no-key' | 'exposed' | 'edited';

/** What the next line of a receipt is sealed with: the key of a state directory, over the seal of the line before. */
export interface Seal {
  directory: string;
  last: string;
}

export interface Provenance {
  origin: Origin;
  /** Why this console may not have written it, as a sentence; null for this user's own. */
  doubt: string | null;
  /** What its next line is sealed with; null if it is not trusted, and so never written to. */
  seal: Seal | null;
}

/** A receipt as read from its file. */
export interface Receipt extends Provenance {
  head: ReceiptHead;
  file: string;
  batches: (ReceiptBatch & { outcome: BatchOutcome | null })[];
  /** Null if the operation was killed, or is still running. */
  end: ReceiptEnd | null;
}
