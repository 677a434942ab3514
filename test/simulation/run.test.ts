import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import {
  planSimulation,
  requireConfirmation,
  type SimulationRequest,
} from '../../source/simulation/read-plan.ts';
import { runSimulation } from '../../source/simulation/run.ts';
import { isSound, type Simulation } from '../../source/simulation/simulation.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { arrived, endArrived, holdBack, waitHere } from '../helpers/held-back.ts';
import { quickCases } from '../helpers/quick-cases.ts';
import { waitFor } from '../helpers/wait.ts';

let own: TestDatabase;
let database: Database;
let preset: string;
const role = `app_${process.pid}`;
const user = 'a0a0a0a0-0000-4000-8000-00000000000a';
const timeouts = { timeout: 30, lockTimeout: 2 };
/** For a use that is held back until the test goes on. */
const patient = { timeout: 30, lockTimeout: 20 };

// Each test breaks counting in a different way, so each has its own database.
beforeEach(async () => {
  own = await createDatabase();
  database = connectTo(own.url);
  [preset] = (await insertPresets(own.sql, ['Noir', 'Pastel'])) as [string, string];
  await own.sql`INSERT INTO users (id, email) VALUES (${user}, 'a@example.org')`;
  await own.sql`INSERT INTO preset_usage (preset_id, user_id, usage_type) VALUES (${preset}, ${user}, 'upscale')`;
  await insertRecords(own.sql, preset, 2);
});
afterEach(async () => {
  await database.close();
  await own.drop();
});
beforeAll(async () => {
  const admin = await createDatabase('template1');
  await admin.sql.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
  await admin.drop();
});
afterAll(async () => {
  const admin = await createDatabase('template1');
  await admin.sql.unsafe(`DROP ROLE ${role}`);
  await admin.drop();
});

const request = (over: Partial<SimulationRequest> = {}): SimulationRequest => ({
  counter: 'public',
  preset: 'Noir',
  asUser: null,
  asRole: null,
  readOnly: false,
  ...over,
});

/** Every column of every row of both tables, as one hash. */
async function contents(): Promise<string> {
  const [row] = await own.sql<{ hash: string }[]>`
    SELECT md5(coalesce((SELECT string_agg(p::text, '|' ORDER BY p.id) FROM presets p), '') || '#' ||
               coalesce((SELECT string_agg(u::text, '|' ORDER BY u.id) FROM preset_usage u), '')) AS hash`;
  return row!.hash;
}

/** Simulates, and holds the tables against what they were. */
async function simulate(over: Partial<SimulationRequest> = {}): Promise<Simulation> {
  const before = await contents();
  const simulation = await runSimulation(database, await planSimulation(database, request(over)), timeouts);
  expect(await contents()).toBe(before);
  return simulation;
}

const codes = ({ findings }: Simulation) => findings.map(({ code }) => code);
const increments = ({ uses }: Simulation) =>
  uses.map(({ increment, recordsAdded }) => [increment, recordsAdded]);

/** A trigger that counts as the one of many databases does: once a record. */
const rowTrigger = (name: string) => `
  CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE presets SET usage_count = usage_count + 1, last_used_at = now() WHERE id = NEW.preset_id; RETURN NEW;
  END $$;
  CREATE TRIGGER ${name} AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION ${name}()`;
const counter = 'trigger_auto_increment_preset_usage_count';
const track = (
  body: string,
  parameters = "p_preset_id uuid, p_usage_type text, p_usage_data jsonb DEFAULT '{}'",
  returns = 'RETURNS uuid',
) => `
  DROP FUNCTION IF EXISTS track_preset_usage(uuid, text, jsonb);
  CREATE FUNCTION track_preset_usage(${parameters}) ${returns} LANGUAGE plpgsql AS $$
  DECLARE made uuid; BEGIN ${body} END $$`;

