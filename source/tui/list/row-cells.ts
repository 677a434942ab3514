import { type Badge, badge, drift } from '../../counter/counter.ts';
import { type CounterNouns, titled } from '../../counter/definition/counter-nouns.ts';
import type { Diagnosis } from '../../diagnosis/diagnosis.ts';
import { shortDiagnosis } from '../../diagnosis/format-diagnosis.ts';
import { badgeWords, type Glyphs, sparkline } from '../../format/badges.ts';
import { briefly, driftText } from '../../format/format-figures.ts';
import { ago, brief, signed } from '../../format/numbers.ts';
import { textWidth, toWidth } from '../../format/text.ts';
import type { Row, Sort, SortAndFilter } from '../state/model.ts';
import { type ListShape, ofPresets, recentDays, shownDays } from './list-shape.ts';

/** The texts of one row of the list, each exactly as wide as its column. */
export interface Cells {
  name: string;
  count: string;
  change: string;
  records: string;
  drift: string;
  badge: string;
  /** Why the count is wrong, in a few words; empty if there is no room for it. */
  why: string;
  lastUsed: string;
  /** Its uses on each of the last days; empty if they are not shown. */
  recent: string;
}

/** A terminal this wide has a column for the cause. Narrower ones show it above the list, for the row under the cursor. */
export const roomForWhy = 106;

/** Column widths in cells, for a terminal of `columns` cells. */
export function columnWidths(columns: number, shape = ofPresets): Record<keyof Cells, number> {
  const { sums, timed, causes } = shape;
  const days = shownDays(columns, shape);
  const recent = days === null ? 0 : days + 2;
  const why = causes && columns >= roomForWhy ? 24 : 0;
  // Of a sum, what is left beside names of 18 cells, in three parts.
  const extra = sums
    ? Math.max(0, Math.min(18, Math.floor((columns - (timed ? 78 : 67) - why - recent) / 3)))
    : 0;
  const fixed = {
    count: 10 + extra,
    change: 6,
    records: 10 + extra,
    // Seven digits with their sign, where the cause has room too.
    drift: 9 + extra + (!sums && columns >= roomForWhy ? 3 : 0),
    badge: 12,
    why,
    lastUsed: timed ? 11 : 0,
    recent,
  };
  const taken = Object.values(fixed).reduce((sum, width) => sum + width, 0);
  // Two cells for the cursor; every right-aligned column begins with a gap.
  return { name: Math.max(10, columns - taken - 2), ...fixed };
}

/** The titles that depend on the counter. */
export interface ListTitles {
  row: string;
  count: string;
  records: string;
  lastUsed: string;
}

// What fits its column beside the gap.
const widestTitle = 9;

/** The titles of a counter's list. */
export function listTitles(
  { row, record }: CounterNouns,
  { sums }: ListShape,
  isOfPresets: boolean,
): ListTitles {
  const [, records] = record;
  return {
    row: titled(row[0]),
    count: isOfPresets ? 'Uses' : 'Count',
    records: sums ? 'Sum' : records.length <= widestTitle ? titled(records) : 'Records',
    lastUsed: isOfPresets ? 'Last used' : 'Latest',
  };
}

/** The titles of the columns; the sorted one is marked. */
export function titleCells(
  widths: Record<keyof Cells, number>,
  { sort, reversed }: Pick<SortAndFilter, 'sort' | 'reversed'>,
  { up, down, ellipsis }: Glyphs,
  words: ListTitles,
): Cells {
  const titles: Record<keyof Cells, string> = {
    name: words.row,
    count: words.count,
    change: '',
    records: words.records,
    drift: 'Drift',
    badge: '  Badge',
    why: '  Why',
    lastUsed: words.lastUsed,
    recent: `  ${recentDays} days`,
  };
  const sorted: Record<Sort, keyof Cells> = {
    uses: 'count',
    name: 'name',
    drift: 'drift',
    'last-used': 'lastUsed',
    cause: 'why',
  };
  const by = sorted[sort];
  const arrow = reversed ? up : down;
  // Beside the gap that a column of numbers begins with.
  const fits = textWidth(titles[by]) + 3 <= widths[by];
  titles[by] += fits ? ` ${arrow}` : arrow;
  return cells(titles, widths, ellipsis);
}

/** What is known of a row beside its counter. */
export interface RowReadings {
  diagnosis: Diagnosis | null;
  /** Its uses on each of the last days; null if they are not known. */
  uses: readonly number[] | null;
}

/** One counter as cells, called `name`. `now` is the server's clock, in milliseconds since 1970; `fresh` marks a change just seen. */
export function rowCells(
  row: Row,
  name: string,
  widths: Record<keyof Cells, number>,
  { diagnosis, uses }: RowReadings,
  { now, fresh, complete, glyphs }: { now: number; fresh: boolean; complete: boolean; glyphs: Glyphs },
): Cells & { badgeKind: Badge } {
  const kind = badge(row, complete);
  const difference = drift(row);
  const texts = {
    name,
    count: row.usageCount === null ? 'NULL' : briefly(row.usageCount, row.exact, widths.count - 1),
    change: fresh && row.change !== 0 ? signed(row.change) : '',
    records:
      row.records === null || kind === 'hidden'
        ? glyphs.ellipsis
        : briefly(row.records, row.exactRecords, widths.records - 1),
    drift: difference === null || kind === 'hidden' ? '' : briefDrift(row, difference, widths.drift - 2),
    badge: `  ${glyphs.badge[kind]} ${badgeWords[kind]}`,
    why: diagnosis ? `  ${shortDiagnosis(diagnosis)}` : '',
    lastUsed: ago(row.lastUsedAt, now),
    recent: uses === null ? '' : `  ${recentWords(uses, glyphs)}`,
  };
  return { ...cells(texts, widths, glyphs.ellipsis), badgeKind: kind };
}

// What is not known yet is blank, and so days without a use have a word.
function recentWords(uses: readonly number[], glyphs: Glyphs): string {
  return uses.some(number => number > 0) ? sparkline(uses, glyphs) : 'none';
}

function briefDrift(row: Row, difference: number, width: number): string {
  const whole = driftText(row);
  return whole.length <= (difference > 0 ? width + 1 : width)
    ? whole
    : `${difference > 0 ? '+' : ''}${brief(difference, width)}`;
}

function cells(texts: Record<keyof Cells, string>, widths: Record<keyof Cells, number>, mark: string): Cells {
  const right = (key: keyof Cells) =>
    widths[key] === 0 ? '' : ` ${toWidth(texts[key], widths[key] - 1, 'right', mark)}`;
  return {
    name: toWidth(texts.name, widths.name, 'left', mark),
    count: right('count'),
    change: ` ${toWidth(texts.change, widths.change - 1, 'left', mark)}`,
    records: right('records'),
    drift: right('drift'),
    badge: toWidth(texts.badge, widths.badge, 'left', mark),
    why: toWidth(texts.why, widths.why, 'left', mark),
    lastUsed: right('lastUsed'),
    recent: toWidth(texts.recent, widths.recent, 'left', mark),
  };
}
