import { withoutNoise } from './sql-text.ts';
import type { CatalogColumn, CatalogFunction, CatalogTrigger, TriggerCatalog } from './trigger-catalog.ts';
import { describeType } from './trigger-type.ts';

/** A column that a function's text names and its table does not have, or one that the table needs and it leaves out. */
export interface Misfit {
  table: string;
  column: string;
  /** `gone`: a use fails with SQLSTATE 42703; `left-out`: with 23502, unless something fills it in. */
  kind: 'gone' | 'left-out';
}

const id = '(?:"(?:[^"]|"")+"|[\\w$]+)';
const insertion = new RegExp(
  `\\binsert\\s+into\\s+(?:(${id})\\s*\\.\\s*)?(${id})\\s*(?:as\\s+${id}\\s*)?\\(([^()]*)\\)\\s*(?:overriding\\s+\\w+\\s+value\\s*)?(?:values\\b|select\\b|with\\b|\\(|default\\b)`,
  'gi',
);
const update = new RegExp(
  `\\bupdate\\s+(?:only\\s+)?(?:(${id})\\s*\\.\\s*)?(${id})\\s+(?:(?:as\\s+)?(?!set\\b)${id}\\s+)?set\\b([\\s\\S]*?)(?:\\b(?:where|from|returning)\\b|;|$)`,
  'gi',
);
const newField = new RegExp(`\\bnew\\s*\\.\\s*(${id})`, 'gi');

/**
 * Where the text of a function no longer fits the tables. It reads patterns, not a parse tree, so it says nothing where it
 * is not certain: dynamic SQL, tables that it does not know, columns that are not named.
 */
export function misfitsOf(
  { source, language, isTrigger }: CatalogFunction,
  catalog: TriggerCatalog,
  trigger: CatalogTrigger | null,
): Misfit[] {
  if (language !== 'plpgsql' && language !== 'sql') return [];
  const code = withoutNoise(source);
  const { presets, records } = catalog.columns;
  const found: Misfit[] = [];
  for (const [, schema, table = '', list = ''] of code.matchAll(insertion)) {
    if (!isTable(catalog.recordsTable, schema, table)) continue;
    const named = list.split(',').map(column => nameOf(column.trim()));
    if (named.some(name => name === null)) continue;
    found.push(...gone(catalog.recordsTable, named, records));
    if (!fillsIn(catalog)) {
      const missing = records.filter(({ name, required }) => required && !named.includes(name));
      found.push(
        ...missing.map(({ name }) => ({
          table: catalog.recordsTable,
          column: name,
          kind: 'left-out' as const,
        })),
      );
    }
  }
  for (const [, schema, table = '', list = ''] of code.matchAll(update)) {
    if (!isTable(catalog.presetsTable, schema, table)) continue;
    found.push(...gone(catalog.presetsTable, targetsOf(list), presets));
  }
  if (isTrigger && trigger && language === 'plpgsql') {
    const own = trigger.tableOid === catalog.recordsOid ? records : presets;
    const fields = [...code.matchAll(newField)].map(([, field = '']) => nameOf(field));
    found.push(...gone(trigger.table, fields, own));
  }
  return found.filter(
    ({ table, column }, index) =>
      found.findIndex(other => other.table === table && other.column === column) === index,
  );
}

function gone(table: string, named: readonly (string | null)[], columns: readonly CatalogColumn[]): Misfit[] {
  return named
    .filter(name => name !== null)
    .filter(name => !systemColumns.has(name) && !columns.some(column => column.name === name))
    .map(column => ({ table, column, kind: 'gone' as const }));
}

const systemColumns: ReadonlySet<string> = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid']);

/** True where the statement means the table of this name; one of another schema is not it. */
function isTable(quoted: string, schema: string | undefined, table: string): boolean {
  const [, ownSchema = '', own = ''] = new RegExp(`^(${id})\\.(${id})$`).exec(quoted) ?? [];
  return nameOf(table) === nameOf(own) && (schema === undefined || nameOf(schema) === nameOf(ownSchema));
}

/** The columns on the left of the assignments of an UPDATE: what stands in parentheses is an expression. */
function targetsOf(list: string): (string | null)[] {
  let flat = list;
  for (let before = ''; before !== flat; ) {
    before = flat;
    flat = flat.replace(/\([^()]*\)/g, ' ');
  }
  return flat.split(',').map(part => nameOf(new RegExp(`^\\s*(${id})\\s*=`).exec(part)?.[1] ?? ''));
}

/** A name as the catalog has it; null for what is none, such as a part of a column. */
function nameOf(text: string): string | null {
  if (!new RegExp(`^${id}$`).test(text)) return null;
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase();
}

/** A trigger that fires before each record may fill in what an insert leaves out. */
function fillsIn({ triggers, recordsOid }: TriggerCatalog): boolean {
  return triggers.some(({ tableOid, type, enabled }) => {
    const { timing, events } = describeType(type);
    return tableOid === recordsOid && enabled !== 'D' && timing === 'BEFORE' && events.includes('INSERT');
  });
}
