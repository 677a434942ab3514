import type { Database } from '../../connection/transactions.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { type InspectedDatabase, inspectDatabase } from '../../counter/inspect-database.ts';
import type { Catalog } from '../../counters/catalog.ts';
import { type Readings, type Writing, writingsOf } from '../../counters/find/writings.ts';
import { readBodies } from '../../counters/read-bodies.ts';
import { readCatalog } from '../../counters/read-catalog.ts';
import { readCircumstances } from './facts/read-circumstances.ts';
import { type CounterHealth, judgeCounter, type Known } from './judge.ts';

/** The health of a counter, with what it was judged by. */
export interface ReadHealth {
  inspected: InspectedDatabase;
  catalog: Catalog;
  known: Known;
  health: CounterHealth;
}

/** Reads and judges what keeps a counter. Bodies are parsed between two transactions. */
export async function readCounterHealth(
  database: Database,
  definition: CounterDefinition,
  signal?: AbortSignal,
): Promise<ReadHealth> {
  const catalog = await database.read(readCatalog, { signal });
  const readings: Readings = await readBodies(catalog);
  const writings: Writing[] = writingsOf(readings);
  const { inspected, parse } = await database.read(
    async reader => {
      const inspected = await inspectDatabase(reader, database, definition);
      return { inspected, parse: await readCircumstances(reader, inspected.tables, catalog, writings) };
    },
    { signal },
  );
  const { circumstances } = await parse();
  const known: Known = { definition: inspected.tables.definition, catalog, writings, circumstances };
  return { inspected, catalog, known, health: judgeCounter(known) };
}
