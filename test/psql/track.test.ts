import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDatabase, insertPresets, type TestDatabase } from '../helpers/database.ts';
import { countOf, track } from './files.ts';

let database: TestDatabase;
let preset: string;
let user: string;

beforeAll(async () => {
  database = await createDatabase();
  [preset] = (await insertPresets(database.sql, ['a preset'])) as [string];
  const [row] = await database.sql<{ id: string }[]>`
    INSERT INTO users (email) VALUES ('one@example.com') RETURNING id`;
  user = row!.id;
});

afterAll(() => database.drop());

it('returns the id of the record it made, with all it was told', async () => {
  const { sql } = database;
  const [row] = await sql<{ id: string }[]>`
    SELECT track_preset_usage(p_preset_id => ${preset}, p_usage_type => 'export', p_usage_data => '{"format": "png"}') AS id`;
  const records =
    await sql`SELECT preset_id, user_id, usage_type, usage_data FROM preset_usage WHERE id = ${row!.id}`;
  expect(records).toEqual([
    { preset_id: preset, user_id: null, usage_type: 'export', usage_data: { format: 'png' } },
  ]);
});

it('stores empty data where none or NULL is given', async () => {
  const { sql } = database;
  const records = await sql`
    WITH uses AS MATERIALIZED (
      SELECT ARRAY[track_preset_usage(${preset}, 'none'), track_preset_usage(${preset}, 'null', NULL)] AS ids)
    SELECT cardinality(ids) AS uses FROM uses`;
  expect(records).toEqual([{ uses: 2 }]);
  expect(await sql`SELECT usage_data FROM preset_usage WHERE usage_type IN ('none', 'null')`).toEqual([
    { usage_data: {} },
    { usage_data: {} },
  ]);
});

it('counts its use once', async () => {
  const before = (await countOf(database.sql, preset))!;
  await track(database.sql, preset);
  expect(await countOf(database.sql, preset)).toBe(before + 1);
});

it('refuses a preset that does not exist', async () => {
  await expect(track(database.sql, '00000000-0000-4000-8000-000000000000')).rejects.toMatchObject({
    code: '23503',
  });
});

it.each([
  ['the user of the JWT', () => JSON.stringify({ sub: user, role: 'authenticated' }), () => user],
  ['a user in capital letters', () => JSON.stringify({ sub: user.toUpperCase() }), () => user],
  ['nobody without claims', () => '', () => null],
  ['nobody for claims without a subject', () => JSON.stringify({ role: 'service_role' }), () => null],
  ['nobody for a subject that is no uuid', () => JSON.stringify({ sub: 'auth0|5f7c8ec7' }), () => null],
])('records %s', async (_, claims, expected) => {
  const records = await database.sql.begin(async client => {
    await client`SELECT set_config('request.jwt.claims', ${claims()}, true)`;
    const id = await track(client, preset);
    return client`SELECT user_id FROM preset_usage WHERE id = ${id}`;
  });
  expect(records).toEqual([{ user_id: expected() }]);
});

it('is not taken in by a search_path with tables, functions and operators of the same names in front', async () => {
  const { sql } = database;
  const before = (await countOf(sql, preset))!;
  await sql.begin(async client => {
    await client
      .unsafe(
        `CREATE SCHEMA hostile;
         CREATE TABLE hostile.presets (LIKE public.presets);
         CREATE TABLE hostile.preset_usage (LIKE public.preset_usage);
         CREATE FUNCTION hostile.now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN RAISE 'hijacked'; END $$;
         CREATE FUNCTION hostile.clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN RAISE 'hijacked'; END $$;
         CREATE FUNCTION hostile.current_setting(text, boolean) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'hijacked'; END $$;
         CREATE FUNCTION hostile.equal(uuid, uuid) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'hijacked'; END $$;
         CREATE OPERATOR hostile.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = hostile.equal);
         CREATE FUNCTION hostile.add(integer, bigint) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RAISE 'hijacked'; END $$;
         CREATE OPERATOR hostile.+ (LEFTARG = integer, RIGHTARG = bigint, FUNCTION = hostile.add);
         CREATE TEMPORARY TABLE presets (LIKE public.presets) ON COMMIT DROP;
         CREATE TEMPORARY TABLE preset_usage (LIKE public.preset_usage) ON COMMIT DROP;
         CREATE TEMPORARY TABLE new_records (LIKE public.preset_usage) ON COMMIT DROP;
         SET LOCAL search_path = pg_temp, hostile, pg_catalog, public;`,
      )
      .simple();
    await client`SELECT public.track_preset_usage(${preset}, 'generation')`;
    await client`INSERT INTO public.preset_usage (preset_id, usage_type) SELECT ${preset}::uuid, 'import' FROM generate_series(1, 2)`;
    for (const table of ['presets', 'preset_usage']) {
      expect(await client`SELECT FROM ${client(`hostile.${table}`)}`).toHaveLength(0);
      expect(await client`SELECT FROM ${client(`pg_temp.${table}`)}`).toHaveLength(0);
    }
  });
  expect(await countOf(sql, preset)).toBe(before + 3);
});
