import type { Step } from '../../../sql/body/steps.ts';
import type { Change } from '../change.ts';
import { allOf, anyOf, type Expression, isValue, keyOf, notTrue, value } from '../expression.ts';
import { opaque } from '../scope.ts';
import { mergedVariables, unknownOf } from '../variables.ts';
import { parts } from './conditions.ts';
import type { Frame } from './frames.ts';
import { raises } from './step-ways.ts';
import { asksForOne, catchesOthersAlone, isTried, mayBeRefused, mayFail, tablesFilled } from './trying.ts';
import type { Walking } from './walking.ts';

/**
 * A block whose errors are caught: what it wrote is undone where one is, and a handler goes on. Returns the condition under which the
 * body ends in it.
 */
export function walkCaught(
  walk: Walking,
  { steps, handlers, line }: Extract<Step, { kind: 'block' }>,
  frame: Frame,
): Expression {
  const { outcome, world } = walk.context;
  const { routine } = walk.read;
  const { changes, insertions, unraised } = outcome;
  const [first, firstStored] = [changes.length, insertions.length];
  const before = walk.state;
  const passes = opaque(`an error that is caught in line ${line}`);
  const { table } = walk.around;
  const isOne = asksForOne(steps, handlers, name => walk.start.queries.has(name));
  const tried =
    !isOne &&
    isTried(steps, handlers, {
      isFunction: !routine.isTrigger,
      table,
      mayFail: (schema, name) => mayFail(schema, name, routine, world),
    });
  if (tried) walk.state = { ...before, path: [...before.path, passes] };
  outcome.unraised = new Set();
  frame.catches = handlers;
  const ended = walk.steps(steps);
  frame.catches = [];
  outcome.unraised = unraised;
  const own = changes.slice(first);
  const refused = insertions.slice(firstStored).find(mayBeRefused);
  if (refused)
    for (const each of own)
      each.doubt ??= `an error is caught with which it is undone, such as of a row of ${refused.table.name} that is refused`;
  const since = (path: readonly Expression[]) => allOf(path.slice(before.path.length));
  const raised = anyOf(frame.raised.map(since));
  const returned = anyOf(frame.over.map(since));
  const unless = parts(notTrue(raised));
  const keptOf = (conditions: readonly Expression[]) => {
    const there = new Set(conditions.map(keyOf));
    return [...conditions, ...unless.filter(each => !there.has(keyOf(each)))];
  };
  for (const each of own) each.conditions = keptOf(each.conditions);
  for (const [place, each] of insertions.entries())
    if (place >= firstStored)
      insertions[place] = { ...each, conditions: keptOf(each.conditions), path: keptOf(each.path) };
  const after = walk.state;
  const failed = tried ? notTrue(passes) : isValue(raised, false) ? accident : anyOf([raised, accident]);
  const filled = tablesFilled(steps, table);
  // Where a row that was to be made is there already: what was asked before it was to be made, and the error itself.
  const missed = ({ table: of }: Change['target']) => {
    const made = insertions.slice(firstStored).filter(each => each.table === of);
    const asked = made[0]?.path.slice(before.path.length).filter(each => keyOf(each) !== keyOf(passes)) ?? [];
    return made.length > 1 ? failed : allOf([...asked, accident]);
  };
  const { refuses } = outcome;
  const ways = handlers.map(handler => {
    const begun = changes.length;
    walk.state = { variables: new Map(after.variables), path: [...before.path, failed] };
    for (const [name, given] of after.variables)
      if (given !== before.variables.get(name)) walk.state.variables.set(name, unknownOf(name));
    const ends = walk.steps(handler.steps);
    // A row that was there already is updated instead: all that is counted is counted in one of both ways.
    for (const each of changes.slice(begun))
      if (filled.includes(each.target.table))
        each.conditions = each.conditions.map(one =>
          keyOf(one) === keyOf(failed) ? missed(each.target) : one,
        );
    if (changes.length === begun && !raises(handler.steps)) for (const each of own) each.swallowed = true;
    const counts = changes.length > begun || handler.conditions.every(each => each === 'no_data_found');
    return { ends, counts, variables: walk.state.variables };
  });
  outcome.refuses = refuses;
  const falls = ways.filter(({ ends }) => !isValue(ends, true));
  const endsAll = falls.length === 0;
  walk.state = {
    path: before.path,
    variables: mergedVariables(before.variables, [
      ...(isValue(ended, true) && isValue(raised, false)
        ? []
        : [{ when: passes, variables: after.variables }]),
      ...falls.map(({ variables }) => ({ when: notTrue(passes), variables })),
    ]),
  };
  const isAsked = isOne ? ways.some(({ counts }) => !counts) : tried || !catchesOthersAlone(handlers);
  if (isValue(ended, true) && endsAll) return value(true);
  if (ways.every(({ ends }) => isValue(ends, false))) return returned;
  if (!endsAll) return opaque(`which error is caught in line ${line}`);
  return anyOf([
    returned,
    ...(isValue(raised, false) ? [] : [raised]),
    ...(isAsked ? [notTrue(passes)] : []),
  ]);
}

// What is caught and was not asked for.
const accident: Expression = { kind: 'session', name: 'an exception' };
