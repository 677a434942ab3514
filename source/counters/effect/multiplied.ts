import { type Expression, type Source, sourceKey } from '../body/expression.ts';
import { Equalities } from './equalities.ts';
import { findLink, isUnique } from './link.ts';

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
