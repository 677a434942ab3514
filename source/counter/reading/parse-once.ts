/**
 * Parses the answers of a statement that is asked again and again. Where all rows are as they were the last time, so is what was
 * made of them: nothing is parsed, and the same object is returned, which nobody may change.
 */
export function parseOnce<T>(parse: (rows: unknown[]) => T): (rows: unknown[]) => T {
  let last: { rows: unknown[]; value: T } | null = null;
  return rows => {
    if (last && areSame(last.rows, rows)) return last.value;
    last = { rows, value: parse(rows) };
    return last.value;
  };
}

function areSame(before: readonly unknown[], now: readonly unknown[]): boolean {
  return before.length === now.length && before.every((row, index) => isSame(row, now[index]));
}

/** Values are compared by themselves: what is no text, number or boolean counts as another. */
function isSame(before: unknown, now: unknown): boolean {
  const [one, other] = [before, now] as Record<string, unknown>[];
  if (!one || !other) return false;
  for (const column in one) if (!(column in other) || one[column] !== other[column]) return false;
  for (const column in other) if (!(column in one)) return false;
  return true;
}
