import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { planSimulation } from '../../source/simulation/read-plan.ts';
import { runSimulation } from '../../source/simulation/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { quickCases } from '../helpers/quick-cases.ts';
import { type EmbeddedServer, startEmbedded } from '../helpers/server.ts';

const profile = 'aaaaaaaa-0000-4000-8000-000000000001';
const account = 'bbbbbbbb-0000-4000-8000-000000000002';
const other = 'cccccccc-0000-4000-8000-000000000003';
const timeouts = { timeout: 30, lockTimeout: 2 };

let server: EmbeddedServer;
let own: TestDatabase;
let database: Database;
// With roles of its own: those of the shared server are other tests' too.
beforeAll(async () => {
  server = await startEmbedded();
  const { sql, drop } = await createDatabase('template1', server.url);
  await sql.unsafe('CREATE ROLE authenticated; CREATE ROLE service_role; CREATE ROLE anon').simple();
  await drop();
});
afterAll(() => server.stop());
beforeEach(async () => {
  own = await createDatabase('template1', server.url);
  database = connectTo(own.url);
});
afterEach(async () => {
  await database.close();
  await own.drop();
});

const platform = `CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY); INSERT INTO auth.users VALUES ('${account}');
  CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
  CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT (auth.jwt() ->> 'sub')::uuid $$;
  GRANT USAGE ON SCHEMA auth, public TO authenticated, service_role, anon;
  ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO authenticated, service_role, anon;`;
const counted = (user: string) => `
  CREATE TABLE presets (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text, usage_count integer DEFAULT 0, last_used_at timestamptz);
  INSERT INTO presets (name) VALUES ('Noir'), ('Pastel');
  CREATE TABLE preset_usage (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), preset_id uuid REFERENCES presets${user && `, user_id ${user}`}, created_at timestamptz DEFAULT now());
  CREATE FUNCTION auto_increment_preset_usage_count() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
  BEGIN UPDATE public.presets SET usage_count = usage_count + 1, last_used_at = clock_timestamp() WHERE id = NEW.preset_id; RETURN NEW; END $$;
  CREATE TRIGGER trigger_auto_increment_preset_usage_count AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION auto_increment_preset_usage_count();`;
const usedBy = (user: string) =>
  `INSERT INTO preset_usage (preset_id, user_id) SELECT id, ${user} FROM presets WHERE name = 'Pastel';`;
const apart = `CREATE TABLE profiles (id uuid PRIMARY KEY, user_id uuid UNIQUE REFERENCES auth.users); INSERT INTO profiles VALUES ('${profile}', '${account}');`;
const ofProfile = counted('uuid REFERENCES profiles ON DELETE SET NULL');
const ofAccount = counted('uuid REFERENCES auth.users');
const track = (parameters: string, body: string) =>
  `CREATE FUNCTION track_preset_usage(${parameters}) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN ${body}; END $$;`;
const store = (user: string) => `INSERT INTO preset_usage (preset_id, user_id) VALUES (p_preset_id, ${user})`;
const secured = (check: string) =>
  `ALTER TABLE preset_usage ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON preset_usage FOR INSERT TO authenticated WITH CHECK (${check});`;

interface Case {
  tables: string;
  /** A use as the application makes it; \`:preset\` is the preset's id. */
  use: string;
  claims?: object;
  verdict: 'confirmed' | 'not-confirmed' | 'not-proved';
  code?: string;
}

const signedIn = { sub: account, role: 'authenticated' };
const call = 'SELECT track_preset_usage(:preset)';
const insertOf = (user: string) => `INSERT INTO preset_usage (preset_id, user_id) VALUES (:preset, ${user})`;

