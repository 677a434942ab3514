import type { PresetEvidence } from '../evidence.ts';

/**
 * How many records of a preset came, or were written last, as no uses are: several in one transaction, several at one time, or
 * after a record with a later time.
 */
export function bulkRecords({ uses }: PresetEvidence): number {
  if (!uses) return 0;
  const { times, transactions } = uses;
  const together = (values: readonly number[]) => {
    const found = new Map<number, number>();
    for (const value of values) found.set(value, (found.get(value) ?? 0) + 1);
    return found;
  };
  const [atOnce, atTime] = [together(transactions ?? []), together(times)];
  let earliestLater = Number.POSITIVE_INFINITY;
  let bulk = 0;
  for (let index = times.length - 1; index >= 0; index -= 1) {
    const transaction = transactions?.[index] ?? Number.NEGATIVE_INFINITY;
    if (transaction > earliestLater || (atOnce.get(transaction) ?? 0) > 1 || atTime.get(times[index]!)! > 2)
      bulk += 1;
    else earliestLater = Math.min(earliestLater, transactions ? transaction : Number.POSITIVE_INFINITY);
  }
  return bulk;
}
