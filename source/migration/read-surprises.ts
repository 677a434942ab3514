import type { Reader } from '../connection/transactions.ts';
import { presetNames } from '../counter/definition/preset-names.ts';
import type { Tables } from '../counter/discovery/tables.ts';
import type { Finding } from '../counter/finding.ts';
import type { TriggerCatalog } from '../trigger/catalog.ts';
import { functionName, trackName } from '../trigger/expected-names.ts';
import type { MigrationFit } from '../trigger/migration/fit.ts';
import type { MigrationCatalog } from './catalog.ts';
import { readLostNames, readOwnerTaken, type TableChange } from './read-fired.ts';
import type { ShippedFunction } from './script.ts';

interface Planned {
  tables: Tables;
  triggers: TriggerCatalog;
  catalog: MigrationCatalog;
  fit: MigrationFit;
  shipped: readonly ShippedFunction[];
}

/** What the shipped functions would surprise with: an error where what they fire would fail, else a warning. */
export async function readSurprises(reader: Reader, planned: Planned): Promise<Finding[]> {
  const { tables, triggers, catalog, fit, shipped } = planned;
  const pathOf = (name: string) => shipped.find(each => each.name === name)?.searchPath ?? '';
  const ownerOf = (table: number) => triggers.relations.find(({ oid }) => oid === table)?.owner ?? '';
  const { presets, records } = tables;
  const found: Finding[] = [];
  if (fit.kept === null) {
    const counting: TableChange = {
      does: 'changes the count',
      table: presets,
      columns: [presetNames.count, presetNames.touched],
      inserts: false,
      path: pathOf(functionName),
      role: ownerOf(presets.oid),
    };
    found.push(...(await readLostNames(reader, counting)));
    const today = catalog.routines.find(({ name }) => name === functionName);
    if (!today?.definer) found.push(...(await readOwnerTaken(reader, counting)));
  }
  if (fit.misfit === null)
    found.push(
      ...(await readLostNames(reader, {
        does: 'stores a use',
        table: records,
        columns: null,
        inserts: true,
        path: pathOf(trackName),
        role: ownerOf(records.oid),
      })),
    );
  return found;
}
