import { type ObservedChange, verdictOf } from '../counter/count-change.ts';
import type { CounterDefinition } from '../counter/definition/definition.ts';
import { countText, signed } from '../format/numbers.ts';
import { amount } from '../format/plurals.ts';
import type { StepVerdict } from './steps.ts';

/** Steps 2 and 3 of any counter but that of presets, from a real change of the row `name`, seen while watching. */
export function judgeObservedRecord(
  change: ObservedChange,
  name: string,
  definition: CounterDefinition,
): StepVerdict {
  const { before, after, countBy, recordsBy } = change;
  const { nouns, row } = definition;
  const right = verdictOf(change) === 'right';
  const counts = `${row.count} ${before.exact ?? countText(before.usageCount)} to ${after.exact ?? countText(after.usageCount)} (${signed(countBy)})`;
  return {
    status: right ? 'passed' : 'failed',
    evidence: `A real change of "${name}" was seen: ${counts}, ${recordsSeen(recordsBy, definition)}.`,
    hint: right ? '' : `Press u to simulate with this ${nouns.row[0]}, or t to see what keeps the count.`,
    query: null,
  };
}

function recordsSeen(by: number | null, { nouns, record }: CounterDefinition): string {
  const [one, many] = nouns.record;
  if (record.amount !== null)
    return by === null
      ? `the sum of ${record.amount} is not known`
      : `the sum of ${record.amount} changed by ${signed(by)}`;
  if (by === null) return `an unknown number of ${many} added`;
  return by < 0 ? `${amount(-by, one, many)} removed` : `${amount(by, one, many)} added`;
}

/** True for a change that says nothing about a new record: one was removed, and the count followed. */
export function isRemoval({ kind, recordsBy }: ObservedChange): boolean {
  return kind === 'counted' && recordsBy !== null && recordsBy <= 0;
}
