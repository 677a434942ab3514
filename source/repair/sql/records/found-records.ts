import * as z from 'zod/mini';

/** A record as a receipt keeps it: its values as text in the order of `recordColumns`. */
export type RecordValues = (string | null)[];

/**
 * Where some records are, and which version of each was read. The three are SQL arrays as text, in the same order: the table, the
 * place in it, and the transaction that wrote the record. They are left out if that was not asked for.
 */
export interface RecordPlaces {
  number: number;
  relations?: string;
  places?: string;
  versions?: string;
}

/** The records that were read. */
export interface FoundRecords {
  number: number;
  /** A line for each: the text of a JSON array of its values, as a receipt keeps it. Without a line end at the end; empty without records. */
  lines: string;
  /** Where they are; null without any. */
  places: RecordPlaces | null;
  /** The bytes of the largest that is too large to be read; null without any. */
  tooLarge: number | null;
}

const text = z.nullable(z.string());
const gathered = z.object({
  number: z.nullable(z.number()),
  lines: text,
  relations: text,
  places: text,
  versions: text,
  tooLarge: z.nullable(z.number()),
});

/** The records in a row of `gathered`, see `boundedRecords`. */
export function toFound(row: unknown): FoundRecords {
  const { number, lines, relations, places, versions, tooLarge } = gathered.parse(row);
  if (number === null || lines === null) return { number: 0, lines: '', places: null, tooLarge };
  // JSON has no line end inside a value, so each line is a record.
  const there = linesIn(lines);
  if (there !== number) throw new Error(`${there} records where the server read ${number}`);
  if (relations === null || places === null || versions === null)
    return { number, lines, places: { number }, tooLarge };
  return { number, lines, places: { number, relations, places, versions }, tooLarge };
}

function linesIn(text: string): number {
  let number = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) number += 1;
  return number;
}

/** The values of the first `most` of these records. */
export function valuesIn(
  { number, lines }: Pick<FoundRecords, 'number' | 'lines'>,
  most = number,
): RecordValues[] {
  if (number === 0) return [];
  return lines.split('\n', most).map(line => JSON.parse(line) as RecordValues);
}
