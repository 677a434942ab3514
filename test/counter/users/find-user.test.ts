import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { inspectDatabase } from '../../../source/counter/inspect-database.ts';
import { described, findUser, userOfSubject } from '../../../source/counter/users/find-user.ts';
import { readUserCatalog } from '../../../source/counter/users/read-user-catalog.ts';
import { userColumnOf, userPaths } from '../../../source/counter/users/user-paths.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';

// Who the records name, and who the token names.
const profile = 'aaaaaaaa-0000-4000-8000-000000000001';
const account = 'bbbbbbbb-0000-4000-8000-000000000002';
const other = 'cccccccc-0000-4000-8000-000000000003';

let own: TestDatabase;
let database: Database;
beforeAll(async () => {
  own = await createDatabase('template1');
  database = connectTo(own.url);
  await own.sql
    .unsafe(
      `CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY);
      INSERT INTO auth.users VALUES ('${account}'), ('${other}');
      CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid $$`,
    )
    .simple();
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

let place = 0;
/** A schema of its own with both tables; `user` declares the column of the user in the records. */
async function arrange(before: string, user: string, after = ''): Promise<string> {
  place += 1;
  const schema = `s${place}`;
  await own.sql
    .unsafe(`CREATE SCHEMA ${schema}; SET search_path = ${schema};
      CREATE TABLE presets (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text, usage_count integer, last_used_at timestamptz);
      ${before};
      CREATE TABLE preset_usage (id bigserial PRIMARY KEY, preset_id uuid REFERENCES presets, ${user});
      ${after}; RESET search_path`)
    .simple();
  return schema;
}

async function find(schema: string, id: string | null) {
  return database.read(async reader => {
    const { tables } = await inspectDatabase(reader, database, schema);
    const catalog = await readUserCatalog(reader, tables);
    const column = userColumnOf(catalog, 'preset_id');
    const way = await findUser(reader, catalog, column ?? '', id);
    const told = way.found
      ? { user: way.user, subject: way.subject, by: described(way.path) }
      : { why: way.why };
    return { column, way, told, paths: userPaths(catalog, column ?? '') };
  });
}

const profiles = `CREATE TABLE profiles (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid UNIQUE REFERENCES auth.users);
  INSERT INTO profiles VALUES ('${profile}', '${account}'), (gen_random_uuid(), '${other}')`;
/** Profiles without a foreign key to the accounts. */
const loose = profiles.replace(' REFERENCES auth.users', '').replace('user_id', 'login');

describe('the subject is found', () => {
  test.each([
    ['a profile refers to its account', profiles, 'user_id uuid REFERENCES profiles', '', 'profiles.user_id'],
    [
      'a policy of the records compares the wrong id',
      profiles,
      'user_id uuid REFERENCES profiles',
      'CREATE POLICY p ON preset_usage USING (auth.uid() = user_id)',
      'profiles.user_id',
    ],
    [
      'a policy of the profiles compares its column',
      loose,
      'user_id uuid REFERENCES profiles',
      'CREATE POLICY p ON profiles USING (login = (SELECT auth.uid()))',
      'profiles.login',
    ],
    [
      'through two tables',
      `${profiles}; CREATE TABLE members (id bigint PRIMARY KEY, profile_id uuid REFERENCES profiles); INSERT INTO members VALUES (7, '${profile}')`,
      'member_id bigint REFERENCES members',
      '',
      'profiles.user_id',
      '7',
    ],
    [
      'through three tables, past those of the organisation',
      `CREATE TABLE orgs (id bigint PRIMARY KEY, owner_id uuid REFERENCES auth.users); INSERT INTO orgs VALUES (1, '${other}'); ${profiles};
       CREATE TABLE members (id bigint PRIMARY KEY, org_id bigint REFERENCES orgs, profile_id uuid REFERENCES profiles, invited_by uuid REFERENCES auth.users);
       INSERT INTO members VALUES (7, 1, '${profile}', '${other}');
       CREATE TABLE seats (id text PRIMARY KEY, member_id bigint REFERENCES members); INSERT INTO seats VALUES ('s', 7)`,
      'seat_id text REFERENCES seats',
      '',
      'profiles.user_id',
      's',
    ],
    [
      'a policy compares with a function, without any foreign key',
      loose,
      'user_id uuid',
      `CREATE FUNCTION current_profile_id() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$ SELECT id FROM here.profiles WHERE login = auth.uid() $$;
       CREATE POLICY p ON preset_usage FOR INSERT WITH CHECK (user_id = current_profile_id())`,
      'profiles.login',
    ],
    [
      'a policy looks into a view',
      loose,
      'user_id uuid',
      `CREATE VIEW me AS SELECT p.id AS profile FROM profiles p WHERE p.login = auth.uid();
       CREATE POLICY p ON preset_usage FOR INSERT WITH CHECK (user_id IN (SELECT profile FROM me))`,
      'profiles.login',
    ],
    [
      'a policy asks whether there is such a profile',
      loose,
      'user_id uuid',
      `CREATE FUNCTION requester() RETURNS uuid LANGUAGE plpgsql AS $$ BEGIN RETURN nullif(current_setting('request.jwt.claim.sub', true), '')::uuid; END $$;
       CREATE POLICY p ON preset_usage FOR INSERT WITH CHECK (EXISTS (SELECT FROM profiles p WHERE p.id = user_id AND p.login = requester()))`,
      'profiles.login',
    ],
    [
      'the function of a use looks the profile up',
      loose,
      'user_id uuid REFERENCES profiles',
      `CREATE FUNCTION track_preset_usage(p_preset_id uuid) RETURNS void LANGUAGE plpgsql AS $$
       DECLARE me uuid := auth.uid(); found_id uuid;
       BEGIN SELECT p.id INTO found_id FROM profiles p WHERE p.login = me; INSERT INTO preset_usage (preset_id, user_id) VALUES (p_preset_id, found_id); END $$`,
      'profiles.login',
    ],
    [
      'a trigger sets the user',
      loose,
      'profile_id uuid',
      `CREATE FUNCTION set_user() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.profile_id := (SELECT id FROM profiles WHERE login = auth.uid()); RETURN NEW; END $$;
       CREATE TRIGGER set_user BEFORE INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION set_user()`,
      'profiles.login',
    ],
    [
      'the account is in a table of identities',
      `CREATE TABLE profiles (id uuid PRIMARY KEY); CREATE TABLE identities (profile_id uuid REFERENCES profiles, auth_id uuid UNIQUE REFERENCES auth.users);
       INSERT INTO profiles VALUES ('${profile}'); INSERT INTO identities VALUES ('${profile}', '${account}')`,
      'user_id uuid REFERENCES profiles',
      `CREATE FUNCTION my_profile() RETURNS uuid LANGUAGE sql AS $$ SELECT p.id FROM profiles p JOIN identities i ON i.profile_id = p.id WHERE i.auth_id = auth.uid() $$`,
      'identities.auth_id',
    ],
  ] as [string, string, string, string, string, string?][])(
    '%s',
    async (_, before, user, after, by, id = profile) => {
      const schema = `s${place + 1}`;
      await arrange(before, user, after.replaceAll('here.', `${schema}.`));
      expect((await find(schema, id)).told).toEqual({ user: id, subject: account, by: `${schema}.${by}` });
      // Either id names the same user.
      expect((await find(schema, account)).told).toMatchObject({ user: id, subject: account });
      expect((await find(schema, null)).way.found).toBe(true);
    },
  );

  test.each([
    ['the record refers to the account itself', '', 'user_id uuid REFERENCES auth.users', ''],
    [
      'the profile has the id of its account',
      `CREATE TABLE profiles (id uuid PRIMARY KEY REFERENCES auth.users, referred_by uuid REFERENCES profiles); INSERT INTO profiles VALUES ('${account}')`,
      'user_id uuid REFERENCES profiles',
      '',
    ],
    [
      'the profile has it without a foreign key, as its policy says',
      `CREATE TABLE profiles (id uuid PRIMARY KEY, created_by uuid REFERENCES auth.users); INSERT INTO profiles VALUES ('${account}', '${other}')`,
      'user_id uuid REFERENCES profiles',
      'CREATE POLICY p ON profiles USING (auth.uid() = id)',
    ],
    ['a policy says so', '', 'user_id uuid', 'CREATE POLICY p ON preset_usage USING (auth.uid() = user_id)'],
    [
      'a policy says so of a column with another name',
      '',
      'used_by text, at timestamptz',
      `CREATE POLICY p ON preset_usage USING (used_by = (current_setting('request.jwt.claims', true)::json ->> 'sub'))`,
    ],
  ])('to be the user itself: %s', async (_, before, user, after) => {
    const schema = await arrange(before, user, after);
    expect((await find(schema, account)).told).toMatchObject({ user: account, subject: account });
  });

  test('by SQL that turns a subject into what the records hold', async () => {
    const schema = await arrange(
      `${profiles}; CREATE TABLE members (id bigint PRIMARY KEY, profile_id uuid REFERENCES profiles); INSERT INTO members VALUES (7, '${profile}')`,
      'member_id bigint REFERENCES members',
    );
    const { paths } = await find(schema, null);
    const [row] = await own.sql.unsafe(`SELECT ${userOfSubject(paths[0]!, `'${account}'::uuid`)} AS id`);
    expect(row?.id).toBe('7');
  });
});

describe('it is not known', () => {
  test.each([
    [
      'nothing leads to the subject',
      'CREATE TABLE profiles (id uuid PRIMARY KEY, email text)',
      'user_id uuid REFERENCES profiles',
      /no foreign key, policy or function leads/,
    ],
    [
      'two columns may hold it',
      `CREATE TABLE profiles (id uuid PRIMARY KEY, auth_user uuid REFERENCES auth.users, old_auth_user uuid REFERENCES auth.users);
       INSERT INTO profiles VALUES ('${profile}', '${account}', '${other}')`,
      'user_id uuid REFERENCES profiles',
      /several columns may hold it: s\d+\.profiles\.auth_user, s\d+\.profiles\.old_auth_user/,
    ],
    [
      'nobody has that id',
      `${profiles}; DELETE FROM profiles`,
      'user_id uuid REFERENCES profiles',
      /has the id/,
    ],
    [
      'its account is gone',
      `${loose}; UPDATE profiles SET login = gen_random_uuid(); CREATE POLICY p ON profiles USING (login = auth.uid()); CREATE TABLE x (a uuid REFERENCES auth.users)`,
      'user_id uuid REFERENCES profiles, x uuid REFERENCES auth.users',
      /has the id/,
    ],
  ])('%s', async (_, before, user, why) => {
    const schema = await arrange(before, user);
    const { told } = await find(schema, profile);
    expect(told).toEqual({ why: expect.stringMatching(why) });
  });

  test('this role may not read the profiles', async () => {
    const schema = await arrange(profiles, 'user_id uuid REFERENCES profiles');
    const role = `reader_${process.pid}`;
    await own.sql
      .unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT USAGE ON SCHEMA ${schema} TO ${role};
        GRANT SELECT ON ${schema}.presets, ${schema}.preset_usage TO ${role}`)
      .simple();
    const limited = connectTo(own.urlAs(role, 'secret'));
    try {
      const way = await limited.read(async reader => {
        const { tables } = await inspectDatabase(reader, limited, schema);
        return findUser(reader, await readUserCatalog(reader, tables), 'user_id', profile);
      });
      expect(way).toEqual({
        found: false,
        why: `this role may not read every row of ${schema}.profiles`,
        nobody: false,
      });
    } finally {
      await limited.close();
      await own.sql.unsafe(`DROP OWNED BY ${role}; DROP ROLE ${role}`).simple();
    }
  });
});
