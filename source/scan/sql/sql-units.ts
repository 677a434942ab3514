import { readSqlOnce } from '../../sql/parser/memoized-reader.ts';
import { emptyReading } from '../../sql/sql-effects.ts';
import { isWayBackCode } from '../code/down-migration.ts';
import type { CodeSql } from '../code/read-sql-texts.ts';
import { sourceOf, withPlaceholders } from '../code/sql-text.ts';
import type { ShellWord } from '../shell/shell-words.ts';
import { isWayBack, plainSql } from './plain-sql.ts';
import type { SqlUnit } from './sql-unit.ts';

/** Reads a file of SQL. */
export async function unitOfFile(file: string, text: string): Promise<SqlUnit> {
  const reading = isWayBack(file) ? emptyReading() : await readWithPlaceholders(plainSql(text));
  return { file, in: 'file', text, reading, source: offset => offset };
}

/** Reads a text of SQL in code. */
export async function unitOfCode({ module, node, sql }: CodeSql): Promise<SqlUnit> {
  const reading = isWayBackCode(node) ? emptyReading() : await readWithPlaceholders(sql.text);
  return { file: module.file, in: 'code', text: sql.text, reading, source: offset => sourceOf(sql, offset) };
}

/** Reads what a shell script passes to a client. */
export async function unitOfShell(file: string, { text, at }: ShellWord): Promise<SqlUnit> {
  const reading = await readWithPlaceholders(plainSql(text));
  return { file, in: 'shell', text, reading, source: offset => at + offset };
}

/** Parses the text unchanged, and if that fails, with the drivers' placeholders in PostgreSQL's form. */
async function readWithPlaceholders(text: string) {
  const reading = await readSqlOnce(text);
  if (!reading.problem) return reading;
  const again = await readSqlOnce(withPlaceholders(text));
  return again.problem ? reading : again;
}
