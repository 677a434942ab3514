import type { Database, Reader } from '../../connection/transactions.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { type InspectedDatabase, inspectDatabase } from '../../counter/inspect-database.ts';
import type { Catalog } from '../../counters/catalog.ts';
import { type Writing, writingsOf } from '../../counters/find/writings.ts';
import { readBodies } from '../../counters/read-bodies.ts';
import { readCatalog } from '../../counters/read-catalog.ts';
import type { TriggerCatalog } from '../catalog.ts';
import { readCircumstances } from './facts/read-circumstances.ts';
import { type CounterHealth, judgeCounter, type Known } from './judge.ts';

/** The health of a counter, with what it was judged by. */
export interface ReadHealth {
  inspected: InspectedDatabase;
  catalog: Catalog;
  known: Known;
  /** What writes either table. */
  writers: TriggerCatalog;
  health: CounterHealth;
}

/** Reads and judges what keeps a counter. Bodies are parsed between two transactions. */
export async function readCounterHealth(
  database: Database,
  definition: CounterDefinition,
  signal?: AbortSignal,
): Promise<ReadHealth> {
  const catalog = await database.read(readCatalog, { signal });
  const writings = writingsOf(await readBodies(catalog));
  const finish = await database.read(reader => readRest(reader, database, definition, catalog, writings), {
    signal,
  });
  return finish();
}

/** The same in one transaction. */
export async function readHealthIn(
  reader: Reader,
  database: Database,
  definition: CounterDefinition,
): Promise<ReadHealth> {
  const catalog = await readCatalog(reader);
  const writings = writingsOf(await readBodies(catalog));
  return (await readRest(reader, database, definition, catalog, writings))();
}

async function readRest(
  reader: Reader,
  database: Database,
  definition: CounterDefinition,
  catalog: Catalog,
  writings: readonly Writing[],
): Promise<() => Promise<ReadHealth>> {
  const inspected = await inspectDatabase(reader, database, definition);
  const parse = await readCircumstances(reader, inspected.tables, catalog, writings);
  return async () => {
    const { circumstances, writers } = await parse();
    const known: Known = { definition: inspected.tables.definition, catalog, writings, circumstances };
    return { inspected, catalog, known, writers, health: judgeCounter(known) };
  };
}
