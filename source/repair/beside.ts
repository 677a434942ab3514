import { unquoted } from '../counter/discovery/unquoted.ts';
import { searchPathOf } from '../sql/search-path-setting.ts';
import type { SqlColumn, SqlWrite } from '../sql/sql-effects.ts';
import type { CatalogFunction, CatalogTrigger, TriggerCatalog } from '../trigger/catalog.ts';
import { resolveTable } from '../trigger/effects/resolve-names.ts';
import { describeType } from '../trigger/trigger-type.ts';
import { reachedBy } from './one-sided.ts';
import { pickTable, type WrittenTable } from './written-table.ts';

/** A column that a trigger writes, and whether it sets it, counts it anew, or changes it by a step that its value may limit. */
export interface BesideColumn {
  /** The table that has it, as remarks name it. */
  table: string;
  /** True if that is the table with the count. */
  isOwn: boolean;
  name: string;
  how: 'sets' | 'counts' | 'limited' | 'no-null';
}

/** What a trigger writes beside the count. */
export interface Beside {
  trigger: Pick<CatalogTrigger, 'name' | 'tableOid'>;
  columns: BesideColumn[];
  /** Tables in which it keeps no count. */
  tables: string[];
  /** Its text does not show everything that it writes. */
  unread: boolean;
  /** It is written in C, so nothing of it can be read. */
  native: boolean;
}

/** The writes beside the count: as records go, as they come back, and as the row itself is written. */
export interface Besides {
  going: Beside[];
  coming: Beside[];
  written: Beside[];
}

type Fires = Pick<CatalogTrigger, 'name' | 'tableOid' | 'type'>;

/** What the triggers of a repair write, and those of the tables that they write to. `sets`: the columns of the row that are set. */
export function besidesOf(
  catalog: TriggerCatalog,
  tables: readonly WrittenTable[],
  suppressTriggers: boolean,
  sets: readonly string[] | null = null,
): Besides {
  const fires = (enabled: string) => enabled === 'A' || (enabled === 'O' && !suppressTriggers);
  const on = (oid: number, ...events: string[]) => {
    const found = new Map<string, Beside>();
    const add = (trigger: Fires, bodies: readonly CatalogFunction[], table: string) => {
      const key = `${trigger.tableOid} ${trigger.name}`;
      if (found.has(key)) return;
      found.set(key, besideOf(trigger, bodies, table, catalog, tables));
      for (const { body, write } of writesOf(bodies)) {
        const next = pickTable(write.table, body, tables, catalog.schemas);
        if (!next || next.oid === catalog.presetsOid || next.oid === catalog.recordsOid) continue;
        for (const { body: own, ...other } of next.triggers) {
          if (fires(other.enabled) && isFiredBy(other, write))
            add({ ...other, tableOid: next.oid }, [own], next.table);
        }
      }
    };
    for (const trigger of catalog.triggers) {
      const { tableOid, enabled, type, updateOf } = trigger;
      if (
        tableOid !== oid ||
        !fires(enabled) ||
        !describeType(type).events.some(each => events.includes(each))
      )
        continue;
      if (
        sets &&
        oid === catalog.presetsOid &&
        updateOf.length > 0 &&
        !updateOf.some(each => sets.includes(each))
      )
        continue;
      add(trigger, reachedBy(catalog, trigger.functionOid), trigger.table);
    }
    return [...found.values()];
  };
  return {
    going: on(catalog.recordsOid, 'DELETE', 'TRUNCATE'),
    coming: on(catalog.recordsOid, 'INSERT'),
    written: on(catalog.presetsOid, 'UPDATE'),
  };
}

function writesOf(bodies: readonly CatalogFunction[]): { body: CatalogFunction; write: SqlWrite }[] {
  return bodies.flatMap(body => body.reading.writes.map(write => ({ body, write })));
}

function isFiredBy(
  { type, updateOf }: Pick<CatalogTrigger, 'type' | 'updateOf'>,
  { action, columns }: SqlWrite,
): boolean {
  if (!describeType(type).events.some(event => event.toLowerCase() === action)) return false;
  const watched = updateOf.map(unquoted);
  return (
    action !== 'update' ||
    watched.length === 0 ||
    !columns ||
    columns.some(({ name }) => watched.includes(name))
  );
}

function besideOf(
  trigger: Fires,
  bodies: readonly CatalogFunction[],
  table: string,
  catalog: TriggerCatalog,
  tables: readonly WrittenTable[],
): Beside {
  const { timing, level } = describeType(trigger.type);
  const columns = new Map<string, BesideColumn>();
  const others = new Set<string>();
  let unread = bodies.length === 0;
  const add = (column: BesideColumn) => columns.set(`${column.table} ${column.name}`, column);
  for (const body of bodies) {
    const { writes, dynamic, problem, fields } = body.reading;
    if (dynamic.length > 0 || problem) unread = true;
    for (const write of writes) {
      const target = resolveTable(write.table, searchPathOf(body.searchPath), catalog, body.schema);
      const known = pickTable(write.table, body, tables, catalog.schemas);
      // Rows are inserted for a count of their own, as by INSERT ... ON CONFLICT.
      if (target === null && (write.action === 'delete' || !countsThere(write, writes))) {
        others.add(nameOf(write));
        continue;
      }
      if (write.action !== 'update') continue;
      if (write.columns === null && target?.base !== 'records') unread = true;
      for (const column of write.columns ?? []) {
        const how = howOf(column, known);
        if (how === null || (how === 'sets' && target?.base === 'records')) continue;
        const isOwn = target?.base === 'presets';
        const of = isOwn
          ? catalog.presetsTable
          : target
            ? catalog.recordsTable
            : (known?.table ?? nameOf(write));
        add({ table: of, isOwn, name: target?.column(column.name) ?? column.name, how });
      }
    }
    if (trigger.tableOid === catalog.recordsOid || timing !== 'BEFORE' || level !== 'row') continue;
    for (const { row, column } of fields) {
      if (row === 'new' && column === null) unread = true;
      if (row !== 'new' || !column) continue;
      add({ table, isOwn: trigger.tableOid === catalog.presetsOid, name: column.name, how: 'sets' });
    }
  }
  return {
    trigger,
    columns: [...columns.values()],
    tables: [...others],
    unread,
    native: bodies.some(({ language }) => language === 'c'),
  };
}

/** What of a column an undo may not bring back; null if it takes back exactly what was added. */
function howOf(column: SqlColumn, known: WrittenTable | undefined): BesideColumn['how'] | null {
  if (isAnew(column)) return 'sets';
  if (column.how === 'counts') return 'counts';
  if (column.limited === 'null') return known?.notNull.includes(column.name) ? null : 'no-null';
  return column.limited === undefined ? null : 'limited';
}

function isAnew({ how }: SqlColumn): boolean {
  return how === 'sets' || how === 'zero';
}

/** What is added or counted is another count: triggers keep it both ways. */
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
