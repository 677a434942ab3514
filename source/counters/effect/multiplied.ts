import type { Change } from '../body/change.ts';
import { type Expression, keyOf, type Source, sourceKey, within } from '../body/expression.ts';
import { areSingle } from '../body/single.ts';
import { Equalities, flattened, hasSeveralGroups } from './equalities.ts';
import { findLink, isUnique } from './link.ts';
import { isState } from './mentions.ts';

type Aggregate = Extract<Expression, { kind: 'aggregate' }>;

/**
 * A source that an aggregate joins to the records, and that may have several rows for one record: that record is then counted several
 * times. Null if there is no such source. `known` are sources with one row for each record.
 */
export function besideRecord(
  { sources }: Aggregate,
  record: Source,
  known: readonly Source[],
  conditions: readonly Expression[],
): Source | null {
  const equalities = new Equalities(conditions);
  const once = new Set([record, ...known].map(sourceKey));
  const isMerged = (each: Source) =>
    conditions.some(condition => isMergedBy(condition, each, record, equalities));
  const [, again] = sources.filter(each => sourceKey(each) === sourceKey(record));
  if (again && !isMerged(again)) return again;
  return (
    sources.find(each => {
      if (once.has(sourceKey(each))) return false;
      const link = findLink(each, record, equalities, []);
      if (link && isUnique(each.table, link.key)) return false;
      return !isMerged(each);
    }) ?? null
  );
}

/** Says that records are counted several times. */
export function together(record: Source, beside: Source): string {
  return `counts ${record.table.name} together with rows of ${beside.table.name}`;
}

/** Whether rows with the same values are one, and these values are those of the record. */
function isMergedBy(each: Expression, source: Source, record: Source, equalities: Equalities): boolean {
  if (each.kind !== 'altered' || each.how !== 'merges') return false;
  const isOwn = (arg: Expression) =>
    (arg.kind === 'column' || arg.kind === 'row') && sourceKey(arg.source) === sourceKey(source);
  return (
    each.args.some(isOwn) &&
    each.args.every(arg => arg.kind === 'row' || equalities.columnsOf(record, arg).length > 0)
  );
}

/** Whether loops around a change may come to it several times for one record and one row. */
export function isMetAgain(change: Change, conditions: readonly Expression[], amount: Expression): boolean {
  const { rounds = [], target } = change;
  const sources = rounds.flatMap(round => round.sources);
  // The new record, or the old one, is what is counted.
  const record = sources.find(({ kind }) => kind === 'new') ?? sources.find(({ kind }) => kind === 'old');
  const left = sources.filter(each => each !== record && sourceKey(each) !== sourceKey(target));
  if (left.length > 0 && !areSingle(left, conditions)) return true;
  const groups = rounds.flatMap(({ by }) => by ?? []);
  const isGrouped = (by: readonly Expression[]) => !hasSeveralGroups({ by, target, conditions });
  // What is added once for all records of a row is told elsewhere.
  if (amount.kind !== 'aggregate') return !isGrouped(groups.filter(each => !isOfState(each)));
  if (!amount.sources.some(isState)) return false;
  const own = new Set((amount.by ?? []).map(keyOf));
  return record !== undefined || !isGrouped(groups.filter(each => !own.has(keyOf(each))));
}

const isOfState = (each: Expression) =>
  [...within(each)].some(inner => inner.kind === 'column' && isState(inner.source));

/**
 * A condition that is tested on one record, although the amount is an aggregate of all records of the statement: those that do not
 * meet it are added too. Null if there is no such condition.
 */
export function askedOfOthers(
  given: readonly Expression[],
  { sources, conditions, by = [] }: Aggregate,
  { reference }: { reference: readonly string[] },
): Expression | null {
  if (!sources.some(isState)) return null;
  const inside = new Set([...flattened(conditions), ...by].map(keyOf));
  const isShared = (each: Expression) =>
    each.kind !== 'column' ||
    !isState(each.source) ||
    reference.includes(each.column) ||
    inside.has(keyOf(each));
  return (
    flattened(given).find(each => {
      const parts = [...within(each)];
      return (
        !inside.has(keyOf(each)) && !parts.some(({ kind }) => kind === 'among') && !parts.every(isShared)
      );
    }) ?? null
  );
}

/** Whether an aggregate over the records of a statement takes those of one row alone. */
export function isOfRow(
  { sources, conditions, by = [] }: Aggregate,
  { reference }: { reference: readonly string[] },
): boolean {
  if (!sources.some(isState)) return true;
  const equal = flattened(conditions).filter(each => each.kind === 'operator' && each.name === '=');
  const tied = [...by, ...equal].flatMap(each => [...within(each)]);
  return reference.every(name =>
    tied.some(each => each.kind === 'column' && isState(each.source) && each.column === name),
  );
}
