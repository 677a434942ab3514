import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readJwtClaims } from '../../source/config/jwt-claims.ts';
import type { Database } from '../../source/connection/transactions.ts';
import { planSimulation, type SimulationRequest } from '../../source/simulation/read-plan.ts';
import { runSimulation } from '../../source/simulation/run.ts';
import { isSound } from '../../source/simulation/simulation.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { startEmbedded } from '../helpers/server.ts';
import { waitFor } from '../helpers/wait.ts';

const profile = 'aaaaaaaa-0000-4000-8000-000000000001';
const account = 'bbbbbbbb-0000-4000-8000-000000000002';
const timeouts = { timeout: 30, lockTimeout: 2 };

let own: TestDatabase;
let database: Database;
const application = `app_signed_in_${process.pid}`;
beforeAll(async () => {
  own = await createDatabase('template1');
  database = connectTo(own.url);
  await own.sql
    .unsafe(`CREATE ROLE ${application}; CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY); INSERT INTO auth.users VALUES ('${account}');
      CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid $$;
      GRANT USAGE ON SCHEMA auth TO ${application}`)
    .simple();
});
afterAll(async () => {
  await database.close();
  await own.sql.unsafe(`DROP OWNED BY ${application}; DROP ROLE ${application}`).simple();
  await own.drop();
});

let place = 0;
const counter = (schema: string, timing = 'AFTER') => `
  CREATE FUNCTION ${schema}.auto_increment_preset_usage_count() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
  BEGIN UPDATE ${schema}.presets SET usage_count = usage_count + 1, last_used_at = clock_timestamp() WHERE id = NEW.preset_id; RETURN NEW; END $$;
  CREATE TRIGGER trigger_auto_increment_preset_usage_count ${timing} INSERT ON ${schema}.preset_usage
    FOR EACH ROW EXECUTE FUNCTION ${schema}.auto_increment_preset_usage_count();`;

/** Both tables in a schema of their own, with a record of the profile. In \`more\`, \`here\` is that schema. */
async function arrange(more: string, timing?: string): Promise<string> {
  place += 1;
  const here = `s${place}`;
  await own.sql
    .unsafe(`CREATE SCHEMA ${here}; SET search_path = ${here};
      CREATE TABLE profiles (id uuid PRIMARY KEY, user_id uuid UNIQUE REFERENCES auth.users);
      INSERT INTO profiles VALUES ('${profile}', '${account}');
      CREATE TABLE presets (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text, usage_count integer DEFAULT 0, last_used_at timestamptz);
      CREATE TABLE preset_usage (id bigserial PRIMARY KEY, preset_id uuid NOT NULL REFERENCES presets, user_id uuid NOT NULL REFERENCES profiles, created_at timestamptz DEFAULT now());
      INSERT INTO presets (name) VALUES ('Noir'), ('Pastel'); ${counter(here, timing)}
      INSERT INTO preset_usage (preset_id, user_id) SELECT id, '${profile}' FROM presets WHERE name = 'Pastel';
      GRANT USAGE ON SCHEMA ${here} TO ${application}; GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA ${here} TO ${application};
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${here} TO ${application};
      ${more.replaceAll('here.', `${here}.`)}; RESET search_path`)
    .simple();
  return here;
}

async function simulate(schema: string, over: Partial<SimulationRequest> = {}) {
  const request = { counter: schema, preset: 'Noir', asUser: null, asRole: null, readOnly: false, ...over };
  return runSimulation(database, await planSimulation(database, request), timeouts);
}

const codes = ({ findings }: { findings: readonly { code: string }[] }) => findings.map(({ code }) => code);
const track = (body: string) =>
  `CREATE FUNCTION track_preset_usage(p_preset_id uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN ${body}; END $$`;
const byProfile = track(
  `INSERT INTO here.preset_usage (preset_id, user_id) SELECT p_preset_id, p.id FROM here.profiles p WHERE p.user_id = auth.uid()`,
);

