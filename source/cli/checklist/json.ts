import type { CounterSubject } from '../../checklist/run.ts';
import { type ChecklistStep, tally } from '../../checklist/steps.ts';
import { iso } from '../../format/numbers.ts';

/** What a walk through the checklist of one counter found, as the contract words it. */
export type ChecklistJson = ReturnType<typeof checklistJson>;

/** The same, made from what identifies the evidence and from the steps. */
export function checklistJson(trigger: CounterSubject['trigger'], steps: readonly ChecklistStep[]) {
  return {
    trigger,
    ...tally(steps),
    steps: steps.map(({ at, durationMs, ...step }) => ({
      ...step,
      understood: step.understood ?? true,
      at: iso(at),
      durationMs: Math.round(durationMs),
    })),
  };
}
