/** The kind of a finding; stable, because scripts filter by it. */
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

/** How the count changes. */
export type CountChange = 'adds' | 'subtracts' | 'recounts' | 'zero' | 'sets';

/** A place in a file. Lines and columns begin at 1, columns count UTF-16 units, as editors do. */
export interface CodeLocation {
  /** Relative to the scanned directory, with `/`. */
  file: string;
  line: number;
  column: number;
}

/** Code that writes the count in addition to the trigger. */
export interface Write extends CodeLocation {
  /** The statement in one line, shortened if it is long. */
  text: string;
  kind: WriteKind;
  how: CountChange | null;
  /** Why that is wrong while the trigger counts. */
  why: string;
  /** What to do. */
  hint: string;
  /** The line in the same file on which the same function inserts a record; null if it does not. */
  record: number | null;
  /** The id of the counter, for any other than that of presets. */
  counter?: string;
}

/** Something worth checking that is not a second counter: a recount, a reset by hand, a new preset that does not start at 0, a row that is saved as it was read. */
export interface Note extends CodeLocation {
  text: string;
  kind: 'recount' | 'reset' | 'insert-with-count' | 'row-saved';
  message: string;
  /** The id of the counter, for any other than that of presets. */
  counter?: string;
}

/** A file that names the counter but could not be parsed. */
export interface Unparsed extends CodeLocation {
  message: string;
}

/** A file or directory that was skipped, and why. */
export interface Skipped {
  file: string;
  reason: string;
}

/** Files that were not read, for one reason. */
export interface NotRead {
  /**
   * `language`: code in a language that is not read; `ignored`: git ignores them and does not track them; `test`: tests, fixtures
   * and stories; `installed`: directories of dependencies and build output; `types`: `.d.ts`; `skipped`: those that `skipped`
   * lists; `other`: no code.
   */
  reason: 'language' | 'ignored' | 'test' | 'installed' | 'types' | 'skipped' | 'other';
  language: string | null;
  /** How many files; for `installed` how many directories. */
  files: number;
  /** How many of the ignored are in a language that is read. */
  code: number;
  /** True if there are more, which were not counted. */
  more: boolean;
}

/** Everything a scan found, each list in the order of files and lines. */
export interface ScanReport {
  directory: string;
  /** How many files were read. */
  files: number;
  /** How many test files were skipped. */
  ignored: number;
  writes: Write[];
  notes: Note[];
  unparsed: Unparsed[];
  skipped: Skipped[];
  notRead: NotRead[];
  durationMs: number;
}
