// Control characters beyond ASCII, marks that turn the direction of text, line separators, and whatever else has no shape of its own.
const unseen =
  /[\x7f-\x9f]|\p{Cf}|\p{Zl}|\p{Zp}|\p{Default_Ignorable_Code_Point}|\p{Noncharacter_Code_Point}/gu;

/** The version of the JSON, in every document but errors. */
export const jsonVersion = 2;

/**
 * A value as a JSON document that may be printed anywhere: every character that cannot be seen, or that a terminal would obey,
 * is written as \uXXXX. `JSON.parse` answers with the same value. Every document of this program is made here.
 */
export function jsonText(value: unknown, indent?: number): string {
  // Outside of its strings JSON is ASCII, so whatever is found stands in a string, where an escape means the same.
  return JSON.stringify(value, null, indent).replace(unseen, escaped);
}

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}
