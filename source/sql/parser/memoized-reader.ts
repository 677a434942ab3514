import { emptyReading, type SqlReading } from '../sql-effects.ts';
import type { Routine } from '../sql-reader.ts';
import { readBody } from './parser-process.ts';

// More bodies than any database has that write two tables; a catalog is read every other second.
const most = 1_000;
const known = new Map<string, Promise<SqlReading>>();

/**
 * `readBody`, asked once for each body: a text that is as it was is not parsed again. What it answers is not to be changed. Where
 * the parser cannot be started, that is the `problem` of each.
 */
export function readBodyOnce(routine: Routine): Promise<SqlReading> {
  const { language, source, arguments: given, result, kind } = routine;
  const key = JSON.stringify([language, given, result, kind, source]);
  const before = known.get(key);
  if (before) return before;
  const reading = readBody(routine).catch((error: Error): SqlReading => {
    // It may be there the next time.
    known.delete(key);
    return { ...emptyReading(), problem: { message: error.message, offset: 0 } };
  });
  if (known.size >= most) known.delete(known.keys().next().value ?? '');
  known.set(key, reading);
  return reading;
}
