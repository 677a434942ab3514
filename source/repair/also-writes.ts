import type { Tables } from '../counter/discovery/tables.ts';
import { unquoted } from '../counter/discovery/unquoted.ts';
import { searchPathOf } from '../sql/search-path-setting.ts';
import type { SqlColumn, SqlWrite } from '../sql/sql-effects.ts';
import type { CatalogFunction, CatalogTrigger, TriggerCatalog } from '../trigger/catalog.ts';
import { resolveTable } from '../trigger/effects/resolve-names.ts';
import { describeType } from '../trigger/trigger-type.ts';
import { reachedBy } from './one-sided.ts';
import type { Remark } from './repair.ts';
import type { RepairFacts } from './sql/facts.ts';

/** What a trigger writes beside the count. */
interface Beside {
  trigger: CatalogTrigger;
  /** Columns of the row, under their own names. */
  columns: string[];
  /** Other tables. */
  tables: string[];
  /** Its text does not show everything that it writes. */
  unread: boolean;
}

/** The writes beside the count: as records go, as they come back, and as the row itself is written. */
interface Besides {
  going: Beside[];
  coming: Beside[];
  written: Beside[];
}

/**
 * The columns of the row that are set back to what they were before records were put back: triggers set them as records come, and
 * nothing sets them as records go or the row is written. What a trigger sets both ways is left to it, because a deletion has
 * already changed it.
 */
export function restoredColumns(
  catalog: TriggerCatalog,
  { written }: Tables,
  { rowColumns }: RepairFacts,
): RepairFacts['restores'] {
  const { coming, going, written: updated } = besidesOf(catalog, false);
  const otherwise = [...going, ...updated];
  if (otherwise.some(({ unread }) => unread)) return [];
  const kept = new Set([
    ...otherwise.flatMap(({ columns }) => columns),
    ...[written.count, ...written.keys.map(({ column }) => column), written.touched ?? written.count].map(
      unquoted,
    ),
    // Setting a column that a trigger watches would fire it.
    ...catalog.triggers
      .filter(({ tableOid }) => tableOid === catalog.presetsOid)
      .flatMap(({ updateOf }) => updateOf.map(unquoted)),
  ]);
  const set = new Set(coming.flatMap(({ columns }) => columns));
  return rowColumns.filter(({ name, settable }) => settable && set.has(name) && !kept.has(name));
}

/** What an undo does not restore, because triggers write it when records go, come back, or their row is written. */
export function alsoWritesRemarks(
  catalog: TriggerCatalog,
  { written }: Tables,
  { restores }: RepairFacts,
  { suppressTriggers }: { suppressTriggers: boolean },
  deletes: boolean,
): Remark[] {
  const { going, coming, written: updated } = besidesOf(catalog, suppressTriggers);
  const own = new Set([unquoted(written.count), unquoted(written.touched ?? written.count)]);
  const back = new Set([...own, ...restores.map(({ name }) => name)]);
  const named = new Map<string, Beside>();
  for (const beside of [...(deletes ? going : []), ...coming, ...updated]) {
    named.set(`${beside.trigger.tableOid} ${beside.trigger.name}`, beside);
  }
  return [...named.values()].flatMap(({ trigger: { name }, columns, tables, unread }): Remark[] => {
    const sets = columns.filter(each => !back.has(each));
    const it = sets.length === 1 ? 'it' : 'them';
    return [
      ...(sets.length > 0
        ? [
            remark(
              `${name} also sets ${sets.join(', ')} of ${written.name}. An undo does not restore ${it}: the trigger sets ${it} anew.`,
            ),
          ]
        : []),
      ...(tables.length > 0
        ? [
            remark(
              `${name} also writes ${tables.join(', ')}. An undo does not take that back, and may write there again.`,
            ),
          ]
        : []),
      ...(unread
        ? [
            remark(
              `What else ${name} writes is not known, because its text does not show it. An undo may not restore it.`,
            ),
          ]
        : []),
    ];
  });
}

function remark(message: string): Remark {
  return { code: 'also-writes', severity: 'warning', message };
}

function besidesOf(catalog: TriggerCatalog, suppressTriggers: boolean): Besides {
  const on = (oid: number, ...events: string[]) =>
    catalog.triggers
      .filter(({ tableOid, enabled, type }) => {
        const fires = enabled === 'A' || (enabled === 'O' && !suppressTriggers);
        return tableOid === oid && fires && describeType(type).events.some(each => events.includes(each));
      })
      .map(trigger => besideOf(trigger, catalog));
  return {
    going: on(catalog.recordsOid, 'DELETE', 'TRUNCATE'),
    coming: on(catalog.recordsOid, 'INSERT'),
    written: on(catalog.presetsOid, 'UPDATE'),
  };
}

function besideOf(trigger: CatalogTrigger, catalog: TriggerCatalog): Beside {
  const bodies = reachedBy(catalog, trigger.functionOid);
  const { timing, level } = describeType(trigger.type);
  const columns = new Set<string>();
  const tables = new Set<string>();
  let unread = bodies.length === 0;
  for (const body of bodies) {
    const { writes, dynamic, problem, fields } = body.reading;
    if (dynamic.length > 0 || problem) unread = true;
    for (const write of writes) {
      const target = targetOf(write, body, catalog);
      // Rows are inserted for a count of their own, as by INSERT ... ON CONFLICT.
      if (target === null) {
        if (!countsThere(write, writes)) tables.add(nameOf(write));
        continue;
      }
      if (target.base === 'records' || write.action !== 'update') continue;
      if (write.columns === null) unread = true;
      for (const column of (write.columns ?? []).filter(isAnew)) {
        columns.add(target.column(column.name) ?? column.name);
      }
    }
    if (trigger.tableOid !== catalog.presetsOid || timing !== 'BEFORE' || level !== 'row') continue;
    for (const { row, column } of fields) {
      if (row === 'new' && column === null) unread = true;
      if (row === 'new' && column && isAnew(column)) columns.add(column.name);
    }
  }
  return { trigger, columns: [...columns], tables: [...tables], unread };
}

function targetOf(write: SqlWrite, body: CatalogFunction, catalog: TriggerCatalog) {
  return resolveTable(write.table, searchPathOf(body.searchPath), catalog, body.schema);
}

/** What is added or counted is another count: triggers keep it both ways. */
function isAnew({ how }: SqlColumn): boolean {
  return how === 'sets' || how === 'zero';
}

function countsThere({ table }: SqlWrite, writes: readonly SqlWrite[]): boolean {
  return writes.some(
    other =>
      other.action === 'update' &&
      other.table.name === table.name &&
      other.table.schema === table.schema &&
      other.columns?.some(column => !isAnew(column)),
  );
}

function nameOf({ table: { schema, name } }: SqlWrite): string {
  return schema === null ? name : `${schema}.${name}`;
}
