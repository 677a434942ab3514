import type { SqlReading } from '../sql-effects.ts';
import { parseApart } from './parser-process.ts';

/**
 * Reads a text of SQL, of one or more statements, with PostgreSQL's parser. What cannot be parsed is named as `problem`,
 * and the statements around it are read all the same. It rejects only where the parser itself cannot be started.
 */
export function readSql(text: string): Promise<SqlReading> {
  return parseApart({ text });
}
