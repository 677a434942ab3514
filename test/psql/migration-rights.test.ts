import { afterEach, beforeEach, expect, it } from 'vitest';
import { insertPresets, type TestDatabase } from '../helpers/database.ts';
import { countOf, createUnmigrated, migration, runFile, track, use } from './files.ts';

let database: TestDatabase;
let owner: string;
let app: string;
let stranger: string;

// Roles belong to the whole server: their names carry the database's, so that test files do not meet.
beforeEach(async () => {
  database = await createUnmigrated();
  [owner, app, stranger] = ['owner', 'app', 'stranger'].map(role => `${role} of ${database.name}`) as [
    string,
    string,
    string,
  ];
  for (const role of [owner, app, stranger]) await database.sql`CREATE ROLE ${database.sql(role)}`;
});

afterEach(async () => {
  for (const role of [owner, app, stranger]) {
    await database.sql`DROP OWNED BY ${database.sql(role)} CASCADE`;
    await database.sql`DROP ROLE ${database.sql(role)}`;
  }
  await database.drop();
});

const mayCall = async (role: string, routine: string) => {
  const [row] = await database.sql`SELECT has_function_privilege(${role}, ${routine}, 'EXECUTE') AS may`;
  return row!.may as boolean;
};
const trackRoutine = 'track_preset_usage(uuid, text, jsonb)';

it('lets those call track_preset_usage() who may insert records, and nobody else', async () => {
  const { sql, url } = database;
  await sql`GRANT INSERT ON preset_usage TO ${sql(app)}`;
  await runFile(url, migration);
  expect(await mayCall(app, trackRoutine)).toBe(true);
  expect(await mayCall(stranger, trackRoutine)).toBe(false);
});

it('keeps who may call track_preset_usage() where it has to drop it', async () => {
  const { sql, url } = database;
  await sql`CREATE FUNCTION track_preset_usage(preset uuid, kind text, data jsonb) RETURNS void LANGUAGE sql AS ''`;
  await sql`REVOKE ALL ON FUNCTION track_preset_usage(uuid, text, jsonb) FROM PUBLIC`;
  await sql`GRANT EXECUTE ON FUNCTION track_preset_usage(uuid, text, jsonb) TO ${sql(app)}`;
  await sql`GRANT INSERT ON preset_usage TO ${sql(stranger)}`;
  await runFile(url, migration);
  expect(await mayCall(app, trackRoutine)).toBe(true);
  expect(await mayCall(stranger, trackRoutine)).toBe(false);
});

it('keeps track_preset_usage() open to everybody where it was', async () => {
  const { sql, url } = database;
  await sql`CREATE FUNCTION track_preset_usage(preset uuid, kind text) RETURNS void LANGUAGE sql AS ''`;
  await runFile(url, migration);
  expect(await mayCall(stranger, trackRoutine)).toBe(true);
});

it('keeps a grant made after the first run', async () => {
  const { sql, url } = database;
  await runFile(url, migration);
  await sql`GRANT EXECUTE ON FUNCTION track_preset_usage(uuid, text, jsonb) TO ${sql(app)}`;
  await runFile(url, migration);
  expect(await mayCall(app, trackRoutine)).toBe(true);
  expect(await mayCall(stranger, trackRoutine)).toBe(false);
});

it('lets nobody call the trigger function', async () => {
  await runFile(database.url, migration);
  expect(await mayCall(stranger, 'auto_increment_preset_usage_count()')).toBe(false);
});

it('hands the functions to the owner of the tables, so that they carry no superuser rights', async () => {
  const { sql, url } = database;
  for (const table of ['presets', 'preset_usage'])
    await sql`ALTER TABLE ${sql(table)} OWNER TO ${sql(owner)}`;
  await runFile(url, migration);
  const owners = await sql`
    SELECT DISTINCT proowner::regrole::text AS owner FROM pg_proc WHERE pronamespace = 'public'::regnamespace`;
  expect(owners).toEqual([{ owner: `"${owner}"` }]);
});

it('leaves no function with somebody who made one of its name before', async () => {
  const { sql, url } = database;
  await sql`GRANT CREATE ON SCHEMA public TO ${sql(stranger)}`;
  for (const table of ['presets', 'preset_usage']) {
    await sql`ALTER TABLE ${sql(table)} OWNER TO ${sql(owner)}`;
    await sql`ALTER TABLE ${sql(table)} FORCE ROW LEVEL SECURITY`;
  }
  await sql.begin(async client => {
    await client`SET LOCAL ROLE ${client(stranger)}`;
    await client`CREATE FUNCTION auto_increment_preset_usage_count() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`;
    await client`CREATE FUNCTION track_preset_usage(p_preset_id uuid, p_usage_type text, p_usage_data jsonb DEFAULT '{}')
      RETURNS uuid LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`;
  });
  await runFile(url, migration);
  const owners = await sql`
    SELECT DISTINCT proowner = current_user::regrole AS mine FROM pg_proc WHERE pronamespace = 'public'::regnamespace`;
  expect(owners).toEqual([{ mine: true }]);
});

it('counts the use of a role that may insert records and do nothing else', async () => {
  const { sql, url } = database;
  const [preset] = await insertPresets(sql, ['a preset']);
  await sql`ALTER TABLE presets ENABLE ROW LEVEL SECURITY`;
  await sql`GRANT INSERT ON preset_usage TO ${sql(app)}`;
  await runFile(url, migration);
  await sql.begin(async client => {
    await client`SET LOCAL ROLE ${client(app)}`;
    await use(client, preset!);
    await track(client, preset!);
  });
  expect(await countOf(sql, preset!)).toBe(2);
});
