import type { CodeLocation } from './finding.ts';

/** Where `offset` is in a text. Throws nothing: an offset past the end is the end. */
export function placeAt(file: string, text: string, offset: number): CodeLocation {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at !== -1; at = before.indexOf('\n', at + 1)) line += 1;
  return { file, line, column: before.length - start + 1 };
}

const longest = 200;

/** A statement in one line, cut where it is longer than a person would read. What is unprintable is left to who prints it. */
export function inOneLine(statement: string): string {
  const flat = statement
    .slice(0, longest * 8)
    .replace(/\s+/g, ' ')
    .trim();
  return flat.length > longest ? `${flat.slice(0, longest - 3)}...` : flat;
}
