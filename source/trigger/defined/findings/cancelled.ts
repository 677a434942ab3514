import type { CounterDefinition } from '../../../counter/definition/definition.ts';
import type { Finding } from '../../../counter/finding.ts';
import type { Value } from '../../../counters/body/expression.ts';
import { evaluate } from '../../../counters/condition/evaluate.ts';
import type { Writing } from '../../../counters/find/writings.ts';
import type { EventName } from '../events.ts';
import { isClear } from '../play.ts';

/** A BEFORE trigger of the row that leaves it as it was where its count changes. */
export interface Cancelled {
  finding: Finding;
  /** Events whose change of the count never happens. */
  events: ReadonlySet<EventName>;
}

// What columns beside the count hold, before and after: a condition on them is met or not.
const held: readonly Value[] = [null, true, false, 0, 1, ''];

/** BEFORE UPDATE triggers of the table with the count that return NULL or OLD where the count changes. */
export function cancelledBy({ row, via }: CounterDefinition, writings: readonly Writing[]): Cancelled[] {
  const home = via ?? row;
  return writings.flatMap(({ by, record, outcome }): Cancelled[] => {
    if (by.kind !== 'trigger' || by.event !== 'update' || !by.trigger.enabled) return [];
    const { name, type, updateOf } = by.trigger;
    const isOfRow = record?.name === home.table && record.schema === home.schema;
    const fires = updateOf.length === 0 || updateOf.includes(row.count);
    if (!isOfRow || !fires || (type & rowBefore) !== rowBefore) return [];
    const always = outcome.cancels.filter(each => each.conditions.every(isClear));
    const isCancelled = (was: number, is: number) =>
      always.find(({ conditions }) =>
        held.every(other =>
          conditions.every(
            each =>
              evaluate(each, (side, column) =>
                column === row.count ? (side === 'old' ? was : is) : other,
              ) === true,
          ),
        ),
      );
    const rising = isCancelled(4, 5);
    const falling = isCancelled(5, 4);
    const found = rising ?? falling;
    if (!found) return [];
    const [verb, events]: [string, EventName[]] =
      rising && falling
        ? ['changes', ['insert', 'delete', 'move', 'condition', 'amount']]
        : rising
          ? ['rises', ['insert', 'move', 'condition', 'amount']]
          : ['falls', ['delete', 'move', 'condition', 'amount']];
    return [
      {
        events: new Set(events),
        finding: {
          code: 'change-cancelled',
          severity: 'error',
          message: `The trigger ${name} on ${home.schema}.${home.table} returns ${found.gives} BEFORE an update in which ${row.count} ${verb}: the row then stays as it was.`,
          hint: `Let it return NEW where ${row.count} ${verb}.`,
        },
      },
    ];
  });
}

// FOR EACH ROW and BEFORE: see pg_trigger.tgtype.
const rowBefore = 1 | 2;
