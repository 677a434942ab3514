import { emptyReading, type SqlReading } from '../sql-effects.ts';
import type { Routine } from '../sql-reader.ts';
import { readBody } from './parser-process.ts';

// No database has this many routines that write two tables. Cached, because the catalog is read every two seconds.
const most = 1_000;
const known = new Map<string, Promise<SqlReading>>();

/**
 * `readBody` with a cache: the same text is not parsed again. Do not change its results. If the parser cannot be started, that
 * is the `problem` of each body.
 */
export function readBodyOnce(routine: Routine): Promise<SqlReading> {
  const { language, source, arguments: given, result, kind } = routine;
  const key = JSON.stringify([language, given, result, kind, source]);
  const before = known.get(key);
  if (before) return before;
  const reading = readBody(routine).catch((error: Error): SqlReading => {
    // The parser may start the next time.
    known.delete(key);
    return { ...emptyReading(), problem: { message: error.message, offset: 0 } };
  });
  if (known.size >= most) known.delete(known.keys().next().value ?? '');
  known.set(key, reading);
  return reading;
}
