import { readSql } from '../../sql/parser/parser-process.ts';
import { emptyReading, type SqlReading } from '../../sql/sql-effects.ts';
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
  const reading = await read(text);
  if (!reading.problem) return reading;
  const again = await read(withPlaceholders(text));
  return again.problem ? reading : again;
}

/** If the parser cannot be started, that is the `problem` of each text: code without SQL can still be scanned. */
function read(text: string): Promise<SqlReading> {
  return readSql(text).catch(
    (error: Error): SqlReading => ({ ...emptyReading(), problem: { message: error.message, offset: 0 } }),
  );
}
