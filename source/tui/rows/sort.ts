import type { Sort } from '../../config/flags.ts';
import type { Diagnosed } from '../../watch/watch-event.ts';

export { type Sort, sorts } from '../../config/flags.ts';

export interface SortAndFilter {
  sort: Sort;
  /** True if the last come first. */
  reversed?: boolean;
  /** Only presets whose name contains this text or whose id begins with it; empty for all. */
  filter: string;
  onlyMismatches: boolean;
  /** Why counts are wrong, for the sort by cause. */
  diagnoses?: ReadonlyMap<string, Diagnosed>;
}
