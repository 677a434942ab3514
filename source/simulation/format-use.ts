import { countText, signed } from '../format/numbers.ts';
import { amount } from '../format/plurals.ts';
import type { UseResult } from './explain-use.ts';

/** One use in one line, such as `12 to 13 (+1), 1 record, last_used_at moved`. */
export function formatUse({ before, after, increment, recordsAdded, lastUsedAtMoved }: UseResult): string {
  const moved =
    lastUsedAtMoved === null ? '' : `, last_used_at ${lastUsedAtMoved ? 'moved' : 'did not move'}`;
  return `${countText(before)} to ${countText(after)} (${signed(increment)}), ${amount(recordsAdded, 'record')}${moved}`;
}
