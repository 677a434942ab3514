import { type Expression, type Source, within } from '../body/expression.ts';
import { type Equalities, unguarded } from './equalities.ts';
import { isUnique, type Link } from './link.ts';
import { isState, isTie } from './mentions.ts';

/** How a query that counts anew leads to its row, and what is equal outside of that query, which says which row is written. */
export interface Way {
  record: Source;
  target: Source;
  link: Link;
  outside: Equalities;
}

/**
 * Whether a condition of a query that counts anew compares with one record alone, such as NEW, or with what a caller gives. What is
 * counted then depends on which record fired, unless the comparison only says which row the records belong to.
 */
export function isOfOneRecord(each: Expression, way: Way): boolean {
  if (![...within(each)].some(isGiven)) return false;
  if (!isTie(each) || each.kind !== 'operator') return true;
  const sides = each.args.map(unguarded);
  const given = sides.filter(isGiven);
  return !given.every(one => findsRow(one, way)) || given.length === sides.length;
}

/** Whether the row is written that this value is a key of. */
function findsRow(given: Expression, { target, link, outside, record }: Way): boolean {
  if (outside.columnsOf(target, given).some(name => link.key.includes(name))) return true;
  const { through, between } = link;
  // Where no two rows of the table between belong to one row, the key of one is as good as that of the row.
  return (
    through !== null &&
    between !== null &&
    isUnique(through.table, through.reference) &&
    outside.columnsOf(between, given).some(name => through.key.includes(name)) &&
    record.table !== through.table
  );
}

/** A condition with the constants that a value of the event is known to have wherever the query runs. */
export function settled(each: Expression, outside: Equalities): Expression {
  return JSON.parse(
    JSON.stringify(each, (_, inner) =>
      inner?.kind === 'column' && isGiven(inner) ? (outside.constantOf(inner) ?? inner) : inner,
    ),
  ) as Expression;
}

function isGiven(each: Expression): boolean {
  return (
    each.kind === 'argument' || ((each.kind === 'column' || each.kind === 'row') && isState(each.source))
  );
}
