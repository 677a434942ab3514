import type { Predicate } from '../../counter/definition/predicate.ts';
import { predicateText } from '../../counter/definition/predicate-text.ts';
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

/** Which records count, as the writers of a counter say it, and in sentences which of them say otherwise. */
export type Common = { where: Predicate | null; doubts: readonly string[] } | { why: string };

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
  if (!domains) return { why: 'its condition depends on how values are ordered' };
  const size = domains.reduce((product, { values }) => product * values.length, 1);
  if (size > most) return { why: 'its condition has too many parts' };
  // What a condition says of NULL makes no difference for a column that cannot be NULL.
  const possible = domains.map(each => ({
    ...each,
    values: each.values.filter(
      ({ value }) =>
        value !== null || record.columns.find(({ name }) => name === each.column)?.nullable !== false,
    ),
  }));
  const every = groups.flatMap(group => {
    const alike = setsOf(group, possible, keys);
    return setsOf(group, domains, keys).map(
      (set, place): Said => ({
        group,
        set,
        possible: alike[place] ?? set,
        recounts: place < group.effects.filter(({ kind }) => kind === 'recounts').length,
      }),
    );
  });
  const keeping = every.filter(isKeeping);
  if (keeping.length > 0 && keeping.every(({ set }) => isEmpty(set)))
    return { why: 'its condition is never true' };
  const said = every.filter(({ set }) => !isAll(set) && !isEmpty(set));
  const [first, ...others] = said;
  if (!first) return { where: null, doubts: [] };
  const kept = keptBy(said) ?? others.reduce<Sets>(meeting, first);
  const strictest = kept.set;
  if (isEmpty(strictest)) return { why: 'its triggers count different records' };
  const text = (set: RecordSet) => {
    const where = toPredicate(set, domains);
    return where ? predicateText(where, name => name) : 'every record';
  };
  const other = said.filter(each => !areAlike(each, kept));
  const agrees = other.length < said.length;
  const whole = every.filter(({ recounts, set }) => recounts && isAll(set));
  const doubts = [
    ...new Set(
      [...other, ...whole].map(
        ({ group, set }) => `${writerOf(group)} has ${text(set)}, not ${text(strictest)}.`,
      ),
    ),
  ];
  if (other.length > 0 && !aboutDifferentColumns(groups) && (!agrees || keepsDiffer(said))) {
    const all = new Set(said.map(({ group, set }) => `${writerOf(group)} has ${text(set)}`));
    return { why: `its triggers count under different conditions (${[...all].join('; ')})` };
  }
  return { where: toPredicate(strictest, domains), doubts };
}

interface Sets {
  set: RecordSet;
  /** The same without what no record can hold. */
  possible: RecordSet;
}

interface Said extends Sets {
  group: EventEffects;
  /** It counts anew, and so says of every record whether it counts. */
  recounts: boolean;
}

const meeting = (one: Sets, other: Sets): Sets => ({
  set: both(one.set, other.set),
  possible: both(one.possible, other.possible),
});

const areAlike = (one: Sets, other: Sets) =>
  areSame(one.set, other.set) || areSame(one.possible, other.possible);

const isKeeping = ({ group: { event } }: Said) => event !== 'update';

/**
 * The condition that inserts and deletes have, unless updates know of more columns than they do: which records count is said by
 * what counts them, and an update that says otherwise is mistaken.
 */
function keptBy(said: readonly Said[]): Sets | null {
  const keeping = said.filter(isKeeping);
  const [first] = keeping;
  if (!first || !keeping.every(each => areAlike(each, first))) return null;
  const known = new Set(keeping.flatMap(({ group }) => columnsOf(group)));
  const both = new Set(keeping.map(({ group }) => (group.event === 'call' ? 'insert' : group.event)));
  return both.size > 1 && said.every(({ group }) => columnsOf(group).every(name => known.has(name)))
    ? keeping.reduce<Sets>(meeting, first)
    : null;
}

/** Inserts and deletes that have conditions on the same columns, and not the same ones: no update can decide between them. */
function keepsDiffer(said: readonly Said[]): boolean {
  const [first, ...others] = said.filter(isKeeping);
  if (!first) return false;
  const known = columnsOf(first.group);
  return others.some(
    each =>
      !areAlike(each, first) && new Set(columnsOf(each.group)).symmetricDifference(new Set(known)).size === 0,
  );
}

const columnsOf = ({ effects }: EventEffects) => effects.flatMap(each => each.conditions.flatMap(columnsIn));

function writerOf({ event, effects }: EventEffects): string {
  const routine = effects[0]?.place.routine ?? '';
  return event === 'call' ? routine : `${routine} on ${event.toUpperCase()}`;
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
  const named = groups.map(group => new Set(columnsOf(group)));
  return named.every((one, place) => named.every((other, at) => at === place || one.isDisjointFrom(other)));
}
