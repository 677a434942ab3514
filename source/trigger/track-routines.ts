import type { CatalogFunction, TriggerCatalog } from './catalog.ts';
import { effectsOf } from './effects/effects.ts';
import { trackName } from './expected-names.ts';

/** The routines named like the one that the application calls, told apart by what their bodies write. */
export interface TrackRoutines {
  /** Those that a use of this counter may call. */
  own: CatalogFunction[];
  /** Those that write another table's records: a tenant's, or another application's. */
  others: { routine: CatalogFunction; table: string }[];
}

/**
 * A routine belongs to this counter if its body inserts into its records, or if it is in their schemas and its body does not insert
 * into records of the same name elsewhere. One that cannot be read belongs to the tables of its schema.
 */
export function trackRoutines(catalog: TriggerCatalog): TrackRoutines {
  const found: TrackRoutines = { own: [], others: [] };
  const far: CatalogFunction[] = [];
  for (const routine of catalog.functions) {
    if (routine.name !== trackName || routine.isTrigger) continue;
    const elsewhere = recordsElsewhere(routine, catalog);
    if (insertsHere(routine, catalog)) (isNear(routine, catalog) ? found.own : far).push(routine);
    else if (elsewhere !== null) found.others.push({ routine, table: elsewhere });
    else if (isNear(routine, catalog)) found.own.push(routine);
  }
  return found.own.length > 0 ? found : { ...found, own: far };
}

function isNear({ schema }: CatalogFunction, { schemas }: TriggerCatalog): boolean {
  return schemas.includes(schema);
}

function insertsHere(routine: CatalogFunction, catalog: TriggerCatalog): boolean {
  return effectsOf(routine, catalog).writes.some(({ on, action }) => on === 'records' && action === 'insert');
}

/** The table with the name of the records that a routine inserts into although it is not the records. */
function recordsElsewhere(routine: CatalogFunction, catalog: TriggerCatalog): string | null {
  const records = catalog.relations.find(({ oid }) => oid === catalog.recordsOid);
  const write = routine.reading.writes.find(
    ({ action, table }) => action === 'insert' && table.name === records?.name,
  );
  if (!write) return null;
  const schema = write.table.schema ?? routine.schema;
  const other = catalog.relations.find(each => each.name === records?.name && each.schema === schema);
  return other?.table ?? `${schema}.${write.table.name}`;
}
