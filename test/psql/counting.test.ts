import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { countOf, mismatches, track, use } from './files.ts';

let database: TestDatabase;
let preset: string;

beforeAll(async () => {
  database = await createDatabase();
  // Counts how often each preset is written.
  await database.sql
    .unsafe(
      `CREATE TABLE writes (preset_id uuid);
       CREATE FUNCTION log_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         INSERT INTO writes VALUES (NEW.id); RETURN NULL; END $$;
       CREATE TRIGGER log_write AFTER UPDATE ON presets FOR EACH ROW EXECUTE FUNCTION log_write();`,
    )
    .simple();
});

afterAll(() => database.drop());

beforeEach(async () => {
  await database.sql`TRUNCATE presets, preset_usage, users, writes`;
  [preset] = (await insertPresets(database.sql, ['a preset'])) as [string];
});

const lastUsed = async () => {
  const [row] = await database.sql<
    { at: Date | null }[]
  >`SELECT last_used_at AS at FROM presets WHERE id = ${preset}`;
  return row!.at;
};
const recordsAt = (time: Date, records: number) => database.sql`
  INSERT INTO preset_usage (preset_id, usage_type, created_at)
  SELECT ${preset}, 'import', ${time} FROM generate_series(1, ${records})`;
const writes = () =>
  database.sql<{ times: number }[]>`SELECT count(*)::int AS times FROM writes GROUP BY preset_id`;

it('counts a single use once', async () => {
  await use(database.sql, preset);
  expect(await countOf(database.sql, preset)).toBe(1);
});

it('counts a use of the same preset again', async () => {
  await use(database.sql, preset);
  await use(database.sql, preset);
  expect(await countOf(database.sql, preset)).toBe(2);
});

it('counts two uses in one transaction', async () => {
  await database.sql.begin(async client => {
    await use(client, preset);
    await use(client, preset);
  });
  expect(await countOf(database.sql, preset)).toBe(2);
});

it('leaves other presets alone', async () => {
  const [other] = await insertPresets(database.sql, ['other']);
  await use(database.sql, preset);
  expect(await countOf(database.sql, other!)).toBe(0);
});

it('counts on from NULL as from 0', async () => {
  await database.sql`UPDATE presets SET usage_count = NULL`;
  await use(database.sql, preset);
  expect(await countOf(database.sql, preset)).toBe(1);
});

it('writes each preset once for 3,000 records of 30 presets', async () => {
  const { sql } = database;
  await sql`DELETE FROM presets`;
  await insertPresets(
    sql,
    Array.from({ length: 30 }, (_, index) => `preset ${index}`),
  );
  await sql`INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'import' FROM presets, generate_series(1, 100)`;
  const rows = await writes();
  expect(rows).toHaveLength(30);
  expect(rows.every(row => row.times === 1)).toBe(true);
  expect(await mismatches(sql)).toEqual([]);
});

it('writes a preset once for many records of it', async () => {
  await insertRecords(database.sql, preset, 500);
  expect(await countOf(database.sql, preset)).toBe(500);
  expect(await writes()).toEqual([{ times: 1 }]);
});

it('counts records that come in by COPY', async () => {
  const { sql } = database;
  const copy = await sql`COPY preset_usage (preset_id, usage_type) FROM STDIN`.writable();
  await new Promise((resolve, reject) => {
    copy.on('finish', resolve).on('error', reject).end(`${preset}\timport\n${preset}\timport\n`);
  });
  expect(await countOf(sql, preset)).toBe(2);
});

it('counts a preset made and used in one statement', async () => {
  await database.sql`
    WITH made AS (INSERT INTO presets (name) VALUES ('made') RETURNING id)
    INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'generation' FROM made`;
  expect(await mismatches(database.sql)).toEqual([]);
});

it('does not count what ON CONFLICT DO NOTHING does not store', async () => {
  const id = await track(database.sql, preset);
  await database.sql`
    INSERT INTO preset_usage (id, preset_id, usage_type) VALUES (${id}, ${preset}, 'again'), (DEFAULT, ${preset}, 'new')
    ON CONFLICT DO NOTHING`;
  await database.sql`
    INSERT INTO preset_usage (id, preset_id, usage_type) VALUES (${id}, ${preset}, 'again') ON CONFLICT DO NOTHING`;
  expect(await countOf(database.sql, preset)).toBe(2);
});

it('does not count what ON CONFLICT DO UPDATE changes', async () => {
  const id = await track(database.sql, preset);
  await database.sql`
    INSERT INTO preset_usage (id, preset_id, usage_type) VALUES (${id}, ${preset}, 'again'), (DEFAULT, ${preset}, 'new')
    ON CONFLICT (id) DO UPDATE SET usage_type = excluded.usage_type`;
  expect(await countOf(database.sql, preset)).toBe(2);
});

it('does not write a preset for an insert of no records', async () => {
  await database.sql`
    INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'none' FROM presets WHERE false`;
  expect(await writes()).toEqual([]);
});

it('sets last_used_at to the time of the use', async () => {
  await track(database.sql, preset);
  const [record] = await database.sql`SELECT created_at FROM preset_usage`;
  expect(await lastUsed()).toEqual(record!.created_at);
});

it('sets last_used_at to the newest of imported records', async () => {
  await database.sql`
    INSERT INTO preset_usage (preset_id, usage_type, created_at)
    SELECT ${preset}, 'import', unnest(ARRAY['2024-03-01Z', '2024-05-01Z', '2024-04-01Z']::timestamptz[])`;
  expect(await lastUsed()).toEqual(new Date('2024-05-01Z'));
});

it.each([1, 2])('does not set last_used_at back for %i old records in one insert', async records => {
  await use(database.sql, preset);
  const before = await lastUsed();
  await recordsAt(new Date('2024-03-01Z'), records);
  expect(await lastUsed()).toEqual(before);
});

it.each([1, 2])(
  'does not set last_used_at ahead of the clock for %i records of the future',
  async records => {
    await recordsAt(new Date('2999-01-01Z'), records);
    const [row] = await database.sql`SELECT last_used_at <= clock_timestamp() AS past FROM presets`;
    expect(row).toEqual({ past: true });
  },
);

it('reads one preset for a single use, also in a session that began with a bulk insert', async () => {
  const { sql } = database;
  await sql`INSERT INTO presets (name) SELECT 'preset ' || n FROM generate_series(1, 2000) n`;
  await sql`ANALYZE presets`;
  const session = await sql.reserve();
  try {
    await session`INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'import' FROM presets, generate_series(1, 5)`;
    // Counters of this session, which nobody has to wait for. They stand still between transactions.
    const scans = async () => {
      const [row] = await session<{ scans: number }[]>`
        SELECT seq_scan::int AS scans FROM pg_stat_xact_user_tables WHERE relid = 'presets'::regclass`;
      return row!.scans;
    };
    await session`BEGIN`;
    const before = await scans();
    await use(session, preset);
    const after = await scans();
    await session`ROLLBACK`;
    expect(after).toBe(before);
  } finally {
    session.release();
  }
});
