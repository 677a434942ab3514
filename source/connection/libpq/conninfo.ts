import { usageError } from '../../errors/errors.ts';
import { takeKeyword } from './keywords.ts';

/**
 * Reads `host=… dbname='…'`, libpq's alternative to URLs. Values with spaces are quoted, and a backslash escapes a character.
 * Throws a usage error that never repeats the text: it may hold a password.
 */
export function readConninfo(text: string, source: string): Map<string, string> {
  const keywords = new Map<string, string>();
  // Only what C calls a space: others may be part of a password.
  const pair =
    /[ \t-\r]*([a-z_]+)[ \t-\r]*=[ \t-\r]*(?:'((?:[^'\\]|\\.)*)'|((?:[^ \t-\r'\\]|\\.)*))(?=[ \t-\r]|$)[ \t-\r]*/gsy;
  while (pair.lastIndex < text.length) {
    const [, name = '', quoted, plain = ''] = pair.exec(text) ?? [];
    if (name === '') {
      throw usageError(
        'bad-conninfo',
        `The connection string of ${source} cannot be read.`,
        "It looks like host=localhost dbname=app user=me; a value with spaces stands in '...'.",
      );
    }
    takeKeyword(keywords, name, (quoted ?? plain).replace(/\\(.)/gs, '$1'), source);
  }
  return keywords;
}
