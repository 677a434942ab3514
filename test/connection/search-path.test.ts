import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { walkChecklist } from '../../source/checklist/run.ts';
import { check } from '../../source/cli/commands/check.ts';
import { loadConfig } from '../../source/config/config.ts';
import type { Database } from '../../source/connection/transactions.ts';
import { readTables } from '../../source/counter/discovery/tables.ts';
import { inspectDatabase } from '../../source/counter/inspect-database.ts';
import { readRecordHistory } from '../../source/counter/reading/record-history.ts';
import { planMigration } from '../../source/migration/read-plan.ts';
import { runMigration } from '../../source/migration/run.ts';
import { judgeTrigger } from '../../source/trigger/health.ts';
import { readTriggerCatalog } from '../../source/trigger/read-catalog.ts';
import { Watch } from '../../source/watch/run/watch.ts';
import type { WatchEvent } from '../../source/watch/watch-event.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { createDatabase, insertPresets, insertRecords } from '../helpers/database.ts';
import { RepairBench } from '../helpers/repair-bench.ts';
import { letIn, plantTraps } from '../helpers/traps.ts';
import { migration, needsPsql, runFile, runPsql } from '../psql/files.ts';

const psql = await needsPsql();
const timeouts = { timeout: 30, lockTimeout: 2 };
const signal = new AbortController().signal;

let bench: RepairBench;
let ids: string[];
/** The template for the database of each test, if it is not the common one. */
let from: string | undefined;
beforeEach(async () => {
  bench = await RepairBench.open(from);
  await bench.arrange('ALTER TABLE presets ALTER usage_count TYPE numeric');
  ids = await insertPresets(bench.own.sql, ['Noir', 'Pastel']);
  for (const id of ids) await insertRecords(bench.own.sql, id, 5);
  await bench.arrange(`UPDATE presets SET usage_count = usage_count + 2 WHERE name = 'Noir'`);
});
afterEach(() => bench.close());

const counts = async () =>
  (await bench.own.sql`SELECT usage_count::int AS count FROM presets ORDER BY name`).map(row => row.count);
const settings = (url: string) =>
  loadConfig(
    { databaseUrl: url },
    { XDG_STATE_HOME: bench.directory, HOME: bench.directory },
    bench.directory,
  );

/** Runs everything that reads, once. */
async function readEverything(database: Database, url: string): Promise<void> {
  const { exitCode } = await check(database, settings(url), signal, () => {});
  expect(exitCode).toBe(1);
  await database.read(async reader => {
    const { tables } = await inspectDatabase(reader, database, 'public');
    for (const id of ids) expect(await readRecordHistory(reader, tables, id, 10)).not.toBeNull();
  });
  const awaited: WatchEvent['type'][] = ['connected', 'trigger', 'audit-done', 'tick'];
  const seen = new Set<WatchEvent['type']>();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const watch = new Watch(database, {
    counter: 'public',
    interval: 20,
    firstRows: 10,
    focus: () => ({ ids, detail: { id: ids[0] ?? '', days: 14 }, answers: true }),
    onEvent(event) {
      seen.add(event.type);
      if (event.type === 'failure' || event.type === 'audit-failure') reject(event.error);
      if (awaited.every(type => seen.has(type))) resolve();
    },
  });
  await promise.finally(() => watch.stop());
}

/** A sync and its undo, then a reset with the history and its undo. */
async function repairEverything(database: Database): Promise<void> {
  for (const action of ['sync', 'reset'] as const) {
    const plan = await bench.plan(action, { options: { deleteHistory: action === 'reset' } }, database);
    const { receiptId: receipt, left } = await bench.run(plan, {}, undefined, database);
    expect(left).toEqual([]);
    expect(await counts()).toEqual(action === 'sync' ? [5, 5] : [0, 0]);
    const undone = await bench.run(await bench.plan('undo', { receipt }, database), {}, undefined, database);
    expect(undone.left).toEqual([]);
    expect(await counts()).toEqual([7, 5]);
  }
}

