import type { Expression, Value } from '../body/expression.ts';
import type { Domain } from './domain.ts';
import { evaluate } from './evaluate.ts';

/** Which records are meant: for each combination of the values in the domains, in order, whether it is one of them. */
export type RecordSet = readonly boolean[];

/** A change of a count where all `conditions` are true. */
export interface Step {
  sign: 1 | -1;
  conditions: readonly Expression[];
}

/** Every combination of the values, the last domain changing fastest. */
export function combinationsOf(domains: readonly Domain[]): Value[][] {
  let found: Value[][] = [[]];
  for (const { values } of domains)
    found = found.flatMap(left => values.map(({ value }) => [...left, value]));
  return found;
}

/** What steps add up to for a record that holds `after`, and held `before`. */
function net(
  steps: readonly Step[],
  domains: readonly Domain[],
  before: readonly Value[],
  after: readonly Value[],
) {
  const places = new Map(domains.map(({ column }, place) => [column, place]));
  const holding = (side: 'new' | 'old', column: string) =>
    (side === 'new' ? after : before)[places.get(column) ?? -1] ?? null;
  return steps
    .filter(({ conditions }) => conditions.every(each => evaluate(each, holding) === true))
    .reduce((sum, { sign }) => sum + sign, 0);
}

/** The records that an insert counts, and those that a delete takes away. */
export function countedBy(
  steps: readonly Step[],
  domains: readonly Domain[],
  event: 'insert' | 'delete',
): RecordSet {
  return combinationsOf(domains).map(held => {
    const sum = net(steps, domains, held, held);
    return event === 'insert' ? sum > 0 : sum < 0;
  });
}

/**
 * What an update that leaves the reference alone says about the records that count: those that it can come to count, and those that
 * it can cease to count.
 */
export function changedBy(steps: readonly Step[], domains: readonly Domain[], keys: ReadonlySet<string>) {
  const all = combinationsOf(domains);
  const enters = all.map(() => false);
  const leaves = all.map(() => false);
  const fixed = domains.flatMap(({ column }, place) => (keys.has(column) ? [place] : []));
  for (const [was, before] of all.entries()) {
    for (const [is, after] of all.entries()) {
      if (fixed.some(place => before[place] !== after[place])) continue;
      const sum = net(steps, domains, before, after);
      if (sum > 0) enters[is] = true;
      if (sum < 0) leaves[was] = true;
    }
  }
  return { enters, leaves };
}

/** The records that a condition is true for. */
export function matching(conditions: readonly Expression[], domains: readonly Domain[]): RecordSet {
  return countedBy([{ sign: 1, conditions }], domains, 'insert');
}

export const isAll = (set: RecordSet) => set.every(Boolean);
export const isEmpty = (set: RecordSet) => !set.some(Boolean);
export const areSame = (one: RecordSet, other: RecordSet) =>
  one.every((each, place) => each === other[place]);
export const both = (one: RecordSet, other: RecordSet): RecordSet =>
  one.map((each, place) => each && other[place] === true);
