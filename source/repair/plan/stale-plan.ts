import { refused } from '../../counter/guards.ts';
import type { ConsoleError } from '../../errors/errors.ts';
import type { RepairPlan } from '../plan/repair-plan.ts';

/** The parts of a fingerprint, each hashed separately, so that a message can say what has changed between two plans. */
export type PlanParts = Record<'database' | 'asked' | 'presets' | 'triggers' | 'receipt', string>;

/** A plan, with the parts of its fingerprint if it was made in this process. */
type Planned = RepairPlan & { parts?: PlanParts };

/**
 * The error for a plan that differs from the confirmed one: exit code 4. A fingerprint alone does not show what was
 * different.
 */
export function stalePlan(plan: Planned, agreed?: Planned): ConsoleError {
  const changed = agreed?.parts && plan.parts ? changedWords(plan, plan.parts, agreed, agreed.parts) : [];
  return refused(
    'stale-plan',
    changed.length > 0
      ? `The database no longer matches the plan: ${changed.join('; ')}.`
      : `The database no longer matches the plan, or the command has changed: ${rows(plan)} drift differently, other triggers fire, or the options differ.`,
    `Nothing was changed. Review the current plan; its fingerprint is ${plan.fingerprint}.`,
  );
}

function changedWords(plan: RepairPlan, now: PlanParts, agreed: RepairPlan, then: PlanParts): string[] {
  const words: Record<keyof PlanParts, () => string> = {
    database: () => 'it is another database',
    asked: () => `the action, its options or its ${rows(plan)} differ`,
    presets: () =>
      plan.action === 'undo'
        ? `other ${rows(plan)} or ${plan.inspected.tables.definition.nouns.record[1]} would be taken back`
        : `other ${rows(plan)} drift, or by other amounts`,
    triggers: () => triggerWords(plan, agreed),
    receipt: () => 'the origin of the receipt is judged differently now',
  };
  const parts = Object.keys(words) as (keyof PlanParts)[];
  return parts.flatMap(part => (now[part] === then[part] ? [] : [words[part]()]));
}

function rows({ inspected }: RepairPlan): string {
  return inspected.tables.definition.nouns.row[1];
}

function triggerWords(plan: RepairPlan, agreed: RepairPlan): string {
  const firing = ({ firesTriggers }: RepairPlan) =>
    new Map(firesTriggers.map(fires => [JSON.stringify(fires), fires.name]));
  const [now, then] = [firing(plan), firing(agreed)];
  const names = [...now, ...then].flatMap(([key, name]) => (now.has(key) && then.has(key) ? [] : [name]));
  return `other triggers fire, or they do something else${names.length > 0 ? ` (${[...new Set(names)].join(', ')})` : ''}`;
}
