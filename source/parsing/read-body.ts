import { loadParser } from './parser.ts';
import type { SqlReading } from './reading.ts';
import { type Routine, readRoutine } from './routine.ts';

/**
 * Reads the body of a function or procedure as `pg_proc` has it: PL/pgSQL, SQL, BEGIN ATOMIC. Offsets are those of its
 * source. A language that is not read is a `problem`; it rejects only where the parser itself cannot be loaded.
 */
export async function readBody(routine: Routine): Promise<SqlReading> {
  return readRoutine(routine, await loadParser());
}