const right: Record<string, Case> = {
  'a profile with the id of the account, as the starter has it': {
    tables: `CREATE TABLE profiles (id uuid PRIMARY KEY REFERENCES auth.users); INSERT INTO profiles VALUES ('${account}'); ${ofProfile}
      ${secured('auth.uid() = user_id')} ${usedBy(`'${account}'`)} ${track('p_preset_id uuid', store('auth.uid()'))}`,
    use: call,
    verdict: 'confirmed',
  },
  'a function that looks the profile up by the account that is passed': {
    tables: `${apart} ${ofProfile} ${usedBy(`'${profile}'`)} ${track('p_preset_id uuid, p_user_id uuid', 'INSERT INTO preset_usage (preset_id, user_id) SELECT p_preset_id, p.id FROM profiles p WHERE p.user_id = p_user_id')}`,
    use: `SELECT track_preset_usage(:preset, '${account}')`,
    verdict: 'confirmed',
  },
  'a recent record whose user is gone': {
    tables: `${apart} ${counted('uuid')} ${usedBy(`'${other}'`)} ${track('p_preset_id uuid', `IF NOT EXISTS (SELECT FROM profiles WHERE user_id = auth.uid()) THEN RAISE 'who'; END IF; ${store('(SELECT id FROM profiles WHERE user_id = auth.uid())')}`)}`,
    use: call,
    verdict: 'confirmed',
  },
  'a recent record of a guest': {
    tables: `${ofAccount} ${secured('user_id = auth.uid()')} ${usedBy('NULL')}`,
    use: insertOf(`'${account}'`),
    verdict: 'confirmed',
  },
  "another issuer's subject, which is a text": {
    tables: `${counted(`text NOT NULL DEFAULT auth.jwt()->>'sub'`)} ${secured(`(SELECT auth.jwt()->>'sub') = user_id`)} ${usedBy(`'user_2abcXYZ'`)}`,
    use: 'INSERT INTO preset_usage (preset_id) VALUES (:preset)',
    claims: { sub: 'user_2abcXYZ', role: 'authenticated' },
    verdict: 'confirmed',
  },
  "another issuer's subject in a table of users": {
    tables: `CREATE FUNCTION requesting_user_id() RETURNS text LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('request.jwt.claims', true)::json->>'sub', '')::text $$;
      CREATE TABLE users (id bigserial PRIMARY KEY, clerk_id text UNIQUE); INSERT INTO users (clerk_id) VALUES ('user_2abcXYZ');
      ${counted('bigint REFERENCES users')} ${secured('user_id = (SELECT id FROM users WHERE clerk_id = requesting_user_id())')} ${usedBy('1')}`,
    use: insertOf('1'),
    claims: { sub: 'user_2abcXYZ', role: 'authenticated' },
    verdict: 'confirmed',
  },
  'no column for the user, and a function that wants one signed in': {
    tables: `${counted('')} ${track('p_preset_id uuid', `IF auth.uid() IS NULL THEN RAISE 'sign in'; END IF; INSERT INTO preset_usage (preset_id) VALUES (p_preset_id)`)}`,
    use: call,
    verdict: 'confirmed',
  },
  'a foreign key to an account that only invited': {
    tables: `INSERT INTO auth.users VALUES ('${profile}'); CREATE TABLE profiles (id uuid PRIMARY KEY, invited_by uuid REFERENCES auth.users); INSERT INTO profiles VALUES ('${profile}', '${account}');
      ${ofProfile} ${secured('user_id = auth.uid()')} ${usedBy(`'${profile}'`)}`,
    use: insertOf(`'${profile}'`),
    claims: { sub: profile, role: 'authenticated' },
    verdict: 'confirmed',
  },
  'an upsert that the last user has made today': {
    tables: `INSERT INTO auth.users VALUES ('${other}'); ${ofAccount} ALTER TABLE preset_usage ADD day date DEFAULT current_date, ADD UNIQUE (preset_id, user_id, day);
      INSERT INTO preset_usage (preset_id, user_id) SELECT id, '${account}' FROM presets;
      ${track('p_preset_id uuid', `${store('auth.uid()')} ON CONFLICT (preset_id, user_id, day) DO UPDATE SET created_at = now()`)}`,
    use: call,
    claims: { sub: other, role: 'authenticated' },
    verdict: 'confirmed',
  },
};

const lost: Record<string, Case> = {
  'the account is stored as the profile, and only guests were recorded': {
    tables: `${apart} ${ofProfile} ${usedBy('NULL')} ${track('p_preset_id uuid', store('auth.uid()'))}`,
    use: call,
    verdict: 'not-confirmed',
  },
  'the user is left out, and the default is the account': {
    tables: `${apart} ${ofProfile} ${usedBy(`'${profile}'`)} ${track('p_preset_id uuid, p_user_id uuid DEFAULT auth.uid()', store('p_user_id'))}`,
    use: call,
    verdict: 'not-confirmed',
  },
  'the user is left out, and the body takes the account': {
    tables: `${apart} ${ofProfile} ${usedBy(`'${profile}'`)} ${track('p_preset_id uuid, p_user_id uuid DEFAULT NULL', store('coalesce(p_user_id, auth.uid())'))}`,
    use: call,
    verdict: 'not-confirmed',
  },
  'the role may not call the function': {
    tables: `${ofAccount} ${usedBy(`'${account}'`)} ${track('p_preset_id uuid', store('auth.uid()'))} REVOKE EXECUTE ON FUNCTION track_preset_usage FROM PUBLIC;`,
    use: call,
    verdict: 'not-proved',
    code: 'role-not-proved',
  },
  'the account is passed, and no record tells so': {
    tables: `${apart} ${ofProfile} ${track('p_preset_id uuid, p_user_id uuid', store('p_user_id'))}`,
    use: `SELECT track_preset_usage(:preset, '${account}')`,
    verdict: 'not-proved',
    code: 'user-not-proved',
  },
  'a setting of the application holds the subject': {
    tables: `CREATE TABLE users (id uuid PRIMARY KEY); INSERT INTO users VALUES ('${profile}'); ${counted('uuid NOT NULL REFERENCES users')} ${usedBy(`'${profile}'`)}
      ${track('p_preset_id uuid', store(`coalesce(nullif(current_setting('jwt.claims.sub', true), '')::uuid, '${profile}')`))}`,
    use: `SELECT set_config('jwt.claims.sub', '${account}', true); ${call}`,
    verdict: 'not-proved',
    code: 'setting-not-known',
  },
  'a claim decides, and it is not known': {
    tables: `CREATE TABLE members (id bigserial PRIMARY KEY, email text); INSERT INTO members (email) VALUES ('a@example.com'); ${counted('')} ALTER TABLE preset_usage ADD member_id bigint REFERENCES members;
      ${track('p_preset_id uuid', `INSERT INTO preset_usage (preset_id, member_id) SELECT p_preset_id, id FROM members WHERE email = auth.jwt()->>'email'`)}`,
    use: call,
    verdict: 'not-proved',
    code: 'claim-not-known',
  },
};

