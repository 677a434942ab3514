import type { CounterDefinition } from '../../../counter/definition/definition.ts';
import type { Finding } from '../../../counter/finding.ts';
import type { Expression, Value } from '../../../counters/body/expression.ts';
import { allOf, value, within } from '../../../counters/body/expression.ts';
import { printed } from '../../../counters/body/print.ts';
import { decide } from '../../../counters/condition/decide.ts';
import { evaluate } from '../../../counters/condition/evaluate.ts';
import type { Writing } from '../../../counters/find/writings.ts';
import type { EventName } from '../events.ts';
import { isClear } from '../play.ts';

/** A BEFORE trigger of the row that leaves it as it was where its count changes. */
export interface Cancelled {
  finding: Finding;
  /** Events whose change of the count never happens, or, where it does not do so `always`, may not happen. */
  events: ReadonlySet<EventName>;
  always: boolean;
}

/** RETURN NULL or OLD; or what is returned is NEW, in which the count was set to the one before. */
type Cancel = Omit<Writing['outcome']['cancels'][number], 'gives'> & {
  gives: 'NULL' | 'OLD' | 'the old count';
};
type Step = readonly [was: number, is: number];

// What columns beside the count hold, before and after, and what the conditions name: a condition on them is met or not.
const held: readonly Value[] = [null, true, false, 0, 1, ''];
// More columns have too many values together.
const most = 3;

/** BEFORE UPDATE triggers of the table with the count that return NULL or OLD where the count changes. */
export function cancelledBy({ row, via }: CounterDefinition, writings: readonly Writing[]): Cancelled[] {
  const home = via ?? row;
  return writings.flatMap(({ by, record, outcome }): Cancelled[] => {
    if (by.kind !== 'trigger' || by.event !== 'update' || !by.trigger.enabled) return [];
    const { name, type, updateOf } = by.trigger;
    const isOfRow = record?.name === home.table && record.schema === home.schema;
    const fires = updateOf.length === 0 || updateOf.includes(row.count);
    if (!isOfRow || !fires || (type & rowBefore) !== rowBefore) return [];
    const subject = `The trigger ${name} on ${home.schema}.${home.table}`;
    const cancels = [...outcome.cancels, ...setBack(outcome, row.count)];
    const always = eventsOf(step => cancels.find(each => isAlways(each, row.count, step)), [[4, 5]]);
    if (always) {
      const { found, verb, events } = always;
      return [
        {
          events,
          always: true,
          finding: {
            code: 'change-cancelled',
            severity: 'error',
            message: `${subject} ${does(found)} BEFORE an update in which ${row.count} ${verb}: the row then stays as it was.`,
            hint: `Let it return NEW where ${row.count} ${verb}.`,
          },
        },
      ];
    }
    const perhaps = eventsOf(
      step => cancels.find(each => isPossible(each, row.count, step)),
      stepsOf(cancels),
    );
    if (!perhaps) return [];
    const { found, verb, events } = perhaps;
    return [
      {
        events,
        always: false,
        finding: {
          code: 'change-cancelled',
          severity: 'warning',
          message: `${subject} ${does(found)} BEFORE an update where ${printed(allOf(found.conditions))}: where ${row.count} ${verb} then, the row stays as it was and the count drifts.`,
          hint: `Let it return NEW where ${row.count} ${verb}, or keep others from changing such a row in another way.`,
        },
      },
    ];
  });
}

/** NEW.count := OLD.count. */
function setBack({ changes }: Writing['outcome'], count: string): Cancel[] {
  return changes.flatMap(({ verb, column, value: given, conditions, target, place }): Cancel[] => {
    const isBack = given.kind === 'column' && given.column === count && given.source.kind === 'old';
    if (verb !== 'assign' || column !== count || !isBack) return [];
    const isOfTarget = (each: Expression) =>
      [...within(each)].some(inner => inner.kind === 'column' && inner.source === target);
    return [{ place, conditions: conditions.filter(each => !isOfTarget(each)), gives: 'the old count' }];
  });
}

