import { afterEach, beforeEach, expect, test } from 'vitest';
import { readCounters } from '../../source/counter/reading/counters.ts';
import { readLastRecords } from '../../source/counter/reading/last-records.ts';
import { insertPresets, insertRecords } from '../helpers/database.ts';
import { RepairBench } from '../helpers/repair-bench.ts';

let bench: RepairBench;
let noir: string;
const user = 'a0a0a0a0-0000-4000-8000-00000000000a';

beforeEach(async () => {
  bench = await RepairBench.open();
  [noir] = (await insertPresets(bench.own.sql, ['Noir', 'Pastel'])) as [string];
  await insertRecords(bench.own.sql, noir, 3);
  await bench.setCounts({ Noir: 9, Pastel: 4 });
});
afterEach(() => bench.close());

// Everything that the block has a name for.
const words =
  'o e p r t b l m i v c k q given held used becomes started touched value key place version relation n'
    .split(' ')
    .map(word => `ADD "${word}" text DEFAULT 'x'`)
    .join(', ');

test.each([[false], [true]])(
  'columns that are called what the block calls its own are no hindrance, suppressed: %s',
  async suppressTriggers => {
    await bench.arrange(`ALTER TABLE presets ${words}; ALTER TABLE preset_usage ${words}; ALTER TABLE users ${words};
      INSERT INTO users (id, email) VALUES ('${user}', 'a@example.org'); UPDATE preset_usage SET user_id = '${user}'`);
    const wrong = await bench.tables();
    const synced = await bench.repair('sync', { options: { suppressTriggers } });
    expect(synced).toMatchObject({ changed: 2, left: [] });
    expect(await bench.counts()).toEqual({ Noir: [3, 3], Pastel: [0, 0] });
    expect(await bench.undo(synced, { options: { suppressTriggers } })).toMatchObject({
      changed: 2,
      left: [],
    });
    expect(await bench.tables()).toEqual(wrong);
    const reset = await bench.repair('reset', { options: { deleteHistory: true, suppressTriggers } });
    expect(reset).toMatchObject({ changed: 2, deleted: 3, left: [] });
    expect(await bench.counts()).toEqual({ Noir: [0, 0], Pastel: [0, 0] });
    expect(await bench.undo(reset, { options: { suppressTriggers } })).toMatchObject({
      restored: 3,
      left: [],
    });
    expect(await bench.tables()).toEqual(wrong);
  },
);

test('nor for reading chosen presets', async () => {
  await bench.arrange(`ALTER TABLE presets ${words}; ALTER TABLE preset_usage ${words}`);
  const { tables } = (await bench.plan('sync', { presets: ['Noir'] })).inspected;
  const counters = await bench.database.read(reader => readCounters(reader, tables, [noir], 'counted'));
  expect(counters).toMatchObject([{ id: noir, usageCount: 9, records: 3 }]);
  const times = await bench.database.read(reader => readLastRecords(reader, tables, [noir]));
  expect([...times.keys()]).toEqual([noir]);
});
