import type { SqlReading } from '../sql-effects.ts';
import type { Routine } from '../sql-reader.ts';
import { parseApart } from './parser-process.ts';

/**
 * Reads the body of a function or procedure as `pg_proc` has it: PL/pgSQL, SQL, BEGIN ATOMIC. Offsets are those of its
 * source. A language that is not read is a `problem`; it rejects only where the parser itself cannot be started.
 */
export function readBody(routine: Routine): Promise<SqlReading> {
  return parseApart({ routine });
}
