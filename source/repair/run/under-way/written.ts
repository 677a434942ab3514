import {
  compareQuantities,
  isSame,
  minus,
  negated,
  type Quantity,
  sumOf,
} from '../../../counter/quantity.ts';
import type { RepairPlan } from '../../plan/repair-plan.ts';
import type { ReceiptChange } from '../../receipts/receipt.ts';
import { driftOf, type LeftAlone, worthOf } from '../../repair.ts';
import type { CounterState } from '../../sql/counter-state.ts';

/** A preset that a batch has written, and the drift that it should have now. */
export interface Written {
  id: string;
  name: string;
  drift: Quantity;
}

/** What a batch has written, by preset: an undo may restore records and a drift together. */
export function writtenBy(changes: readonly ReceiptChange[]): Written[] {
  const written = new Map<string, Written>();
  for (const change of changes) {
    const { id, name, drift, delta } = change;
    if (id === null) continue;
    const before = written.get(id)?.drift ?? drift;
    written.set(id, { id, name, drift: sumOf([before, delta, worthOf(change)]) });
  }
  return [...written.values()];
}

/** A preset that is not as it was written, and why. */
type NotAsWritten = LeftAlone & { id: string };

/** Those that do not have that drift once they are written. */
export function notAsWritten(
  written: readonly Written[],
  states: ReadonlyMap<string, CounterState>,
  plan: Pick<RepairPlan, 'inspected' | 'remarks'>,
): NotAsWritten[] {
  return written.flatMap(({ id, name, drift: expected }): NotAsWritten[] => {
    const state = states.get(id);
    if (!state) {
      const [row] = plan.inspected.tables.definition.nouns.row;
      return [
        { id, name, reason: 'gone', message: `It was written, but the ${row} was deleted right after.` },
      ];
    }
    const now = driftOf(state);
    if (isSame(now, expected)) return [];
    return [{ id, name, reason: 'wrong', message: whyWrong(minus(now, expected), plan) }];
  });
}

function whyWrong(by: Quantity, { remarks }: Pick<RepairPlan, 'remarks'>): string {
  const suspects = remarks.filter(({ code }) => code === 'trigger-unhealthy').map(({ message }) => message);
  return [
    `It was written, but is already ${compareQuantities(by, 0) > 0 ? `${by} too high` : `${negated(by)} too low`} again: its count or its records were changed since, or a trigger has changed the records.`,
    ...suspects,
  ].join(' ');
}
