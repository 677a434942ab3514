import type { Parser } from './parser/parser.ts';
import type { SqlReading } from './sql-effects.ts';
import type { SqlLocation } from './sql-location.ts';

/** A routine as it is in `pg_proc`. */
export interface Routine {
  /** Such as `plpgsql`. */
  language: string;
  /** Its body; for BEGIN ATOMIC, which has no separate text, the whole CREATE FUNCTION. */
  source: string;
  /** Its arguments and its result, as in CREATE FUNCTION; PL/pgSQL is checked against both. */
  arguments?: string;
  result?: string | null;
  kind?: 'function' | 'procedure';
  /** The whole statement that creates it, if there is one. */
  statement?: string;
}

/** Reads the body of a routine that a statement creates; offsets are those of the statement's text. */
export type ReadBody = (language: string, body: string, offset: number, statement: SqlLocation) => SqlReading;

/**
 * The parser, and the function that reads a routine's body. Statements create routines, and bodies contain statements: both get
 * this object instead of importing each other.
 */
export interface SqlReader {
  parser: Parser;
  readRoutine(routine: Routine): SqlReading;
}