describe('the user of the application', () => {
  test('is the account of the profile in the records', async () => {
    const schema = await arrange(byProfile);
    for (const asUser of [null, profile, account]) {
      expect(await simulate(schema, { asUser })).toMatchObject({
        verdict: 'confirmed',
        confirmed: true,
        asUser: profile,
        subject: account,
        subjectFrom: `${schema}.profiles.user_id`,
      });
    }
  });

  test.each([
    [
      'a function',
      track('INSERT INTO here.preset_usage (preset_id, user_id) VALUES (p_preset_id, auth.uid())'),
    ],
    [
      'a trigger',
      `CREATE FUNCTION set_user() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.user_id := auth.uid(); RETURN NEW; END $$;
       CREATE TRIGGER a BEFORE INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION set_user()`,
    ],
    [
      'a default',
      `ALTER TABLE preset_usage ALTER user_id SET DEFAULT auth.uid();
       ${track('INSERT INTO here.preset_usage (preset_id) VALUES (p_preset_id)')}`,
    ],
  ])('is lost where %s stores the account as if it were the profile', async (_, sql) => {
    const simulation = await simulate(await arrange(sql));
    expect(simulation.verdict).toBe('not-confirmed');
    expect(isSound(simulation)).toBe(false);
    expect(simulation.failures[0]).toMatchObject({ code: '23503' });
  });

  test.each([
    [
      'a helper',
      `CREATE FUNCTION current_profile_id() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$ SELECT id FROM here.profiles WHERE user_id = auth.uid() $$;
       CREATE POLICY own ON preset_usage FOR INSERT WITH CHECK (user_id = current_profile_id())`,
      true,
    ],
    [
      'the profile',
      'CREATE POLICY own ON preset_usage FOR INSERT WITH CHECK (user_id IN (SELECT id FROM here.profiles WHERE user_id = auth.uid()))',
      true,
    ],
    [
      'the account itself',
      'CREATE POLICY own ON preset_usage FOR INSERT WITH CHECK (user_id = auth.uid())',
      false,
    ],
  ])('passes or fails a policy that compares with %s, as a real use does', async (_, sql, stored) => {
    const schema = await arrange(`ALTER TABLE preset_usage ENABLE ROW LEVEL SECURITY; ${sql}`);
    const simulation = await simulate(schema, { asRole: application });
    expect(simulation.asRole).toMatchObject({ confirmed: stored });
    expect(isSound(simulation)).toBe(stored);
  });

  test.each([
    [
      'nothing leads from the profile to an account',
      `ALTER TABLE profiles DROP user_id, ADD email text; ${track('PERFORM auth.uid(); INSERT INTO here.preset_usage (preset_id, user_id) SELECT p_preset_id, id FROM here.profiles')}`,
      'user-not-proved',
    ],
    [
      'the function stores the account, and no foreign key tells which id a profile has',
      `ALTER TABLE profiles DROP CONSTRAINT profiles_user_id_fkey; ${track('INSERT INTO here.preset_usage (preset_id, user_id) VALUES (p_preset_id, auth.uid())')}`,
      'user-not-proved',
    ],
    [
      'the function reads another claim',
      track(`INSERT INTO here.preset_usage (preset_id, user_id) SELECT p_preset_id, id FROM here.profiles
        WHERE coalesce(current_setting('request.jwt.claims', true)::jsonb -> 'app_metadata' ->> 'plan', '') = ''`),
      'claim-not-known',
    ],
    [
      'the function reads a setting of the application',
      track(`INSERT INTO here.preset_usage (preset_id, user_id) SELECT p_preset_id, id FROM here.profiles
        WHERE coalesce(current_setting('app.current_user_id', true), '') = ''`),
      'setting-not-known',
    ],
  ])('is not proved where %s', async (_, sql, code) => {
    const simulation = await simulate(await arrange(sql));
    expect(simulation).toMatchObject({ verdict: 'not-proved', confirmed: false });
    expect(codes(simulation)).toContain(code);
    expect(isSound(simulation)).toBe(false);
  });

  test('is proved by the claims that are given', async () => {
    const schema = await arrange(
      track(`INSERT INTO here.preset_usage (preset_id, user_id) SELECT p_preset_id, id FROM here.profiles
        WHERE user_id = auth.uid() AND current_setting('request.jwt.claims', true)::jsonb ->> 'plan' = 'pro'`),
    );
    expect(await simulate(schema)).toMatchObject({ confirmed: false });
    const claims = readJwtClaims(JSON.stringify({ sub: account, plan: 'pro' }), null);
    expect(await simulate(schema, { claims })).toMatchObject({ verdict: 'confirmed', asUser: profile });
  });

  test('as the usual role, which cannot make the use, is not proved', async () => {
    const [had] = await own.sql`SELECT 1 FROM pg_roles WHERE rolname = 'authenticated'`;
    if (!had) await own.sql`CREATE ROLE authenticated`;
    try {
      const simulation = await simulate(await arrange(byProfile));
      expect(simulation).toMatchObject({ verdict: 'not-proved', asRole: { confirmed: false } });
      expect(codes(simulation)).toContain('role-not-proved');
    } finally {
      if (!had) await own.sql.unsafe('DROP ROLE authenticated');
    }
  });
});

