import { displayText } from './text.ts';

/** What a preset is called wherever it is shown: its name, else its id; a key without a letter in it stands in quotes. */
export function presetName({ id, name }: { id: string; name: string }): string {
  const shown = displayText(name);
  if (shown.trim() !== '') return shown;
  const key = displayText(id);
  return key.trim() === '' ? `"${key}"` : key;
}

/** The name of each row. Rows that share a name also show their keys. */
export function distinctNames<Row extends { id: string; name: string }>(
  rows: readonly Row[],
): (row: Row) => string {
  const seen = new Map<string, number>();
  for (const row of rows) seen.set(presetName(row), (seen.get(presetName(row)) ?? 0) + 1);
  return row => {
    const name = presetName(row);
    return (seen.get(name) ?? 0) > 1 ? `${displayText(keyText(row.id))} ${name}` : name;
  };
}

/** A key in a few words; of several columns it is the text of a JSON array. */
function keyText(id: string): string {
  if (!id.startsWith('[')) return id;
  try {
    const parts: unknown = JSON.parse(id);
    return Array.isArray(parts) ? parts.join(', ') : id;
  } catch {
    return id;
  }
}
