import { textWidth, toWidth } from './text.ts';

/** A column of a table, by its width in cells; numbers stand at the right of theirs. */
type Column = number | { right: number };

/** Columns of the numbers in `rows`, each as wide as its widest and at least `least`: a number that is cut is another number. */
export function numberColumns(least: number, rows: readonly (readonly string[])[]): { right: number }[] {
  return (rows[0] ?? []).map((_, at) => ({
    right: Math.max(least, ...rows.map(numbers => numbers[at]?.length ?? 0)),
  }));
}

// In cells: a shorter beginning of a name tells nothing.
const fewest = 10;

/** The width of a column of texts: that of the widest, and at least `least`; in lines that end, at most the `room` that is left in them. */
export function textColumn(texts: readonly string[], least: number, room = Number.POSITIVE_INFINITY): number {
  const widest = texts.reduce((most, text) => Math.max(most, textWidth(text)), least);
  return Math.min(widest, Math.max(fewest, room));
}

/** What makes rows of a table: each text is cut or padded to its column, and columns are one cell apart. */
export function table(columns: readonly Column[], mark?: string): (texts: readonly string[]) => string {
  return texts =>
    columns
      .map((column, index) => {
        const [width, align] =
          typeof column === 'number' ? ([column, 'left'] as const) : ([column.right, 'right'] as const);
        return toWidth(texts[index] ?? '', width, align, mark);
      })
      .join(' ');
}