describe('the function of a use', () => {
  test('of another tenant is not called for this one', async () => {
    const other = await arrange(byProfile);
    const schema = await arrange('');
    const simulation = await simulate(schema);
    expect(simulation).toMatchObject({ path: 'insert', confirmed: true, failures: [] });
    expect(simulation.findings).toContainEqual(
      expect.objectContaining({
        code: 'track-of-other-tables',
        message: expect.stringContaining(`${other}.preset_usage`),
      }),
    );
  });

  test.each([
    ['without a search_path', ''],
    ['with a search_path of its own', 'SET search_path = here.x'],
  ])('is told by its body, not by its place: %s', async (_, path) => {
    const other = await arrange('');
    const schema = await arrange(
      `CREATE FUNCTION ${other}.track_preset_usage(p_preset_id uuid) RETURNS void LANGUAGE plpgsql ${path.replace('here.x', other)} AS $$
         BEGIN INSERT INTO preset_usage (preset_id, user_id) VALUES (p_preset_id, '${profile}'); END $$`,
    );
    expect(await simulate(schema)).toMatchObject({ path: 'insert', confirmed: true, failures: [] });
  });

  test('in a schema of its own that writes these records is called', async () => {
    const api = `api_${process.pid}`;
    const schema = await arrange(
      `CREATE SCHEMA ${api}; CREATE FUNCTION ${api}.track_preset_usage(p_preset_id uuid) RETURNS void LANGUAGE plpgsql AS $$
         BEGIN INSERT INTO here.preset_usage (preset_id, user_id) VALUES (p_preset_id, '${profile}'); END $$`,
    );
    expect(await simulate(schema)).toMatchObject({ path: 'track_preset_usage', confirmed: true });
  });

  test('in the schema of the tables that writes those of another tenant is not called', async () => {
    const other = await arrange('');
    const schema = await arrange(
      track(`INSERT INTO ${other}.preset_usage (preset_id, user_id) VALUES (p_preset_id, '${profile}')`),
    );
    expect(await simulate(schema)).toMatchObject({ path: 'insert', confirmed: true, failures: [] });
  });
});

describe('an upsert', () => {
  const upsert = (conflict: string) =>
    `ALTER TABLE preset_usage ADD UNIQUE (preset_id, user_id);
     ${track(`INSERT INTO here.preset_usage (preset_id, user_id) VALUES (p_preset_id, '${profile}') ON CONFLICT (preset_id, user_id) ${conflict}`)}`;
  const update = upsert('DO UPDATE SET created_at = clock_timestamp()');

  test('is right under an AFTER trigger: the update is no new record', async () => {
    const simulation = await simulate(await arrange(update));
    expect(simulation.uses).toMatchObject([
      { increment: 1, recordsAdded: 1, recordsUpdated: 0 },
      { increment: 0, recordsAdded: 0, recordsUpdated: 1 },
    ]);
    expect(simulation).toMatchObject({ verdict: 'confirmed' });
    expect(codes(simulation)).toContain('use-updated-record');
  });

  test('that only updates has shown no new record', async () => {
    const simulation = await simulate(await arrange(update), { preset: 'Pastel' });
    expect(simulation.uses).toMatchObject([{ recordsUpdated: 1 }, { recordsUpdated: 1 }]);
    expect(simulation).toMatchObject({ verdict: 'not-proved' });
    expect(codes(simulation)).toContain('nothing-new-recorded');
  });

  test('counts twice under a BEFORE trigger', async () => {
    const simulation = await simulate(await arrange(update, 'BEFORE'));
    expect(simulation.uses[1]).toMatchObject({ increment: 1, recordsAdded: 0, recordsUpdated: 1 });
    expect(simulation).toMatchObject({ verdict: 'not-confirmed' });
    expect(codes(simulation)).toEqual(expect.arrayContaining(['update-counted', 'trigger-before']));
  });

  test('that does nothing counts under a BEFORE trigger, and not under an AFTER trigger', async () => {
    const before = await simulate(await arrange(upsert('DO NOTHING'), 'BEFORE'));
    expect(before.uses[1]).toMatchObject({ increment: 1, recordsAdded: 0, recordsUpdated: 0 });
    expect(before.verdict).toBe('not-confirmed');
    const after = await simulate(await arrange(upsert('DO NOTHING')));
    expect(after.uses[1]).toMatchObject({ increment: 0, recordsAdded: 0, recordsUpdated: 0 });
    expect(codes(after)).toContain('second-use-not-stored');
    expect(after.verdict).toBe('confirmed');
  });

  test('in partitions is counted apart as well', async () => {
    const schema = await arrange(
      `DROP TABLE preset_usage; CREATE TABLE preset_usage (preset_id uuid REFERENCES presets, user_id uuid REFERENCES profiles, created_at timestamptz, UNIQUE (preset_id, user_id)) PARTITION BY HASH (preset_id, user_id);
       CREATE TABLE part PARTITION OF preset_usage FOR VALUES WITH (MODULUS 1, REMAINDER 0);
       CREATE TRIGGER trigger_auto_increment_preset_usage_count AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION here.auto_increment_preset_usage_count();
       ${update.slice(update.indexOf(';') + 1)}`,
    );
    expect((await simulate(schema)).uses).toMatchObject([
      { recordsAdded: 1, recordsUpdated: 0 },
      { recordsAdded: 0, recordsUpdated: 1 },
    ]);
  });

  test('is not taken for one where a trigger changes the new record', async () => {
    const schema = await arrange(
      `CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE here.preset_usage SET created_at = now() WHERE id = NEW.id; RETURN NEW; END $$;
       CREATE TRIGGER z AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION touch()`,
    );
    expect((await simulate(schema)).uses).toMatchObject([
      { recordsAdded: 1, recordsUpdated: 0 },
      { recordsAdded: 1 },
    ]);
  });
});

