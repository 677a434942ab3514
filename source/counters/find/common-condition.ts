import type { Predicate } from '../../counter/definition/predicate.ts';
import type { CatalogTable } from '../catalog.ts';
import { type Domain, domainsOf } from '../condition/domain.ts';
import { columnsIn } from '../condition/evaluate.ts';
import {
  areSame,
  both,
  changedBy,
  countedBy,
  isAll,
  isEmpty,
  matching,
  type RecordSet,
} from '../condition/record-set.ts';
import { toPredicate } from '../condition/to-predicate.ts';
import type { Effect } from '../effect/effect.ts';

/** What one trigger, or one function, does for one event. */
export interface EventEffects {
  event: 'insert' | 'update' | 'delete' | 'truncate' | 'call';
  effects: readonly Effect[];
}

/** Which records count, as every writer of a counter says it. `agree` is false where only some of them say so. */
export type Common = { where: Predicate | null; agree: boolean } | { why: string };

// Beyond this many combinations a condition is no longer worth the time, nor readable.
const most = 150;

/** The condition that the writers of one counter have in common. */
export function commonCondition(
  groups: readonly EventEffects[],
  record: CatalogTable,
  keys: ReadonlySet<string>,
): Common {
  const conditions = groups.flatMap(({ effects }) => effects.flatMap(each => each.conditions));
  const domains = domainsOf(conditions, record, keys);
  const size =
    domains?.reduce((product, { values }) => product * values.length, 1) ?? Number.POSITIVE_INFINITY;
  if (!domains || size > most) return { why: 'its condition has too many parts' };
  const said = groups.flatMap(group => setsOf(group, domains, keys));
  const sets = said.filter(set => !isAll(set) && !isEmpty(set));
  const [first, ...others] = sets;
  if (!first) return { where: null, agree: true };
  const strictest = others.reduce(both, first);
  if (isEmpty(strictest)) return { why: 'its triggers count different records' };
  const agree = sets.every(set => areSame(set, strictest));
  if (!agree && !sets.some(set => areSame(set, strictest)) && !aboutDifferentColumns(groups)) {
    return { why: 'its triggers count under different conditions' };
  }
  return { where: toPredicate(strictest, domains), agree };
}

/** The sets of records that one writer says to count, one for each way in which it says so. */
function setsOf(
  { event, effects }: EventEffects,
  domains: readonly Domain[],
  keys: ReadonlySet<string>,
): RecordSet[] {
  const counted = effects.filter(({ kind }) => kind === 'recounts');
  const steps = effects.filter(({ kind }) => kind === 'adds');
  const sets = counted.map(({ conditions }) => matching(conditions, domains));
  if (steps.length === 0) return sets;
  if (event === 'insert' || event === 'call') return [...sets, countedBy(steps, domains, 'insert')];
  if (event === 'delete') return [...sets, countedBy(steps, domains, 'delete')];
  const { enters, leaves } = changedBy(steps, domains, keys);
  return [...sets, enters, leaves];
}

/** Conditions on different columns may all be meant. */
function aboutDifferentColumns(groups: readonly EventEffects[]): boolean {
  const named = groups.map(
    ({ effects }) => new Set(effects.flatMap(each => each.conditions.flatMap(columnsIn))),
  );
  return named.every((one, place) => named.every((other, at) => at === place || one.isDisjointFrom(other)));
}
