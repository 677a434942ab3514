import type { Sort } from '../../config/flags.ts';
import type { Diagnosed } from '../../watch/watch-event.ts';

export { type Sort, sorts } from '../../config/flags.ts';

export interface SortAndFilter {
  sort: Sort;
  /** True if the last come first. */
  reversed?: boolean;
  /** Only presets that meet this, see filter.ts; empty for all. */
  filter: string;
  onlyMismatches: boolean;
  /** Why counts are wrong, for the sort and the filter by cause. */
  diagnoses?: ReadonlyMap<string, Diagnosed>;
}
