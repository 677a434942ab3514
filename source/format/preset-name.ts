import { displayText } from './text.ts';

/** What a preset is called wherever it is shown: its name, else its id; a key without a letter in it stands in quotes. */
export function presetName({ id, name }: { id: string; name: string }): string {
  if (isNamed(name)) return displayText(name);
  const key = displayText(id);
  return key.trim() === '' ? `"${key}"` : key;
}

function isNamed(name: string): boolean {
  return displayText(name).trim() !== '';
}

/**
 * The name of each row. Rows that share a name, or are known to with another one, also show their keys. So do those whose names are the same
 * as far as there is room for them, if `cut` says how far that is.
 */
export function distinctNames<Row extends { id: string; name: string }>(
  rows: readonly Row[],
  isShared: (row: Row) => boolean = () => false,
  cut: (name: string) => string = name => name,
): (row: Row) => string {
  const first = new Map<string, string>();
  const shared = new Map<string, Set<string>>();
  for (const row of rows) {
    const name = cut(presetName(row));
    const known = first.get(name);
    if (known === undefined) first.set(name, row.id);
    else if (known !== row.id) shared.set(name, (shared.get(name) ?? new Set([known])).add(row.id));
  }
  return row => {
    const name = presetName(row);
    const same = shared.get(cut(name));
    if (!isNamed(row.name) || !(same || isShared(row))) return name;
    return `${displayText(keyText(shortened(row.id, same ?? new Set())))} ${name}`;
  };
}

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
// Those that begin with the time begin alike if they were made together.
const forms = [(id: string) => id.slice(0, 8), (id: string) => id.slice(-12)];

/** A UUID as short as it still differs from `others`; any other key as it is. */
function shortened(id: string, others: ReadonlySet<string>): string {
  if (!uuid.test(id)) return id;
  const form = forms.find(short => [...others].every(other => other === id || short(other) !== short(id)));
  return form ? form(id) : id;
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
