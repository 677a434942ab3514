import type { Node } from 'libpg-query';
import { byteOffsets } from './offsets.ts';
import { type Parser, refusalOf } from './parser.ts';
import { type ReadBody, readStatement } from './read-statement.ts';
import { readRoutine } from './routine.ts';
import { splitStatements, withoutCopiedData } from './split-statements.ts';
import { addReading, emptyReading, type SqlReading } from './sql-effects.ts';
import type { Place } from './sql-location.ts';

/**
 * Reads a text of SQL, of one or more statements. What cannot be parsed is named as `problem`, and the statements around
 * it are read all the same.
 */
export function readStatements(given: string, parser: Parser): SqlReading {
  // The parser is given a C string, which a NUL would end.
  const text = given.replaceAll('\0', ' ');
  const whole = parsed(text, parser);
  if ('reading' in whole) return whole.reading;
  return readPieces(withoutCopiedData(text), parser, whole.problem);
}

type Parsed = { reading: SqlReading } | { problem: NonNullable<SqlReading['problem']> };

function parsed(text: string, parser: Parser): Parsed {
  if (text.trim() === '') return { reading: emptyReading() };
  const offset = byteOffsets(text);
  try {
    const { stmts = [] } = parser.parseSync(text);
    const reading = emptyReading();
    for (const { stmt, stmt_location: from = 0, stmt_len: length } of stmts) {
      const start = significant(text, offset(from));
      const end = length ? offset(from + length) : text.length;
      if (stmt)
        addReading(reading, readStatement(stmt as Node, { text, start, end, offset }, bodiesBy(parser)));
    }
    return { reading };
  } catch (error) {
    const { message, byte } = refusalOf(error);
    return { problem: { message, offset: byte === null ? 0 : offset(byte) } };
  }
}

function readPieces(text: string, parser: Parser, problem: SqlReading['problem']): SqlReading {
  const pieces = splitStatements(text, parser);
  const reading = emptyReading();
  if (pieces === null) return { ...reading, problem };
  for (const { start, end, psql } of pieces) {
    if (psql) {
      reading.problem ??= { message: 'psql reads this line itself', offset: start };
      continue;
    }
    const piece = parsed(text.slice(start, end), parser);
    const place = (offset: number) => start + offset;
    if ('reading' in piece) addReading(reading, piece.reading, place);
    else reading.problem ??= { ...piece.problem, offset: place(piece.problem.offset) };
  }
  // What only the whole has against it is said as well.
  reading.problem ??= pieces.length > 1 ? null : problem;
  return reading;
}

/** Past the blanks and comments that the parser counts to the statement after them. */
function significant(text: string, from: number): number {
  const blank = /(?:\s|--[^\n]*|\/\*[\s\S]*?\*\/)*/y;
  blank.lastIndex = from;
  return from + (blank.exec(text)?.[0].length ?? 0);
}

function bodiesBy(parser: Parser): ReadBody {
  return (language, body, offset, { text, start, end }: Place) => {
    const reading = emptyReading();
    addReading(
      reading,
      readRoutine({ language, source: body, statement: text.slice(start, end) }, parser),
      inner => offset + inner,
    );
    return reading;
  };
}