describe('a database that counts right', () => {
  test('is confirmed, twice, through track_preset_usage() and as the user of a recent record', async () => {
    const simulation = await simulate();
    expect(simulation).toMatchObject({
      preset: { id: preset, name: 'Noir' },
      path: 'track_preset_usage',
      asUser: null,
      confirmed: true,
      failures: [],
      findings: [],
    });
    expect(simulation.uses).toEqual([
      { before: 3, after: 4, increment: 1, recordsAdded: 1, recordsUpdated: 0, lastUsedAtMoved: true },
      { before: 4, after: 5, increment: 1, recordsAdded: 1, recordsUpdated: 0, lastUsedAtMoved: true },
    ]);
    expect(isSound(simulation)).toBe(true);
    expect(simulation.heldMs).toBeGreaterThan(0);
  });

  test('counts with a row trigger too', async () => {
    await own.sql.unsafe(`DROP TRIGGER ${counter} ON preset_usage; ${rowTrigger('auto_count')}`).simple();
    await own.sql.unsafe(`ALTER TRIGGER auto_count ON preset_usage RENAME TO ${counter}`);
    expect(await simulate()).toMatchObject({ confirmed: true });
  });

  test('and has no function is used by a plain insert, and said so', async () => {
    await own.sql`DROP FUNCTION track_preset_usage`;
    const simulation = await simulate();
    expect(simulation).toMatchObject({ path: 'insert', confirmed: true, failures: [] });
    expect(codes(simulation)).toEqual(['no-track-function']);
    expect(isSound(simulation)).toBe(true);
  });

  test('does not call a function that somebody else made for it', async () => {
    const made = (parameters: string, rights = '') =>
      `CREATE FUNCTION track_preset_usage(${parameters}) RETURNS uuid LANGUAGE plpgsql ${rights} AS $$ BEGIN RAISE 'called'; END $$;`;
    await own.sql
      .unsafe(
        `GRANT CREATE ON SCHEMA public TO ${role}; SET ROLE ${role}; ${made('p_preset_id uuid')} ${made('p_preset_id uuid, how integer')} RESET ROLE`,
      )
      .simple();
    const simulation = await simulate();
    expect(simulation).toMatchObject({ path: 'track_preset_usage', confirmed: true, failures: [] });
    expect(codes(simulation)).toEqual(['track-not-called', 'track-not-called']);
    // With its owner's rights it can do no more than its owner.
    await own.sql
      .unsafe(`SET ROLE ${role}; ${made('preset_id uuid, date', 'SECURITY DEFINER')} RESET ROLE;
      DROP FUNCTION track_preset_usage(uuid, text, jsonb)`)
      .simple();
    expect((await simulate()).failures[0]).toMatchObject({ path: 'track_preset_usage', message: 'called' });
    // Its owner could have a trigger do the same.
    await own.sql
      .unsafe(`DROP FUNCTION track_preset_usage(uuid, date); ALTER TABLE preset_usage OWNER TO ${role}`)
      .simple();
    expect((await simulate()).failures[0]).toMatchObject({ path: 'track_preset_usage', message: 'called' });
  });

  test('takes the preset used most where none is named', async () => {
    expect((await simulate({ preset: null })).preset.id).toBe(preset);
  });
});

describe('uses that are not counted', () => {
  test.each([
    ['missing', `DROP TRIGGER ${counter} ON preset_usage`, 'trigger-missing'],
    ['disabled', `ALTER TABLE preset_usage DISABLE TRIGGER ${counter}`, 'trigger-disabled'],
    [
      'for replicas only',
      `ALTER TABLE preset_usage ENABLE REPLICA TRIGGER ${counter}`,
      'trigger-replica-only',
    ],
    [
      'on the wrong table',
      `DROP TRIGGER ${counter} ON preset_usage; CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
       CREATE TRIGGER ${counter} AFTER INSERT ON users FOR EACH STATEMENT EXECUTE FUNCTION nothing()`,
      'trigger-wrong-table',
    ],
  ])('the trigger is %s', async (_, sql, reason) => {
    await own.sql.unsafe(sql).simple();
    const simulation = await simulate();
    expect(increments(simulation)).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(simulation.confirmed).toBe(false);
    expect(codes(simulation)).toEqual(expect.arrayContaining(['use-not-counted', reason]));
    expect(isSound(simulation)).toBe(false);
  });

  test('session_replication_role keeps triggers from firing', async () => {
    await own.sql.unsafe(`ALTER DATABASE ${own.name} SET session_replication_role = replica`);
    await database.close();
    database = connectTo(own.url);
    expect(codes(await simulate())).toEqual(expect.arrayContaining(['use-not-counted', 'replication-role']));
  });

  test('last_used_at does not change', async () => {
    await own.sql.unsafe(`DROP TRIGGER ${counter} ON preset_usage; ${rowTrigger('auto_count')}`).simple();
    await own.sql.unsafe(`CREATE OR REPLACE FUNCTION auto_count() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id; RETURN NEW; END $$`);
    const simulation = await simulate();
    expect(simulation.confirmed).toBe(false);
    expect(codes(simulation)).toContain('last-used-not-moved');
  });
});

