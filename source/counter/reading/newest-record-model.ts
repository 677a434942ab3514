/** A record of a use, and what its preset says of its own last use. Times in milliseconds since 1970. */
export interface LastUse {
  at: number;
  type: string | null;
  /** The id of its preset; null where the record names none. */
  preset: string | null;
  /** The preset's name, empty where it has none; null where the preset is gone. */
  name: string | null;
  /** The preset's `last_used_at`; null where it has none. */
  lastUsedAt: number | null;
}

/** The ends of the history, as far as they can be had cheaply: see `readNewestRecord`. */
export interface NewestRecord {
  /** Null where there are no records. */
  newest: LastUse | null;
  /** The oldest record's time; null where there is none, or where looking it up is dear. */
  oldest: number | null;
  /** False where only the presets were looked at that were used last. */
  whole: boolean;
}
