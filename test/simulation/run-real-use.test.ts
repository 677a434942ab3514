import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { planSimulation, type SimulationPlan } from '../../source/simulation/read-plan.ts';
import { findingsOfUser, resultOf } from '../../source/simulation/real-use.ts';
import {
  commitUse,
  readTakeBackToken,
  takeBackToken,
  takeUseBack,
} from '../../source/simulation/run-real-use.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { endArrived, holdBack, waitHere } from '../helpers/held-back.ts';
import { waitFor } from '../helpers/wait.ts';

let own: TestDatabase;
let database: Database;
let id: string;
const timeouts = { timeout: 30, lockTimeout: 2 };

beforeEach(async () => {
  own = await createDatabase();
  database = connectTo(own.url);
  [id = ''] = await insertPresets(own.sql, ['Noir']);
  await insertRecords(own.sql, id, 3);
});
afterEach(async () => {
  await database.close();
  await own.drop();
});

const plan = (): Promise<SimulationPlan> =>
  planSimulation(database, { counter: 'public', preset: id, asUser: null, asRole: null, readOnly: false });
const presets = () => own.sql`SELECT id, usage_count, last_used_at::text FROM presets`;
const records = () => own.sql`SELECT * FROM preset_usage ORDER BY id`;

test('one use is made, stays, and is taken back so that nothing is left of it', async () => {
  const before = [await presets(), await records()];
  const planned = await plan();
  const use = await commitUse(database, planned, timeouts);
  expect(resultOf(use)).toEqual({
    before: 3,
    after: 4,
    increment: 1,
    recordsAdded: 1,
    recordsUpdated: null,
    lastUsedAtMoved: true,
  });
  expect(await presets()).toMatchObject([{ usage_count: 4 }]);
  expect((await records()).map(record => record.id)).toContain(use.records[0]);
  const again = readTakeBackToken(planned, takeBackToken(planned, use));
  expect(await takeUseBack(database, planned, again, timeouts)).toEqual({ deleted: 1, before: 4, after: 3 });
  expect([await presets(), await records()]).toEqual(before);
});

test('uses that came later stay counted, and keep last_used_at', async () => {
  const planned = await plan();
  const use = await commitUse(database, planned, timeouts);
  await insertRecords(own.sql, id, 2);
  const [later] = await presets();
  await takeUseBack(database, planned, use, timeouts);
  expect(await presets()).toEqual([{ ...later, usage_count: 5 }]);
  expect(await records()).toHaveLength(5);
});

test('what a trigger takes away with the record is not taken away twice', async () => {
  await own.sql
    .unsafe(
      `CREATE FUNCTION less() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         UPDATE presets SET usage_count = usage_count - 1 WHERE id = OLD.preset_id; RETURN OLD; END $$;
       CREATE TRIGGER less AFTER DELETE ON preset_usage FOR EACH ROW EXECUTE FUNCTION less()`,
    )
    .simple();
  const planned = await plan();
  const use = await commitUse(database, planned, timeouts);
  expect(await takeUseBack(database, planned, use, timeouts)).toMatchObject({ after: 3 });
});

test('a use that counted twice is taken back twice', async () => {
  await own.sql
    .unsafe(
      `CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id; RETURN NEW; END $$;
       CREATE TRIGGER more AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION more()`,
    )
    .simple();
  const planned = await plan();
  const use = await commitUse(database, planned, timeouts);
  expect(resultOf(use)).toMatchObject({ increment: 2, recordsAdded: 1 });
  expect(await takeUseBack(database, planned, use, timeouts)).toMatchObject({ before: 5, after: 3 });
});

test('a use that is gone already is left alone: exit code 4', async () => {
  const planned = await plan();
  const use = await commitUse(database, planned, timeouts);
  await takeUseBack(database, planned, use, timeouts);
  const before = [await presets(), await records()];
  await expect(takeUseBack(database, planned, use, timeouts)).rejects.toMatchObject({
    code: 'use-gone',
    exitCode: 4,
  });
  expect([await presets(), await records()]).toEqual(before);
});

