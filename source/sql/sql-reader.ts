import type { Parser } from './parser/parser.ts';
import type { SqlReading } from './sql-effects.ts';
import type { SqlLocation } from './sql-location.ts';

/** A routine as `pg_proc` has it. */
export interface Routine {
  /** Such as `plpgsql`. */
  language: string;
  /** Its body; of one with BEGIN ATOMIC, which has no text of its own, the whole CREATE FUNCTION. */
  source: string;
  /** Its arguments and its result, as after CREATE FUNCTION; PL/pgSQL is checked against both. */
  arguments?: string;
  result?: string | null;
  kind?: 'function' | 'procedure';
  /** The whole statement that creates it, where there is one. */
  statement?: string;
}

/** Reads the body of a routine that a statement creates; offsets are those of the statement's text. */
export type ReadBody = (language: string, body: string, offset: number, statement: SqlLocation) => SqlReading;

/**
 * The parser with what reads a routine's body. Statements create routines, and bodies hold statements: each is handed this
 * instead of importing the other.
 */
export interface SqlReader {
  parser: Parser;
  readRoutine(routine: Routine): SqlReading;
}
