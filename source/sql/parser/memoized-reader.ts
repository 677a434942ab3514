import { emptyReading, type SqlReading } from '../sql-effects.ts';
import type { Routine } from '../sql-reader.ts';
import { readBody, readSql } from './parser-process.ts';

// No database has this many routines that write two tables.
const most = 1_000;

/**
 * `readBody` with a cache, because the catalog is read every two seconds: the same text is not parsed again. Do not change its
 * results. If the parser cannot be started, that is the `problem` of each body.
 */
export const readBodyOnce = once<Routine>(readBody, ({ language, source, arguments: given, result, kind }) =>
  JSON.stringify([language, given, result, kind, source]),
);

/** `readSql` in the same way: a scan reads its texts for each counter. */
export const readSqlOnce = once<string>(readSql, text => text);

function once<Given>(
  read: (given: Given) => Promise<SqlReading>,
  keyOf: (given: Given) => string,
): (given: Given) => Promise<SqlReading> {
  const known = new Map<string, Promise<SqlReading>>();
  return given => {
    const key = keyOf(given);
    const before = known.get(key);
    if (before) return before;
    const reading = read(given).catch((error: Error): SqlReading => {
      // The parser may start the next time.
      known.delete(key);
      return { ...emptyReading(), problem: { message: error.message, offset: 0 } };
    });
    if (known.size >= most) known.delete(known.keys().next().value ?? '');
    known.set(key, reading);
    return reading;
  };
}
