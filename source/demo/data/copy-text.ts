/** A value of a column: text, or null for NULL. The caller converts numbers and times to text. */
export type CopyValue = string | null;

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** Writes rows in the text format of PostgreSQL's COPY, each with a line break. */
export function copyText(rows: Iterable<readonly CopyValue[]>): string {
  let text = '';
  for (const row of rows) text += `${row.map(copyValue).join('\t')}\n`;
  return text;
}

function copyValue(value: CopyValue): string {
  return value === null ? '\\N' : value.replace(/[\\\t\n\r]/g, character => escapes[character]!);
}
