import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from './database.ts';
import { setTraps, sprung } from './traps.ts';

let own: TestDatabase;
let trapped: postgres.Sql;
beforeAll(async () => {
  own = await createDatabase();
  const { url } = await setTraps(own);
  trapped = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
});
afterAll(async () => {
  await trapped.end();
  await own.drop();
});

test.each([
  'SELECT 1 + 1',
  'SELECT - random() FROM (SELECT pg_catalog.random() AS random) r (random)',
  'SELECT 1 IN (1)',
  'SELECT 1 IS DISTINCT FROM 2',
  'SELECT 1 BETWEEN 0 AND 2',
  'SELECT nullif(1, 2)',
  'SELECT CASE 1 WHEN 1 THEN 2 END',
  "SELECT 'a' LIKE 'b'",
  'SELECT count(*) FROM (VALUES (1)) v',
  'SELECT sum(v) FROM (VALUES (1)) v (v)',
  'SELECT json_agg(v) FROM (VALUES (1)) v (v)',
  "SELECT json_build_object('a', 1)",
  "SELECT format('%s', 1)",
  "SELECT set_config('a.b', 'c', true)",
  "SELECT 'a'::text",
  'SELECT 1::float8',
  "SELECT * FROM json_array_elements_text(pg_catalog.to_json(ARRAY['a']))",
])('%s steps into a trap', async statement => {
  await expect(trapped.unsafe(statement)).rejects.toMatchObject({
    message: expect.stringMatching(new RegExp(`${sprung}|count\\(\\*\\) specified`)),
  });
});

test('what names its schema steps into none', async () => {
  const [row] = await trapped.unsafe(
    `SELECT pg_catalog.count(*) FILTER (WHERE v OPERATOR(pg_catalog.>) 0)::double precision AS one, coalesce(NULL, 1) AS two,
            pg_catalog.format('%s', pg_catalog.sum(v OPERATOR(pg_catalog.+) 1)) AS three, greatest(1, 2) AS four
       FROM (VALUES (1)) v (v)`,
  );
  expect(row).toEqual({ one: 1, two: 1, three: '2', four: 2 });
});
