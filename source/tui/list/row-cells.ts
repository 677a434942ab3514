import { type Badge, badge, drift } from '../../counter/counter.ts';
import type { Diagnosis } from '../../diagnosis/diagnosis.ts';
import { shortDiagnosis } from '../../diagnosis/format-diagnosis.ts';
import { badgeWords, type Glyphs } from '../../format/badges.ts';
import { ago, brief, signed } from '../../format/numbers.ts';
import { presetName } from '../../format/preset-name.ts';
import { toWidth } from '../../format/text.ts';
import type { Row, Sort } from '../state/model.ts';

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
}

/** A terminal this wide has a column for the cause. Narrower ones show it below the list, for the row under the cursor. */
export const roomForWhy = 106;

/** Column widths in cells, for a terminal of `columns` cells. */
export function columnWidths(columns: number): Record<keyof Cells, number> {
  const why = columns >= roomForWhy ? 24 : 0;
  const fixed = { count: 10, change: 6, records: 10, drift: 9, badge: 12, why, lastUsed: 11 };
  const taken = Object.values(fixed).reduce((sum, width) => sum + width, 0);
  // Two cells for the cursor; every right-aligned column begins with a gap.
  return { name: Math.max(10, Math.min(80, columns - taken - 2)), ...fixed };
}

/** The titles of the columns; the sorted one is marked. */
export function titleCells(
  widths: Record<keyof Cells, number>,
  sort: Sort,
  { down, ellipsis }: Glyphs,
): Cells {
  const titles: Record<keyof Cells, string> = {
    name: 'Preset',
    count: 'Uses',
    change: '',
    records: 'Records',
    drift: 'Drift',
    badge: '  Badge',
    why: '  Why',
    lastUsed: 'Last used',
  };
  const sorted: Record<Sort, keyof Cells> = {
    usage: 'count',
    name: 'name',
    drift: 'drift',
    'last-used': 'lastUsed',
  };
  titles[sorted[sort]] += ` ${down}`;
  return cells(titles, widths, ellipsis);
}

/** One counter as cells. `now` is the server's clock, in milliseconds since 1970; `fresh` marks a change just seen. */
export function rowCells(
  row: Row,
  widths: Record<keyof Cells, number>,
  diagnosis: Diagnosis | null,
  { now, fresh, complete, glyphs }: { now: number; fresh: boolean; complete: boolean; glyphs: Glyphs },
): Cells & { badgeKind: Badge } {
  const kind = badge(row, complete);
  const difference = drift(row);
  const texts = {
    name: presetName(row),
    count: row.usageCount === null ? 'NULL' : brief(row.usageCount, widths.count - 1),
    change: fresh && row.change !== 0 ? signed(row.change) : '',
    records:
      row.records === null || kind === 'hidden' ? glyphs.ellipsis : brief(row.records, widths.records - 1),
    drift:
      difference === null || kind === 'hidden'
        ? ''
        : `${difference > 0 ? '+' : ''}${brief(difference, widths.drift - 2)}`,
    badge: `  ${glyphs.badge[kind]} ${badgeWords[kind]}`,
    why: diagnosis ? `  ${shortDiagnosis(diagnosis)}` : '',
    lastUsed: ago(row.lastUsedAt, now),
  };
  return { ...cells(texts, widths, glyphs.ellipsis), badgeKind: kind };
}

function cells(texts: Record<keyof Cells, string>, widths: Record<keyof Cells, number>, mark: string): Cells {
  const right = (key: keyof Cells) => ` ${toWidth(texts[key], widths[key] - 1, 'right', mark)}`;
  return {
    name: toWidth(texts.name, widths.name, 'left', mark),
    count: right('count'),
    change: ` ${toWidth(texts.change, widths.change - 1, 'left', mark)}`,
    records: right('records'),
    drift: right('drift'),
    badge: toWidth(texts.badge, widths.badge, 'left', mark),
    why: toWidth(texts.why, widths.why, 'left', mark),
    lastUsed: right('lastUsed'),
  };
}
