import type { Counter } from '../counter/counter.ts';

/** One preset's counter and records, all from one snapshot. Times in milliseconds since 1970. */
export interface PresetEvidence {
  id: string;
  usageCount: number | null;
  records: number;
  lastUsedAt: number | null;
  /** When the preset was created; null if no column says so. */
  createdAt: number | null;
  /**
   * The transaction that last wrote the preset's row. Only the order matters: a later one has a greater number. Null if this
   * role may not read it.
   */
  written: number | null;
  /** Of a count in another table: whether that has no row for it; null if that was not read. Left out for any other. */
  missing?: boolean | null;
  /** How many of its records do not count, because they do not meet the condition; 0 if all records count. */
  excluded?: number;
  /** Null if its records were too many to read. */
  uses: Uses | null;
  /** If they were not read: how many of them each rule applies to. */
  counted?: ReadonlyMap<object, number>;
}

/** What an audit knows of a count that should be a sum. */
export type WrongSum = Counter & { missing: boolean | null };

/** The records of one preset, oldest first. Those without a time have NaN and come before all others. */
export interface Uses {
  times: readonly number[];
  /** The transaction that stored each of them, as in `PresetEvidence.written`. */
  transactions: readonly number[] | null;
  types: readonly string[] | null;
  /** What else is known of each, by column: a `1` where the column is true or set, for all in the same order. */
  marks?: ReadonlyMap<string, string>;
}

/** What the server has counted for a table since its statistics were reset. A crash loses it; rolled-back rows are included. */
export interface TableStatistics {
  inserted: number;
  updated: number;
  deleted: number;
  /** True for a partitioned table: a partition that is dropped or detached takes its numbers with it. */
  partitioned?: boolean;
}

/** A table other than presets whose deleted rows take records with them (a foreign key ON DELETE CASCADE). */
export interface CascadingTable {
  name: string;
  /** Null if the server does not report it. */
  deleted: number | null;
}

/** What the catalog names, each in words. */
export interface WriterEvidence {
  /** Routines that add to the count and store no record. */
  addAlone: readonly string[];
  /** Jobs that delete records, and what else is configured to take them away. */
  deleteRecords: readonly string[];
  /** Triggers that take a deleted record off the count. */
  subtract: readonly string[];
  /** Routines, not triggers, that take something off the count. */
  subtractAlone: readonly string[];
  /** Why an upsert that stores nothing new is counted; null if the trigger does not count it. */
  countsUpserts: string | null;
  /** Why the trigger does not count every record; null if it shows no condition. */
  condition: { words: string; columns: readonly string[] } | null;
}

/** A catalog that names nothing. */
export const noWriters: WriterEvidence = {
  addAlone: [],
  deleteRecords: [],
  subtract: [],
  subtractAlone: [],
  countsUpserts: null,
  condition: null,
};

/** What the count of a new row begins with, where that is not 0: `column` of `table`, both quoted where they need it. */
export interface Beginning {
  number: number;
  table: string;
  column: string;
}

/** Everything that a diagnosis is based on, as plain data. */
export interface Evidence {
  mismatched: readonly PresetEvidence[];
  /** Presets with correct counts to compare with, chosen regardless of when they were used. */
  accurate: readonly PresetEvidence[];
  /** Why uses are not counted now, in a sentence; null if the trigger counts. */
  triggerOff: string | null;
  /** What counts a use a second time, in the sentences of the trigger's findings. */
  countsAgain: readonly string[];
  /** What the catalog has that may write counts or records in another way. */
  writers: WriterEvidence;
  /** Of presets only if nothing but this count is written to their rows, as far as is known. */
  statistics: { presets: TableStatistics | null; records: TableStatistics } | null;
  /** All records of the table, including orphans; null if they were not counted. */
  allRecords: number | null;
  cascades: readonly CascadingTable[];
  /** How many numbers are missing from the sequence of the records' key; null if the key is not numbered in sequence. */
  missingIds: number | null;
  /** True if no column has the time of a record: then there are no uses to read. */
  untimed?: boolean;
  /** The condition that records must meet to count, as SQL; left out if all count. */
  condition?: string;
  /** What a new count begins with by its default; null or left out if that is 0. */
  begins?: Beginning | null;
  /** Updates of presets that causes already found account for, beyond one for each record. */
  explainedUpdates?: number;
}

/** The count minus records; a NULL count is 0. */
export function driftOf({ usageCount, records }: PresetEvidence): number {
  return (usageCount ?? 0) - records;
}
