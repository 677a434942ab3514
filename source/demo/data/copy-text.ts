/** A value of a column: text, or null for NULL. Numbers and times are written out as text by the caller. */
export type CopyValue = string | null;

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** Writes rows in the text format of PostgreSQL's COPY, every line ended. */
export function copyText(rows: Iterable<readonly CopyValue[]>): string {
  let text = '';
  for (const row of rows) text += `${row.map(copyValue).join('\t')}\n`;
  return text;
}

function copyValue(value: CopyValue): string {
  return value === null ? '\\N' : value.replace(/[\\\t\n\r]/g, character => escapes[character]!);
}
