import { byteOffsets } from './offsets.ts';
import { type Parser, refusalOf } from './parser.ts';

const verbs: ReadonlySet<string> = new Set([
  'insert',
  'update',
  'delete',
  'merge',
  'truncate',
  'with',
  'call',
]);

/** The SQL statements in a body that cannot be parsed as a whole: those that can be parsed one by one. */
export function parseFragments(source: string, parser: Parser): { text: string; offset: number }[] {
  let tokens: ReturnType<Parser['scanSync']>['tokens'];
  try {
    ({ tokens } = parser.scanSync(source));
  } catch (error) {
    refusalOf(error);
    return [];
  }
  const offset = byteOffsets(source);
  const found: { text: string; offset: number }[] = [];
  let starts: number[] = [];
  const close = (end: number) => {
    for (const start of starts) {
      const text = source.slice(start, end);
      if (!parses(text, parser)) continue;
      found.push({ text, offset: start });
      break;
    }
    starts = [];
  };
  for (const { text, start } of tokens) {
    const word = text.toLowerCase();
    if (word === ';') close(offset(start));
    else if (verbs.has(word)) starts.push(offset(start));
  }
  close(source.length);
  return found;
}

function parses(text: string, parser: Parser): boolean {
  try {
    parser.parseSync(text);
    return true;
  } catch (error) {
    refusalOf(error);
    return false;
  }
}
