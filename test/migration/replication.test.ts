import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { inspectDatabase } from '../../source/counter/inspect-database.ts';
import { outcomeWords } from '../../source/migration/proof.ts';
import { planMigration } from '../../source/migration/read-plan.ts';
import { runMigration } from '../../source/migration/run.ts';
import { judgeTrigger } from '../../source/trigger/health.ts';
import { readTriggerCatalog } from '../../source/trigger/read-catalog.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, insertPresets, type TestDatabase } from '../helpers/database.ts';
import { type EmbeddedServer, startEmbedded } from '../helpers/server.ts';
import { waitFor } from '../helpers/wait.ts';
import { migration, mismatches, runFile, use } from '../psql/files.ts';

let server: EmbeddedServer;
let publisher: TestDatabase;
let subscriber: TestDatabase;
let database: Database;
let id = '';

// A publisher that sends its records to a subscriber, which counts them itself.
beforeAll(async () => {
  server = await startEmbedded(['-c', 'wal_level=logical']);
  [publisher, subscriber] = await Promise.all([
    createDatabase('template1', server.url),
    createDatabase('template1', server.url),
  ]);
  for (const { url } of [publisher, subscriber]) await runFile(url, 'demo-schema.sql');
  database = connectTo(subscriber.url);
  [id = ''] = await insertPresets(publisher.sql, ['Noir']);
  await subscriber.sql`INSERT INTO presets (id, name) VALUES (${id}, 'Noir')`;
  await publisher.sql`CREATE PUBLICATION uses FOR TABLE preset_usage`;
  // Both databases are on one server: the slot must be made first, or the subscription would wait for itself.
  await publisher.sql`SELECT pg_create_logical_replication_slot('uses', 'pgoutput')`;
  await subscriber.sql.unsafe(
    `CREATE SUBSCRIPTION uses CONNECTION '${publisher.url}' PUBLICATION uses WITH (create_slot = false, slot_name = 'uses')`,
  );
});
afterAll(async () => {
  await database.close();
  await subscriber.sql.unsafe('ALTER SUBSCRIPTION uses DISABLE');
  await subscriber.sql.unsafe('ALTER SUBSCRIPTION uses SET (slot_name = NONE)');
  await subscriber.sql.unsafe('DROP SUBSCRIPTION uses');
  await subscriber.drop();
  await publisher.drop();
  await server.stop();
});

const ours = 'trigger_auto_increment_preset_usage_count';
const old = `CREATE OR REPLACE FUNCTION auto_increment_preset_usage_count() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
  BEGIN UPDATE presets SET usage_count = coalesce(usage_count, 0) + 1 WHERE id = NEW.preset_id; RETURN NULL; END $$;
  DROP TRIGGER IF EXISTS ${ours} ON preset_usage;
  CREATE TRIGGER ${ours} AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION auto_increment_preset_usage_count();`;

/** Uses the preset on the publisher, and waits until the subscriber has the records. */
async function replicated(uses: number): Promise<void> {
  for (let done = 0; done < uses; done += 1) await use(publisher.sql, id);
  const sent = (await publisher.sql`SELECT id FROM preset_usage`).map(record => record.id);
  const arrived = () => subscriber.sql`SELECT FROM preset_usage WHERE id = ANY (${sent})`;
  await waitFor(async () => (await arrived()).length === sent.length, 'the subscriber to have the records');
}
const plan = () => planMigration(database, { schema: 'public', readOnly: false });
const findings = () =>
  database.read(async reader => {
    const { tables } = await inspectDatabase(reader, database, 'public');
    return judgeTrigger(await readTriggerCatalog(reader, tables)).findings;
  });
async function migrate(): Promise<void> {
  const planned = await plan();
  expect(
    await runMigration(database, planned, { timeout: 30, lockTimeout: 2 }, async () => {}),
  ).toMatchObject({
    left: [],
  });
}
const codes = async () => (await findings()).map(({ code }) => code);

test('replicated uses are counted before and after migrate', async () => {
  await subscriber.sql.unsafe(`${old} ALTER TABLE preset_usage ENABLE ALWAYS TRIGGER ${ours}`).simple();
  await replicated(5);
  expect(await mismatches(subscriber.sql)).toEqual([]);

  const { proof, differs } = await plan();
  expect(differs).not.toEqual([]);
  const event = proof!.events.find(each => each.event === 'replicated')!;
  expect([outcomeWords(event.before), outcomeWords(event.after)]).toEqual(['right', 'right']);
  await migrate();
  await replicated(5);
  expect(await mismatches(subscriber.sql)).toEqual([]);
  await use(subscriber.sql, id);
  expect(await mismatches(subscriber.sql)).toEqual([]);
  expect((await plan()).differs).toEqual([]);
  expect(await codes()).not.toContain('replicated-uses-not-counted');
});

test.each([
  ['statement', `DROP TRIGGER IF EXISTS ${ours} ON preset_usage;`, true],
  ['row, and for the application only', old, false],
])('a trigger that fires once per %s: a finding, and migrate mends it', async (_, before, byStatement) => {
  await subscriber.sql.unsafe(before).simple();
  if (byStatement) {
    await subscriber.sql
      .unsafe(
        `CREATE TRIGGER ${ours} AFTER INSERT ON preset_usage REFERENCING NEW TABLE AS new_records
           FOR EACH STATEMENT EXECUTE FUNCTION auto_increment_preset_usage_count();
         ALTER TABLE preset_usage ENABLE ALWAYS TRIGGER ${ours}`,
      )
      .simple();
  }
  await replicated(3);
  expect(await mismatches(subscriber.sql)).toEqual(['Noir']);
  expect(await findings()).toContainEqual(
    expect.objectContaining({
      code: 'replicated-uses-not-counted',
      severity: 'error',
      hint: expect.stringContaining('preset-usage migrate'),
    }),
  );
  const { proof } = await plan();
  const event = proof!.events.find(each => each.event === 'replicated')!;
  expect([event.before.result, event.after.result]).toEqual(['wrong', 'right']);
  await migrate();
  expect(await codes()).not.toContain('replicated-uses-not-counted');
  await subscriber.sql`UPDATE presets SET usage_count = (SELECT count(*) FROM preset_usage)`;
  await replicated(3);
  expect(await mismatches(subscriber.sql)).toEqual([]);
});

test('a proof leaves nothing in the log of the server', async () => {
  await subscriber.sql.unsafe(old).simple();
  const complaints = () => server.log().match(/(?:WARNING|ERROR|FATAL): .*/g) ?? [];
  const mark = async (name: string) => {
    await subscriber.sql.unsafe(`SELECT ${name}`).catch(() => {});
    await waitFor(async () => {
      await subscriber.sql`SELECT 1`;
      return complaints().at(-1)?.includes(`"${name}"`) ?? false;
    }, 'the error in the log');
  };
  await mark('first');
  const before = complaints().length;
  expect((await plan()).proof).toMatchObject({ proved: true });
  await mark('last');
  expect(complaints().slice(before)).toEqual([expect.stringContaining('last')]);
});

test('the script installs it where there is none yet', async () => {
  await subscriber.sql.unsafe(`DROP TRIGGER ${ours} ON preset_usage`);
  await runFile(subscriber.url, migration);
  await replicated(2);
  expect(await mismatches(subscriber.sql)).toEqual([]);
});
