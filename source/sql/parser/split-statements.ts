import { byteOffsets } from './offsets.ts';
import { type Parser, refusalOf } from './parser.ts';

/** A piece of a text between two semicolons, in UTF-16 units. */
interface SqlPiece {
  start: number;
  end: number;
  /** True for a command of psql, such as `\set`. */
  psql: boolean;
}

/**
 * Splits a text into statements by its tokens, so that semicolons in strings and comments do not count. Null if not even the
 * tokens can be read (an unterminated string).
 */
export function splitStatements(text: string, parser: Parser): SqlPiece[] | null {
  let tokens: ReturnType<Parser['scanSync']>['tokens'];
  try {
    ({ tokens } = parser.scanSync(text));
  } catch (error) {
    refusalOf(error);
    return null;
  }
  const offset = byteOffsets(text);
  const pieces: SqlPiece[] = [];
  let start: number | null = null;
  let end = 0;
  let parentheses = 0;
  // BEGIN ATOMIC ... END contains statements, and may contain CASE ... END.
  let blocks = 0;
  let before = '';
  let skipTo = 0;
  const close = (psql: boolean) => {
    if (start !== null && end > start) pieces.push({ start, end, psql });
    start = null;
    parentheses = 0;
    blocks = 0;
  };
  for (const token of tokens) {
    const from = offset(token.start);
    if (from < skipTo) continue;
    const word = token.text.toLowerCase();
    if (start === null && word === '\\') {
      const newline = text.indexOf('\n', from);
      start = from;
      end = skipTo = newline < 0 ? text.length : newline;
      close(true);
      continue;
    }
    if (word === '(') parentheses += 1;
    if (word === ')') parentheses = Math.max(0, parentheses - 1);
    if (word === 'atomic' && before === 'begin') blocks += 1;
    if (word === 'case' && blocks > 0) blocks += 1;
    if (word === 'end' && blocks > 0) blocks -= 1;
    before = word;
    if (word === ';' && parentheses === 0 && blocks === 0) close(false);
    else {
      start ??= from;
      end = offset(token.end);
    }
  }
  close(false);
  return pieces;
}

const copiedData = /\bcopy\b[^;']*\bfrom\s+stdin\b[^;']*;[^\n]*\n([\s\S]*?)(?:^\\\.[^\n]*$|$(?![\s\S]))/gim;

/** The text with the data that pg_dump writes between COPY ... FROM STDIN and `\.` blanked out; offsets stay the same. */
export function withoutCopiedData(text: string): string {
  return text.replace(copiedData, (whole, data: string) => {
    const at = whole.indexOf('\n') + 1;
    return whole.slice(0, at) + whole.slice(at).replace(/[^\n]/g, ' ') + (data === undefined ? '' : '');
  });
}
