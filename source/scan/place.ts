import type { CodeLocation } from './finding.ts';

/** Where `offset` is in a text. An offset past the end counts as the end. */
export function placeAt(file: string, text: string, offset: number): CodeLocation {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at !== -1; at = before.indexOf('\n', at + 1)) line += 1;
  return { file, line, column: before.length - start + 1 };
}

const longest = 200;

/** A statement in one line, shortened to what a person would read. Unprintable characters are left to the caller. */
export function inOneLine(statement: string): string {
  const flat = statement
    .slice(0, longest * 8)
    .replace(/\s+/g, ' ')
    .trim();
  return flat.length > longest ? `${flat.slice(0, longest - 3)}...` : flat;
}
