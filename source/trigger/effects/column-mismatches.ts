import type { CatalogColumn, CatalogFunction, CatalogTrigger, TriggerCatalog } from '../catalog.ts';
import { describeType } from '../trigger-type.ts';
import { resolveTable, searchPathOf } from './resolve-names.ts';

/** A column that a function names and its table does not have, or one that the table needs and it leaves out. */
export interface ColumnMismatch {
  table: string;
  column: string;
  /** `gone`: a use fails with SQLSTATE 42703; `left-out`: with 23502, unless something fills it in. */
  kind: 'gone' | 'left-out';
}

/**
 * Where what a function does no longer fits the tables. It says nothing where it is not certain: SQL that is put together as it
 * runs, tables that are not these, columns that are not named.
 */
export function columnMismatches(
  routine: CatalogFunction,
  catalog: TriggerCatalog,
  trigger: CatalogTrigger | null,
): ColumnMismatch[] {
  const { presets, records } = catalog.columns;
  const path = searchPathOf(routine.searchPath);
  const found: ColumnMismatch[] = [];
  for (const { action, table, columns } of routine.reading.writes) {
    const target = resolveTable(table, path, catalog);
    // Through a view the names are the view's own.
    if (!target || target.through.length > 0 || !columns) continue;
    const named = columns.map(({ name }) => name);
    if (target.base === 'presets') {
      if (action === 'update') found.push(...gone(catalog.presetsTable, named, presets));
      continue;
    }
    if (action !== 'insert') continue;
    found.push(...gone(catalog.recordsTable, named, records));
    if (fillsIn(catalog)) continue;
    const missing = records.filter(({ name, required }) => required && !named.includes(name));
    found.push(
      ...missing.map(({ name }) => ({
        table: catalog.recordsTable,
        column: name,
        kind: 'left-out' as const,
      })),
    );
  }
  if (routine.isTrigger && trigger) {
    const own = trigger.tableOid === catalog.recordsOid ? records : presets;
    found.push(...gone(trigger.table, routine.reading.rows.new, own));
  }
  return found.filter(
    ({ table, column }, index) =>
      found.findIndex(other => other.table === table && other.column === column) === index,
  );
}

function gone(table: string, named: readonly string[], columns: readonly CatalogColumn[]): ColumnMismatch[] {
  return named
    .filter(name => !systemColumns.has(name) && !columns.some(column => column.name === name))
    .map(column => ({ table, column, kind: 'gone' as const }));
}

const systemColumns: ReadonlySet<string> = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid']);

/** A trigger that fires before each record may fill in what an insert leaves out. */
function fillsIn({ triggers, recordsOid }: TriggerCatalog): boolean {
  return triggers.some(({ tableOid, type, enabled }) => {
    const { timing, events } = describeType(type);
    return tableOid === recordsOid && enabled !== 'D' && timing === 'BEFORE' && events.includes('INSERT');
  });
}
