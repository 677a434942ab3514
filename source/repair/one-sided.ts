import type { CounterDefinition } from '../counter/definition/definition.ts';
import type { CatalogFunction, TriggerCatalog } from '../trigger/catalog.ts';
import { describeType } from '../trigger/trigger-type.ts';
import type { RepairFacts } from './sql/facts.ts';

/** What is counted when records are put back, but not when they are deleted, or the other way round. */
export interface OneSided {
  /** Such as `posts.likes`; null if a function that fires for one alone cannot be read. */
  counts: string | null;
  /** The trigger that does it. */
  trigger: string;
  event: 'INSERT' | 'DELETE';
}

/**
 * Finds another count that deleting records and putting them back would leave wrong, because triggers change it for only one of the
 * two events. Null if no count is like that.
 */
export function oneSidedCount(catalog: TriggerCatalog, definition: CounterDefinition): OneSided | null {
  const byEvent = {
    INSERT: countsChanged(catalog, definition, 'INSERT'),
    DELETE: countsChanged(catalog, definition, 'DELETE'),
  };
  // What is counted anew needs no step back.
  const kept = {
    INSERT: countsChanged(catalog, definition, 'INSERT', 'counts'),
    DELETE: countsChanged(catalog, definition, 'DELETE', 'counts'),
  };
  for (const [event, other] of [
    ['INSERT', 'DELETE'],
    ['DELETE', 'INSERT'],
  ] as const) {
    for (const [counts, trigger] of byEvent[event]) {
      if (byEvent[other].has(counts) || kept[other].has(counts)) continue;
      return { counts: counts === unreadable ? null : counts, trigger, event };
    }
  }
  return null;
}

const numbers = /^(?:smallint|integer|bigint|numeric|real|double precision|money)/;

/**
 * Another number that triggers keep as records come and go, or as the count is written: if they were kept from firing, nobody would
 * keep it. Returns it in words, or null if the text of the triggers shows that they keep no other number.
 */
export function otherNumber(
  catalog: TriggerCatalog,
  { row, via }: CounterDefinition,
  { rowColumns }: Pick<RepairFacts, 'rowColumns'>,
): string | null {
  const own = (via ?? row).table;
  const isNumber = (column: string) =>
    rowColumns.some(({ name, type }) => name === column && numbers.test(type));
  for (const { tableOid, type, enabled, functionOid, name } of catalog.triggers) {
    const { events } = describeType(type);
    const isOfRecords = tableOid === catalog.recordsOid;
    const isFired = events.some(event =>
      isOfRecords
        ? event === 'INSERT' || event === 'DELETE'
        : tableOid === catalog.presetsOid && event === 'UPDATE',
    );
    if (!isFired || enabled !== 'O') continue;
    const bodies = reachedBy(catalog, functionOid);
    const unread = bodies.length === 0 || bodies.some(({ language }) => language === 'c');
    for (const { reading } of bodies) {
      const { writes, fields, dynamic, problem } = reading;
      if (dynamic.length > 0 || problem)
        return `${name} may keep another number, because its text does not show everything`;
      for (const { action, table, columns } of writes) {
        if (action !== 'update') continue;
        if (columns === null) return `${name} may keep another number in ${table.name}`;
        const isOwn = table.name === own;
        const other = columns.find(
          column => !(isOwn && (column.name === row.count || !isNumber(column.name))),
        );
        if (other) return `${name} also sets ${other.name} of ${table.name}, which may be another count`;
      }
      // What is set of a record itself is set of no other.
      if (isOfRecords) continue;
      const other = fields.find(each => each.row === 'new' && (!each.column || isNumber(each.column.name)));
      if (other && other.column?.name !== row.count)
        return `${name} also sets ${other.column?.name ?? 'the row'}, which may be another count`;
    }
    if (unread) return `${name} may keep another number, because its text cannot be read`;
  }
  return null;
}

const unreadable = '';

/** The counts that triggers add to or subtract from, or `counts` anew, when a record is inserted or deleted, each with its trigger. */
function countsChanged(
  catalog: TriggerCatalog,
  { row, via }: CounterDefinition,
  event: OneSided['event'],
  way: 'steps' | 'counts' = 'steps',
): Map<string, string> {
  const changed = new Map<string, string>();
  const own = `${(via ?? row).table}.${row.count}`;
  for (const { tableOid, enabled, type, functionOid, name } of catalog.triggers) {
    if (tableOid !== catalog.recordsOid || !['O', 'A'].includes(enabled)) continue;
    if (!describeType(type).events.some(each => each === event)) continue;
    for (const body of reachedBy(catalog, functionOid)) {
      const { writes, dynamic, problem } = body.reading;
      if (dynamic.length > 0 || problem) changed.set(unreadable, name);
      for (const { table, columns } of writes) {
        for (const { name: column, how } of columns ?? []) {
          const counts = `${table.name}.${column}`;
          const isStep = how === 'adds' || how === 'subtracts';
          if ((way === 'steps' ? isStep : how === way) && counts !== own) changed.set(counts, name);
        }
      }
    }
  }
  return changed;
}

/** A trigger's function, and the functions that it calls. */
export function reachedBy(catalog: TriggerCatalog, oid: number): CatalogFunction[] {
  const found = new Set(catalog.functions.filter(each => each.oid === oid));
  for (const body of found) {
    const called = new Set(body.reading.calls.map(({ name }) => name));
    for (const other of catalog.functions) if (called.has(other.name)) found.add(other);
  }
  return [...found];
}