describe('with a trap in place of everything that is looked up by the path', () => {
  let trapped: TestDatabase;
  beforeAll(async () => {
    trapped = await createDatabase();
    await plantTraps(trapped);
    // A template can only be cloned without connections to it.
    await trapped.sql.end();
    from = trapped.name;
  });
  afterAll(async () => {
    from = undefined;
    await trapped.drop();
  });

  test('a superuser reads past them', async () => {
    const { url } = await letIn(bench.own);
    await readEverything(bench.connect(url), url);
  });

  test('and simulates and migrates', async () => {
    const { url } = await letIn(bench.own);
    const database = bench.connect(url);
    for await (const { step } of walkChecklist(database, {
      counter: 'public',
      preset: 'Pastel',
      asUser: null,
      asRole: null,
      readOnly: false,
      confirm: null,
      appLog: null,
      logSince: 0,
      ...timeouts,
    })) {
      expect(step?.evidence ?? '').not.toMatch(/trigger \(SQLSTATE/);
    }
    await bench.arrange('DROP FUNCTION track_preset_usage(uuid, text, jsonb)');
    const plan = await planMigration(database, { schema: 'public', readOnly: false });
    await runMigration(database, plan, timeouts, async () => {}, signal);
    expect((await planMigration(database, { schema: 'public', readOnly: false })).differs).toEqual([]);
  });

  test('so does a role to which policies apply, whose reads run by its own path', async () => {
    const { role, url } = await letIn(bench.own);
    await bench.arrange(`
      ALTER ROLE ${role} NOSUPERUSER; GRANT USAGE ON SCHEMA traps TO ${role};
      GRANT ALL ON presets, preset_usage TO ${role}; GRANT SELECT ON users TO ${role};
      ALTER TABLE presets ENABLE ROW LEVEL SECURITY; ALTER TABLE preset_usage ENABLE ROW LEVEL SECURITY;
      CREATE POLICY all_of_them ON presets USING (true); CREATE POLICY all_of_them ON preset_usage USING (true)`);
    const database = bench.connect(url);
    expect((await database.read(reader => readTables(reader, 'public'))).path).toBe('own');
    await readEverything(database, url);
    await repairEverything(database);
  });

  test('and the scripts', async () => {
    const { url } = await letIn(bench.own);
    await runFile(url, migration);
    expect(await counts()).toEqual([5, 5]);
    expect((await runFile(url, 'verify-usage-tracking.sql')).join('\n')).toMatch(/Tracking works/);
  });

  test('and those of psql', psql, async () => {
    const { url } = await letIn(bench.own);
    await runFile(url, migration);
    for (const [file, mode] of [
      ['check-usage-data.sql', 'sync'],
      ['reset-usage-counts.sql', 'sync'],
      ['reset-usage-counts.sql', 'zero-and-delete-history'],
    ] as const) {
      expect(await runPsql(url, file, { mode })).toMatchObject({ code: 0, err: '' });
    }
    expect(await counts()).toEqual([0, 0]);
  });
});

test('code of the application still finds what it looks up by the path of the role', async () => {
  const role = `tenant_${bench.own.name}`;
  await bench.arrange(`
    CREATE SCHEMA app; CREATE TABLE app.members (role name, preset uuid); CREATE TABLE public.changes (preset uuid);
    CREATE ROLE ${role} LOGIN PASSWORD 'tenant'; ALTER ROLE ${role} SET search_path = app, public;
    GRANT USAGE ON SCHEMA app TO ${role}; GRANT ALL ON ALL TABLES IN SCHEMA app, public TO ${role};
    INSERT INTO app.members SELECT '${role}', id FROM presets;
    CREATE FUNCTION app.mine(uuid) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
      BEGIN RETURN EXISTS (SELECT FROM members m WHERE m.preset = $1 AND m.role = current_user); END $$;
    CREATE FUNCTION app.changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO changes VALUES (NEW.id); RETURN NULL; END $$;
    CREATE TRIGGER changed AFTER UPDATE ON presets FOR EACH ROW EXECUTE FUNCTION app.changed();
    ALTER TABLE presets ENABLE ROW LEVEL SECURITY;
    CREATE POLICY seen ON presets FOR SELECT USING (true);
    CREATE POLICY written ON presets FOR UPDATE USING (app.mine(id))`);
  const database = bench.connect(bench.own.urlAs(role, 'tenant'));
  await readEverything(database, bench.own.urlAs(role, 'tenant'));
  await repairEverything(database);
  expect((await bench.own.sql`SELECT count(*)::int AS n FROM changes`)[0]?.n).toBeGreaterThan(0);
  // The check for hidden rows runs in the same way.
  await bench.arrange(
    'DROP POLICY seen ON presets; CREATE POLICY seen ON presets FOR SELECT USING (app.mine(id))',
  );
  await bench.arrange(`DELETE FROM app.members WHERE preset = '${ids[1]}'`);
  const shown = await database.read(async reader => {
    const { tables } = await inspectDatabase(reader, database, 'public');
    return readRecordHistory(reader, tables, ids[0] ?? '', 5);
  });
  expect(shown).not.toBeNull();
});

describe('the function of an earlier migration', () => {
  // It used whatever + operator it found: for a numeric count, one in public may match better than PostgreSQL's own.
  const earlier = `CREATE OR REPLACE FUNCTION auto_increment_preset_usage_count() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DECLARE uses bigint; preset uuid;
    BEGIN
      FOR preset, uses IN SELECT r.preset_id, count(*) FROM new_records r GROUP BY r.preset_id LOOP
        UPDATE public.presets p SET usage_count = coalesce(p.usage_count, 0) + uses WHERE p.id = preset;
      END LOOP;
      RETURN NULL;
    END $$`;
  const better = `CREATE FUNCTION public.taken(numeric, bigint) RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN RAISE 'taken'; END $$;
    CREATE OPERATOR public.+ (LEFTARG = numeric, RIGHTARG = bigint, FUNCTION = public.taken)`;
  const findings = () =>
    bench.database.read(async reader =>
      judgeTrigger(await readTriggerCatalog(reader, await readTables(reader, 'public'))).findings.map(
        ({ code }) => code,
      ),
    );

  test('is reported if it is open, and migrate closes it', async () => {
    expect(await findings()).toEqual([]);
    await bench.arrange(`${earlier}; ${better}`);
    await expect(insertRecords(bench.own.sql, ids[0] ?? '', 1)).rejects.toThrow('taken');
    expect(await findings()).toEqual(['function-open']);
    const plan = await planMigration(bench.database, { schema: 'public', readOnly: false });
    expect(plan.differs).toEqual([
      expect.stringMatching(/auto_increment_preset_usage_count\(\) differs in its source/),
    ]);
    await runMigration(bench.database, plan, timeouts, async () => {}, signal);
    expect(await findings()).toEqual([]);
    await insertRecords(bench.own.sql, ids[0] ?? '', 1);
    await insertRecords(bench.own.sql, ids[0] ?? '', 2);
    expect(await counts()).toEqual([10, 5]);
  });

  test('is not reported if the count is a whole number', async () => {
    await bench.arrange(`ALTER TABLE presets ALTER usage_count TYPE bigint; ${earlier}`);
    expect(await findings()).toEqual([]);
  });
});
