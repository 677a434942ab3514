import type { CatalogRoutine } from '../../catalog.ts';
import { type Given, parameterValues, routinesMeant } from '../calls.ts';
import { placeText } from '../change.ts';
import { allOf, choose, counted, type Expression, isLarge, isValue, keyOf, value } from '../expression.ts';
import { readExpression } from '../expressions.ts';
import type { Called, Scope } from '../scope.ts';
import { type Variables, wholeOf } from '../variables.ts';
import { deepest, type Start } from '../world.ts';
import { parts } from './conditions.ts';
import type { Context, Walking } from './walking.ts';

/** Runs a routine of the application where it is called, so that what it does happens here. */
export function walkCalled(
  walk: Walking,
  schema: string | null,
  name: string,
  args: readonly Given[],
): Expression | undefined {
  const { world, depth, outcome, unclear } = walk.context;
  if (depth >= deepest) return undefined;
  const candidates = world.routines(schema, name, walk.read.routine).filter(({ isTrigger }) => !isTrigger);
  const [meant, another] = routinesMeant(candidates, args);
  if (!another) return meant && walkRoutine(walk, meant, args, walk.context);
  const { identity } = walk.read.routine;
  outcome.problems.push({ routine: identity, message: `${name}() may be one of several functions` });
  if (unclear !== null) return undefined;
  const why = `${placeText({ routine: identity, line: walk.line })} may call this or another function ${name}`;
  for (const each of routinesMeant(candidates, args))
    walkRoutine(walk, each, args, { ...walk.context, unclear: why });
  return undefined;
}

/** Calls a routine for each row of a query, as a loop does, or only where something is true. */
export function walkCalledFor(
  walk: Walking,
  { conditions, rounds, groups }: Called,
  call: () => Expression | undefined,
): Expression | undefined {
  const { state, context } = walk;
  const here = allOf(conditions);
  if (here.kind === 'value' && here.value !== true) return undefined;
  const { changes } = context.outcome;
  const first = changes.length;
  const { locks } = context.held;
  walk.state = { ...state, path: [...state.path, ...parts(here)] };
  if (rounds.some(({ sources, by }) => by === null && sources.length > 0))
    walk.context = { ...context, loops: context.loops + 1 };
  const result = call();
  for (const each of changes.slice(first)) {
    if (groups.length > 0) each.groups = [...(each.groups ?? []), ...groups];
    if (rounds.length > 0) each.rounds = [...(each.rounds ?? []), ...rounds];
  }
  walk.state = state;
  walk.context = context;
  // It may not have been called once.
  if (conditions.length > 0 || rounds.length > 0) context.held.locks = locks;
  return result;
}

function walkRoutine(
  walk: Walking,
  routine: CatalogRoutine,
  args: readonly Given[],
  context: Context,
): Expression | undefined {
  const read = context.world.body(routine);
  if (!read) return undefined;
  const variables: Variables = new Map();
  const nothing: Scope = { ...walk.scope(), queries: new Map(), variables: new Map() };
  const needed: Expression[] = [];
  for (const [place, value] of parameterValues(routine, args).entries()) {
    const given = value ?? readExpression(read.body.defaults[place], nothing);
    if (routine.strict) needed.push(...counted(given).filter(each => !isValue(each, true)));
    variables.set(`$${place + 1}`, { value: given });
    const named = routine.argumentNames[place];
    if (named) variables.set(named, given.kind === 'row' ? wholeOf(given.source) : { value: given });
  }
  const start: Start = { variables, queries: walk.start.queries, own: null, when: null };
  const { changes } = context.outcome;
  const first = changes.length;
  const isRun = allOf(needed);
  const path = [...walk.state.path, ...parts(isRun)];
  const result = walk.enter(read, start, { ...context, depth: context.depth + 1 }, path);
  for (const each of changes.slice(first)) each.within = [...(each.within ?? []), routine.oid];
  if (result && isLarge(result)) return undefined;
  const isOpen = needed.some(each => result && !isNothingElse(result, each));
  return result && isOpen ? choose([{ when: isRun, result }], value(null)) : result;
}

/** Whether an expression is NULL anyway where it is not true that this one is not: `NOT (NEW.x IS NULL)` and NEW.x + 1. */
function isNothingElse(each: Expression, needed: Expression): boolean {
  const arg = needed.kind === 'not' && needed.arg.kind === 'null' ? needed.arg.arg : needed;
  if (keyOf(each) === keyOf(arg)) return true;
  if (each.kind === 'operator')
    return each.name !== 'distinct' && each.args.some(inner => isNothingElse(inner, needed));
  return each.kind === 'lookup' && each.conditions.some(inner => isNothingElse(inner, needed));
}
