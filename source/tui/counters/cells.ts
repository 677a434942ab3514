import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { keeperNames } from '../../format/format-definition.ts';
import { brief } from '../../format/numbers.ts';
import { displayText, toWidth } from '../../format/text.ts';
import type { ListedCounter } from './model.ts';

/** The texts of one counter of the list, each exactly as wide as its column. */
export interface CounterCells {
  name: string;
  records: string;
  keeper: string;
  sure: string;
  rows: string;
  accurate: string;
  wrong: string;
}

/** Column widths in cells, for a terminal of `columns` cells. */
export function counterWidths(columns: number): Record<keyof CounterCells, number> {
  const extra = Math.max(0, columns - 80);
  const keeper = 14 + Math.min(25, Math.floor(extra / 3));
  const records = 10 + Math.min(14, Math.floor(extra / 5));
  const more = Math.min(4, Math.floor(extra / 10));
  const fixed = { records, keeper, sure: 8, rows: 8 + more, accurate: 9 + more, wrong: 6 + more };
  const taken = Object.values(fixed).reduce((sum, width) => sum + width, 2);
  return { name: Math.max(19, columns - taken), ...fixed };
}

const titles: Record<keyof CounterCells, string> = {
  name: 'Counter',
  records: 'Counts',
  keeper: 'Kept by',
  sure: 'Known',
  rows: 'Rows',
  accurate: 'Accurate',
  wrong: 'Wrong',
};

/** The titles of the columns. */
export function counterTitles(widths: Record<keyof CounterCells, number>, mark: string): CounterCells {
  return cells(titles, widths, mark);
}

/** One counter as cells; `auditing` is true while it is being audited. */
export function counterCells(
  { definition, audited }: ListedCounter,
  widths: Record<keyof CounterCells, number>,
  { auditing, mark, schema }: { auditing: boolean; mark: string; schema: string },
): CounterCells {
  const sums = audited?.sums;
  // What was not counted says so where its numbers would be.
  const none = audited ? '-' : '';
  const number = (value: number | undefined, key: keyof CounterCells) =>
    value === undefined ? none : brief(value, widths[key] - 1);
  const texts: Record<keyof CounterCells, string> = {
    name: displayText(shortId(definition, schema)),
    records: displayText(definition.record.table),
    keeper: displayText(keeperOf(definition)),
    sure: definition.confidence,
    rows: auditing ? 'reading' : number(sums?.rows, 'rows'),
    accurate: number(sums?.accurate, 'accurate'),
    wrong: number(sums?.mismatched, 'wrong'),
  };
  return cells(texts, widths, mark);
}

/** The table and the column of the count; in another schema than `schema`, with its own. */
export function shortId({ row, via }: CounterDefinition, schema: string): string {
  const table = via ?? row;
  return `${table.schema === schema ? '' : `${table.schema}.`}${table.table}.${row.count}`;
}

/** The trigger or function that keeps the count, without its schema. */
function keeperOf({ writers }: CounterDefinition): string {
  const [first, ...others] = keeperNames(writers);
  if (first === undefined) return 'nothing found';
  return others.length > 0 ? `${others.length + 1}: ${first}` : first;
}

function cells(
  texts: Record<keyof CounterCells, string>,
  widths: Record<keyof CounterCells, number>,
  mark: string,
): CounterCells {
  const left = (key: keyof CounterCells) => `${toWidth(texts[key], widths[key] - 1, 'left', mark)} `;
  const right = (key: keyof CounterCells) => ` ${toWidth(texts[key], widths[key] - 1, 'right', mark)}`;
  return {
    name: left('name'),
    records: left('records'),
    keeper: left('keeper'),
    sure: left('sure'),
    rows: right('rows'),
    accurate: right('accurate'),
    wrong: right('wrong'),
  };
}
