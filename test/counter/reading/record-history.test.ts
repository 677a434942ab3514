import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { readTables } from '../../../source/counter/discovery/tables.ts';
import { type RecordHistory, readRecordHistory } from '../../../source/counter/reading/record-history.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, insertPresets, type TestDatabase } from '../../helpers/database.ts';

let own: TestDatabase;
let database: Database;
let id: string;
beforeAll(async () => {
  own = await createDatabase();
  database = connectTo(own.url);
});
afterAll(async () => {
  await database.close();
  await own.drop();
});
beforeEach(async () => {
  await own.sql`TRUNCATE presets, preset_usage CASCADE`;
  [id = ''] = await insertPresets(own.sql, ['Noir', 'Pastel']);
});

const read = (columns: number, of = id): Promise<RecordHistory | null> =>
  database.read(async reader => readRecordHistory(reader, await readTables(reader, 'public'), of, columns));

describe('all records of a preset over time', () => {
  test('in bins of the same length, from the oldest one until now', async () => {
    await own.sql`
      INSERT INTO preset_usage (preset_id, usage_type, created_at)
      SELECT ${id}, 'generation', now() - make_interval(days => d) FROM unnest('{100,99,55,55,55,1}'::int[]) d`;
    // Only those of this preset, and with a finite time.
    await own.sql`INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'x' FROM presets WHERE name = 'Pastel'`;
    await own.sql`INSERT INTO preset_usage (preset_id, usage_type, created_at) VALUES (${id}, 'x', 'infinity')`;
    const history = await read(10);
    expect(history?.uses).toEqual([2, 0, 0, 0, 3, 0, 0, 0, 0, 1]);
    expect(((history?.to ?? 0) - (history?.from ?? 0)) / 86_400_000).toBeCloseTo(100, 1);
  });

  test('until the newest one, if that is in the future, and all of one moment', async () => {
    await own.sql`
      INSERT INTO preset_usage (preset_id, usage_type, created_at)
      SELECT ${id}, 'generation', now() + interval '10 days' FROM generate_series(1, 3)`;
    const history = await read(4);
    expect(history?.uses.reduce((sum, uses) => sum + uses)).toBe(3);
  });

  test('is empty if there is no record', async () => {
    expect(await read(10)).toBeNull();
  });
});
