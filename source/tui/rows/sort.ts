export const sorts = ['usage', 'name', 'drift', 'last-used'] as const;
export type Sort = (typeof sorts)[number];

export interface SortAndFilter {
  sort: Sort;
  /** True if the last come first. */
  reversed?: boolean;
  /** Only presets whose name contains this text or whose id begins with it; empty for all. */
  filter: string;
  onlyMismatches: boolean;
}
