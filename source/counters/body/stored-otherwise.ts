import type { Change, Outcome } from './change.ts';
import { type Expression, keyOf, notTrue, type Source, sourceKey, value, within } from './expression.ts';

/** Doubts changes that a BEFORE trigger makes by a column of NEW, if it then stores another value in that column. */
export function doubtReset({ changes }: Outcome): void {
  for (const [order, set] of changes.entries()) {
    const path = set.conditions.filter(each => !mentionsSource(each, set.target)).map(keyOf);
    for (const [other, each] of changes.entries()) {
      const way = new Set(each.conditions.map(keyOf));
      // What is set before is what was asked for, unless that is asked on the way to it.
      if (order < other && !path.every(one => way.has(one))) continue;
      if (resets(set, each)) each.doubt ??= `line ${set.place.line} stores something else in ${set.column}`;
    }
  }
}

/** The same for what another trigger stores after it. */
export function doubtResetBy({ changes }: Outcome, trigger: string, later: Outcome): void {
  for (const set of later.changes)
    for (const each of changes)
      if (resets(set, each))
        each.doubt ??= `the trigger ${trigger} stores something else in ${set.column} after it`;
}

/** Whether a column of NEW is set to something else, by which a change is made that may happen with it. */
function resets(set: Change, each: Change): boolean {
  const { column: name, value: given } = set;
  const own = given.kind === 'column' && given.column === name && given.source.kind === 'new';
  if (set.verb !== 'assign' || each.verb === 'assign' || own) return false;
  const key = keyOf(given);
  const asks = (one: Expression) =>
    [...within(apartFrom(one, key))].some(
      inner => inner.kind === 'column' && inner.source.kind === 'new' && inner.column === name,
    );
  const path = set.conditions.filter(one => !mentionsSource(one, set.target)).map(keyOf);
  const way = new Set(each.conditions.map(keyOf));
  const isApart =
    set.conditions.some(one => way.has(keyOf(notTrue(one)))) ||
    each.conditions.some(one => path.includes(keyOf(notTrue(one))));
  return !isApart && [...each.conditions, each.value].some(asks);
}

const mentionsSource = (each: Expression, source: Source) =>
  [...within(each)].some(inner => inner.kind === 'column' && sourceKey(inner.source) === sourceKey(source));

/** An expression without what has this key. */
function apartFrom(each: Expression, key: string): Expression {
  return JSON.parse(
    JSON.stringify(each, (_, inner) =>
      typeof inner?.kind === 'string' && !('table' in inner) && keyOf(inner) === key ? value(true) : inner,
    ),
  ) as Expression;
}
