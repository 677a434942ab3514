/** What one preset's counter and records say, all of one snapshot. Times in milliseconds since 1970. */
export interface PresetEvidence {
  id: string;
  usageCount: number | null;
  records: number;
  lastUsedAt: number | null;
  /** When the preset was made, where a column says so. */
  createdAt: number | null;
  /**
   * The transaction that wrote the preset's row last: a later one has a greater number. Null where this role may not read it.
   * Only its order means something.
   */
  written: number | null;
  /** Null where its records were not read, because they are too many. */
  uses: Uses | null;
  /** Where they were not read: how many there are of those that a rule speaks of. */
  counted?: ReadonlyMap<object, number>;
}

/** The records of one preset, oldest first; those without a time come first, with NaN. */
export interface Uses {
  times: readonly number[];
  /** The transaction that stored each of them, as in `PresetEvidence.written`. */
  transactions: readonly number[] | null;
  types: readonly string[] | null;
}

/** What the server has counted of a table since its statistics were reset; a crash loses it, a rollback is counted. */
export interface TableStatistics {
  inserted: number;
  updated: number;
  deleted: number;
  /** True for a table in partitions: one that is dropped or detached takes its numbers with it. */
  partitioned?: boolean;
}

/** A table whose deleted rows take records with them (a foreign key ON DELETE CASCADE), other than presets. */
export interface CascadingTable {
  name: string;
  /** Null where the server does not say. */
  deleted: number | null;
}

/** Everything that a diagnosis is made from, as plain data. */
export interface Evidence {
  mismatched: readonly PresetEvidence[];
  /** Presets that are right, chosen without regard to when they were used, to compare with. */
  accurate: readonly PresetEvidence[];
  /** Why uses are not counted now, in a sentence; null where the trigger counts. */
  triggerOff: string | null;
  /** What counts a use a second time, in sentences of the catalog's findings. */
  countsAgain: readonly string[];
  statistics: { presets: TableStatistics; records: TableStatistics } | null;
  /** All records of the table, those of gone presets included; null where they were not counted. */
  allRecords: number | null;
  cascades: readonly CascadingTable[];
  /** How many of the numbers that the records' key was given in order are missing; null where it is no such key. */
  missingIds: number | null;
}

/** `usage_count` minus records; a NULL count is 0. */
export function driftOf({ usageCount, records }: PresetEvidence): number {
  return (usageCount ?? 0) - records;
}
