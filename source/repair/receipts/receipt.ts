/** The first line of a receipt: who does what to which database. Holds no password. */
export interface ReceiptHead {
  version: 1;
  /** Sorts by time, such as `20261123T041554Z-sync-3f9a1c`. */
  id: string;
  /** ISO 8601 UTC. */
  at: string;
  action: 'sync' | 'reset' | 'undo' | 'migrate';
  /** Who: the user of this machine, and the machine. */
  by: { user: string; host: string };
  database: { name: string; host: string; user: string; serverVersion: string };
  /** What tells this database from every other one, however it is reached. */
  identity: string;
  schema: string;
  fingerprint: string;
  options: Record<string, boolean>;
  /** The receipt that this one takes back; null for sync, reset and migrate. */
  undoes: string | null;
  /**
   * reset: the columns of the records that it keeps, in the order of their values; `declared` is the type with its length, and
   * `number` the column's own, which no other one of the table is given.
   */
  columns?: { quoted: string; type: string; declared?: string; number?: number }[];
  /** reset: which of them names a record's preset. */
  reference?: string;
  /** undo: columns whose values went into others, and those whose values were left out, because somebody said so. */
  mapped?: { from: string; to: string }[];
  dropped?: string[];
  /** migrate: what was there before, as SQL. */
  replaced?: string[];
  /** Where the server stood before the first batch; left out, or without `oldest`, by older versions. */
  began?: { xid: string; oldest?: string; timeline: number | null };
}

/** The first and the last of some records that follow each other, by their places among those that a batch stored. */
export type PlaceRange = [first: number, last: number];

/** What one preset was and becomes in one batch. Written before the batch commits. */
export interface ReceiptChange {
  /** Null for records that belong to no preset, which an undo puts back. */
  id: string | null;
  name: string;
  before: number | null;
  /** Added to `usage_count`. */
  delta: number;
  /** `usage_count` minus records before the batch. */
  drift: number;
  /** Records that the batch deletes; below 0 where it puts them back. */
  deletes: number;
  lastUsedBefore: string | null;
  /** Left out where `last_used_at` stays as it is. */
  lastUsedAfter?: string | null;
  /** undo: the batch of the other receipt whose records are put back. */
  of?: number;
  /**
   * undo: `records` puts records of that batch back and counts them, which moves no drift; `state` gives the drift and
   * `last_used_at` back, of all batches at once; `all` does both. Left out where all that one batch did was taken back, as
   * undos once did.
   */
  part?: 'records' | 'state' | 'all';
  /** undo: which of the batch's records of this preset come back, where it is not all of them. */
  places?: PlaceRange[];
}

/** Where the deleted records of a batch are in the receipt's second file: one gzip member from `offset` on. */
export interface StoredRecords {
  offset: number;
  length: number;
  count: number;
  /** Of the records when they are expanded, and the SHA-256 of the member; old receipts have neither. */
  bytes?: number;
  sha256?: string;
}

/** One transaction, written and fsynced before it commits: whether it did, the server knows by `xid`. */
export interface ReceiptBatch {
  batch: number;
  xid: string;
  changes: ReceiptChange[];
  records: StoredRecords | null;
}

export type BatchOutcome = 'committed' | 'aborted' | 'unknown';

/** The last line, where the operation came to an end by itself. */
export interface ReceiptEnd {
  ended: 'finished' | 'interrupted' | 'failed';
  changed: number;
  deleted: number;
  restored: number;
  durationMs: number;
  /** Presets that were left alone, with the sentence why. */
  left: { id: string | null; name: string; reason: string; message: string }[];
}

/**
 * Who wrote a receipt, as far as its seals tell. `own`: this user, on this machine, with this state directory; `other-user`:
 * sealed with this directory's key, and it names somebody else; `unsealed`: it has no seals; `other-key`: it was sealed with
 * another key, or its first line was changed; `no-key`: there is no key to verify it with; `exposed`: others may write where
 * it is; `edited`: it was changed after it was written.
 */
export type Origin = 'own' | 'other-user' | 'unsealed' | 'other-key' | 'no-key' | 'exposed' | 'edited';

/** What a receipt's next line is sealed with: the key of a state directory, over the seal of the line before. */
export interface Seal {
  directory: string;
  last: string;
}

export interface Provenance {
  origin: Origin;
  /** A sentence that says why it may not be what this console wrote; null where it is this user's own. */
  doubt: string | null;
  /** What its next line is sealed with; null where it is not believed, and so never written to. */
  seal: Seal | null;
}

/** A receipt as its file tells it. */
export interface Receipt extends Provenance {
  head: ReceiptHead;
  file: string;
  batches: (ReceiptBatch & { outcome: BatchOutcome | null })[];
  /** Null where the operation was killed, or is still under way. */
  end: ReceiptEnd | null;
}
