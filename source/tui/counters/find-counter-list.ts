import type { Config } from '../../config/config.ts';
import type { Database } from '../../connection/transactions.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { inspectServer } from '../../counter/inspect-database.ts';
import { knownCounters } from '../../counters/run-choose.ts';
import type { CountersStep } from './model.ts';

type Found = Extract<CountersStep, { kind: 'found' }>;

/**
 * Finds the counters of a database, for its list, and the only one of which more than its name speaks, if there is just one.
 * Rejects like `knownCounters`.
 */
export async function findCounterList(
  database: Database,
  config: Config,
  signal?: AbortSignal,
): Promise<{ only: CounterDefinition | null; found: Found }> {
  const server = await database.read(reader => inspectServer(reader, database), { signal });
  const { counters, notCheckable } = await knownCounters(database, config, signal);
  const sure = counters.filter(({ confidence }) => confidence !== 'guess');
  const [only = null] = sure;
  return {
    only: sure.length === 1 ? only : null,
    found: { kind: 'found', counters, notCheckable, server, schema: config.schema },
  };
}