const does = ({ gives }: Cancel) => (gives === 'the old count' ? `sets ${gives} again` : `returns ${gives}`);

/** Which events are concerned by what is found for a count that rises, and for one that falls. */
function eventsOf(cancels: (step: Step) => Cancel | undefined, rises: readonly Step[]) {
  const first = (steps: readonly Step[]) => steps.map(cancels).find(each => each !== undefined);
  const rising = first(rises);
  const falling = first(rises.map(([was, is]): Step => [is, was]));
  const found = rising ?? falling;
  if (!found) return null;
  const [verb, events]: [string, EventName[]] =
    rising && falling
      ? ['changes', ['insert', 'delete', 'move', 'condition', 'amount']]
      : rising
        ? ['rises', ['insert', 'move', 'condition', 'amount']]
        : ['falls', ['delete', 'move', 'condition', 'amount']];
  return { found, verb, events: new Set(events) };
}

function isAlways({ conditions }: Cancel, count: string, [was, is]: Step): boolean {
  const parts = conditions.flatMap(each => [...within(each)]);
  const columns = [...new Set(parts.flatMap(each => (each.kind === 'column' ? [each.column] : [])))];
  const others = columns.filter(name => name !== count);
  if (!conditions.every(isClear) || others.length > most) return false;
  const named = parts.flatMap(each => (each.kind === 'value' ? beside(each.value) : []));
  const values = [...new Set([...held, ...named])];
  const isMet = (of: ReadonlyMap<string, Value>): boolean => {
    const next = others[of.size];
    if (next !== undefined) return values.every(each => isMet(new Map([...of, [next, each]])));
    const holds = (side: 'new' | 'old', name: string) =>
      name === count ? (side === 'old' ? was : is) : (of.get(name) ?? null);
    return conditions.every(each => evaluate(each, holds) === true);
  };
  return isMet(new Map());
}

const beside = (given: Value): Value[] =>
  typeof given === 'number' ? [given - 1, given, given + 1] : [given];

/** Whether the conditions may be met where the count alone changes, by a trigger of its records. */
function isPossible({ conditions }: Cancel, count: string, [was, is]: Step): boolean {
  return conditions.every(each => {
    const met = decide(alike(each, count), inner => {
      if (inner.kind === 'session' && inner.name === 'pg_trigger_depth()') return 2;
      if (inner.kind !== 'column' || inner.column !== count) return undefined;
      return inner.source.kind === 'old' ? was : inner.source.kind === 'new' ? is : undefined;
    });
    return met === true || met === undefined;
  });
}

/** A condition with what is known of the rows: they differ, and in no column but the count. */
function alike(each: Expression, count: string): Expression {
  return JSON.parse(
    JSON.stringify(each, (_, inner) => {
      if (inner?.kind !== 'operator' || inner.args?.length !== 2) return inner;
      const [left, right] = inner.args as Expression[];
      if (left?.kind === 'row' && right?.kind === 'row') return value(inner.name !== '=');
      const isSame =
        left?.kind === 'column' &&
        right?.kind === 'column' &&
        left.column === right.column &&
        left.column !== count &&
        left.source.kind !== 'table';
      return isSame && !/^(?:=|<=|>=)$/.test(inner.name) ? value(false) : inner;
    }),
  ) as Expression;
}

// From small to large, and around what the conditions name; a count is not below 0.
function stepsOf(cancels: readonly Cancel[]): Step[] {
  const named = cancels.flatMap(({ conditions }) =>
    conditions.flatMap(each =>
      [...within(each)].flatMap(inner =>
        inner.kind === 'value' && typeof inner.value === 'number' ? [inner.value] : [],
      ),
    ),
  );
  return [0, 4, 999, ...named, ...named.map(each => each - 1)]
    .filter(each => each >= 0)
    .map((each): Step => [each, each + 1]);
}

const rowBefore = 1 | 2;
