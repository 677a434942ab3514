import type { Node } from 'libpg-query';
import { byteOffsets } from './parser/offsets.ts';
import { refusalOf } from './parser/parser.ts';
import { splitStatements, withoutCopiedData } from './parser/split-statements.ts';
import { readStatement } from './read-statement.ts';
import { addReading, emptyReading, type SqlReading } from './sql-effects.ts';
import type { SqlLocation } from './sql-location.ts';
import type { ReadBody, SqlReader } from './sql-reader.ts';

/**
 * Reads one or more SQL statements. What cannot be parsed is reported as `problem`, and the statements around it are still
 * read.
 */
export function readStatements(given: string, reader: SqlReader): SqlReading {
  // The parser gets a C string, which a NUL would end.
  const text = given.replaceAll('\0', ' ');
  const whole = parsed(text, reader);
  if ('reading' in whole) return whole.reading;
  return readPieces(withoutCopiedData(text), reader, whole.problem);
}

type Parsed = { reading: SqlReading } | { problem: NonNullable<SqlReading['problem']> };

function parsed(text: string, reader: SqlReader): Parsed {
  if (text.trim() === '') return { reading: emptyReading() };
  const offset = byteOffsets(text);
  try {
    const { stmts = [] } = reader.parser.parseSync(text);
    const reading = emptyReading();
    for (const { stmt, stmt_location: from = 0, stmt_len: length } of stmts) {
      const start = significant(text, offset(from));
      const end = length ? offset(from + length) : text.length;
      if (stmt)
        addReading(reading, readStatement(stmt as Node, { text, start, end, offset }, bodiesBy(reader)));
    }
    return { reading };
  } catch (error) {
    const { message, byte } = refusalOf(error);
    return { problem: { message, offset: byte === null ? 0 : offset(byte) } };
  }
}

function readPieces(text: string, reader: SqlReader, problem: SqlReading['problem']): SqlReading {
  const pieces = splitStatements(text, reader.parser);
  const reading = emptyReading();
  if (pieces === null) return { ...reading, problem };
  for (const { start, end, psql } of pieces) {
    if (psql) {
      reading.problem ??= { message: 'psql reads this line itself', offset: start };
      continue;
    }
    const piece = parsed(text.slice(start, end), reader);
    const place = (offset: number) => start + offset;
    if ('reading' in piece) addReading(reading, piece.reading, place);
    else reading.problem ??= { ...piece.problem, offset: place(piece.problem.offset) };
  }
  // If only the whole text is refused, that is reported too.
  reading.problem ??= pieces.length > 1 ? null : problem;
  return reading;
}

/** Skips the blanks and comments that the parser includes at the start of a statement. */
function significant(text: string, from: number): number {
  const blank = /(?:\s|--[^\n]*|\/\*[\s\S]*?\*\/)*/y;
  blank.lastIndex = from;
  return from + (blank.exec(text)?.[0].length ?? 0);
}

function bodiesBy(reader: SqlReader): ReadBody {
  return (language, body, offset, { text, start, end }: SqlLocation) => {
    const reading = emptyReading();
    addReading(
      reading,
      reader.readRoutine({ language, source: body, statement: text.slice(start, end) }),
      inner => offset + inner,
    );
    return reading;
  };
}
