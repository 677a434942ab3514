import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database, WriteTransaction } from '../../source/connection/transactions.ts';
import { ConsoleError } from '../../source/errors/errors.ts';
import { type MigrationPlan, planMigration } from '../../source/migration/read-plan.ts';
import { runMigration } from '../../source/migration/run.ts';
import { applyMigration } from '../../source/migration/sql/apply.ts';
import { connectTo } from '../helpers/connect.ts';
import { insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { quickCases } from '../helpers/quick-cases.ts';
import { waitFor } from '../helpers/wait.ts';
import { countOf, createUnmigrated, migration, mismatches, runFile, track, use } from '../psql/files.ts';

let own: TestDatabase;
let database: Database;
let ids: string[];
const timeouts = { timeout: 30, lockTimeout: 2 };

// Two presets with three records each, counted 0.
beforeEach(async () => {
  own = await createUnmigrated();
  database = connectTo(own.url);
  ids = await insertPresets(own.sql, ['first', 'second']);
  for (const id of ids) await insertRecords(own.sql, id, 3);
});
afterEach(async () => {
  await database.close();
  await own.drop();
});

const plan = (from = database) => planMigration(from, { schema: 'public', readOnly: false });
const recorded: string[] = [];
afterEach(() => {
  recorded.length = 0;
});
const record = async (xid: string) => {
  recorded.push(xid);
};
const run = (planned: MigrationPlan, signal?: AbortSignal) =>
  runMigration(database, planned, timeouts, record, signal);
const arrange = (statements: string) => own.sql.unsafe(statements).simple();

/** Every function, trigger and index of the application, with its rights and its comment, by name. */
async function installed(sql = own.sql): Promise<Record<string, string>> {
  const rows = await sql<{ name: string; value: string }[]>`
    SELECT 'function ' || p.oid::regprocedure AS name, concat_ws(E'\n', pg_get_functiondef(p.oid), p.proowner::regrole,
             (SELECT string_agg(x.grantee::text, ',' ORDER BY x.grantee)
                FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x), obj_description(p.oid)) AS value
      FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT format('trigger %s on %s', t.tgname, t.tgrelid::regclass),
           concat_ws(E'\n', pg_get_triggerdef(t.oid), t.tgenabled, obj_description(t.oid))
      FROM pg_trigger t WHERE NOT t.tgisinternal
    UNION ALL
    SELECT 'index ' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'`;
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

const counter = (body: string, rest = '') => `
  CREATE OR REPLACE FUNCTION auto_increment_preset_usage_count() RETURNS trigger LANGUAGE plpgsql ${rest} AS $$
  BEGIN ${body} RETURN NEW; END $$;`;
const addOne = 'UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id;';
const ours = 'trigger_auto_increment_preset_usage_count';
const rowTrigger = (name = ours, table = 'preset_usage') => `
  CREATE TRIGGER ${name} AFTER INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION auto_increment_preset_usage_count();`;
const dailyIndex = `CREATE UNIQUE INDEX idx_preset_usage_daily_unique
  ON preset_usage (user_id, preset_id, ((created_at AT TIME ZONE 'UTC')::date));`;
const trackMissing = 'the function track_preset_usage() is missing';
const counterDiffers = expect.stringMatching(
  /^public\.auto_increment_preset_usage_count\(\) differs in its source, SECURITY DEFINER, its settings \(none\)/,
);
const shapeDiffers = expect.stringMatching(/^the counting trigger differs: CREATE TRIGGER .* FOR EACH ROW/);

describe('what differs is named, fixed, and can be restored', () => {
  quickCases(
    'nothing is there',
    'an old row trigger on a partitioned table',
    'a trigger that is disabled',
    'a second trigger that runs the function',
    'a function that is no trigger function',
  ).each<[string, string, unknown[]]>([
    [
      'nothing is there',
      '',
      [
        'the counting trigger is missing',
        'the function auto_increment_preset_usage_count() is missing',
        trackMissing,
      ],
    ],
    ['an old row trigger', counter(addOne) + rowTrigger(), [shapeDiffers, counterDiffers, trackMissing]],
    [
      'an old row trigger on a partitioned table',
      `CREATE TABLE parted (LIKE preset_usage INCLUDING DEFAULTS) PARTITION BY RANGE (created_at);
       CREATE TABLE part PARTITION OF parted DEFAULT;
       INSERT INTO parted SELECT * FROM preset_usage;
       DROP TABLE preset_usage;
       ALTER TABLE parted RENAME TO preset_usage;
       ${counter(addOne)}${rowTrigger()}`,
      [counterDiffers, trackMissing],
    ],
    [
      'a constraint trigger',
      `${counter(addOne)} CREATE CONSTRAINT TRIGGER ${ours} AFTER INSERT ON preset_usage DEFERRABLE
         FOR EACH ROW EXECUTE FUNCTION auto_increment_preset_usage_count()`,
      [expect.stringContaining('differs: CREATE CONSTRAINT TRIGGER'), counterDiffers, trackMissing],
    ],
    [
      'a trigger that is disabled',
      `${counter(addOne)}${rowTrigger()} COMMENT ON TRIGGER ${ours} ON preset_usage IS 'it''s ours';
       ALTER TABLE preset_usage DISABLE TRIGGER ${ours};`,
      [shapeDiffers, 'the counting trigger is disabled', counterDiffers, trackMissing],
    ],
    [
      'a second trigger that runs the function',
      counter(addOne) + rowTrigger() + rowTrigger('"counts Again"'),
      [
        shapeDiffers,
        'a second trigger runs the counting function: counts Again on public.preset_usage',
        counterDiffers,
        trackMissing,
      ],
    ],
    [
      'the trigger on another table',
      counter('') + rowTrigger(ours, 'users'),
      [
        'the counting trigger is missing',
        `a second trigger runs the counting function: ${ours} on public.users`,
        counterDiffers,
        trackMissing,
      ],
    ],
    [
      'a function that is no trigger function',
      'CREATE FUNCTION auto_increment_preset_usage_count() RETURNS void LANGUAGE sql AS $$ $$',
      [
        'the counting trigger is missing',
        'the function auto_increment_preset_usage_count() is missing',
        'there is public.auto_increment_preset_usage_count() instead of auto_increment_preset_usage_count()',
        trackMissing,
      ],
    ],
    [
      'a track_preset_usage() whose parameters have no names, and one of two parameters',
      `CREATE FUNCTION track_preset_usage(uuid, text, jsonb) RETURNS uuid LANGUAGE sql AS 'SELECT $1';
       COMMENT ON FUNCTION track_preset_usage(uuid, text, jsonb) IS 'old';
       CREATE FUNCTION track_preset_usage(p_preset_id uuid, p_usage_type text) RETURNS uuid LANGUAGE sql AS 'SELECT $1';
       REVOKE ALL ON FUNCTION track_preset_usage(uuid, text) FROM PUBLIC;`,
      [
        'the counting trigger is missing',
        'the function auto_increment_preset_usage_count() is missing',
        trackMissing,
        'there is public.track_preset_usage(uuid, text) instead of track_preset_usage()',
        'there is public.track_preset_usage(uuid, text, jsonb) instead of track_preset_usage()',
      ],
    ],
  ])('%s', async (_, before, differs) => {
    await arrange(before);
    const old = await installed();
    const planned = await plan();
    expect(planned.differs).toEqual(differs);

    const result = await run(planned);

    expect(result).toEqual({ xid: recorded[0], left: [], findings: [] });
    const shipped = await createUnmigrated();
    await shipped.sql.unsafe(before).simple();
    await runFile(shipped.url, migration);
    expect(await installed()).toEqual(await installed(shipped.sql));
    await shipped.drop();
    // Counts are left to sync.
    expect(await mismatches(own.sql)).toEqual(['first', 'second']);
    await use(own.sql, ids[0]!);
    await track(own.sql, ids[0]!);
    expect(await countOf(own.sql, ids[0]!)).toBe(2);

    await arrange(planned.replaced.join(';\n'));
    expect(await installed()).toMatchObject(old);
  });

  // What the migration changes in a database that has it already.
  quickCases('the daily index', 'other attributes', 'a condition').each<[string, string, unknown[]]>([
    ['disabled', `ALTER TABLE preset_usage DISABLE TRIGGER ${ours}`, ['the counting trigger is disabled']],
    [
      'the daily index',
      `TRUNCATE preset_usage; ${dailyIndex}`,
      ['the index idx_preset_usage_daily_unique refuses a second use of a preset on a day'],
    ],
    [
      'another body',
      `CREATE OR REPLACE FUNCTION track_preset_usage(p_preset_id uuid, p_usage_type text, p_usage_data jsonb DEFAULT '{}')
         RETURNS uuid LANGUAGE sql AS 'SELECT p_preset_id'`,
      [
        'public.track_preset_usage(uuid, text, jsonb) differs in its source, its language (sql), SECURITY DEFINER, its settings (none)',
      ],
    ],
    [
      'other attributes',
      `ALTER FUNCTION auto_increment_preset_usage_count() STABLE SET search_path = public;
       GRANT EXECUTE ON FUNCTION auto_increment_preset_usage_count() TO PUBLIC`,
      [
        'public.auto_increment_preset_usage_count() differs in its settings (search_path=public), its volatility, strictness or cost, who may execute it (PUBLIC)',
      ],
    ],
    [
      'another default',
      `CREATE OR REPLACE FUNCTION track_preset_usage(p_preset_id uuid, p_usage_type text, p_usage_data jsonb DEFAULT '{"a": 1}')
         RETURNS uuid LANGUAGE plpgsql AS 'BEGIN END'`,
      [expect.stringContaining('the default of a parameter')],
    ],
    [
      'a condition',
      `DROP TRIGGER ${ours} ON preset_usage;
       CREATE TRIGGER ${ours} AFTER INSERT ON preset_usage REFERENCING NEW TABLE AS new_records
         FOR EACH STATEMENT WHEN (1 = 1) EXECUTE FUNCTION auto_increment_preset_usage_count()`,
      [expect.stringContaining('the counting trigger differs: CREATE TRIGGER')],
    ],
  ])('an installed one, %s', async (_, change, differs) => {
    await runFile(own.url, migration);
    const shipped = await installed();
    await arrange(change);
    const old = await installed();
    const planned = await plan();
    expect(planned.differs).toEqual(differs);

    expect(await run(planned)).toMatchObject({ left: [] });

    expect(await installed()).toEqual(shipped);
    await arrange(planned.replaced.join(';\n'));
    expect(await installed()).toEqual(old);
  });
});

test('a trigger for replicas only fires for the application too, and still for replicated records', async () => {
  await runFile(own.url, migration);
  await arrange(`ALTER TABLE preset_usage ENABLE REPLICA TRIGGER ${ours}`);
  const planned = await plan();
  expect(planned.differs).toEqual(['the counting trigger fires on replicas only']);
  expect(await run(planned)).toMatchObject({ left: [] });
  expect(await own.sql`SELECT tgenabled AS enabled FROM pg_trigger WHERE tgname = ${ours}`).toEqual([
    { enabled: 'A' },
  ]);
  expect((await plan()).differs).toEqual([]);
});

test('if nothing differs, as after a migration, there is nothing to run', async () => {
  await runFile(own.url, migration);
  expect(await plan()).toMatchObject({ differs: [], statements: [], replaced: [], findings: [] });
  await arrange(`ALTER TABLE preset_usage DISABLE TRIGGER ${ours}`);
  await run(await plan());
  expect(await plan()).toMatchObject({ differs: [], statements: [] });
});

test('planning only reads', async () => {
  await arrange(`${counter(addOne)}${rowTrigger()} TRUNCATE preset_usage; ${dailyIndex}`);
  const before = await installed();
  const first = await plan();
  expect(first.findings.map(({ code }) => code)).toContain('daily-limit');
  expect(await installed()).toEqual(before);
  expect((await plan()).fingerprint).toBe(first.fingerprint);
});

test('the fingerprint changes as soon as something else would be replaced', async () => {
  await arrange(counter(addOne));
  const first = await plan();
  await arrange(counter(`${addOne} -- changed\n`));
  const second = await plan();
  expect(second.differs).toEqual(first.differs);
  expect(second.fingerprint).not.toBe(first.fingerprint);
});

describe('refusals', () => {
  test.each([
    [
      'a preset that is no uuid',
      'ALTER TABLE preset_usage DROP COLUMN preset_id; ALTER TABLE presets DROP COLUMN id; ALTER TABLE presets ADD id bigserial PRIMARY KEY; ALTER TABLE preset_usage ADD preset_id bigint REFERENCES presets',
      'presets.id is bigint',
    ],
    ['no last_used_at', 'ALTER TABLE presets DROP COLUMN last_used_at', 'presets has no column last_used_at'],
    [
      'a constraint',
      'TRUNCATE preset_usage; ALTER TABLE preset_usage ADD CONSTRAINT idx_preset_usage_daily_unique UNIQUE (user_id, preset_id)',
      'belongs to a constraint',
    ],
  ])('%s does not fit', async (_, statements, named) => {
    await arrange(statements);
    await expect(plan()).rejects.toMatchObject({
      code: 'does-not-fit',
      exitCode: 4,
      message: expect.stringContaining(named),
      hint: expect.stringContaining('adapted by hand'),
    });
  });

  test.each([
    [
      'a key that is no uuid',
      'ALTER TABLE preset_usage DROP COLUMN id, ADD COLUMN id bigserial PRIMARY KEY',
      'preset_usage.id is bigint',
    ],
    [
      'a column that is missing',
      'ALTER TABLE preset_usage DROP COLUMN usage_data',
      'preset_usage has no column usage_data',
    ],
    [
      'an enum',
      "CREATE TYPE kind AS ENUM ('x'); TRUNCATE preset_usage; ALTER TABLE preset_usage ALTER usage_type TYPE kind USING usage_type::kind",
      'preset_usage.usage_type is public.kind',
    ],
    [
      'a column that must be given',
      'TRUNCATE preset_usage; ALTER TABLE preset_usage ADD team text NOT NULL',
      'preset_usage.team has no default, and track_preset_usage() does not set it',
    ],
  ])('%s leaves track_preset_usage() out, and installs the trigger', async (_, statements, why) => {
    await arrange(statements);
    const planned = await plan();
    expect(planned).toMatchObject({ fit: { misfit: why }, proof: { proved: true } });
    expect(planned.differs).toEqual([
      'the counting trigger is missing',
      'the function auto_increment_preset_usage_count() is missing',
    ]);
    expect(await run(planned)).toMatchObject({ left: [] });
    expect(await installed()).not.toHaveProperty('function track_preset_usage(uuid,text,jsonb)');
    expect(await runFile(own.url, migration)).toContain(`track_preset_usage() is left out: ${why}`);
  });

  test('domains over the right types fit', async () => {
    await arrange('CREATE DOMAIN identity AS uuid; ALTER TABLE preset_usage ALTER user_id TYPE identity');
    expect((await plan()).differs).not.toEqual([]);
  });

  test('another schema, without contacting the server', async () => {
    await expect(planMigration(database, { schema: 'app', readOnly: false })).rejects.toMatchObject({
      code: 'does-not-fit',
      exitCode: 4,
      message: expect.stringContaining('the schema is app'),
    });
  });

  test('--read-only, but for a dry run', async () => {
    const request = { schema: 'public', readOnly: true };
    await expect(planMigration(database, request)).rejects.toMatchObject({ code: 'read-only', exitCode: 4 });
    expect(await planMigration(database, { ...request, dryRun: true })).toMatchObject({
      statements: expect.arrayContaining([expect.stringContaining('track_preset_usage')]),
    });
  });

  test('a server where transactions are read-only', async () => {
    await own.sql.unsafe(`ALTER DATABASE ${own.name} SET default_transaction_read_only = on`);
    await expect(plan()).rejects.toMatchObject({ code: 'server-read-only', exitCode: 4 });
  });
});

describe('rights', () => {
  let role: string;
  let theirs: Database;
  beforeEach(async () => {
    role = `role_${own.name}`;
    await own.sql
      .unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'p'; GRANT SELECT ON presets, preset_usage TO ${role}`)
      .simple();
    theirs = connectTo(own.urlAs(role, 'p'));
  });
  afterEach(async () => {
    await theirs.close();
    await own.sql.unsafe(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`).simple();
  });
  const owned = `ALTER TABLE presets OWNER TO ROLE; ALTER TABLE preset_usage OWNER TO ROLE; GRANT USAGE, CREATE ON SCHEMA public TO ROLE;`;
  const give = (statements: string) => arrange(statements.replaceAll('ROLE', role));

  test('not the owner: exit code 3, named; a dry run is still shown', async () => {
    await give('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
    await expect(plan(theirs)).rejects.toMatchObject({
      code: 'permission-denied',
      exitCode: 3,
      message: `${role} may not run the migration: it does not own public.preset_usage, does not own public.presets, may not create functions in the schema public.`,
    });
    expect(
      (await planMigration(theirs, { schema: 'public', readOnly: false, dryRun: true })).differs,
    ).toHaveLength(3);
  });

  test('if nothing differs, no right is missing', async () => {
    await runFile(own.url, migration);
    expect(await plan(theirs)).toMatchObject({ differs: [] });
  });

  test('the owner of both tables may', async () => {
    await give(owned);
    expect(await runMigration(theirs, await plan(theirs), timeouts, record)).toMatchObject({ left: [] });
    await use(own.sql, ids[0]!);
    expect(await countOf(own.sql, ids[0]!)).toBe(1);
  });

  test("somebody else's function is in the way of the owner", async () => {
    await give(owned);
    await arrange(counter(addOne));
    await expect(plan(theirs)).rejects.toMatchObject({
      code: 'permission-denied',
      message: expect.stringContaining('does not own public.auto_increment_preset_usage_count()'),
    });
  });

  test('row-level security that is forced on the owner', async () => {
    await give(`${owned} ALTER TABLE presets ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`);
    await expect(plan(theirs)).rejects.toMatchObject({
      code: 'permission-denied',
      message: expect.stringContaining('is subject to row-level security on public.presets'),
    });
  });

  test('a superuser hands functions to the owner of the tables', async () => {
    await runFile(own.url, migration);
    await give(owned);
    const planned = await plan();
    expect(planned.differs).toEqual([
      expect.stringMatching(/^public\.auto_increment_preset_usage_count\(\) differs in its owner/),
      expect.stringMatching(
        /^public\.track_preset_usage\(uuid, text, jsonb\) differs in its source, its owner/,
      ),
    ]);
    expect(await run(planned)).toMatchObject({ left: [] });
  });
});

describe('beside others', () => {
  test('two at once: one of them does it, and the other is refused', async () => {
    const other = connectTo(own.url);
    const planned = await plan();
    const results = await Promise.allSettled([run(planned), runMigration(other, planned, timeouts, record)]);
    await other.close();
    const [done, refused] = results.sort((a, b) => a.status.localeCompare(b.status));
    expect(done).toMatchObject({ status: 'fulfilled', value: { left: [] } });
    expect(refused).toMatchObject({ reason: { exitCode: 4 } });
    expect(['another-write', 'stale-plan']).toContain((refused as PromiseRejectedResult).reason.code);
  });

  test('another console is writing: refused, and nothing is recorded', async () => {
    const planned = await plan();
    await own.sql.begin(async other => {
      await other`SELECT pg_advisory_xact_lock(hashtext('preset-usage-console'))`;
      await expect(run(planned)).rejects.toMatchObject({ code: 'another-write', exitCode: 4 });
    });
    expect(recorded).toEqual([]);
    expect(await installed()).not.toHaveProperty(`trigger ${ours} on preset_usage`);
  });

  test('the database was changed since the plan: refused', async () => {
    const planned = await plan();
    await arrange(counter(addOne));
    const before = await installed();
    await expect(run(planned)).rejects.toMatchObject({ code: 'stale-plan', exitCode: 4 });
    expect([recorded, await installed()]).toEqual([[], before]);
  });

  test('a lock that another session holds: exit code 3 after a few tries, and nothing was changed', async () => {
    const planned = await plan();
    const before = await installed();
    await own.sql.begin(async other => {
      await use(other, ids[0]!);
      await expect(run(planned)).rejects.toMatchObject({ code: 'lock-timeout', exitCode: 3 });
    });
    expect(new Set(recorded).size).toBe(3);
    expect(await installed()).toEqual(before);
  });

  test('a lock that is released in time only delays it', async () => {
    const planned = await plan();
    let running: Promise<unknown> | undefined;
    await own.sql.begin(async other => {
      await use(other, ids[0]!);
      running = run(planned);
      await waitFor(async () => (await waiting()).length + recorded.length === 3, 'a second try to wait');
    });
    expect(await running).toMatchObject({ xid: recorded.at(-1), left: [] });
  });

  test('a connection that dies before the commit: nothing happened, and that is reported', async () => {
    const planned = await plan();
    const before = await installed();
    await own.sql.begin(async other => {
      await use(other, ids[0]!);
      const outcome = expect(run(planned)).rejects.toMatchObject({ code: 'connection-lost', exitCode: 3 });
      await killWaiting();
      await outcome;
    });
    expect(await installed()).toEqual(before);
  });

  test('a connection that dies in between: the script does not run outside its transaction', async () => {
    const planned = await plan();
    const before = await installed();
    const killing = async (xid: string) => {
      recorded.push(xid);
      await waitFor(
        async () =>
          (
            await own.sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND backend_xid::text = ${xid}`
          ).length === 0,
        'the session to be gone',
      );
    };
    await expect(runMigration(database, planned, timeouts, killing)).rejects.toMatchObject({
      code: 'connection-lost',
      exitCode: 3,
    });
    expect(recorded).toHaveLength(1);
    expect(await installed()).toEqual(before);
  });

  test('interrupted while it waits: nothing happened', async () => {
    const planned = await plan();
    const before = await installed();
    const interrupt = new AbortController();
    await own.sql.begin(async other => {
      await use(other, ids[0]!);
      const outcome = expect(run(planned, interrupt.signal)).rejects.toMatchObject({
        code: 'interrupted',
        exitCode: 130,
      });
      await waitFor(async () => (await waiting()).length === 1, 'the migration to wait');
      interrupt.abort();
      await outcome;
    });
    expect(await installed()).toEqual(before);
  });
});

describe('the outcome of a transaction whose connection is lost', () => {
  const lost = () =>
    new ConsoleError({ code: 'connection-lost', message: 'The connection was lost.', hint: '', exitCode: 3 });
  const losing = (rest: Partial<Database>): Database => ({
    ...database,
    async write(work, options) {
      await database.write(work, options);
      throw lost();
    },
    ...rest,
  });

  test('the server says that it was committed: then it is done', async () => {
    const planned = await plan();
    const result = await runMigration(losing({}), planned, timeouts, record);
    expect(result).toEqual({ xid: recorded[0], left: [], findings: [] });
  });

  test('the server cannot be asked: not known, with the transaction to ask for', async () => {
    const planned = await plan();
    const silent = losing({ read: () => Promise.reject(lost()) });
    const failure = await runMigration(silent, planned, timeouts, record).catch(error => error);
    expect(failure).toMatchObject({ code: 'outcome-unknown', exitCode: 3 });
    expect(failure.message).toContain(`transaction ${recorded[0]}`);
  });

  test('only the check afterwards fails: done, and not checked', async () => {
    const planned = await plan();
    const blind: Database = { ...database, read: () => Promise.reject(lost()) };
    expect(await runMigration(blind, planned, timeouts, record)).toEqual({
      xid: recorded[0],
      left: null,
      findings: planned.findings,
    });
  });

  test('on any other connection the script does nothing at all', async () => {
    const { statements } = await plan();
    const before = await installed();
    const elsewhere: WriteTransaction = {
      rows: async () => [],
      script: async text => own.sql.unsafe(text).simple(),
      ownPath: '',
    };
    await expect(applyMigration(elsewhere, '731', statements)).rejects.toMatchObject({ code: '25P01' });
    expect(await installed()).toEqual(before);
    const detoured: Database = {
      ...database,
      write: (work, options) =>
        database.write(writer => work({ ...writer, script: elsewhere.script }), options),
    };
    await expect(runMigration(detoured, await plan(), timeouts, record)).rejects.toMatchObject({
      code: 'connection-lost',
    });
    expect(await installed()).toEqual(before);
  });
});

test('a receipt that cannot be written: its own error, and nothing happened', async () => {
  const planned = await plan();
  const before = await installed();
  const full = Object.assign(new Error('no space left'), { code: 'ENOENT' });
  const failing = runMigration(database, planned, timeouts, () => Promise.reject(full));
  await expect(failing).rejects.toBe(full);
  expect(await installed()).toEqual(before);
});

test('the transaction is recorded before anything is written, and is the one that did it', async () => {
  const planned = await plan();
  const result = await runMigration(database, planned, timeouts, async xid => {
    recorded.push(xid);
    expect(await installed()).not.toHaveProperty(`trigger ${ours} on preset_usage`);
  });
  const [row] = await own.sql`SELECT pg_xact_status(${recorded[0]!}::xid8) AS status,
    (SELECT xmin::text FROM pg_trigger WHERE tgname = ${ours}) AS xmin`;
  expect(row).toEqual({ status: 'committed', xmin: result.xid });
});

test("what others depend on is not dropped: the server's message, and nothing was changed", async () => {
  await arrange(`CREATE FUNCTION track_preset_usage(uuid, text, jsonb) RETURNS uuid LANGUAGE sql IMMUTABLE AS 'SELECT $1';
    CREATE VIEW depends AS SELECT track_preset_usage(id, 'x', '{}') FROM presets`);
  const before = await installed();
  const failure = await run(await plan()).catch(error => error);
  expect(failure).toBeInstanceOf(ConsoleError);
  expect(failure).toMatchObject({
    code: 'migration-failed',
    exitCode: 3,
    message: expect.stringContaining('other objects depend on it'),
  });
  expect(await installed()).toEqual(before);
});

test('it survives a crash of the server even if commits are asynchronous', async () => {
  await own.sql.unsafe(`ALTER DATABASE ${own.name} SET synchronous_commit = off`);
  await arrange(`CREATE TABLE seen (setting text);
    CREATE FUNCTION look() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO public.seen VALUES (current_setting('synchronous_commit')); END $$;
    CREATE EVENT TRIGGER look ON ddl_command_end WHEN TAG IN ('CREATE FUNCTION') EXECUTE FUNCTION look()`);
  await run(await plan());
  expect(await own.sql`SELECT DISTINCT setting FROM seen`).toEqual([{ setting: 'on' }]);
});

function waiting() {
  return own.sql`SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name = 'preset-usage-console'`;
}

async function killWaiting(): Promise<void> {
  await waitFor(async () => {
    const [row] = await waiting();
    return row ? (await own.sql`SELECT pg_terminate_backend(${row.pid})`).length === 1 : false;
  }, 'the migration to wait, and be killed');
}
