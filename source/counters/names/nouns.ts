import type { Noun } from '../../counter/definition/definition.ts';
import { plural, singular, wordsOf } from './words.ts';

// What says how a table is stored and not what its rows are.
const noise: ReadonlySet<string> = new Set(['tbl', 'table', 'app', 'core', 'tb', 't']);

/** What the rows of a table are called, `fallback` where its name does not tell. */
export function nounOf(table: string, fallback: Noun): Noun {
  const words = wordsOf(table).filter(word => !noise.has(word));
  const last = words.at(-1);
  if (last === undefined || !words.every(word => /^\p{L}{2,}$/u.test(word))) return fallback;
  const before = words.slice(0, -1);
  return [[...before, singular(last)].join(' '), [...before, plural(last)].join(' ')];
}

export const anyRow: Noun = ['row', 'rows'];
export const anyRecord: Noun = ['record', 'records'];
