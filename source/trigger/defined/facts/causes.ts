import type { CounterDefinition } from '../../../counter/definition/definition.ts';
import { columnsOf, type Predicate } from '../../../counter/definition/predicate.ts';
import { searchPathOf } from '../../../sql/search-path-setting.ts';
import type { SqlReading } from '../../../sql/sql-effects.ts';
import type { CatalogGrant, CatalogReference, TriggerCatalog } from '../../catalog.ts';
import { resolveTable } from '../../effects/resolve-names.ts';
import { whoMayRun } from '../../effects/who-may-run.ts';
import { columnsOfEvent, type EventName, neededEvents } from '../events.ts';
import type { Cause } from './circumstances.ts';
import { type GeneratedColumn, withSources } from './generated.ts';

/** The roles with UPDATE on a column, by the column's name. */
export type ColumnGrants = ReadonlyMap<string, readonly (string | null)[]>;

/** What the catalog says of the columns of records. */
interface ColumnFacts {
  updaters: ColumnGrants;
  /** Columns that hold a time. */
  dates: ReadonlySet<string>;
  generated: readonly GeneratedColumn[];
}

/** What can make each event happen, by the catalog. */
export function causesOf(
  definition: CounterDefinition,
  catalog: TriggerCatalog,
  { updaters, dates, generated }: ColumnFacts,
): Map<EventName, Cause[]> {
  const found = new Map<EventName, Cause[]>();
  for (const event of [...neededEvents(definition), 'update' as const]) {
    if (event === 'insert') continue;
    // Nobody writes a generated column: what changes it is a change of what it is computed from.
    const changed = withSources(columnsOfEvent(event, definition), generated).filter(
      name => !generated.some(({ column }) => column === name),
    );
    const causes = [
      ...cascades(event, changed, definition, catalog),
      ...conditionColumns(event, definition, { dates, generated }),
      ...writers(event, changed, definition, catalog),
      ...grants(event, changed, catalog, updaters),
    ];
    found.set(event, causes.length > 0 ? causes : byOwner(event, definition, catalog));
  }
  return found;
}

/** Foreign keys that delete or change records, other than those by which a row takes its records along. */
function cascades(
  event: EventName,
  columns: readonly string[],
  definition: CounterDefinition,
  catalog: TriggerCatalog,
): Cause[] {
  const { record, nouns } = definition;
  const others = catalog.references.filter(each => !isOwn(each, definition, catalog));
  const [, records] = nouns.record;
  return others.flatMap((reference): Cause[] => {
    const { name, onDelete, to } = reference;
    if (event === 'delete' && onDelete === 'cascade' && reference.toOid !== catalog.recordsOid) {
      const way = wayToRecords(reference, others, catalog.recordsOid, new Set());
      if (!way) return [];
      const by = way.length === 0 ? '' : ` by way of ${way.join(' and ')}`;
      return [{ kind: 'cascade', text: `${name} deletes ${records} when a row of ${to} is deleted${by}` }];
    }
    if (reference.tableOid !== catalog.recordsOid || onDelete === 'cascade') return [];
    const changed = columns.filter(column => reference.columns.includes(column));
    if (changed.length === 0 || (event !== 'move' && event !== 'condition' && event !== 'amount')) return [];
    const verb = onDelete === 'set null' ? 'to NULL' : 'to its default';
    return [
      {
        kind: 'cascade',
        text: `${name} sets ${changed.join(', ')} of ${record.table} ${verb} when a row of ${to} is deleted`,
      },
    ];
  });
}

/** The foreign key of the reference itself: with its row gone there is no count. */
function isOwn(reference: CatalogReference, definition: CounterDefinition, catalog: TriggerCatalog): boolean {
  const { record } = definition;
  return (
    reference.tableOid === catalog.recordsOid &&
    record.through === null &&
    reference.columns.length === record.reference.length &&
    reference.columns.every(column => record.reference.includes(column))
  );
}

function wayToRecords(
  { tableOid, name }: CatalogReference,
  references: readonly CatalogReference[],
  records: number,
  seen: ReadonlySet<number>,
): string[] | null {
  if (tableOid === records) return [];
  if (seen.has(tableOid)) return null;
  for (const next of references) {
    if (next.toOid !== tableOid || next.onDelete !== 'cascade' || next.name === name) continue;
    const rest = wayToRecords(next, references, records, new Set([...seen, tableOid]));
    if (rest) return [next.name, ...rest];
  }
  return null;
}

const softly = /delet|remov|trash|archiv|hid|withdraw|discard|revok|cancel/i;
const states =
  /status|state|approv|publish|visib|active|enabled|moderat|draft|spam|accept|reject|verif|paid/i;

/** Columns of the condition that by their name or kind are there to be changed. */
function conditionColumns(
  event: EventName,
  { record, nouns }: CounterDefinition,
  { dates, generated }: Pick<ColumnFacts, 'dates' | 'generated'>,
): Cause[] {
  if (event !== 'condition' || !record.where) return [];
  const nulls = new Set(nullColumns(record.where));
  return withSources(columnsOf(record.where), generated).flatMap((column): Cause[] => {
    if (softly.test(column) || (nulls.has(column) && dates.has(column))) {
      return [{ kind: 'soft-delete', text: `${column} marks ${nouns.record[1]} that are deleted` }];
    }
    return states.test(column) ? [{ kind: 'state', text: `${column} is a state that changes` }] : [];
  });
}

