import type { Config } from '../../config/config.ts';
import { distinctNames } from '../../format/preset-name.ts';
import { numberColumns, table, textColumn } from '../../format/table.ts';
import { displayText, textWidth } from '../../format/text.ts';

/** How a command lists rows: whether their ids are shown, and how many cells a line has. */
export interface Lines {
  ids: boolean;
  /** Undefined in a pipe or a file, where nothing is cut. */
  columns: number | undefined;
}

/** What the command line and the terminal say about the lines of a list. */
export function linesOf({ ids, output }: Pick<Config, 'ids' | 'output'>): Lines {
  return { ids, columns: (output === null && process.stdout.columns) || undefined };
}

// In cells: lists of short names look alike.
const leastName = 27;

interface Titles {
  name: string;
  numbers: readonly string[];
  /** What stands above the last texts. */
  last?: string | undefined;
}

interface Cells {
  numbers: readonly string[];
  /** A text that ends the line, such as a cause. */
  last?: string | undefined;
}

/**
 * Rows with their numbers, the titles first. Names have the width of the widest; where a line ends they are cut instead of numbers, and the
 * ids that are asked for are never cut. Each number is at least `least` cells wide, and a line begins after `indent` cells.
 */
export function namedTable<Row extends { id: string; name: string }>(
  rows: readonly Row[],
  cellsOf: (row: Row) => Cells,
  titles: Titles,
  { ids, columns, least, indent = 0 }: Lines & { least: number; indent?: number },
): string[] {
  const called = distinctNames(rows);
  const cells = rows.map(row => ({ ...cellsOf(row), id: displayText(row.id), name: called(row) }));
  const all = [{ ...titles, id: 'Id' }, ...cells];
  const numbers = numberColumns(
    least,
    cells.map(each => each.numbers),
  );
  const id = ids
    ? [
        textColumn(
          all.map(each => each.id),
          0,
        ),
      ]
    : [];
  const taken =
    [...id, ...numbers.map(({ right }) => right)].reduce((sum, width) => sum + width + 1, indent) +
    all.reduce((most, { last = '' }) => Math.max(most, last === '' ? 0 : textWidth(last) + 2), 0);
  const room = columns === undefined ? undefined : columns - taken;
  const line = table([
    ...id,
    textColumn(
      all.map(({ name }) => name),
      leastName,
      room,
    ),
    ...numbers,
  ]);
  return all.map(
    ({ id, name, numbers, last = '' }) =>
      `${' '.repeat(indent)}${line([...(ids ? [id] : []), name, ...numbers])}${last === '' ? '' : `  ${last}`}`,
  );
}
