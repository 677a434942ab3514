/** A string constant that does not depend on standard_conforming_strings. Control characters are escaped: the text may be shown. */
export function literal(text: string): string {
  const quoted = text.replaceAll('\\', '\\\\').replaceAll("'", "''");
  return `E'${quoted.replace(control, escaped)}'`;
}

const control = /\p{Cc}/gu;

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  const digits = code.toString(16);
  // A byte below 128 is the same in every encoding of a server.
  return code < 0x80 ? `\\x${digits.padStart(2, '0')}` : `\\u${digits.padStart(4, '0')}`;
}

/** A name as it stands within the text that RAISE formats. */
export function inRaise(name: string): string {
  return name.replaceAll("'", "''").replaceAll('%', '%%');
}