describe('what the server says', () => {
  const swallows = (raise: string) =>
    `CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       PERFORM 1 / 0; RETURN NEW; EXCEPTION WHEN OTHERS THEN ${raise}; RETURN NEW; END $$;
     CREATE TRIGGER z AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION swallow()`;

  test.each([
    ['a warning', `RAISE WARNING 'lost: %', SQLERRM`, 'WARNING', '01000'],
    [
      'a warning with a code',
      `RAISE WARNING USING MESSAGE = 'lost: ' || SQLERRM, ERRCODE = '22012'`,
      'WARNING',
      '22012',
    ],
    ['a notice', `RAISE NOTICE 'lost: %', SQLERRM`, 'NOTICE', '00000'],
  ])('as %s of an error that a trigger swallows is shown', async (_, raise, severity, code) => {
    const simulation = await simulate(await arrange(swallows(raise)));
    expect(simulation.warnings).toEqual([
      { severity, code, message: 'lost: division by zero', where: expect.stringContaining('swallow()') },
    ]);
    expect(simulation.confirmed).toBe(true);
  });

  test('is not left in its log', async () => {
    const server = await startEmbedded();
    const first = { own, database };
    try {
      own = await createDatabase('template1', server.url);
      database = connectTo(own.url);
      await own.sql
        .unsafe(
          `CREATE ROLE ${application}; CREATE SCHEMA auth; CREATE TABLE auth.users AS SELECT '${account}'::uuid AS id; ALTER TABLE auth.users ADD PRIMARY KEY (id)`,
        )
        .simple();
      const schema = await arrange(swallows(`RAISE WARNING 'lost in the log'`));
      const marked = async (mark: string) => {
        await own.sql.unsafe(`DO $$ BEGIN RAISE LOG '${mark}'; END $$`);
        await waitFor(async () => server.log().includes(mark), 'the mark to be in the log');
      };
      await marked('before the simulation');
      await simulate(schema, { asRole: application });
      await marked('after the simulation');
      const written = server.log().split('before the simulation').at(-1);
      expect(written).not.toMatch(/WARNING|ERROR|25P01|lost in the log/);
    } finally {
      await database.close();
      await own.drop();
      ({ own, database } = first);
      await server.stop();
    }
  });
});

test('a function that nothing in the application calls is not called, and its faults are no faults of the counter', async () => {
  const schema = await arrange(track(`RAISE EXCEPTION 'broken'`));
  expect(await simulate(schema)).toMatchObject({
    verdict: 'not-confirmed',
    failures: [{ message: 'broken' }],
  });
  const simulation = await simulate(schema, { uncalledIn: './app' });
  expect(simulation).toMatchObject({ verdict: 'confirmed', path: 'insert', failures: [] });
  expect(codes(simulation)).toContain('track-not-used');
  expect(isSound(simulation)).toBe(true);
});
