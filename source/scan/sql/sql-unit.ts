import type { SqlReading } from '../../sql/sql-effects.ts';

/** A text of SQL that was found, wherever that was, with what it does. */
export interface SqlUnit {
  /** Where it stands, relative to the directory that is scanned. */
  file: string;
  /** `file`: a file of SQL; `code`: a string in code; `shell`: what a script gives to psql. */
  in: 'file' | 'code' | 'shell';
  text: string;
  reading: SqlReading;
  /** The place in the file of an offset in the text. */
  source: (offset: number) => number;
}
