import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { readTables } from '../../../source/counter/discovery/tables.ts';
import { readPresetDetail } from '../../../source/counter/reading/preset-detail.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../../helpers/database.ts';

let own: TestDatabase;
let database: Database;
let id: string;
beforeAll(async () => {
  own = await createDatabase();
  database = connectTo(own.url);
  [id = ''] = await insertPresets(own.sql, ['Noir']);
  await insertRecords(own.sql, id, 2_000);
  await own.sql.unsafe(`
    ALTER TABLE preset_usage ALTER created_at DROP NOT NULL;
    UPDATE preset_usage SET created_at = '2025-01-01'::timestamptz + 60 * age
      FROM (SELECT id, make_interval(secs => row_number() OVER ()) AS age FROM preset_usage) old WHERE old.id = preset_usage.id;
    UPDATE preset_usage SET created_at = NULL WHERE created_at <= '2025-01-01 00:03+00'`);
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

const indexBy = (order: string) =>
  own.sql.unsafe(`
    DROP INDEX idx_preset_usage_preset_created;
    CREATE INDEX idx_preset_usage_preset_created ON preset_usage (preset_id, ${order});`);
const newest = Date.parse('2025-01-02T09:20:00Z');

test.each([
  ['the latest first', 'created_at DESC'],
  ['the oldest first', 'created_at'],
  ['the latest first and NULLs last', 'created_at DESC NULLS LAST'],
  ['the oldest first and NULLs before it', 'created_at NULLS FIRST'],
])('the latest records are read without sorting all, from an index with %s', async (_, order) => {
  await indexBy(order);
  await own.sql.unsafe('VACUUM ANALYZE preset_usage');
  const asked: string[] = [];
  const detail = await database.read(async reader => {
    const tables = await readTables(reader, 'public');
    const rows: typeof reader.rows = (text, ...given) => {
      asked.push(text);
      return reader.rows(text, ...given);
    };
    return readPresetDetail({ ...reader, rows }, tables, id, 14);
  });
  expect(detail.newestAt).toBe(newest);
  expect(detail.latest.map(({ at }) => at)).toEqual(
    Array.from({ length: 10 }, (_, at) => newest - at * 60_000),
  );
  const [latest = ''] = asked;
  const plan = await own.sql.unsafe(`EXPLAIN ${latest.replaceAll('$1', `'${id}'`)}`);
  expect(plan.map(row => row['QUERY PLAN']).join('\n')).not.toContain('Sort');
});

test.each(['created_at', 'created_at NULLS FIRST'])(
  'records without a time come after the others, from an index by %s',
  async order => {
    await indexBy(order);
    await own.sql`DELETE FROM preset_usage WHERE created_at < '2025-01-02 09:17+00'`;
    const detail = await database.read(async reader =>
      readPresetDetail(reader, await readTables(reader, 'public'), id, 14),
    );
    expect(detail.latest.map(({ at }) => at)).toEqual([
      ...Array.from({ length: 4 }, (_, at) => newest - at * 60_000),
      ...Array.from({ length: 3 }, () => null),
    ]);
  },
);
