import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database, Reader } from '../../../source/connection/transactions.ts';
import { readTables } from '../../../source/counter/discovery/tables.ts';
import { readLastRecords } from '../../../source/counter/reading/last-records.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, insertPresets, type TestDatabase } from '../../helpers/database.ts';

let own: TestDatabase;
let database: Database;
let ids: string[];
beforeAll(async () => {
  own = await createDatabase();
  database = connectTo(own.url);
  ids = await insertPresets(own.sql, ['Noir', 'Pastel', 'Unused']);
  await own.sql`
    INSERT INTO preset_usage (preset_id, usage_type, created_at)
    SELECT id, 'generation', '2026-01-01Z'::timestamptz + n * '1 day'::interval FROM presets, generate_series(1, 3) n
     WHERE name <> 'Unused'`;
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

test('the newest record of each preset, if there is one', async () => {
  const found = await database.read(async reader =>
    readLastRecords(reader, await readTables(reader, 'public'), ids),
  );
  const newest = Date.UTC(2026, 0, 4);
  expect(found).toEqual(
    new Map([
      [ids[0], newest],
      [ids[1], newest],
    ]),
  );
});

test('reads each record once without an index too, however many presets are requested', async () => {
  await own.sql`DROP INDEX idx_preset_usage_preset_created`;
  const plan = await database.read(async reader => {
    const tables = await readTables(reader, 'public');
    let explained = '';
    const explaining: Reader = {
      ...reader,
      rows: async (text, values) => {
        explained = JSON.stringify(await reader.rows(`EXPLAIN ${text}`, values));
        return [];
      },
    };
    await readLastRecords(explaining, tables, ids);
    return explained;
  });
  expect(plan).toMatch(/Seq Scan on preset_usage/);
  expect(plan).not.toMatch(/= ANY/);
});
