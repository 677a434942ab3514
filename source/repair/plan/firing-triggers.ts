import type { SqlName } from '../../sql/sql-effects.ts';
import type { CatalogFunction, CatalogTrigger, TriggerCatalog } from '../../trigger/catalog.ts';
import { triggerName } from '../../trigger/expected-names.ts';
import { meansOf } from '../../trigger/side-effects.ts';
import type { FiringTrigger } from '../repair.ts';

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
