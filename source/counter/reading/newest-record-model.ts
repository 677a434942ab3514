/** A record, and the last use according to its preset. Times in milliseconds since 1970. */
export interface LastUse {
  at: number;
  type: string | null;
  /** The id of its preset; null if the record has none. */
  preset: string | null;
  /** The preset's name, empty if it has none; null if the preset is gone. */
  name: string | null;
  /** The preset's time of its last use; null if it has none. */
  lastUsedAt: number | null;
}

/** The ends of the history, as far as they are cheap to read: see `readNewestRecord`. */
export interface NewestRecord {
  /** Null if there are no records. */
  newest: LastUse | null;
  /** The oldest record's time; null without records, or if finding it is expensive. */
  oldest: number | null;
  /** False if only the records of the most recently used presets were read. */
  whole: boolean;
}
