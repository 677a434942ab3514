import { refused } from '../../counter/guards.ts';
import type { ConsoleError } from '../../errors/errors.ts';
import type { RepairPlan } from '../plan/repair-plan.ts';

/** What a fingerprint is made of, each by itself: so it can be said what has changed between two plans. */
export type PlanParts = Record<'database' | 'asked' | 'presets' | 'triggers' | 'receipt', string>;

/** A plan, and what its fingerprint is made of where it was made here. */
type Planned = RepairPlan & { parts?: PlanParts };

/**
 * What a plan is refused with that is not the one that was agreed to: exit code 4. Of a fingerprint alone it cannot be told what
 * was different.
 */
export function stalePlan(plan: Planned, agreed?: Planned): ConsoleError {
  const changed = agreed?.parts && plan.parts ? changedWords(plan, plan.parts, agreed, agreed.parts) : [];
  return refused(
    'stale-plan',
    changed.length > 0
      ? `The database has moved away from the plan: ${changed.join('; ')}.`
      : 'The database has moved away from the plan, or the command is not the one that was planned: presets drift differently, other triggers fire, or the options are others.',
    `Nothing was changed. Look at the plan as it is now; its fingerprint is ${plan.fingerprint}.`,
  );
}

function changedWords(plan: RepairPlan, now: PlanParts, agreed: RepairPlan, then: PlanParts): string[] {
  const words: Record<keyof PlanParts, () => string> = {
    database: () => 'it is another database',
    asked: () => 'something else was asked for',
    presets: () =>
      plan.action === 'undo'
        ? 'other presets or records would be taken back'
        : 'other presets drift, or they drift by another amount',
    triggers: () => triggerWords(plan, agreed),
    receipt: () => 'whether the receipt is what this console wrote is judged differently now',
  };
  const parts = Object.keys(words) as (keyof PlanParts)[];
  return parts.flatMap(part => (now[part] === then[part] ? [] : [words[part]()]));
}

function triggerWords(plan: RepairPlan, agreed: RepairPlan): string {
  const told = ({ firesTriggers }: RepairPlan) =>
    new Map(firesTriggers.map(fires => [JSON.stringify(fires), fires.name]));
  const [now, then] = [told(plan), told(agreed)];
  const names = [...now, ...then].flatMap(([key, name]) => (now.has(key) && then.has(key) ? [] : [name]));
  return `other triggers fire, or they do something else${names.length > 0 ? ` (${[...new Set(names)].join(', ')})` : ''}`;
}
