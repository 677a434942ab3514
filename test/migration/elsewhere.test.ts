import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { planMigration } from '../../source/migration/read-plan.ts';
import { runMigration } from '../../source/migration/run.ts';
import { connectTo as clientOf, startTestDemo } from '../demo/helpers.ts';
import { connectTo } from '../helpers/connect.ts';
import { insertPresets, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { createUnmigrated, mismatches, use } from '../psql/files.ts';

const ours = 'trigger_auto_increment_preset_usage_count';
const byRow = `CREATE OR REPLACE FUNCTION auto_increment_preset_usage_count() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id; RETURN NEW; END $$;
  DROP TRIGGER IF EXISTS ${ours} ON preset_usage;
  CREATE TRIGGER ${ours} AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION auto_increment_preset_usage_count();`;
const planOf = (database: Database) => planMigration(database, { schema: 'public', readOnly: false });

// Starting it takes seconds.
test('on PGlite a migration is proved and run', needsFullScale(), async () => {
  const demo = await startTestDemo();
  const sql = clientOf(demo);
  const database = connectTo(
    `host=${demo.host} port=${demo.port} dbname=${demo.database} user=${demo.user} sslmode=disable`,
  );
  await sql.unsafe(byRow).simple();
  await sql`UPDATE presets p SET usage_count = (SELECT count(*) FROM preset_usage r WHERE r.preset_id = p.id)`;
  const planned = await planOf(database);
  expect(planned.proof).toMatchObject({ proved: true, reason: null });
  expect(
    await runMigration(database, planned, { timeout: 30, lockTimeout: 2 }, async () => {}),
  ).toMatchObject({ left: [] });
  const [preset] = await sql`SELECT id FROM presets LIMIT 1`;
  await use(sql, preset!.id);
  expect(await mismatches(sql)).toEqual([]);
  await database.close();
  await sql.end();
  await demo.stop();
});

let own: TestDatabase;
let database: Database;
let name = '';
const role = `keeper_${process.pid}`;

// Supabase's postgres: it owns the tables, and is no superuser.
beforeAll(async () => {
  own = await createUnmigrated();
  await insertPresets(own.sql, ['first', 'second']);
  await own.sql
    .unsafe(
      `CREATE ROLE ${role} LOGIN PASSWORD 'p'; ${byRow}
       ALTER TABLE presets OWNER TO ${role}; ALTER TABLE preset_usage OWNER TO ${role}; ALTER TABLE users OWNER TO ${role};
       ALTER FUNCTION auto_increment_preset_usage_count() OWNER TO ${role};
       GRANT CREATE, USAGE ON SCHEMA public TO ${role}`,
    )
    .simple();
  const [row] = await own.sql`SELECT current_database() AS name`;
  name = row!.name;
  const url = new URL(own.url);
  url.username = role;
  url.password = 'p';
  database = connectTo(url.href);
});
afterAll(async () => {
  await database.close();
  await own.sql.unsafe(`DROP OWNED BY ${role}; DROP ROLE ${role}`).simple();
  await own.drop();
});

test('an owner who is no superuser cannot play a replication worker: that is said', async () => {
  await own.sql.unsafe(`ALTER TABLE preset_usage ENABLE ALWAYS TRIGGER ${ours}`);
  const { proof } = await planOf(database);
  expect(proof).toMatchObject({ proved: false });
  expect(proof!.reason).toMatch(
    /^a record from a replication worker was not played: .*session_replication_role/,
  );
  expect(proof!.events.find(({ event }) => event === 'insert')).toMatchObject({ after: { result: 'right' } });
});

test('what needs no such right is proved and run as that owner', async () => {
  await own.sql.unsafe(`ALTER TABLE preset_usage ENABLE TRIGGER ${ours}`);
  const planned = await planOf(database);
  expect(planned.proof).toMatchObject({ proved: true });
  expect(planned.inspected.server).toMatchObject({ database: name, user: role });
  expect(
    await runMigration(database, planned, { timeout: 30, lockTimeout: 2 }, async () => {}),
  ).toMatchObject({ left: [] });
  const [preset] = await own.sql`SELECT id FROM presets LIMIT 1`;
  await use(own.sql, preset!.id);
  expect(await mismatches(own.sql)).toEqual([]);
});
