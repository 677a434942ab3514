import { found } from '../body/altered.ts';
import type { Change, Round } from '../body/change.ts';
import { column, type Expression, keyOf, type Source, sourceKey, within } from '../body/expression.ts';
import { unfollowed } from '../body/queries.ts';
import { opaque } from '../body/scope.ts';
import { areSingle } from '../body/single.ts';
import { Equalities, flattened, withoutLookups } from './equalities.ts';
import { sourcesIn } from './link.ts';

/** A change, and what the reading of its row made of it. */
export interface OneRow extends Change {
  /** It is set to a count that was read before. */
  reads: boolean;
  /** Those of its conditions that say which row is written, without those of queries in the value. */
  own: readonly Expression[];
}

/**
 * A change in which a row that is read by the key of the row that is changed stands for that row. So does a question whether there is
 * such a row: without one nothing is changed.
 */
export function asOneRow(given: Change): OneRow {
  const change = { ...given, conditions: joinedConditions(given) };
  const { target } = change;
  const pulled: Expression[] = [];
  const value = withoutLookups(change.value, pulled);
  const conditions = flattened([...change.conditions, ...pulled]).map(each => equalKey(each, target));
  const opened = (list: readonly Expression[]) => list.flatMap(each => existing(each, conditions, target));
  const asked = opened(conditions);
  const own = opened(flattened(change.conditions).map(each => equalKey(each, target)));
  const alike = sourcesIn([value, ...asked].flatMap(each => [...within(each)])).filter(each =>
    isSame(each, asked, target),
  );
  if (alike.length === 0) return { ...change, reads: false, conditions: asked, own };
  const same = new Set(alike.map(sourceKey));
  const moved = (each: Expression) =>
    withSources(each, source => (same.has(sourceKey(source)) ? target : source)) as Expression;
  const roundOf = ({ sources, by }: Round): Round => ({
    sources: sources.filter(each => !same.has(sourceKey(each))),
    by: by?.map(moved) ?? null,
  });
  return {
    ...change,
    value: moved(value),
    conditions: asked.map(moved).filter(each => !isTrivial(each)),
    own: own.map(moved),
    ...(change.by ? { by: change.by.map(moved) } : {}),
    ...(change.rounds ? { rounds: change.rounds.map(roundOf) } : {}),
    reads: [...within(value)].some(
      each => each.kind === 'column' && each.column === change.column && same.has(sourceKey(each.source)),
    ),
  };
}

/**
 * The conditions of a change, with those of the outer joins that have to find something for it. What else their ON asks leaves out no
 * row; it may give several.
 */
function joinedConditions({ conditions, outer = [], value: given }: Change): readonly Expression[] {
  const isOn = (each: Expression) => outer.some(({ on }) => on.includes(each));
  const rest = conditions.filter(each => !isOn(each));
  const joined = outer.flatMap((join): readonly Expression[] => {
    const inner = found(join, rest, null);
    if (inner) return [...join.on, ...inner];
    const uses = (each: Expression) => partsOf(each).some(one => join.sources.includes(one));
    // A value that is not found is NULL, which adds nothing.
    if (uses(given)) return join.on;
    const isOne =
      !join.full && !rest.some(uses) && !join.inner.includes(unfollowed) && areSingle(join.sources, join.on);
    return isOne ? [] : [opaque('what an outer join finds')];
  });
  return [...rest, ...joined];
}

/** The sources of an expression, and those of its aggregates. */
const partsOf = (each: Expression) => [
  ...sourcesIn(within(each)),
  ...[...within(each)].flatMap(inner => (inner.kind === 'aggregate' ? inner.sources : [])),
];

/** Columns of a primary key are never NULL, so that IS NOT DISTINCT FROM compares them as = does. */
function equalKey(each: Expression, target: Source): Expression {
  if (each.kind !== 'not' || each.arg.kind !== 'operator' || each.arg.name !== 'distinct') return each;
  const [key = []] = target.table.unique;
  const isKey = (arg: Expression) =>
    arg.kind === 'column' &&
    sourceKey(arg.source) === sourceKey(target) &&
    key.includes(arg.column) &&
    target.table.columns.some(({ name, nullable }) => name === arg.column && !nullable);
  return each.arg.args.some(isKey) ? { ...each.arg, name: '=' } : each;
}

/** The conditions of the row that EXISTS or IN asks for, if that is the row of the change. */
function existing(each: Expression, all: readonly Expression[], target: Source): readonly Expression[] {
  const asked = positive(each);
  if (asked.kind !== 'among') return [each];
  const { arg } = asked;
  const [row, more] = asked.rows;
  const [source, another] = row?.sources ?? [];
  if (!row || more || !source || another) return [each];
  const [first] = row.columns;
  if (arg !== null && (!first || (row.altered ?? []).some(({ how }) => how === 'cuts'))) return [each];
  const equal: Expression[] = arg && first ? [{ kind: 'operator', name: '=', args: [arg, first.value] }] : [];
  const own = flattened([...row.conditions, ...equal]);
  return isSame(source, [...all, ...own], target) ? own : [each];
}

/** NOT (NOT x), where x is never NULL. */
function positive(each: Expression): Expression {
  if (each.kind === 'is' && each.value) return positive(each.arg);
  if (each.kind !== 'not') return each;
  const inner = each.arg.kind === 'is' && each.arg.value ? each.arg.arg : each.arg;
  return inner.kind === 'not' ? positive(inner.arg) : each;
}

function isSame(source: Source, conditions: readonly Expression[], target: Source): boolean {
  if (source.kind !== 'table' || source.table !== target.table || sourceKey(source) === sourceKey(target))
    return false;
  const equal = new Equalities(conditions);
  return target.table.unique.some(
    key => key.length > 0 && key.every(name => equal.columnsOf(source, column(target, name)).includes(name)),
  );
}

function isTrivial(each: Expression): boolean {
  if (each.kind !== 'operator' || each.name !== '=') return false;
  const [left, right] = each.args;
  return left !== undefined && right !== undefined && keyOf(left) === keyOf(right);
}

/** The same with other sources in place of its own. */
export function withSources(given: unknown, moved: (source: Source) => Source): unknown {
  if (Array.isArray(given)) return given.map(each => withSources(each, moved));
  if (typeof given !== 'object' || given === null) return given;
  // A source itself, with all of its table.
  if ('table' in given) return moved(given as Source);
  return Object.fromEntries(Object.entries(given).map(([name, each]) => [name, withSources(each, moved)]));
}
