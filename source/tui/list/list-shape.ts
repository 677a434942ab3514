import type { Tables } from '../../counter/discovery/tables.ts';
import { recentUsesAreCheap } from '../../counter/reading/recent-uses.ts';

/** A terminal this wide has a column for the uses of the last days. */
const roomForRecent = 140;

/** How many days that column has. */
export const recentDays = 14;

/** What a counter needs columns for. */
export interface ListShape {
  /** True if amounts are added up, which have more digits than a number of records. */
  sums: boolean;
  /** True if rows have the time of the last use. */
  timed: boolean;
  /** True if causes are looked for. */
  causes: boolean;
  /** True if the uses of the last days can be read for a whole window. */
  recent: boolean;
}

/** What the counter of presets needs before its tables are known. */
export const ofPresets: ListShape = { sums: false, timed: true, causes: true, recent: false };

/** The shape of a counter's list; presets always have all columns but that of the last days. */
export function listShape(tables: Tables | undefined, isOfPresets: boolean): ListShape {
  if (!tables) return ofPresets;
  const recent = recentUsesAreCheap(tables);
  if (isOfPresets) return { ...ofPresets, recent };
  const { sums } = tables.records;
  return { sums, timed: tables.presets.lastUsed !== null, causes: !sums, recent };
}

/** For how many days the uses of every row in the window are shown; null if they are not. */
export function shownDays(columns: number, { recent }: ListShape): number | null {
  return recent && columns >= roomForRecent ? recentDays : null;
}
