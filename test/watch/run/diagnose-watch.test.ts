import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import type { Counter } from '../../../source/counter/counter.ts';
import { readTables, type Tables } from '../../../source/counter/discovery/tables.ts';
import { readCounters } from '../../../source/counter/reading/counters.ts';
import { DiagnoseWatch } from '../../../source/watch/run/diagnose-watch.ts';
import type { DiagnosisEvent } from '../../../source/watch/watch-event.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../../helpers/database.ts';

let own: TestDatabase;
let database: Database;
let reads = 0;
let events: DiagnosisEvent[];
let watch: DiagnoseWatch;
beforeAll(async () => {
  own = await createDatabase();
  const connected = connectTo(own.url);
  database = {
    ...connected,
    read(work, options) {
      reads += 1;
      return connected.read(work, options);
    },
  };
});
afterAll(async () => {
  await database.close();
  await own.drop();
});
beforeEach(async () => {
  await own.sql`TRUNCATE presets, preset_usage CASCADE`;
  events = [];
  watch = new DiagnoseWatch(database, new AbortController().signal, event => events.push(event));
});

async function audit(): Promise<{ tables: Tables; counters: Counter[] }> {
  return database.read(async reader => {
    const tables = await readTables(reader, 'public');
    const ids = (await reader.rows('SELECT id FROM public.presets ORDER BY name')) as { id: string }[];
    return {
      tables,
      counters: await readCounters(
        reader,
        tables,
        ids.map(({ id }) => id),
      ),
    };
  });
}
const sums = { allRecords: 0 };

test('wrong counts are diagnosed once, and again only when others are wrong', async () => {
  const [a = '', b = ''] = await insertPresets(own.sql, ['Noir', 'Pastel']);
  await insertRecords(own.sql, a, 5);
  await own.sql`UPDATE presets SET usage_count = NULL WHERE id = ${a}`;
  const { tables, counters } = await audit();
  await watch.audited(tables, counters, sums);
  expect(events).toMatchObject([{ type: 'diagnosed' }]);
  const { diagnoses } = events[0] as Extract<DiagnosisEvent, { type: 'diagnosed' }>;
  expect([...diagnoses]).toMatchObject([
    [a, { drift: -5, diagnosis: { code: 'null-count', certainty: 'certain' } }],
  ]);
  const before = reads;
  await watch.audited(tables, counters, sums);
  // Also, it is too soon for another diagnosis.
  await watch.audited(
    tables,
    counters.map(counter => (counter.id === b ? { ...counter, usageCount: 9 } : counter)),
    sums,
  );
  expect(reads).toBe(before);
  expect(events).toHaveLength(1);
});

test('nothing is read while rows are hidden, or if nothing is wrong', async () => {
  await insertPresets(own.sql, ['Noir']);
  const { tables, counters } = await audit();
  const before = reads;
  await watch.audited({ ...tables, hiddenBy: ['a policy'] }, counters, sums);
  await watch.audited(tables, counters, sums);
  expect(reads).toBe(before);
  expect(events).toEqual([]);
});
