import { searchPathOf } from '../../sql/search-path-setting.ts';
import type { CatalogColumn, CatalogFunction, CatalogTrigger, TriggerCatalog } from '../catalog.ts';
import { describeType } from '../trigger-type.ts';
import { resolveTable } from './resolve-names.ts';

/** A column that a function uses but its table does not have, or one that the table requires and the function leaves out. */
export interface ColumnMismatch {
  table: string;
  column: string;
  /** `gone`: a use fails with SQLSTATE 42703; `left-out`: with 23502, unless a trigger sets it. */
  kind: 'gone' | 'left-out';
}

/**
 * Columns in which a function no longer fits the tables. Reports only what is certain: not dynamic SQL, other tables, or
 * statements without column names.
 */
export function columnMismatches(
  routine: CatalogFunction,
  catalog: TriggerCatalog,
  trigger: CatalogTrigger | null,
): ColumnMismatch[] {
  const { presets, records } = catalog.columns;
  const path = searchPathOf(routine.searchPath);
  const home = catalog.relations.find(({ oid }) => oid === trigger?.tableOid)?.schema ?? routine.schema;
  const mismatches: ColumnMismatch[] = [];
  for (const { action, table, columns } of routine.reading.writes) {
    const target = resolveTable(table, path, catalog, home);
    // A view has column names of its own.
    if (!target || target.through.length > 0 || !columns) continue;
    const named = columns.map(({ name }) => name);
    if (target.base === 'presets') {
      if (action === 'update') mismatches.push(...gone(catalog.presetsTable, named, presets));
      continue;
    }
    if (action !== 'insert') continue;
    mismatches.push(...gone(catalog.recordsTable, named, records));
    if (fillsIn(catalog)) continue;
    const missing = records.filter(({ name, required }) => required && !named.includes(name));
    mismatches.push(
      ...missing.map(({ name }) => ({
        table: catalog.recordsTable,
        column: name,
        kind: 'left-out' as const,
      })),
    );
  }
  if (routine.isTrigger && trigger) {
    const own = trigger.tableOid === catalog.recordsOid ? records : presets;
    mismatches.push(...gone(trigger.table, routine.reading.rows.new, own));
  }
  return mismatches.filter(
    ({ table, column }, index) =>
      mismatches.findIndex(other => other.table === table && other.column === column) === index,
  );
}

function gone(table: string, named: readonly string[], columns: readonly CatalogColumn[]): ColumnMismatch[] {
  return named
    .filter(name => !systemColumns.has(name) && !columns.some(column => column.name === name))
    .map(column => ({ table, column, kind: 'gone' as const }));
}

const systemColumns: ReadonlySet<string> = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid']);

/** A trigger that fires before each row is inserted may set what the insert leaves out. */
function fillsIn({ triggers, recordsOid }: TriggerCatalog): boolean {
  return triggers.some(({ tableOid, type, enabled }) => {
    const { timing, events, level } = describeType(type);
    if (tableOid !== recordsOid || !(enabled === 'O' || enabled === 'A')) return false;
    return timing === 'BEFORE' && level === 'row' && events.includes('INSERT');
  });
}
