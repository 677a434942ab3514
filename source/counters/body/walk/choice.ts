import type { Step } from '../../../sql/body/steps.ts';
import { allOf, anyOf, type Expression, isValue, notTrue, value } from '../expression.ts';
import { readExpression } from '../expressions.ts';
import { mergedVariables, type Variables } from '../variables.ts';
import { apart, parts } from './conditions.ts';
import type { Lock } from './locks.ts';
import { onlyRaises } from './step-ways.ts';
import type { Walking } from './walking.ts';

/** IF and CASE: walks every branch that is not ruled out. Returns the condition under which the body ends in one. */
export function walkChoice(
  walk: Walking,
  { branches, otherwise }: Extract<Step, { kind: 'choice' }>,
): Expression {
  const before = walk.state;
  const passed: Expression[] = [];
  const { held, outcome } = walk.context;
  const locked = held.locks;
  const ways: ReadonlySet<Lock>[] = [];
  const taken: { when: Expression; variables: Variables }[] = [];
  const ends: Expression[] = [];
  const walked: { here: Expression; refuses: boolean }[] = [];
  const { unraised } = outcome;
  for (const { when, steps } of [...branches, { when: null, steps: otherwise }]) {
    const isElse = passed.length === branches.length && when === null;
    walk.state = { variables: before.variables, path: [...before.path, ...passed] };
    // What is known of this way alone is known by these objects: a variable may hold the same condition elsewhere.
    const test = isElse ? value(true) : apart(readExpression(when, walk.scope()));
    const here = allOf([...passed, test]);
    const denied = apart(notTrue(test));
    const refuses = steps.at(-1)?.kind === 'raise' && onlyRaises(steps);
    if (refuses) unraised.add(denied);
    passed.push(denied);
    if (test.kind === 'value' && test.value !== true) continue;
    walk.state = { variables: new Map(before.variables), path: [...before.path, ...parts(here)] };
    held.locks = locked;
    walked.push({ here, refuses });
    const ended = walk.steps(steps);
    if (!isValue(ended, false)) ends.push(allOf([here, ended]));
    if (!isValue(ended, true)) ways.push(held.locks);
    if (!isValue(ended, true)) taken.push({ when: here, variables: walk.state.variables });
    if (isValue(test, true)) break;
  }
  for (const { here } of walked) {
    if (walked.every(each => each.here === here || each.refuses))
      for (const part of parts(here)) unraised.add(part);
  }
  held.locks = ways.reduce((all, each) => all.intersection(each), ways[0] ?? locked);
  walk.state = { variables: mergedVariables(before.variables, taken), path: before.path };
  // No way leads behind it.
  return taken.length === 0 ? value(true) : anyOf(ends);
}
