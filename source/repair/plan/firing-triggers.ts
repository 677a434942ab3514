import { columnsOf } from '../../counter/definition/predicate.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import type { SqlName } from '../../sql/sql-effects.ts';
import type { CatalogFunction, CatalogTrigger, TriggerCatalog } from '../../trigger/catalog.ts';
import { triggerName } from '../../trigger/expected-names.ts';
import { meansOf, outlastsRollback } from '../../trigger/side-effects.ts';
import { reachedBy } from '../one-sided.ts';
import type { FiringTrigger, RepairOptions } from '../repair.ts';
import type { RepairFacts } from '../sql/facts.ts';

/** What a repair writes, in terms of the events of triggers. */
export interface PlannedWrites {
  /** The columns of presets that it sets, quoted if necessary. */
  columns: readonly string[];
  deletes: boolean;
  truncates: boolean;
  inserts: boolean;
}

// The bits of tgtype.
const bits = { insert: 4, delete: 8, update: 16, truncate: 32 } as const;

/**
 * The triggers that fire because of a repair, with the effects that their functions' own text shows; functions called
 * from there are not followed. `replica` is true if the session's triggers are those of a replication worker.
 */
export function firingTriggers(
  catalog: TriggerCatalog,
  writes: PlannedWrites,
  replica = false,
): FiringTrigger[] {
  const fires = replica ? ['R', 'A'] : ['O', 'A'];
  return catalog.triggers
    .filter(({ enabled }) => fires.includes(enabled))
    .flatMap(trigger => {
      const event = eventOf(trigger, catalog, writes);
      const body = catalog.functions.find(({ oid }) => oid === trigger.functionOid);
      if (event === null) return [];
      return [
        {
          name: trigger.name,
          table: trigger.table,
          function: body?.identity ?? 'unknown',
          event,
          effects: trigger.name === triggerName ? [] : effectsOf(body),
          always: trigger.enabled === 'A',
        },
      ];
    });
}

/**
 * Why records are not put back for a moment, to see that an undo can, before their deletion is committed: what triggers then do
 * would stay, or is not known. Null if they are.
 */
export function whyNotPlayed(
  catalog: TriggerCatalog,
  { besides, may }: Pick<RepairFacts, 'besides' | 'may'>,
  { suppressTriggers }: Pick<RepairOptions, 'suppressTriggers'>,
): string | null {
  if (!may.insert) return `this role may not insert into ${catalog.recordsTable}`;
  const rule = besides.find(({ event }) => event === 'INSERT');
  if (rule) return `what the ${rule.what} ${rule.name} does then is not known`;
  for (const { tableOid, enabled, type, functionOid, name } of catalog.triggers) {
    const fires = enabled === 'A' || (enabled === 'O' && !suppressTriggers);
    const event = tableOid === catalog.recordsOid ? bits.insert : bits.update;
    if (!fires || !(type & event)) continue;
    for (const body of reachedBy(catalog, functionOid)) {
      const stays = meansOf(body).find(means => outlastsRollback({ means }));
      if (stays !== undefined) return `${name} would do what no rollback undoes (${stays})`;
    }
  }
  return null;
}

// Adding to one row again and again takes time that grows with the square. Of the second record a row is changed that was changed before.
const fewPlayed = 2;
const usuallyPlayed = 20;
/** All records of a batch: more than it ever has. Batches get smaller where that takes long. */
export const allPlayed = 1_000_000;

/**
 * Of how many records of each row that is tried. A few are enough where triggers only add to counts: what may become of the count
 * is known, and other counts become what they were. Two are enough where they write no other column. What may refuse some records
 * and not others is tried with all, and so are records that refer to each other.
 */
