import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { readTables } from '../../../source/counter/discovery/tables.ts';
import { rowsQuery } from '../../../source/counter/reading/counters.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';

let own: TestDatabase;
let database: Database;

beforeAll(async () => {
  own = await createDatabase();
  database = connectTo(own.url);
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

// Each would end the constant, or act in a terminal, if it was not escaped.
const ids = [
  "it's",
  "\\'; DROP TABLE odd.presets; --",
  'a\nb',
  '\u001b[31mred\u0007',
  'é\u0085',
  '100%',
  '}$1',
];

test.each(['on', 'off'])(
  'shows the counts of odd ids, with standard_conforming_strings %s',
  async setting => {
    await own.sql.unsafe(`
    DROP SCHEMA IF EXISTS odd CASCADE; CREATE SCHEMA odd;
    CREATE TABLE odd.presets (id text PRIMARY KEY, name text, usage_count int);
    CREATE TABLE odd.preset_usage (id int GENERATED ALWAYS AS IDENTITY, preset_id text REFERENCES odd.presets)`);
    await own.sql`INSERT INTO odd.presets SELECT t, 'n', 5 FROM unnest(${ids}::text[]) t`;
    await own.sql`INSERT INTO odd.preset_usage (preset_id) SELECT t FROM unnest(${ids}::text[]) t, generate_series(1, 2)`;
    const tables = await database.read(reader => readTables(reader, 'odd'));
    const read = async (wanted: string[]) => {
      const query = rowsQuery(tables, wanted);
      expect(query).not.toMatch(/(?!\n)\p{Cc}/u);
      const session = await own.sql.reserve();
      try {
        // A role's own path may put other functions and types before those of the catalog.
        await session.unsafe(
          `SET standard_conforming_strings = ${setting}; SET search_path = odd, pg_catalog`,
        );
        return [...(await session.unsafe(query))];
      } finally {
        await session.unsafe('RESET ALL');
        session.release();
      }
    };
    for (const id of ids) expect(await read([id])).toEqual([{ id, name: 'n', usage_count: 5, records: '2' }]);
    expect((await read(ids)).map(({ id }) => id).sort()).toEqual(ids.toSorted());
  },
);
