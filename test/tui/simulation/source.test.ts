import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { SourceEvidence } from '../../../source/checklist/source-evidence.ts';
import { loadConfig } from '../../../source/config/config.ts';
import type { Database } from '../../../source/connection/transactions.ts';
import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import { findCounters } from '../../../source/counters/run.ts';
import { createSimulationEffects } from '../../../source/tui/simulation/effects.ts';
import { type Action, initialState, type State } from '../../../source/tui/state/model.ts';
import { reduce } from '../../../source/tui/state/state.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';
import { patience } from '../../helpers/scale.ts';

let own: TestDatabase;
let database: Database;
let counters: readonly CounterDefinition[];
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'checklist-source-'));
  await writeFile(
    join(directory, 'app.ts'),
    [
      "await supabase.from('presets').update({ usage_count: n + 1 }).eq('id', id);",
      "await db('seller_stats').increment('revenue', price).where({ seller_id });",
    ].join('\n'),
  );
  own = await createDatabase('template1');
  await own.sql
    .unsafe(`
      CREATE TABLE sellers (id integer PRIMARY KEY);
      CREATE TABLE seller_stats (seller_id integer PRIMARY KEY REFERENCES sellers, revenue numeric NOT NULL DEFAULT 0);
      CREATE TABLE sales (id serial PRIMARY KEY, seller_id integer REFERENCES sellers, amount numeric NOT NULL);
      CREATE FUNCTION add_sale() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE seller_stats SET revenue = revenue + NEW.amount WHERE seller_id = NEW.seller_id;
        RETURN NULL;
      END $$;
      CREATE TRIGGER add_sale AFTER INSERT ON sales FOR EACH ROW EXECUTE FUNCTION add_sale();
      INSERT INTO sellers VALUES (1);
      INSERT INTO seller_stats VALUES (1)`)
    .simple();
  database = connectTo(own.url);
  counters = (await findCounters(database, 'public')).counters;
});
afterAll(async () => {
  await database.close();
  await own.drop();
  await rm(directory, { recursive: true });
});

/** What the checklist of the console shows of the source after `a`. */
async function sourceOf(choice: CounterDefinition): Promise<SourceEvidence> {
  const flags = { databaseUrl: own.url, appSource: directory };
  const config = { ...loadConfig(flags, {}, directory), choice };
  let state: State = {
    ...initialState({ columns: 80, rows: 24 }),
    counter: choice,
    appSource: directory,
  };
  const dispatch = (action: Action) => {
    state = reduce(state, action);
    effects.follow(action, state);
  };
  const effects = createSimulationEffects(database, config, dispatch);
  dispatch({ type: 'run-all' });
  const source = await vi.waitUntil(
    () => {
      const { source, error } = state.simulation.list;
      if (error) throw error;
      return typeof source === 'object' && source;
    },
    { timeout: patience },
  );
  await effects.stop();
  return source;
}

test('the checklist of another counter scans the source for what writes that one', async () => {
  const [revenue] = counters;
  if (!revenue) throw new TypeError('no counter was found');
  const { writes, counters: scanned } = await sourceOf(revenue);
  expect(scanned).toEqual(['public.seller_stats.revenue']);
  expect(writes).toMatchObject([
    { file: 'app.ts', line: 2, kind: 'query-builder', counter: 'public.seller_stats.revenue' },
  ]);
});