async function realUse({ use, claims = signedIn }: Case): Promise<boolean> {
  let stored = false;
  const undo = new Error('undo');
  const [preset] = await own.sql`SELECT id FROM presets WHERE name = 'Noir'`;
  const made = own.sql.begin(async tx => {
    const count = async () => (await tx`SELECT usage_count FROM presets WHERE name = 'Noir'`)[0]?.usage_count;
    const before = await count();
    await tx`SELECT set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`;
    await tx.unsafe('SET LOCAL ROLE authenticated');
    await tx.unsafe(use.replaceAll(':preset', `'${preset?.id}'`)).simple();
    await tx.unsafe('RESET ROLE');
    stored = (await count()) === before + 1;
    throw undo;
  });
  await made.catch((error: { code?: string }) => {
    if (error !== undo && error.code === undefined) throw error;
  });
  return stored;
}

async function simulate() {
  const request = { counter: 'public', preset: 'Noir', asUser: null, asRole: null, readOnly: false };
  return runSimulation(database, await planSimulation(database, request), timeouts);
}

const codes = ({ findings }: { findings: readonly { code: string }[] }) => findings.map(({ code }) => code);

describe('a use that the application makes, and that is counted, is confirmed:', () => {
  quickCases(
    'a function that looks the profile up by the account that is passed',
    'a recent record of a guest',
    'no column for the user, and a function that wants one signed in',
    'an upsert that the last user has made today',
  ).each(Object.entries(right))('%s', async (_, known) => {
    await own.sql.unsafe(platform + known.tables).simple();
    expect(await realUse(known)).toBe(true);
    const simulation = await simulate();
    expect(simulation.verdict, codes(simulation).join(', ')).toBe('confirmed');
  });
});

describe('a use that the application cannot make is not confirmed:', () => {
  quickCases(
    'the user is left out, and the default is the account',
    'the role may not call the function',
    'the account is passed, and no record tells so',
    'a claim decides, and it is not known',
  ).each(Object.entries(lost))('%s', async (_, known) => {
    await own.sql.unsafe(platform + known.tables).simple();
    if (known.code !== 'claim-not-known') expect(await realUse(known)).toBe(false);
    const simulation = await simulate();
    expect(simulation.verdict).toBe(known.verdict);
    if (known.code) expect(codes(simulation)).toContain(known.code);
  });
});

test('a record that names another user than the one that was meant is a finding', async () => {
  await own.sql
    .unsafe(
      `${platform} INSERT INTO auth.users VALUES ('${other}'); ${ofAccount} ${usedBy(`'${account}'`)} ${track('p_preset_id uuid', store(`'${other}'`))}`,
    )
    .simple();
  const simulation = await simulate();
  expect(simulation.findings).toContainEqual(
    expect.objectContaining({
      code: 'other-user-recorded',
      severity: 'warning',
      message: `The use was made as ${account}, but its record names ${other}.`,
    }),
  );
});

test.each([
  ['without a foreign key', 'uuid'],
  ['with one', 'uuid REFERENCES users'],
])('a plain database, its user %s, is confirmed beside a role of another database', async (_, user) => {
  await own.sql
    .unsafe(
      `CREATE TABLE users (id uuid PRIMARY KEY); INSERT INTO users VALUES ('${profile}'); ${counted(user)} ${usedBy(`'${profile}'`)} ${track('p_preset_id uuid, p_user_id uuid', store('p_user_id'))}`,
    )
    .simple();
  expect(await simulate()).toMatchObject({ verdict: 'confirmed', asRole: null, findings: [] });
});
