/** The location of a statement, so that what is found in it can be reported with its place. */
export interface SqlLocation {
  /** The text that was parsed. */
  text: string;
  /** Of the statement, in UTF-16 units of that text. */
  start: number;
  end: number;
  /** From the parser's bytes to UTF-16 units. */
  offset(byte: number): number;
}

/** The statement as it is written. */
export function statementText({ text, start, end }: SqlLocation): string {
  return text.slice(start, end).trim();
}

/**
 * The offset of the keyword before a byte: the parser reports where the table of a write is named, not where the write begins.
 */
export function keywordBefore(place: SqlLocation, keyword: string, byte: number | undefined): number {
  const { text, start } = place;
  const before = text.slice(start, place.offset(byte ?? 0)).toLowerCase();
  const found = before.lastIndexOf(keyword);
  return found < 0 ? start : start + found;
}
