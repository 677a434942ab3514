import { triggerName } from './expected.ts';
import { meansOf } from './outside-reach.ts';
import type { FiringTrigger } from './repair.ts';
import { withoutNoise } from './sql-text.ts';
import type { CatalogFunction, CatalogTrigger, TriggerCatalog } from './trigger-catalog.ts';

/** What a repair writes, in terms of what triggers wait for. */
export interface Writes {
  /** The columns of presets that it sets, quoted where they need it. */
  columns: readonly string[];
  deletes: boolean;
  truncates: boolean;
  inserts: boolean;
}

// The bits of tgtype.
const bits = { insert: 4, delete: 8, update: 16, truncate: 32 } as const;

/**
 * The triggers that fire because of a repair, with what their functions do as far as their own text tells; what those call
 * in turn is not followed. `replica` is true where the session's triggers are those of a replication worker.
 */
export function firingTriggers(catalog: TriggerCatalog, writes: Writes, replica = false): FiringTrigger[] {
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

function eventOf(trigger: CatalogTrigger, catalog: TriggerCatalog, writes: Writes): string | null {
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

const writing =
  /\b(insert\s+into|update(?:\s+only)?|delete\s+from(?:\s+only)?|merge\s+into)\s+((?:(?:"[^"]+"|[\w$]+)\s*\.\s*)?(?:"[^"]+"|[\w$]+))/gi;

function effectsOf(body: CatalogFunction | undefined): string[] {
  if (!body) return ['what it does cannot be read'];
  const code = withoutNoise(body.source);
  const tables = new Set<string>();
  for (const [, verb = '', table = ''] of code.matchAll(writing)) {
    // `FOR UPDATE OF`, `ON CONFLICT DO UPDATE SET` and the like name no table.
    if (/^(?:set|of|nowait|skip)$/i.test(table)) continue;
    tables.add(`${/^delete/i.test(verb) ? 'deletes from' : 'writes'} ${table.replace(/\s+/g, '')}`);
  }
  const sets = [...code.matchAll(/(?:^|;|\bbegin|\bthen|\belse|\bloop)\s*new\s*\.\s*("[^"]+"|\w+)\s*:?=/gi)];
  for (const [, column] of sets) tables.add(`sets ${column} of the same row`);
  const dynamic = /\bexecute\b/i.test(code) ? ['runs SQL that its text does not show'] : [];
  const raises = /\braise\s+(?:exception\b|'|sqlstate\b)/i.test(code) ? ['may refuse the write'] : [];
  return [...tables, ...dynamic, ...raises, ...meansOf(body)];
}