export function recordsPlayed(
  catalog: TriggerCatalog,
  { records, definition: { row, record } }: Pick<Tables, 'records' | 'definition'>,
  { recordsDoubted, referencedBy }: Pick<RepairFacts, 'recordsDoubted' | 'referencedBy'>,
): number {
  const fired = catalog.triggers.filter(({ tableOid, type, enabled }) => {
    const event = tableOid === catalog.recordsOid ? bits.insert : bits.update;
    return enabled !== 'D' && (type & event) !== 0;
  });
  // What these hold makes no difference to what is written.
  const same = new Set([...record.reference, record.time, ...(record.where ? columnsOf(record.where) : [])]);
  const isPlain = fired.every(({ functionOid, newTable }) => {
    const bodies = reachedBy(catalog, functionOid);
    const own = [newTable, catalog.presetsTable.split('.').at(-1)];
    return bodies.length > 0 && bodies.every(body => onlyAdds(body, own) && dependsOn(body, same));
  });
  if (!isPlain || recordsDoubted || records.sums || referencedBy.some(({ itself }) => itself))
    return allPlayed;
  const writes = fired.flatMap(({ functionOid }) => reachedBy(catalog, functionOid).flatMap(writesOf));
  const known = new Set<string | null>([row.count, row.touched]);
  const others = writes.some(
    ({ table, column }) => table !== catalog.presetsTable.split('.').at(-1) || !known.has(column),
  );
  return others ? usuallyPlayed : fewPlayed;
}

/** The columns that a function writes, each with its table. */
function writesOf({ reading: { writes, fields } }: CatalogFunction) {
  return [
    ...writes.flatMap(
      ({ table, columns }) => columns?.map(({ name }) => ({ table: table.name, column: name })) ?? [],
    ),
    ...fields.map(({ column }) => ({ table: null, column: column?.name ?? null })),
  ];
}

/** Whether a function only adds to numbers, and sets others to what no table but its `own` says. */
function onlyAdds(
  { language, reading }: CatalogFunction,
  own: readonly (string | null | undefined)[],
): boolean {
  const { writes, dynamic, problem, also, reads } = reading;
  const readsOthers = reads.some(({ name }) => !own.includes(name));
  return (
    language !== 'c' &&
    dynamic.length === 0 &&
    problem === null &&
    !also.includes('raises') &&
    writes.every(
      ({ action, columns }) =>
        action === 'update' &&
        columns !== null &&
        columns.every(({ how, limited }) =>
          how === 'adds' || how === 'subtracts' ? limited !== 'value' : how !== 'counts' && !readsOthers,
        ),
    )
  );
}

/** Whether what a trigger writes is the same for all records that agree in these columns. */
function dependsOn(
  { reading: { rows, writes } }: CatalogFunction,
  columns: ReadonlySet<string | null>,
): boolean {
  return (
    rows.new.every(name => columns.has(name)) ||
    writes.every(each => each.columns?.every(({ how, by }) => how === 'zero' || (by ?? null) !== null))
  );
}

function eventOf(trigger: CatalogTrigger, catalog: TriggerCatalog, writes: PlannedWrites): string | null {
  const { tableOid, type, updateOf } = trigger;
  if (tableOid === catalog.presetsOid) {
    const named = updateOf.length === 0 || updateOf.some(column => writes.columns.includes(column));
    return type & bits.update && named ? 'UPDATE' : null;
  }
  if (tableOid !== catalog.recordsOid) return null;
  if (writes.inserts && type & bits.insert) return 'INSERT';
  if (writes.deletes && !writes.truncates && type & bits.delete) return 'DELETE';
  return writes.truncates && type & bits.truncate ? 'TRUNCATE' : null;
}

function effectsOf(body: CatalogFunction | undefined): string[] {
  if (!body) return ['what it does cannot be read'];
  const { writes, fields, dynamic, also, problem } = body.reading;
  const tables = new Set<string>();
  for (const { action, table } of writes) {
    tables.add(`${action === 'delete' ? 'deletes from' : 'writes'} ${quoted(table)}`);
  }
  for (const { row, column } of fields) {
    if (row === 'new')
      tables.add(column ? `sets ${column.name} of the same row` : 'sets the same row as a whole');
  }
  return [
    ...tables,
    ...(dynamic.length > 0 ? ['runs SQL that its text does not show'] : []),
    // An untrusted language may do anything, and is reported as such.
    ...(problem && body.trusted ? [`cannot be read: ${problem.message}`] : []),
    ...(also.includes('raises') ? ['may refuse the write'] : []),
    ...meansOf(body),
  ];
}

function quoted({ schema, name }: SqlName): string {
  const part = (word: string) =>
    /^[a-z_][a-z0-9_$]*$/.test(word) ? word : `"${word.replaceAll('"', '""')}"`;
  return schema === null ? part(name) : `${part(schema)}.${part(name)}`;
}
