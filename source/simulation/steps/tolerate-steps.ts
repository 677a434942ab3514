import type { Finding } from '../../counter/finding.ts';
import type { EventName } from '../../trigger/defined/events.ts';
import type { CounterHealth } from '../../trigger/defined/judge.ts';
import { isWrong, type StepName, type StepResult } from './counter-steps.ts';

/** What happens to a record in a step; nothing of what every application does. */
const events: Partial<Record<StepName, EventName>> = {
  'add-out': 'insert',
  remove: 'delete',
  'remove-out': 'delete',
  'change-out': 'condition',
  'change-in': 'condition',
  'change-amount': 'amount',
  move: 'move',
};

/** True if a step is wrong that an application may never make. */
export function mayBeTolerated(steps: readonly StepResult[]): boolean {
  return steps.some(each => isWrong(each) && events[each.step] !== undefined);
}

/**
 * The steps, where a wrong one is no error if `trigger` calls it none: it knows what can make it happen. It must have foreseen what
 * was seen. A count that such a step left wrong may be right again after the next.
 */
export function tolerateSteps(
  steps: readonly StepResult[],
  { events: judged, findings }: Pick<CounterHealth, 'events' | 'findings'>,
): StepResult[] {
  const handled = (step: StepName) => judged.find(({ event }) => event === events[step])?.handled;
  const weighed = steps.map((result): StepResult => {
    const { step, counted } = result;
    if (!isWrong(result) || handled(step) !== false) return result;
    // The gravest comes first.
    const said = findings.find(({ event }) => event === events[step]);
    if (!said || said.severity === 'error' || !isForeseen(said, counted)) return result;
    return { ...result, tolerated: said };
  });
  const left = weighed.some(({ tolerated }) => tolerated);
  return weighed.map(result => {
    const { step, counted } = result;
    if (!left || !isWrong(result) || handled(step) !== true) return result;
    if (!counted.every(({ accurate }) => accurate)) return result;
    return {
      ...result,
      status: 'right',
      counted: counted.map(each => ({ ...each, right: true })),
      reason: 'Another step left the count wrong, and after this one it was right again.',
    };
  });
}

/** Where nothing is said to change the count, nothing may have changed it. */
function isForeseen({ code, event }: Finding, counted: StepResult['counted']): boolean {
  return code !== `${event}-not-counted` || counted.every(({ change }) => Number(change) === 0);
}
