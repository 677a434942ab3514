import type { Change } from '../body/change.ts';
import {
  type Expression,
  isValue,
  keyOf,
  type Row,
  type Source,
  sourceKey,
  within,
} from '../body/expression.ts';
import { printed } from '../body/print.ts';
import { isLimit } from '../condition/decide.ts';
import { isReadable } from '../condition/evaluate.ts';
import { unguarded } from './equalities.ts';
import { isUnique, type Link, type Linked } from './link.ts';
import { askedBeside, constantColumn, isState, isTie, mentions, mentionsColumn } from './mentions.ts';

interface Sorted {
  conditions: Expression[];
  doubts: string[];
  constants: string[];
  clamped: boolean;
  /** One of them is not met where the count is large. */
  limited: boolean;
}

/** What each condition is about: the record, the row, or the session. Fails at one that cannot be told. */
export function sortConditions(
  conditions: readonly Expression[],
  change: Change,
  { link, record }: Linked,
): Sorted | { why: string } {
  const sorted: Sorted = { conditions: [], doubts: [], constants: [], clamped: false, limited: false };
  const given = new Set(conditions.map(keyOf));
  const isRecord = (source: Source) =>
    source.kind === 'new' || source.kind === 'old' || sourceKey(source) === sourceKey(record);
  const isCount = (each: Expression) =>
    each.kind === 'column' &&
    each.column === change.column &&
    sourceKey(each.source) === sourceKey(change.target);
  // A constant is how the row is found, unless its key is enough for that.
  const isFound = isUnique(change.target.table, link.key);
  for (const each of conditions) {
    if (mentions(each, change.target)) {
      const name = constantColumn(each);
      if (isTie(each) || isOfEvent(each, change.target, link, given)) continue;
      if (mentionsColumn(each, change.target, change.column)) {
        sorted.clamped = true;
        sorted.limited ||= isLimit(each, isCount);
      } else if (usesRecord(each, change.target)) return { why: `depends on ${printed(each)}` };
      else if (name !== null && !isFound) sorted.constants.push(name);
      else sorted.doubts.push(`rows are only changed where ${printed(each)}`);
    } else if (link.between && mentions(each, link.between)) {
      if (isTie(each) || asksForKey(each, link.between, link)) continue;
      return { why: `depends on ${printed(each)}` };
    } else if (isReferredTo(each, change, link, record)) {
      // The row that a key refers to is there.
    } else if (isReadable(each, isRecord)) {
      sorted.conditions.push(each);
    } else if (comparesRows(each)) {
      // That a record changed at all.
    } else if (isHandler(each)) {
      // Where an exception is caught, what failed is done in another way.
    } else if (dependsOnSession(each)) {
      sorted.doubts.push(`it depends on ${printed(each)}`);
    } else {
      return { why: `depends on ${printed(each)}` };
    }
  }
  return sorted;
}

/** That the row is one of those that the records of the event refer to, and nothing else of them that is not `given` anyway. */
function isOfEvent(each: Expression, target: Source, link: Link, given: ReadonlySet<string>): boolean {
  return (
    each.kind === 'among' &&
    each.rows.every(
      row =>
        row.sources.every(isState) &&
        (row.altered ?? []).every(({ how }) => how !== 'cuts') &&
        finds(each.arg, row, target, link) &&
        askedBeside(row).every(condition => given.has(keyOf(condition))),
    )
  );
}

/**
 * A join with the row that a foreign key refers to, of the record or of the row that is changed, by the columns that link these. An upsert
 * makes no row without it, also where no foreign key says so.
 */
function isReferredTo(
  each: Expression,
  { target, verb }: Pick<Change, 'target' | 'verb'>,
  link: Link,
  record: Source,
): boolean {
  if (link.through || each.kind !== 'operator' || !isTie(each)) return false;
  const sides = each.args.map(unguarded);
  return [sides, sides.toReversed()].some(([row, other]) => {
    if (row?.kind !== 'column' || row.source.kind !== 'table' || other?.kind !== 'column') return false;
    const ofTarget = sourceKey(other.source) === sourceKey(target);
    if (!ofTarget && other.source.table !== record.table) return false;
    const place = (ofTarget ? link.key : link.reference).indexOf(other.column);
    const isKey = row.source.table.unique.some(
      names => names.length === link.key.length && names.includes(row.column),
    );
    if (verb === 'upsert' && place >= 0 && isKey) return true;
    return [
      { table: target.table, names: link.key },
      { table: record.table, names: link.reference },
    ].some(({ table, names }) =>
      table.references.some(
        ({ table: oid, columns, targets }) =>
          oid === row.source.table.oid &&
          columns.every(name => names.includes(name)) &&
          targets[columns.indexOf(names[place] ?? '')] === row.column,
      ),
    );
  });
}

/** Whether a query gives what the records refer to the row by. */
function finds(arg: Expression | null, { columns: [first] }: Row, target: Source, link: Link): boolean {
  if (!arg || link.key.length === 0 || link.through) return true;
  if (arg.kind !== 'column' || sourceKey(arg.source) !== sourceKey(target) || !first) return false;
  const { value } = first;
  return (
    isValue(value, null) ||
    (value.kind === 'column' && link.reference[link.key.indexOf(arg.column)] === value.column)
  );
}

/** Whether a condition on the row compares it with more than constants: the definition cannot have that. */
function usesRecord(each: Expression, target: Source): boolean {
  return [...within(each)].some(
    inner =>
      inner.kind === 'argument' ||
      inner.kind === 'among' ||
      (inner.kind === 'column' && sourceKey(inner.source) !== sourceKey(target)),
  );
}

/** That a key is there at all, without which nothing would be found. */
function asksForKey(each: Expression, between: Source, { through }: Link): boolean {
  if (each.kind !== 'not' || each.arg.kind !== 'null' || each.arg.arg.kind !== 'column') return false;
  const { source, column: name } = each.arg.arg;
  const keys = [...(through?.key ?? []), ...(through?.reference ?? [])];
  return sourceKey(source) === sourceKey(between) && keys.includes(name);
}

function comparesRows(each: Expression): boolean {
  const inner = each.kind === 'not' || each.kind === 'is' ? each.arg : each;
  if (inner !== each) return comparesRows(inner);
  return each.kind === 'operator' && each.args.length > 0 && each.args.every(({ kind }) => kind === 'row');
}

/** That an error was caught. */
export const isHandler = (each: Expression) => each.kind === 'session' && each.name === 'an exception';

function dependsOnSession(each: Expression): boolean {
  return [...within(each)].every(
    ({ kind }) => !['column', 'row', 'opaque', 'among', 'aggregate', 'argument', 'altered'].includes(kind),
  );
}
