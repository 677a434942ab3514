import { defaultNumber } from '../../counter/default-number.ts';
import { type Change, placeText } from '../body/change.ts';
import { type Expression, type Value, within } from '../body/expression.ts';
import type { CatalogTable } from '../catalog.ts';
import { decide, many } from '../condition/decide.ts';
import { flattened } from '../effect/equalities.ts';
import { isJoin } from '../effect/mentions.ts';
import { ways } from '../effect/terms.ts';
import type { Writing } from './writings.ts';

/** What would be a counter. */
export interface Counted {
  table: CatalogTable;
  column: string;
  record: CatalogTable;
  /** The columns of `table` that records refer to. */
  key: readonly string[];
  /** The columns of records that say whether, where and how much they count. */
  columns: ReadonlySet<string>;
}

/** What a condition may know: how many records a row has, and what its count is; undefined for what is not known. */
interface Known {
  records: number | undefined;
  count: number | undefined;
}

const some = 5;

/**
 * Says in a sentence where a body sets a count to a number and keeps the records, as a streak of failed logins or a number of
 * unread mails does: such a count is not the number of its records. Null if no body does so.
 */
export function resetSentence(writings: readonly Writing[], counted: Counted): string | null {
  for (const writing of writings) {
    for (const change of writing.outcome.changes) {
      if (change.target.table !== counted.table || change.column !== counted.column) continue;
      const to = numberSet(change, counted);
      if (to === null || startsRow(change, writing, counted) || takesRecords(writing, counted)) continue;
      return `${placeText(change.place)} sets it to ${to} and keeps the records.`;
    }
  }
  return null;
}

/**
 * Says in a sentence that the count of a new row is not 0, by the column's default or by a trigger: what it begins with is no record.
 * Null where it begins with 0 or NULL.
 */
export function startSentence(writings: readonly Writing[], counted: Counted): string | null {
  for (const writing of writings) {
    for (const change of writing.outcome.changes) {
      if (change.target.table !== counted.table || change.column !== counted.column) continue;
      const to = startsRow(change, writing, counted) ? numberSet(change, counted) : null;
      if (to !== null && Number(to) !== 0 && to !== 'NULL' && to !== 'DEFAULT')
        return `${placeText(change.place)} lets a new row of ${counted.table.name} begin with ${to}: a sync takes that away.`;
    }
  }
  return defaultSentence(counted);
}

/** The same of the column's default alone. */
export function defaultSentence(counted: Pick<Counted, 'table' | 'column'>): string | null {
  const { table, column } = counted;
  const start = table.columns.find(({ name }) => name === column)?.start ?? null;
  if (start === null || /^NULL\b/i.test(start)) return null;
  const number = defaultNumber(start);
  if (number !== null && Number(number) === 0) return null;
  return `By the default of ${column}, a new row of ${table.name} begins with ${number ?? start}: a sync takes that away.`;
}

/** The number that a change may set a count of any size to, as SQL writes it; null if it sets none. */
function numberSet(change: Change, counted: Counted): string | null {
  for (const { when, value } of ways(change.value)) {
    const isDefault = value.kind === 'opaque' && value.text === 'DEFAULT';
    const to = isDefault ? null : decide(value, toldBy(counted, { records: undefined, count: undefined }));
    if (to === undefined) continue;
    const conditions = flattened([...change.conditions, ...when]);
    const least = Number(to ?? 0) + 1;
    const counts = [...conditions.flatMap(numbersIn), many].filter(count => count > least);
    const isOpen = (count: number) =>
      conditions.every(each => {
        const decided = decide(each, toldBy(counted, { records: some, count }));
        return decided === undefined || decided === true;
      });
    // From 1 to 0 is what subtracting does as well.
    if (counts.some(isOpen)) return isDefault ? 'DEFAULT' : to === null ? 'NULL' : String(to);
  }
  return null;
}

/** The numbers in a condition, and those beside them. */
function numbersIn(each: Expression): number[] {
  return [...within(each)].flatMap(({ kind, ...rest }) =>
    kind === 'value' && 'value' in rest && typeof rest.value === 'number'
      ? [rest.value - 1, rest.value, rest.value + 1]
      : [],
  );
}

/** What is known of the count and of the records of a row, for `decide`. */
function toldBy({ table, column, record }: Counted, { records, count }: Known) {
  const isOfRecords = (sources: readonly { table: CatalogTable }[]) =>
    sources.some(source => source.table === record);
  return (each: Expression): Value | undefined => {
    switch (each.kind) {
      case 'column':
        return each.source.table === table && each.column === column ? count : undefined;
      case 'aggregate':
        return each.name === 'count' && isOfRecords(each.sources) ? records : undefined;
      case 'among':
        return records !== undefined && each.rows.some(({ sources }) => isOfRecords(sources))
          ? records > 0
          : undefined;
      default:
        return undefined;
    }
  };
}

/** Whether it is the first number of a row that is just made. */
function startsRow({ verb, conditions }: Change, { by, record }: Writing, { table, key }: Counted): boolean {
  if (by.kind !== 'trigger' || by.event !== 'insert' || !record) return false;
  if (record !== table)
    return table.references.some(
      ({ table: to, columns }) => to === record.oid && columns.every(name => key.includes(name)),
    );
  return verb === 'assign' || flattened(conditions).some(isOwnRow);
}

/** `id = NEW.id` */
function isOwnRow(each: Expression): boolean {
  if (!isJoin(each) || each.kind !== 'operator') return false;
  const [left, right] = each.args;
  return left?.kind === 'column' && right?.kind === 'column' && left.column === right.column;
}

/** Whether the body also deletes the records, moves them, ends what makes them count, or counts them anew. */
function takesRecords({ by, record: fired, outcome }: Writing, { table, column, record, columns }: Counted) {
  const above = new Set([record.oid, ...record.references.map(each => each.table)]);
  const gone = [
    ...outcome.emptied,
    ...(by.kind === 'trigger' && by.event === 'truncate' && fired ? [fired] : []),
  ];
  if (gone.some(each => above.has(each.oid))) return true;
  return outcome.changes.some(each => {
    if (each.target.table === record && columns.has(each.column)) return true;
    if (each.target.table !== table || each.column !== column) return false;
    const counts = [...within(each.value)].some(({ kind }) => kind === 'aggregate');
    return counts || (by.kind === 'function' && each.repeated);
  });
}
