import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { planMigration } from '../../source/migration/read-plan.ts';
import { runMigration } from '../../source/migration/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { quickCases } from '../helpers/quick-cases.ts';
import { migration, runFile } from '../psql/files.ts';

let own: TestDatabase;
let database: Database;

beforeEach(async () => {
  own = await createDatabase('template1');
  database = connectTo(own.url);
});
afterEach(async () => {
  await database.close();
  await own.drop();
});

const account = '00000000-0000-4000-8000-00000000000a';
const profile = '00000000-0000-4000-8000-00000000000b';

/** The application's tables; `users` are those that records refer to. */
const tables = (users: string, user: string) => `
  CREATE SCHEMA auth;
  CREATE TABLE auth.users (id uuid PRIMARY KEY);
  CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT (current_setting('request.jwt.claims', true)::jsonb ->> 'sub')::uuid $$;
  INSERT INTO auth.users VALUES ('${account}');
  ${users}
  CREATE TABLE presets (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text, usage_count integer DEFAULT 0, last_used_at timestamptz);
  CREATE TABLE preset_usage (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), preset_id uuid NOT NULL REFERENCES presets,
    user_id ${user}, usage_type text NOT NULL, usage_data jsonb NOT NULL DEFAULT '{}', created_at timestamptz NOT NULL DEFAULT now());
  INSERT INTO presets (name) VALUES ('Noir'), ('Pastel');`;
const profiles = `CREATE TABLE profiles (id uuid PRIMARY KEY, user_id uuid NOT NULL UNIQUE REFERENCES auth.users, created_by uuid REFERENCES auth.users);
  INSERT INTO profiles VALUES ('${profile}', '${account}', NULL);`;

/** Uses a preset as the owner of `subject`; the user of the record. */
async function usedBy(subject: string): Promise<string | null> {
  return own.sql.begin(async client => {
    await client`SELECT set_config('request.jwt.claims', ${JSON.stringify({ sub: subject })}, true)`;
    const [row] = await client<
      { id: string }[]
    >`SELECT track_preset_usage((SELECT id FROM presets LIMIT 1), 'generation') AS id`;
    const [record] = await client<
      { user_id: string | null }[]
    >`SELECT user_id FROM preset_usage WHERE id = ${row!.id}`;
    return record!.user_id;
  });
}

describe.each(['migrate', 'the script'])('installed by %s, track_preset_usage() stores', how => {
  const install = async () => {
    if (how === 'the script') return void (await runFile(own.url, migration));
    const plan = await planMigration(database, { schema: 'public', readOnly: false });
    expect(plan.proof).toMatchObject({ proved: true });
    expect(plan.proof!.events.find(({ event }) => event === 'call')!.after).toMatchObject({
      result: 'right',
    });
    await runMigration(database, plan, { timeout: 30, lockTimeout: 2 }, async () => {});
  };

  quickCases(
    'the account',
    'the profile that a policy compares with the account',
    'the text of a subject',
  ).each<[string, string, string, string]>([
    ['the account', '', 'uuid NOT NULL REFERENCES auth.users', account],
    ['the profile of the account', profiles, 'uuid NOT NULL REFERENCES profiles', profile],
    [
      'the profile whose key is the account',
      `CREATE TABLE profiles (id uuid PRIMARY KEY REFERENCES auth.users); INSERT INTO profiles VALUES ('${account}');`,
      'uuid NOT NULL REFERENCES profiles',
      account,
    ],
    [
      'the profile that a policy compares with the account',
      `CREATE TABLE members (key uuid PRIMARY KEY, "auth Id" uuid NOT NULL, owner uuid); INSERT INTO members VALUES ('${profile}', '${account}');
       ALTER TABLE members ENABLE ROW LEVEL SECURITY;
       CREATE POLICY own ON members USING ((SELECT auth.uid()) = "auth Id");`,
      'uuid NOT NULL REFERENCES members',
      profile,
    ],
    ['the text of a subject', '', 'text NOT NULL', account],
  ])('%s', async (_, users, user, expected) => {
    await own.sql.unsafe(tables(users, user)).simple();
    await install();
    expect(await usedBy(account)).toBe(expected);
    expect(await own.sql`SELECT sum(usage_count)::int AS uses FROM presets`).toEqual([{ uses: 1 }]);
  });

  test('nobody for a subject that is no user, where a record needs none', async () => {
    await own.sql.unsafe(tables(profiles, 'uuid REFERENCES profiles')).simple();
    await install();
    expect(await usedBy('00000000-0000-4000-8000-0000000000ff')).toBeNull();
    expect(await usedBy('auth0|5f7c8ec7')).toBeNull();
    expect(await usedBy(account)).toBe(profile);
  });
});

test.each([
  [
    'nothing leads there',
    `CREATE TABLE profiles (id uuid PRIMARY KEY, email text);`,
    'uuid NOT NULL REFERENCES profiles',
    'nothing leads from the subject of a token to the users in public.profiles',
  ],
  [
    'several columns may',
    'CREATE TABLE profiles (id uuid PRIMARY KEY, author uuid REFERENCES auth.users, editor uuid REFERENCES auth.users);',
    'uuid NOT NULL REFERENCES profiles',
    'several columns of public.profiles may hold the subject of a token: author, editor',
  ],
  [
    'the key has two columns',
    'CREATE TABLE profiles (id uuid, team uuid, PRIMARY KEY (id, team));',
    'uuid, team uuid DEFAULT gen_random_uuid(), FOREIGN KEY (user_id, team) REFERENCES profiles, more text',
    'the foreign key of user_id to public.profiles has 2 columns',
  ],
])('it is left out where %s, and the trigger is installed', async (_, users, user, why) => {
  await own.sql.unsafe(tables(users, user)).simple();
  const plan = await planMigration(database, { schema: 'public', readOnly: false });
  expect(plan.fit.misfit).toBe(why);
  expect(plan.differs).toEqual([
    'the counting trigger is missing',
    'the function auto_increment_preset_usage_count() is missing',
  ]);
  await runMigration(database, plan, { timeout: 30, lockTimeout: 2 }, async () => {});
  expect((await planMigration(database, { schema: 'public', readOnly: false })).differs).toEqual([]);
});
