/** What a finding is found as; stable, because scripts filter by it. */
export type WriteKind =
  | 'supabase-update'
  | 'supabase-upsert'
  | 'rpc'
  | 'sql'
  | 'query-builder'
  | 'prisma'
  | 'orm'
  | 'postgrest'
  | 'migration-counter'
  | 'trigger-disabled'
  | 'shell-sql';

/** What becomes of the count: the same distinction that is made of SQL. */
export type CountChange = 'adds' | 'subtracts' | 'recounts' | 'zero' | 'sets';

/** A place in a file. Lines and columns begin at 1, columns count UTF-16 units, as editors do. */
export interface CodeLocation {
  /** Relative to the directory that was scanned, with `/`. */
  file: string;
  line: number;
  column: number;
}

/** Code that writes `usage_count` beside the trigger. */
export interface Write extends CodeLocation {
  /** The statement in one line, fit for a terminal, cut where it is long. */
  text: string;
  kind: WriteKind;
  how: CountChange | null;
  /** Why that is wrong while the trigger counts. */
  why: string;
  /** What to do. */
  hint: string;
  /** Where the same function inserts a record too: its line, in the same file. */
  record: number | null;
}

/** What is worth a look and no second counter: a sync, a reset by hand, a new preset that does not begin at 0. */
export interface Note extends CodeLocation {
  text: string;
  kind: 'recount' | 'reset' | 'insert-with-count';
  message: string;
}

/** A file that names the counter and could not be read as what it is. */
export interface Unparsed extends CodeLocation {
  message: string;
}

/** A file or directory that was not looked into, and why. */
export interface Skipped {
  file: string;
  reason: string;
}

/** Everything a scan found, each list in the order of files and lines. */
export interface ScanReport {
  directory: string;
  /** How many files were looked into. */
  files: number;
  /** Files of tests, which write what they like. */
  ignored: number;
  writes: Write[];
  notes: Note[];
  unparsed: Unparsed[];
  skipped: Skipped[];
  durationMs: number;
}
