import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { readTables, type Tables } from '../../../source/counter/discovery/tables.ts';
import { hasBreakdown, readBreakdown } from '../../../source/counter/reading/breakdown.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../../helpers/database.ts';

let own: TestDatabase;
let database: Database;
let tables: Tables;
let id: string;
beforeAll(async () => {
  own = await createDatabase();
  database = connectTo(own.url);
  tables = await database.read(reader => readTables(reader, 'public'));
});
afterAll(async () => {
  await database.close();
  await own.drop();
});
beforeEach(async () => {
  await own.sql`TRUNCATE presets, preset_usage, users CASCADE`;
  [id = ''] = await insertPresets(own.sql, ['Noir', 'Pastel']);
});

const read = (records: Partial<Tables['records']> = {}) =>
  database.read(reader =>
    readBreakdown(reader, { ...tables, records: { ...tables.records, ...records } }, id),
  );

test('the records of one row by type and by user, the largest groups first', async () => {
  const users = await own.sql<{ id: string }[]>`
    INSERT INTO users (id, email) SELECT gen_random_uuid(), g || '@x' FROM generate_series(1, 2) g RETURNING id`;
  const [ada, bob] = users.map(user => user.id);
  await own.sql`
    INSERT INTO preset_usage (preset_id, usage_type, user_id) VALUES
      (${id}, 'view', ${ada!}), (${id}, 'view', ${ada!}), (${id}, 'view', ${ada!}), (${id}, 'export', ${bob!}), (${id}, 'export', NULL), (${id}, 'export', NULL)`;
  await own.sql`INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'other' FROM presets WHERE name = 'Pastel'`;
  expect(await read()).toEqual({
    records: 6,
    onlyLatest: false,
    types: {
      groups: 2,
      top: [
        { value: 'export', records: 3 },
        { value: 'view', records: 3 },
      ],
    },
    users: {
      groups: 3,
      top: [
        { value: ada, records: 3 },
        { value: null, records: 2 },
        { value: bob, records: 1 },
      ],
    },
  });
  // Only those that count.
  const exported = await read({ where: `r.usage_type OPERATOR(pg_catalog.=) 'export'`, type: null });
  expect(exported).toMatchObject({ records: 3, types: null, users: { groups: 2 } });
});

test('of more than 10,000 records only the latest are read, by an index; without one nothing is said', async () => {
  await insertRecords(own.sql, id, 10_000);
  await own.sql`INSERT INTO preset_usage (preset_id, usage_type, created_at) VALUES (${id}, 'old', now() - interval '1 year')`;
  await own.sql`INSERT INTO preset_usage (preset_id, usage_type, created_at) VALUES (${id}, 'new', now() + interval '1 hour')`;
  const latest = await read();
  expect(latest).toMatchObject({ records: 10_000, onlyLatest: true });
  expect(latest?.types).toEqual({
    groups: 2,
    top: [
      { value: 'generation', records: 9_999 },
      { value: 'new', records: 1 },
    ],
  });
  expect(await read({ recentIndexed: false })).toBeNull();
  // Those without a time are no latest, in whatever order an index has them.
  await own.sql`ALTER TABLE preset_usage ALTER created_at DROP NOT NULL`;
  await own.sql`INSERT INTO preset_usage (preset_id, usage_type, created_at) VALUES (${id}, 'undated', NULL)`;
  for (const nullsFirst of [true, false]) expect(await read({ nullsFirst })).toEqual(latest);
  await own.sql`DELETE FROM preset_usage WHERE usage_type = 'generation'`;
  expect((await read())?.types?.top).toContainEqual({ value: 'undated', records: 1 });
});

test('a row without records has no groups, and many groups are counted', async () => {
  expect(await read()).toMatchObject({ records: 0, types: { groups: 0, top: [] } });
  await own.sql`INSERT INTO preset_usage (preset_id, usage_type) SELECT ${id}, 't' || g FROM generate_series(1, 30) g`;
  const many = await read();
  expect(many?.types?.groups).toBe(30);
  expect(many?.types?.top).toHaveLength(8);
});

test('the user is found by the name of its column, else by the table that it refers to', async () => {
  expect(tables.records.user).toBe('user_id');
  expect(hasBreakdown(tables)).toBe(true);
  const { records } = tables;
  expect(hasBreakdown({ ...tables, records: { ...records, user: null, type: null } })).toBe(false);
  expect(hasBreakdown({ ...tables, records: { ...records, pairs: [] } })).toBe(false);
  await own.sql`ALTER TABLE preset_usage RENAME COLUMN user_id TO made_by`;
  try {
    const found = await database.read(reader => readTables(reader, 'public'));
    expect(found.records.user).toBe('made_by');
  } finally {
    await own.sql`ALTER TABLE preset_usage RENAME COLUMN made_by TO user_id`;
  }
});