function nullColumns(predicate: Predicate): string[] {
  if (predicate.kind === 'null') return [predicate.column];
  if ('column' in predicate) return [];
  return predicate.kind === 'not' ? nullColumns(predicate.of) : predicate.of.flatMap(nullColumns);
}

/** Functions and jobs that do it. */
function writers(
  event: EventName,
  wanted: readonly string[],
  definition: CounterDefinition,
  catalog: TriggerCatalog,
): Cause[] {
  const [, records] = definition.nouns.record;
  const does =
    event === 'delete'
      ? `deletes ${records}`
      : event === 'truncate'
        ? `empties ${definition.record.table}`
        : `updates ${wanted.join(', ') || records}`;
  const routines = catalog.functions.flatMap((routine): Cause[] =>
    doesIt(event, wanted, catalog, bodyOf(routine))
      ? [{ kind: 'function', text: `${routine.identity} ${does}` }]
      : [],
  );
  const jobs = catalog.jobs.flatMap((job): Cause[] =>
    job.active && doesIt(event, wanted, catalog, { reading: job.reading, path: null, home: null })
      ? [{ kind: 'job', text: `the job ${job.name ?? job.id} ${does}` }]
      : [],
  );
  return [...routines, ...jobs];
}

const bodyOf = ({ reading, searchPath, schema }: TriggerCatalog['functions'][number]) => ({
  reading,
  path: searchPathOf(searchPath),
  home: schema,
});

/** The name of a trigger on the counted table that updates the references of records, for instance after a key changed; null for none. */
export function takingTrigger(
  { record }: CounterDefinition,
  rows: number,
  catalog: TriggerCatalog,
): string | null {
  if (rows === catalog.recordsOid) return null;
  const found = catalog.triggers.find(
    ({ tableOid, enabled, type, functionOid }) =>
      tableOid === rows &&
      (enabled === 'O' || enabled === 'A') &&
      (type & 16) !== 0 &&
      catalog.functions.some(
        routine => routine.oid === functionOid && doesIt('move', record.reference, catalog, bodyOf(routine)),
      ),
  );
  return found?.name ?? null;
}

/** Whether a routine does that to records. `wanted` are the columns that an event changes. */
function doesIt(
  event: EventName,
  wanted: readonly string[],
  catalog: TriggerCatalog,
  { reading, path, home }: { reading: SqlReading; path: readonly string[] | null; home: string | null },
): boolean {
  return reading.writes.some(({ verb, action, table, columns }) => {
    const target = resolveTable(table, path, catalog, home);
    // Replies are records of the table that they are counted in.
    if (!target || (target.base !== 'records' && catalog.presetsOid !== catalog.recordsOid)) return false;
    if (verb === 'truncate') return event === 'truncate';
    if (event === 'delete') return action === 'delete';
    if (event === 'truncate' || action !== 'update') return false;
    if (event === 'update' || columns === null) return true;
    return columns.some(({ name }) => wanted.includes(target.column(name) ?? ''));
  });
}

/** Roles other than the owner that may do it by a statement of their own. */
function grants(
  event: EventName,
  columns: readonly string[],
  catalog: TriggerCatalog,
  updaters: ColumnGrants,
): Cause[] {
  const privilege = event === 'delete' ? 'DELETE' : event === 'truncate' ? 'TRUNCATE' : 'UPDATE';
  const roles = new Set(columns.flatMap(column => updaters.get(column) ?? []));
  const granted: CatalogGrant[] | undefined =
    columns.length === 0 ? undefined : [...roles].map(role => ({ role, privileges: ['UPDATE'] }));
  const may = whoMayRun(catalog, catalog.recordsOid, [privilege], granted);
  const names = may.public ? ['everyone (PUBLIC)'] : may.roles;
  if (names.length === 0) return [];
  const what = columns.length === 0 ? privilege : `${privilege} of ${columns.join(', ')}`;
  return [{ kind: 'grant', text: `${what} is granted to ${names.join(', ')}` }];
}

/**
 * Where nobody but the owner may insert records, the application that inserts them is connected as the owner, who may change them too.
 * TRUNCATE is a chore of administrators, whoever may do it.
 */
function byOwner(event: EventName, { record, nouns }: CounterDefinition, catalog: TriggerCatalog): Cause[] {
  if (event === 'truncate' || event === 'update') return [];
  const { owner, roles, public: everybody } = whoMayRun(catalog, catalog.recordsOid, ['INSERT']);
  if (owner === null || everybody || roles.some(role => role !== owner)) return [];
  if (catalog.functions.some(routine => insertsAsOwner(routine, catalog))) return [];
  return [
    {
      kind: 'owner',
      text: `by grants and policies only ${owner}, who owns ${record.table}, may insert ${nouns.record[1]}, so the application may connect as ${owner}`,
    },
  ];
}

/** A function by which others insert records without a right of their own. */
function insertsAsOwner(routine: TriggerCatalog['functions'][number], catalog: TriggerCatalog): boolean {
  if (!routine.definer) return false;
  return routine.reading.writes.some(({ action, table }) => {
    const target = resolveTable(table, searchPathOf(routine.searchPath), catalog, routine.schema);
    return action === 'insert' && target?.base === 'records';
  });
}