describe('uses that are counted too often', () => {
  test('two triggers both count: the other one is named', async () => {
    await own.sql.unsafe(rowTrigger('second_count')).simple();
    const simulation = await simulate();
    expect(increments(simulation)).toEqual([
      [2, 1],
      [2, 1],
    ]);
    expect(codes(simulation)).toEqual(expect.arrayContaining(['use-counted-too-often', 'second-counter']));
    expect(simulation.findings.some(({ message }) => message.includes('second_count'))).toBe(true);
  });

  test('the function counts by hand in addition to the trigger', async () => {
    await own.sql
      .unsafe(
        track(`INSERT INTO preset_usage (preset_id, usage_type) VALUES (p_preset_id, p_usage_type) RETURNING id INTO made;
      UPDATE presets SET usage_count = usage_count + 1 WHERE id = p_preset_id; RETURN made;`),
      )
      .simple();
    const simulation = await simulate();
    expect(increments(simulation)).toEqual([
      [2, 1],
      [2, 1],
    ]);
    expect(codes(simulation)).toContain('track-counts-too');
  });
});

describe('values that a unique index allows once', () => {
  const unlike = `ALTER TABLE preset_usage ADD request text, ADD number integer, ADD ticket varchar(8);
    UPDATE preset_usage SET request = gen_random_uuid()::text, number = 1 + (SELECT count(*) FROM preset_usage o WHERE o.id < preset_usage.id), ticket = left(id::text, 8);
    ALTER TABLE preset_usage ADD UNIQUE (request), ADD UNIQUE (number), ADD UNIQUE (ticket),
      ALTER request SET NOT NULL, ALTER number SET NOT NULL, ALTER ticket SET NOT NULL, ALTER id DROP DEFAULT;`;

  test('are new ones for each use, in a plain insert', async () => {
    await own.sql.unsafe(`${unlike} DROP FUNCTION track_preset_usage`).simple();
    const simulation = await simulate();
    expect(simulation).toMatchObject({ path: 'insert', confirmed: true, failures: [] });
    expect(increments(simulation)).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  test('are new ones for each use, as arguments too', async () => {
    const body = `INSERT INTO preset_usage (id, preset_id, usage_type, request, number, ticket)
      VALUES (gen_random_uuid(), p_preset_id, 'x', p_request, p_number, _ticket) RETURNING id INTO made; RETURN made;`;
    await own.sql
      .unsafe(unlike + track(body, 'p_preset_id uuid, p_request text, p_number integer, _ticket varchar'))
      .simple();
    expect(await simulate()).toMatchObject({ path: 'track_preset_usage', confirmed: true, failures: [] });
  });
});

test('a function with defaults before its VARIADIC is called with what it needs', async () => {
  const body = `INSERT INTO preset_usage (preset_id, usage_type) VALUES (p_preset_id, kind) RETURNING id INTO made; RETURN made;`;
  await own.sql
    .unsafe(
      track(body, `p_preset_id uuid, kind text DEFAULT 'generation', VARIADIC tags text[] DEFAULT '{}'`),
    )
    .simple();
  expect(await simulate()).toMatchObject({ path: 'track_preset_usage', confirmed: true, failures: [] });
});

describe('uses that fail or vanish', () => {
  test('a function that ends its transaction, or returns rows of no declared columns, is not called broken', async () => {
    await own.sql
      .unsafe(
        `DROP FUNCTION track_preset_usage; CREATE PROCEDURE track_preset_usage(p_preset_id uuid) LANGUAGE plpgsql AS $$
           BEGIN INSERT INTO preset_usage (preset_id, usage_type) VALUES (p_preset_id, 'x'); COMMIT; END $$`,
      )
      .simple();
    const hints = ({ findings }: Simulation) =>
      findings.filter(({ code }) => code === 'use-failed').map(({ hint }) => hint);
    expect(hints(await simulate())).toEqual([
      expect.stringMatching(
        /^It commits or rolls back its own transaction, .* watch one of the application instead/,
      ),
    ]);
    await own.sql
      .unsafe(
        `DROP PROCEDURE track_preset_usage; CREATE FUNCTION track_preset_usage(p_preset_id uuid) RETURNS SETOF record LANGUAGE plpgsql AS $$
           BEGIN RETURN QUERY INSERT INTO preset_usage (preset_id, usage_type) VALUES (p_preset_id, 'x') RETURNING id, created_at; END $$`,
      )
      .simple();
    expect(hints(await simulate())).toEqual([
      expect.stringMatching(
        /^It returns rows whose columns are not declared, .* watch one of the application instead/,
      ),
    ]);
  });

  test('a check on the count, and not a value that was guessed, is what refuses a use', async () => {
    await own.sql.unsafe('ALTER TABLE presets ADD CHECK (usage_count < 4)');
    const { findings } = await simulate();
    expect(findings.map(({ hint }) => hint)).toContainEqual(
      expect.stringMatching(
        /^What auto_increment_preset_usage_count\(\) writes is not allowed by that constraint/,
      ),
    );
  });

  test('the daily unique index refuses the same preset again', async () => {
    await own.sql`DELETE FROM preset_usage`;
    await own.sql.unsafe(
      `CREATE UNIQUE INDEX idx_preset_usage_daily_unique ON preset_usage (preset_id, ((created_at AT TIME ZONE 'UTC')::date))`,
    );
    const simulation = await simulate();
    expect(increments(simulation)).toEqual([[1, 1]]);
    expect(simulation.failures).toMatchObject([
      { path: 'track_preset_usage', use: 2, code: '23505', constraint: 'idx_preset_usage_daily_unique' },
    ]);
    expect(codes(simulation)).toEqual(expect.arrayContaining(['second-use-refused', 'daily-limit']));
  });

  test('a deferred trigger fails at the commit that a use would end with', async () => {
    await own.sql
      .unsafe(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not on a Monday'; END $$;
      CREATE CONSTRAINT TRIGGER late AFTER INSERT ON preset_usage DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()`)
      .simple();
    const simulation = await simulate();
    expect(simulation.uses).toEqual([]);
    expect(simulation.failures).toMatchObject([
      {
        path: 'track_preset_usage',
        message: 'not on a Monday',
        code: 'P0001',
        where: expect.stringContaining('refuse()'),
      },
      { path: 'insert', message: 'not on a Monday' },
    ]);
  });

  test('a function that raises: the insert is tried, and the failure still counts', async () => {
    await own.sql.unsafe(track(`RAISE EXCEPTION 'no credits left' USING ERRCODE = 'P0002';`)).simple();
    const simulation = await simulate();
    expect(simulation).toMatchObject({ path: 'insert', confirmed: true });
    expect(simulation.failures).toMatchObject([
      { path: 'track_preset_usage', use: 1, message: 'no credits left', code: 'P0002' },
    ]);
    expect(codes(simulation)).toEqual(expect.arrayContaining(['use-failed', 'fell-back-to-insert']));
    expect(isSound(simulation)).toBe(false);
  });

  test('a function that returns without inserting', async () => {
    await own.sql.unsafe(track('RETURN gen_random_uuid();')).simple();
    const simulation = await simulate();
    expect(increments(simulation)).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(codes(simulation)).toContain('use-not-recorded');
  });

  test('a BEFORE trigger that counts what is never stored', async () => {
    await own.sql
      .unsafe(`${rowTrigger('early')}; DROP TRIGGER early ON preset_usage;
      CREATE OR REPLACE FUNCTION early() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id; RETURN NULL; END $$;
      CREATE TRIGGER early BEFORE INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION early()`)
      .simple();
    const simulation = await simulate();
    expect(increments(simulation)).toEqual([
      [1, 0],
      [1, 0],
    ]);
    expect(codes(simulation)).toEqual(expect.arrayContaining(['use-not-recorded', 'use-counted-too-often']));
  });
});

describe('arguments', () => {
  test('are filled in by name and type, users, enums, arrays and all', async () => {
    await own.sql.unsafe(`CREATE TYPE kind AS ENUM ('portrait', 'scene')`);
    await own.sql
      .unsafe(
        track(
          `IF "User Id" IS NULL OR _kind <> 'portrait' OR usage_type <> 'upscale' OR cardinality(tags) <> 0 THEN RAISE EXCEPTION 'badly filled'; END IF;
       INSERT INTO preset_usage (preset_id, usage_type) VALUES (track_preset_usage.preset, track_preset_usage.usage_type);`,
          `"User Id" text, _kind kind, usage_type text, preset uuid, tags text[], at timestamptz, n int, OUT made_it boolean`,
          '',
        ),
      )
      .simple();
    await own.sql`DELETE FROM preset_usage WHERE usage_type <> 'upscale'`;
    expect(await simulate()).toMatchObject({ path: 'track_preset_usage', failures: [], confirmed: true });
  });

  test('a procedure is called', async () => {
    await own.sql
      .unsafe(`DROP FUNCTION track_preset_usage; CREATE PROCEDURE track_preset_usage(preset_id uuid) LANGUAGE sql
      AS $$ INSERT INTO preset_usage (preset_id, usage_type) VALUES (track_preset_usage.preset_id, 'call') $$`)
      .simple();
    expect(await simulate()).toMatchObject({ path: 'track_preset_usage', confirmed: true });
  });

  test('the user is set as Supabase sets it', async () => {
    await own.sql
      .unsafe(
        track(`INSERT INTO preset_usage (preset_id, user_id, usage_type)
      VALUES (p_preset_id, (current_setting('request.jwt.claims', true)::jsonb->>'sub')::uuid, p_usage_type); RETURN NULL;`),
      )
      .simple();
    await own.sql`ALTER TABLE preset_usage ALTER user_id SET NOT NULL`.catch(() => {});
    expect(await simulate({ asUser: user })).toMatchObject({ confirmed: true, asUser: user });
    const nobody = '00000000-0000-4000-8000-0000000000ff';
    expect((await simulate({ asUser: nobody })).failures).toMatchObject([
      { code: '23503' },
      { code: '23503' },
    ]);
  });

  test('a user that is not a UUID is refused', async () => {
    await expect(planSimulation(database, request({ asUser: 'me' }))).rejects.toMatchObject({
      code: 'bad-flag',
      exitCode: 2,
    });
  });

  test('a column that is called like the alias of its table', async () => {
    await own.sql`ALTER TABLE preset_usage ADD COLUMN r int, ADD COLUMN s int, ADD COLUMN given int`;
    expect(await simulate()).toMatchObject({ confirmed: true });
  });

  test('a domain that is never NULL gets a value', async () => {
    await own.sql
      .unsafe(
        `DROP FUNCTION track_preset_usage; CREATE DOMAIN kind AS text NOT NULL CHECK (VALUE IN ('upscale', 'generation'));
         ALTER TABLE preset_usage ALTER usage_type TYPE kind, ALTER usage_type DROP NOT NULL`,
      )
      .simple();
    expect(await simulate()).toMatchObject({ path: 'insert', confirmed: true });
  });

  test('a function that relies on deferred constraints may do so twice', async () => {
    await own.sql`CREATE TABLE log (record uuid REFERENCES preset_usage (id) DEFERRABLE INITIALLY DEFERRED)`;
    await own.sql
      .unsafe(
        track(`made := gen_random_uuid(); INSERT INTO log VALUES (made);
          INSERT INTO preset_usage (id, preset_id, usage_type) VALUES (made, p_preset_id, p_usage_type); RETURN made;`),
      )
      .simple();
    expect(await simulate()).toMatchObject({ path: 'track_preset_usage', confirmed: true, failures: [] });
  });

  test('a name that could end the block does not', async () => {
    await own.sql.unsafe('ALTER TABLE preset_usage RENAME usage_type TO "$rehearsal$; x $use$"');
    await own.sql`DROP FUNCTION track_preset_usage`;
    expect(await simulate()).toMatchObject({ path: 'insert', confirmed: true });
  });

  test('a sequence that was advanced is named', async () => {
    await own.sql`ALTER TABLE preset_usage ADD COLUMN number bigserial`;
    const simulation = await simulate();
    expect(codes(simulation)).toEqual(['sequence-advanced']);
    expect(isSound(simulation)).toBe(true);
  });
});

describe('another role', () => {
  test('whose uses row-level security loses is a finding', async () => {
    await own.sql
      .unsafe(`GRANT USAGE ON SCHEMA public TO ${role}; GRANT SELECT, INSERT ON preset_usage TO ${role};
      GRANT EXECUTE ON FUNCTION track_preset_usage TO ${role}; ALTER FUNCTION track_preset_usage SECURITY INVOKER;
      ALTER TABLE preset_usage ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON preset_usage FOR INSERT TO ${role} WITH CHECK (false)`)
      .simple();
    const simulation = await simulate({ asRole: role });
    expect(simulation.confirmed).toBe(true);
    expect(simulation.asRole).toMatchObject({
      role,
      confirmed: false,
      failures: [{ code: '42501' }, { code: '42501' }],
    });
    expect(codes(simulation)).toEqual(['role-differs']);
    expect(isSound(simulation)).toBe(false);
  });

  test('that may use presets is confirmed as well', async () => {
    await own.sql
      .unsafe(
        `GRANT USAGE ON SCHEMA public TO ${role}; GRANT EXECUTE ON FUNCTION track_preset_usage TO ${role}`,
      )
      .simple();
    expect((await simulate({ asRole: role })).asRole).toMatchObject({ confirmed: true });
  });

  test.each([['does not exist', 'nobody_at_all', 'no-such-role']])(
    'that %s is refused',
    async (_, name, code) => {
      await expect(planSimulation(database, request({ asRole: name }))).rejects.toMatchObject({
        code,
        exitCode: 3,
      });
    },
  );
});

describe('guards', () => {
  test('--read-only refuses', async () => {
    await expect(planSimulation(database, request({ readOnly: true }))).rejects.toMatchObject({
      code: 'read-only',
      exitCode: 4,
    });
  });

  test('a database that is read-only by default is left alone', async () => {
    await own.sql.unsafe(`ALTER DATABASE ${own.name} SET default_transaction_read_only = on`);
    await database.close();
    database = connectTo(own.url);
    await expect(planSimulation(database, request())).rejects.toMatchObject({
      code: 'server-read-only',
      exitCode: 4,
    });
  });

  test('a role that may only read learns what it needs', async () => {
    await own.sql
      .unsafe(`GRANT USAGE ON SCHEMA public TO ${role}; GRANT SELECT ON presets, preset_usage TO ${role}`)
      .simple();
    const reader = connectTo(own.urlAs(role, 'secret'));
    try {
      const plan = await planSimulation(reader, request());
      await expect(runSimulation(reader, plan, timeouts)).rejects.toMatchObject({
        code: 'permission-denied',
        exitCode: 3,
      });
    } finally {
      await reader.close();
      await own.sql.unsafe(`DROP OWNED BY ${role}`);
    }
  });

  test('what reaches outside the transaction is named beforehand', async () => {
    await own.sql
      .unsafe(`CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        -- not this: dblink('x')
        PERFORM pg_notify('uses', NEW.id::text); RETURN NEW; END $$;
      CREATE TRIGGER tell AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION tell()`)
      .simple();
    const plan = await planSimulation(database, request());
    expect(plan.reach).toEqual([{ function: 'public.tell()', means: expect.stringContaining('NOTIFY') }]);
    // A rollback takes it back, so it is only told.
    expect(() => requireConfirmation(plan, null)).not.toThrow();
  });

  describe('what reaches outside far from the tables', () => {
    const tell = (name: string, what = `PERFORM setval('far_away', 1)`) =>
      `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN ${what}; RETURN NEW; END $f$;`;
    const onRecords = (what: string) =>
      `${tell('far_start', what)} CREATE TRIGGER far AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION far_start();`;
    const value =
      "CREATE FUNCTION far_value() RETURNS bigint LANGUAGE sql AS $f$ SELECT setval('far_away', 1) $f$;";
    const intoLog = onRecords('INSERT INTO far_log (note) VALUES (1)');
    beforeEach(async () => {
      await own.sql
        .unsafe('CREATE SEQUENCE far_away; CREATE TABLE far_log (id int PRIMARY KEY DEFAULT 1, note bigint)')
        .simple();
    });
    afterEach(async () => {
      await own.sql
        .unsafe(
          `DROP TABLE IF EXISTS far_log, far_part, far_parts, far_child CASCADE; DROP VIEW IF EXISTS far_view;
           DROP FUNCTION IF EXISTS far_start, far_end, far_value, far_next CASCADE;
           ALTER TABLE preset_usage DROP COLUMN IF EXISTS far; DROP TYPE IF EXISTS far_type CASCADE; DROP SEQUENCE far_away`,
        )
        .simple();
    });

    quickCases(
      'through functions that call each other',
      'by the trigger of a table that refers to what is deleted',
      'by a default',
      'by a check that calls a function',
      'by a policy',
      'by a rule',
      'by the condition of a trigger',
      'by an operator',
      'by the check of a domain',
      'by a view that is read',
      'by the key by which a table is divided',
      'by a text that a function of the server runs',
    ).each<[string, string, string]>([
      [
        'through functions that call each other',
        `${value} CREATE FUNCTION far_next() RETURNS bigint LANGUAGE sql AS $f$ SELECT far_value() $f$; ${onRecords('PERFORM far_next()')}`,
        'public.far_value()',
      ],
      [
        'by the trigger of another table that is written on the way',
        `${intoLog} ${tell('far_end')} CREATE TRIGGER far AFTER INSERT ON far_log FOR EACH ROW EXECUTE FUNCTION far_end()`,
        'public.far_end()',
      ],
      [
        'by the trigger of a table that refers to what is deleted',
        `${onRecords('DELETE FROM far_log')} CREATE TABLE far_child (log int REFERENCES far_log ON DELETE CASCADE);
         ${tell('far_end')} CREATE TRIGGER far AFTER DELETE ON far_child FOR EACH ROW EXECUTE FUNCTION far_end()`,
        'public.far_end()',
      ],
      [
        'by a default',
        `${intoLog} ALTER TABLE far_log ALTER id SET DEFAULT setval('far_away', 1)`,
        'the default of id of public.far_log',
      ],
      [
        'by a check that calls a function',
        `${value} ${intoLog} ALTER TABLE far_log ADD CONSTRAINT far CHECK (far_value() > 0)`,
        'public.far_value()',
      ],
      [
        'by a policy',
        `${intoLog} ALTER TABLE far_log ENABLE ROW LEVEL SECURITY; CREATE POLICY far ON far_log WITH CHECK (setval('far_away', 1) > 0)`,
        'the policy far of public.far_log',
      ],
      [
        'by a rule',
        `${intoLog} CREATE RULE far AS ON INSERT TO far_log DO ALSO NOTIFY far`,
        'the rule far of public.far_log',
      ],
      [
        'by a default of the records themselves',
        `${value} ALTER TABLE preset_usage ADD COLUMN far bigint DEFAULT far_value()`,
        'public.far_value()',
      ],
      [
        'by the condition of a trigger',
        `${intoLog} ${tell('far_end', 'NULL')} CREATE TRIGGER far AFTER INSERT ON far_log FOR EACH ROW WHEN (setval('far_away', 1) > 0) EXECUTE FUNCTION far_end()`,
        'the condition of the trigger far of public.far_log',
      ],
      [
        'by the trigger of a table whose references follow an update',
        `${onRecords('UPDATE far_log SET id = 2')} CREATE TABLE far_child (log int REFERENCES far_log ON UPDATE CASCADE);
         ${tell('far_end')} CREATE TRIGGER far AFTER UPDATE ON far_child FOR EACH ROW EXECUTE FUNCTION far_end()`,
        'public.far_end()',
      ],
      [
        'by an operator',
        `${onRecords('PERFORM 1 <~> 2')} CREATE FUNCTION far_next(int, int) RETURNS bigint LANGUAGE sql AS $f$ SELECT setval('far_away', 1) $f$;
         CREATE OPERATOR <~> (LEFTARG = int, RIGHTARG = int, FUNCTION = far_next)`,
        'public.far_next(integer, integer)',
      ],
      [
        'by a cast',
        `${onRecords('PERFORM row(1)::far_type::bigint')} CREATE TYPE far_type AS (a int);
         CREATE FUNCTION far_next(far_type) RETURNS bigint LANGUAGE sql AS $f$ SELECT setval('far_away', 1) $f$;
         CREATE CAST (far_type AS bigint) WITH FUNCTION far_next(far_type)`,
        'public.far_next(public.far_type)',
      ],
      [
        'by an aggregate',
        `${onRecords('PERFORM far_sum(1)')} CREATE FUNCTION far_next(bigint, int) RETURNS bigint LANGUAGE sql AS $f$ SELECT setval('far_away', 1) $f$;
         CREATE AGGREGATE far_sum(int) (SFUNC = far_next, STYPE = bigint)`,
        'public.far_next(bigint, integer)',
      ],
      [
        'by the check of a domain',
        `${value} CREATE DOMAIN far_type AS bigint CHECK (far_value() > 0); ALTER TABLE preset_usage ADD COLUMN far far_type DEFAULT 1`,
        'public.far_value()',
      ],
      [
        'by a view that is read',
        `${onRecords('PERFORM FROM far_view')} CREATE VIEW far_view AS SELECT setval('far_away', 1)`,
        'the query of public.far_view',
      ],
      [
        'by the policy of a table that is read',
        `${onRecords('PERFORM FROM far_log')} ALTER TABLE far_log ENABLE ROW LEVEL SECURITY; CREATE POLICY far ON far_log USING (setval('far_away', 1) > 0)`,
        'the policy far of public.far_log',
      ],
      [
        'by the key by which a table is divided',
        `CREATE FUNCTION far_next(int) RETURNS bigint IMMUTABLE LANGUAGE plpgsql AS $f$ BEGIN RETURN setval('far_away', 1); END $f$;
         CREATE TABLE far_parts (a int) PARTITION BY RANGE (far_next(a)); CREATE TABLE far_part PARTITION OF far_parts DEFAULT; ${onRecords('INSERT INTO far_parts VALUES (1)')}`,
        'public.far_next(integer)',
      ],
      [
        'by a text that a function of the server runs',
        onRecords(`PERFORM query_to_xml('SELECT setval(''far_away'', 1)', true, true, '')`),
        'public.far_start()',
      ],
    ])('%s', async (_, sql, identity) => {
      await own.sql.unsafe(sql).simple();
      const { reach } = await planSimulation(database, request());
      expect(reach).toEqual([{ function: identity, means: expect.any(String) }]);
    });

    test.each<[string, string]>([
      [
        'a trigger that is off',
        `${intoLog} ${tell('far_end')} CREATE TRIGGER far AFTER INSERT ON far_log FOR EACH ROW EXECUTE FUNCTION far_end();
         ALTER TABLE far_log DISABLE TRIGGER far`,
      ],
      [
        'a trigger for something else',
        `${intoLog} ${tell('far_end')} CREATE TRIGGER far AFTER DELETE ON far_log FOR EACH ROW EXECUTE FUNCTION far_end()`,
      ],
      ['a function that nothing calls', value],
      [
        'a default or a check of a table that is only read',
        `${value} ${onRecords('PERFORM FROM far_log')} ALTER TABLE far_log ALTER id SET DEFAULT far_value(), ADD CONSTRAINT far CHECK (far_value() > 0)`,
      ],
    ])('but not by %s', async (_, sql) => {
      await own.sql.unsafe(sql).simple();
      const { reach, unknown } = await planSimulation(database, request());
      expect({ reach, unknown }).toEqual({ reach: [], unknown: [] });
    });

    test('and unknown effects are reported, without asking', async () => {
      await own.sql.unsafe(onRecords(`EXECUTE format('SELECT %s', (NEW.usage_type = 'x')::text)`)).simple();
      const plan = await planSimulation(database, request());
      expect(plan.reach).toEqual([]);
      const { findings } = await runSimulation(database, plan, timeouts);
      expect(findings).toContainEqual(
        expect.objectContaining({
          code: 'reach-unknown',
          severity: 'info',
          message: expect.stringMatching(/^public\.far_start\(\) may have done/),
        }),
      );
    });
  });

  test('of two presets with one name, one must be chosen', async () => {
    await own.sql`INSERT INTO presets (name) VALUES ('Noir')`;
    await expect(planSimulation(database, request())).rejects.toMatchObject({
      code: 'ambiguous-preset',
      exitCode: 2,
    });
  });
});

describe('beside others', () => {
  test('a row that another session holds: a lock timeout, a clear sentence, nothing left', async () => {
    const before = await contents();
    const plan = await planSimulation(database, request());
    await own.sql.begin(async other => {
      await other`SELECT 1 FROM presets WHERE id = ${preset} FOR UPDATE`;
      await expect(runSimulation(database, plan, { timeout: 30, lockTimeout: 0.2 })).rejects.toMatchObject({
        code: 'lock-timeout',
        exitCode: 3,
        message: expect.stringContaining('"Noir"'),
      });
    });
    expect(await contents()).toBe(before);
  });

  test('a use that waits for a lock gives up before the application’s transaction has to', async () => {
    const plan = await planSimulation(database, request({ asUser: user }));
    await own.sql
      .unsafe(
        track(`INSERT INTO preset_usage (preset_id, user_id, usage_type)
      VALUES (p_preset_id, (current_setting('request.jwt.claims', true)::jsonb->>'sub')::uuid, p_usage_type); RETURN NULL;`),
      )
      .simple();
    await own.sql.begin(async other => {
      await other`SELECT 1 FROM users WHERE id = ${user} FOR UPDATE`;
      const simulated = runSimulation(database, plan, timeouts);
      let over = false;
      simulated.catch(() => {}).finally(() => (over = true));
      const waiting = () =>
        own.sql`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      await waitFor(async () => over || (await waiting()).length > 0, 'the use to wait');
      // From here on each waits for the other. After deadlock_timeout, a second, the server would fail one of them.
      await other`SELECT 1 FROM presets WHERE name = 'Noir' FOR UPDATE`;
      await expect(simulated).rejects.toMatchObject({ code: 'lock-timeout', exitCode: 3 });
    });
  });

  test.each([
    ['', 'on'],
    [', if the server does not count them', 'off'],
  ])('records that others commit meanwhile are not taken for its own%s', async (_, counted) => {
    await own.sql.unsafe(`ALTER DATABASE ${own.name} SET track_counts = ${counted}`);
    const database = connectTo(own.url);
    // Without the trigger others need not wait for the preset's row. The use itself is held back in between.
    await own.sql.unsafe(`ALTER TABLE preset_usage DISABLE TRIGGER ${counter}`);
    await own.sql
      .unsafe(
        track(`${waitHere};
      INSERT INTO preset_usage (preset_id, usage_type) VALUES (p_preset_id, p_usage_type); RETURN NULL;`),
      )
      .simple();
    const plan = await planSimulation(database, request());
    const holder = await own.sql.reserve();
    try {
      await holder`BEGIN`;
      await holder.unsafe(holdBack);
      const running = runSimulation(database, plan, patient);
      await waitFor(
        async () => (await arrived(own.sql)).length === 1,
        'the simulation to wait in the middle of a use',
      );
      await own.sql`INSERT INTO preset_usage (preset_id, usage_type) VALUES (${preset}, 'live'), (${preset}, 'live')`;
      await holder`COMMIT`;
      expect(increments(await running)).toEqual([
        [0, 1],
        [0, 1],
      ]);
    } finally {
      holder.release();
      await database.close();
      await own.sql.unsafe(`ALTER DATABASE ${own.name} RESET track_counts`);
    }
  });

  test('a connection that dies in the middle leaves nothing, and says so', async () => {
    const before = await contents();
    await own.sql
      .unsafe(
        track(`${waitHere};
      INSERT INTO preset_usage (preset_id, usage_type) VALUES (p_preset_id, p_usage_type); RETURN NULL;`),
      )
      .simple();
    const plan = await planSimulation(database, request());
    await own.sql.begin(async other => {
      await other.unsafe(holdBack);
      const running = runSimulation(database, plan, patient);
      const outcome = expect(running).rejects.toMatchObject({ code: 'connection-lost', exitCode: 3 });
      await waitFor(() => endArrived(own.sql), 'the simulation to wait, and be killed');
      await outcome;
    });
    expect(await contents()).toBe(before);
  });
});
