import { count, signed } from '../format/numbers.ts';
import type { UseResult } from './explain-use.ts';

/** One use in a line, such as `12 to 13 (+1), 1 record, last_used_at moved`. */
export function formatUse({ before, after, increment, recordsAdded, lastUsedAtMoved }: UseResult): string {
  const moved =
    lastUsedAtMoved === null ? '' : `, last_used_at ${lastUsedAtMoved ? 'moved' : 'did not move'}`;
  return `${countText(before)} to ${countText(after)} (${signed(increment)}), ${count(recordsAdded)} ${recordsAdded === 1 ? 'record' : 'records'}${moved}`;
}

/** A count, which may be NULL. */
export function countText(value: number | null): string {
  return value === null ? 'NULL' : count(value);
}
