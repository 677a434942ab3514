import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { countText, signed } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import { type CounterSimulation, isRight, type StepResult } from './counter-steps.ts';

/** A step in one line, such as `comments_count 3 to 4 (+1)`. */
export function formatStep({ counted, reason }: StepResult, count: string): string {
  if (counted.length === 0) return `not done: ${reason}`;
  const changes = counted
    .map(({ before, after, change, expected, right }) => {
      const should = right ? '' : `, and should change by ${signed(expected)}`;
      return `${count} ${countText(before)} to ${countText(after)} (${signed(change)}${should})`;
    })
    .join('; ');
  return reason === null ? changes : `${changes}. ${reason}`;
}

/** What a simulation showed, in one sentence. */
export function stepsHeadline(
  { verdict, steps, findings }: CounterSimulation,
  { row }: CounterDefinition,
): string {
  const done = steps.filter(isRight).length;
  const tolerated = steps.filter(each => each.tolerated).length;
  if (verdict === 'confirmed') {
    if (findings.some(({ severity }) => severity === 'error'))
      return `${row.count} came out right, but something else is wrong.`;
    return tolerated > 0
      ? `Confirmed, except for what the application may never do: ${row.count} came out right after ${done} of ${amount(tolerated + done, 'step')}.`
      : `Confirmed: ${row.count} came out right after each of ${amount(done, 'step')}.`;
  }
  const wrong = steps.filter(({ status }) => status === 'wrong').length;
  if (verdict === 'not-confirmed' && wrong > 0)
    return `Not confirmed: ${row.count} came out wrong after ${wrong} of ${amount(wrong + done, 'step')}.`;
  return verdict === 'not-confirmed' ? 'Not confirmed as the role that was named.' : 'Not proved.';
}
