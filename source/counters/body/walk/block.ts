import type { Step } from '../../../sql/body/steps.ts';
import { allOf, anyOf, type Expression, isValue, notTrue } from '../expression.ts';
import { mergedVariables, unknownOf } from '../variables.ts';
import { forget } from './assign.ts';
import { walkCaught } from './caught.ts';
import { isUnfound } from './found.ts';
import type { Frame } from './frames.ts';
import { doubtRounds } from './loop.ts';
import { onlyRaises } from './step-ways.ts';
import type { Walking } from './walking.ts';

type Block = Extract<Step, { kind: 'block' }>;

/** A block, or LOOP without a query. Returns the condition under which the body ends in it. */
export function walkBlock(walk: Walking, step: Block, frame: Frame): Expression {
  const { changes } = walk.context.outcome;
  const first = changes.length;
  if (step.again) forget(walk, [step]);
  const caught = step.handlers.filter(({ steps }) => !(steps.at(-1)?.kind === 'raise' && onlyRaises(steps)));
  if (caught.length === 0) frame.replaces = step.handlers;
  const ended = caught.length > 0 ? walkCaught(walk, step, frame) : walk.steps(step.steps);
  // What fails in it may be caught.
  if (caught.length > 0) for (const each of changes.slice(first)) each.demanded = false;
  return goOn(walk, step, frame, first, ended);
}

/** Goes on behind a block, which is reached where EXIT leaves it too. Returns the condition under which it ends the body. */
function goOn(walk: Walking, { again }: Block, frame: Frame, first: number, ended: Expression): Expression {
  const { depth, left, rounds, over, variables } = frame;
  const since = (path: readonly Expression[]) => allOf(path.slice(depth));
  // LOOP is written to try again until a statement finds its row. Else it goes round any number of times.
  const goesRound = again ? [notTrue(ended), ...rounds.map(since)].filter(each => !isUnfound(each)) : [];
  if (goesRound.length > 0) doubtRounds(walk, first);
  if (left.length === 0) return ended;
  const { held } = walk.context;
  const falls = again || isValue(ended, true) ? [] : [{ state: walk.state, locks: held.locks }];
  const reached = [...left, ...falls];
  held.locks = reached.reduce((all, { locks }) => all.intersection(locks), reached[0]?.locks ?? held.locks);
  const merged = mergedVariables(
    variables,
    reached.map(({ state }) => ({ when: since(state.path), variables: state.variables })),
  );
  if (again && !isValue(ended, true))
    for (const [name, given] of merged) if (given !== variables.get(name)) merged.set(name, unknownOf(name));
  walk.state = { variables: merged, path: walk.state.path.slice(0, depth) };
  return anyOf(over.map(since));
}
