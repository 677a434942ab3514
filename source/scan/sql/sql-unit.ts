import type { SqlReading } from '../../sql/sql-effects.ts';

/** SQL that was found anywhere, with what it does. */
export interface SqlUnit {
  /** Its file, relative to the scanned directory. */
  file: string;
  /** `file`: a file of SQL; `code`: a string in code; `shell`: what a script passes to psql. */
  in: 'file' | 'code' | 'shell';
  text: string;
  reading: SqlReading;
  /** The place in the file of an offset in the text. */
  source: (offset: number) => number;
}