test('a use that fails leaves nothing, and has no second way', async () => {
  await own.sql
    .unsafe(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no credits left'; END $$;
       CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON preset_usage DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()`,
    )
    .simple();
  const before = [await presets(), await records()];
  await expect(commitUse(database, await plan(), timeouts)).rejects.toMatchObject({
    code: 'use-failed',
    message: expect.stringContaining('no credits left'),
    exitCode: 1,
  });
  expect([await presets(), await records()]).toEqual(before);
});

test('a use that only updates a record is no fault, and is not kept: it could not be taken back', async () => {
  const user = 'aaaaaaaa-0000-4000-8000-000000000001';
  await own.sql
    .unsafe(
      `DROP FUNCTION track_preset_usage; TRUNCATE preset_usage; ALTER TABLE preset_usage ADD UNIQUE (preset_id, user_id); UPDATE presets SET usage_count = 0;
       CREATE FUNCTION track_preset_usage(p_preset_id uuid, p_user_id uuid) RETURNS void LANGUAGE sql AS $$
         INSERT INTO preset_usage (preset_id, user_id, usage_type) VALUES (p_preset_id, p_user_id, 'generation') ON CONFLICT (preset_id, user_id) DO UPDATE SET created_at = clock_timestamp() $$;
       ALTER TABLE preset_usage DROP CONSTRAINT preset_usage_user_id_fkey; SELECT track_preset_usage('${id}', '${user}')`,
    )
    .simple();
  const before = [await presets(), await records()];
  await expect(commitUse(database, await plan(), timeouts)).rejects.toMatchObject({
    code: 'use-only-updates',
    exitCode: 4,
    hint: expect.stringContaining('--as-user'),
  });
  expect([await presets(), await records()]).toEqual(before);
});

test('a real use says what is not proved of its user, and whom its record names', async () => {
  await own.sql
    .unsafe(
      `DROP FUNCTION track_preset_usage; ALTER TABLE preset_usage DROP CONSTRAINT preset_usage_user_id_fkey; UPDATE preset_usage SET user_id = 'aaaaaaaa-0000-4000-8000-000000000001';
       CREATE FUNCTION track_preset_usage(p_preset_id uuid) RETURNS void LANGUAGE sql AS $$
         INSERT INTO preset_usage (preset_id, user_id, usage_type) VALUES (p_preset_id, nullif(current_setting('app.user_id', true), '')::uuid, 'generation') $$`,
    )
    .simple();
  const planned = await plan();
  const use = await commitUse(database, planned, timeouts);
  expect(findingsOfUser(planned, use).map(({ code }) => code)).toEqual([
    'setting-not-known',
    'other-user-recorded',
  ]);
});

test('a connection that dies before the commit: nothing happened, and that is reported', async () => {
  await own.sql
    .unsafe(
      `CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${waitHere}; RETURN NEW; END $$;
       CREATE TRIGGER wait AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION wait()`,
    )
    .simple();
  const before = [await presets(), await records()];
  const planned = await plan();
  await own.sql.begin(async other => {
    await other.unsafe(holdBack);
    const outcome = expect(
      commitUse(database, planned, { timeout: 30, lockTimeout: 20 }),
    ).rejects.toMatchObject({
      code: 'connection-lost',
    });
    await waitFor(() => endArrived(own.sql), 'the use to wait, and be killed');
    await outcome;
  });
  expect([await presets(), await records()]).toEqual(before);
});

test('an invalid token is refused, and one of another database', async () => {
  const planned = await plan();
  expect(() => readTakeBackToken(planned, 'nonsense')).toThrow(/not one that a real use printed/);
  const use = await commitUse(database, planned, timeouts);
  const elsewhere = { ...planned, inspected: { ...planned.inspected, host: 'staging:5432' } };
  const token = takeBackToken(elsewhere, use);
  expect(() => readTakeBackToken(planned, token)).toThrow(/another database/);
});

test('records that a use only changed are not its own, and stay', async () => {
  await own.sql
    .unsafe(
      `CREATE FUNCTION older() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         UPDATE preset_usage SET usage_data = '{"latest": false}' WHERE preset_id = NEW.preset_id; RETURN NEW; END $$;
       CREATE TRIGGER older BEFORE INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION older()`,
    )
    .simple();
  const planned = await plan();
  const use = await commitUse(database, planned, timeouts);
  expect(use.records).toHaveLength(1);
  await takeUseBack(database, planned, use, timeouts);
  expect(await records()).toHaveLength(3);
});

test('a use that leaves no record is not made, because it could not be taken back', async () => {
  await own.sql.unsafe(`CREATE OR REPLACE FUNCTION track_preset_usage(p_preset_id uuid, p_usage_type text, p_usage_data jsonb DEFAULT '{}')
    RETURNS uuid LANGUAGE sql AS $$ UPDATE presets SET usage_count = usage_count + 1 WHERE id = p_preset_id RETURNING id $$`);
  const before = await presets();
  await expect(commitUse(database, await plan(), timeouts)).rejects.toMatchObject({
    message: expect.stringContaining('left no record'),
  });
  expect(await presets()).toEqual(before);
});

test('a record that was changed since is another one, and stays', async () => {
  const planned = await plan();
  const use = await commitUse(database, planned, timeouts);
  await own.sql`UPDATE preset_usage SET usage_type = 'edited' WHERE id = ${use.records[0]!}`;
  await expect(takeUseBack(database, planned, use, timeouts)).rejects.toMatchObject({ code: 'use-gone' });
  expect(await records()).toHaveLength(4);
});
