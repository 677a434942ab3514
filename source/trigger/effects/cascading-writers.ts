import { unquoted } from '../../counter/discovery/unquoted.ts';
import type { CatalogReference, TriggerCatalog } from '../catalog.ts';
import { describeType } from '../trigger-type.ts';
import { effectsOfTrigger } from './trigger-effects.ts';
import { whoMayRun } from './who-may-run.ts';
import type { Writer } from './writer.ts';

/**
 * Foreign keys that delete records, or change their preset, when a row of another table is deleted: those of the records
 * themselves, and those that cascade to them through other tables.
 */
export function writersByReference(catalog: TriggerCatalog): Writer[] {
  return catalog.references.flatMap((reference): Writer[] => {
    const write = writeOf(reference, catalog);
    if (!write || keepsUpWith(write.verb, catalog)) return [];
    return [
      {
        kind: 'reference',
        name: reference.name,
        table: reference.table,
        does: [
          {
            on: 'records',
            verb: write.verb,
            action: write.verb,
            table: catalog.recordsTable,
            column: write.verb === 'update' ? { name: unquoted(catalog.presetColumn), how: 'sets' } : null,
            statement: reference.definition,
            via: write.via,
          },
        ],
        unreadable: [],
        mayRun: whoMayRun(catalog, reference.toOid, ['DELETE']),
        securityDefiner: null,
        language: null,
        fires: {
          timing: 'AFTER',
          events: ['DELETE'],
          level: null,
          enabled: 'origin',
          when: `DELETE FROM ${reference.to}`,
        },
        expected: false,
      },
    ];
  });
}

/** True if a trigger of the records changes the count when records are deleted or moved, as a cascade does too. */
function keepsUpWith(verb: 'delete' | 'update', catalog: TriggerCatalog): boolean {
  return catalog.triggers.some(trigger => {
    const body = catalog.functions.find(({ oid }) => oid === trigger.functionOid);
    if (!body || trigger.tableOid !== catalog.recordsOid || !['O', 'A'].includes(trigger.enabled))
      return false;
    if (!describeType(trigger.type).events.includes(verb === 'delete' ? 'DELETE' : 'UPDATE')) return false;
    return effectsOfTrigger(trigger, body, catalog).writes.some(
      ({ on, column }) => on === 'count' && (column?.how === 'subtracts' || column?.how === 'counts'),
    );
  });
}

function writeOf(
  reference: CatalogReference,
  catalog: TriggerCatalog,
): { verb: 'delete' | 'update'; via: string[] } | null {
  if (reference.onDelete === 'cascade') {
    const via = cascadeToRecords(reference, catalog, new Set());
    return via && { verb: 'delete', via };
  }
  const changesPreset =
    reference.tableOid === catalog.recordsOid && reference.columns.includes(unquoted(catalog.presetColumn));
  return changesPreset ? { verb: 'update', via: [] } : null;
}

/** The foreign keys by which deleting rows of a table deletes records; null if it does not. */
function cascadeToRecords(
  { tableOid, name }: CatalogReference,
  catalog: TriggerCatalog,
  seen: ReadonlySet<number>,
): string[] | null {
  if (tableOid === catalog.recordsOid) return [];
  if (seen.has(tableOid)) return null;
  for (const next of catalog.references) {
    if (next.toOid !== tableOid || next.onDelete !== 'cascade' || next.name === name) continue;
    const rest = cascadeToRecords(next, catalog, new Set([...seen, tableOid]));
    if (rest) return [next.name, ...rest];
  }
  return null;
}
