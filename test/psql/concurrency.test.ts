import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDatabase, insertPresets, type TestDatabase } from '../helpers/database.ts';
import { waitFor } from '../helpers/wait.ts';
import { mismatches, track, use } from './files.ts';

let database: TestDatabase;
let presets: string[];

beforeAll(async () => {
  database = await createDatabase();
  presets = await insertPresets(
    database.sql,
    Array.from({ length: 20 }, (_, index) => `preset ${index}`),
  );
});

afterAll(() => database.drop());

it('lets bulk inserts in opposite orders wait for each other, and never deadlock', async () => {
  const { sql } = database;
  const [middle] = await sql<{ id: string }[]>`SELECT id FROM presets ORDER BY id OFFSET 10 LIMIT 1`;
  const insert = (order: postgres.Fragment) => sql`
    INSERT INTO preset_usage (preset_id, usage_type)
    SELECT p.id, 'import' FROM presets p, generate_series(1, 10) ORDER BY p.id ${order}`;
  for (let round = 0; round < 3; round += 1) {
    const both = await sql.begin(async holder => {
      // Both have begun to lock presets, from their own ends or the same one, before either can finish.
      await holder`SELECT FROM presets WHERE id = ${middle!.id} FOR NO KEY UPDATE`;
      const inserts = Promise.all([insert(sql`ASC`), insert(sql`DESC`)]);
      // Handled below; without this a rejection in the meantime would end the process.
      inserts.catch(() => {});
      await waitFor(async () => (await waiting()) >= 2, 'both inserts to wait');
      return { inserts };
    });
    await both.inserts;
  }
  expect(await mismatches(sql)).toEqual([]);
});

it('loses none of 400 single uses by four clients at once', async () => {
  const { sql, url } = database;
  const before = await total();
  const clients = Array.from({ length: 4 }, () => postgres(url, { max: 1, onnotice: () => {} }));
  await Promise.all(
    clients.map(async (client, index) => {
      for (let time = 0; time < 100; time += 1) {
        // Two presets, so that nearly every use has to wait for another one's.
        await (index % 2 === 0 ? track : use)(client, presets[time % 2]!);
      }
      await client.end();
    }),
  );
  expect((await total()) - before).toBe(400);
  expect(await mismatches(sql)).toEqual([]);
});

it('does not set last_used_at back for a use that began earlier and ended later', async () => {
  const { sql } = database;
  const preset = presets[0]!;
  let after: postgres.Row | undefined;
  await sql.begin(async early => {
    // now() is the time of the first statement of a transaction.
    await early`SELECT now()`;
    await use(sql, preset);
    [after] = await sql`SELECT last_used_at FROM presets WHERE id = ${preset}`;
    await use(early, preset);
  });
  const [end] = await sql`SELECT last_used_at FROM presets WHERE id = ${preset}`;
  expect(end).toEqual(after);
});

async function total(): Promise<number> {
  const [row] = await database.sql<{ uses: number }[]>`SELECT sum(usage_count)::int AS uses FROM presets`;
  return row!.uses;
}

/** How many connections to this database wait for a lock. */
async function waiting(): Promise<number> {
  const [row] = await database.sql<{ waiting: number }[]>`
    SELECT count(*)::int AS waiting FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return row!.waiting;
}
