import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { insertPresets, insertRecords } from '../../helpers/database.ts';
import { withLoginRole } from '../../helpers/login-role.ts';
import { RepairBench } from '../../helpers/repair-bench.ts';

const role = `repair_${process.pid}`;
let bench: RepairBench;
let limited: Database;

withLoginRole(role);
beforeEach(async () => {
  bench = await RepairBench.open();
  const [noir] = (await insertPresets(bench.own.sql, ['Noir', 'Pastel'])) as [string];
  await insertRecords(bench.own.sql, noir, 3);
  await bench.setCounts({ Noir: 9 });
  await bench.arrange(`GRANT SELECT ON presets, preset_usage, users TO ${role}`);
  limited = bench.connect(bench.own.urlAs(role, 'secret'));
});
afterEach(async () => {
  // The role outlives this database, and may not be dropped while it has rights in one.
  await bench.arrange(`DROP OWNED BY ${role}`);
  await bench.close();
});

const denied = (right: string) => ({
  code: 'permission-denied',
  exitCode: 3,
  message: expect.stringContaining(right),
  hint: expect.stringContaining('Nothing was changed.'),
});
const withHistory = { options: { deleteHistory: true } };

test('no UPDATE: exit code 3 with the right that is missing', async () => {
  const before = await bench.tables();
  await expect(bench.plan('sync', {}, limited)).rejects.toMatchObject(
    denied('UPDATE (usage_count) on public.presets'),
  );
  expect(await bench.tables()).toEqual(before);
});

test('UPDATE of the count alone is enough for a sync, and not for last_used_at', async () => {
  await bench.arrange(`GRANT UPDATE (usage_count) ON presets TO ${role}`);
  await expect(bench.plan('reset', {}, limited)).rejects.toMatchObject(denied('UPDATE (last_used_at)'));
  await expect(bench.plan('sync', { options: { lastUsed: true } }, limited)).rejects.toMatchObject(
    denied('UPDATE (last_used_at)'),
  );
  const plan = await bench.plan('sync', {}, limited);
  expect(await bench.run(plan, {}, undefined, limited)).toMatchObject({ changed: 1, left: [] });
  expect(await bench.counts()).toEqual({ Noir: [3, 3], Pastel: [0, 0] });
});

test('no DELETE: a reset with history is refused, one without is not', async () => {
  await bench.arrange(`GRANT UPDATE ON presets TO ${role}`);
  const before = await bench.tables();
  await expect(bench.plan('reset', withHistory, limited)).rejects.toMatchObject(
    denied('DELETE on public.preset_usage'),
  );
  expect(await bench.tables()).toEqual(before);
  const plan = await bench.plan('reset', {}, limited);
  expect(await bench.run(plan, {}, undefined, limited)).toMatchObject({ changed: 1 });
  expect(await bench.counts()).toEqual({ Noir: [0, 3], Pastel: [0, 0] });
});

test('no INSERT: an undo that has to put records back is refused', async () => {
  await bench.arrange(`GRANT UPDATE ON presets TO ${role}; GRANT DELETE ON preset_usage TO ${role}`);
  const plan = await bench.plan('reset', withHistory, limited);
  const outcome = await bench.run(plan, {}, undefined, limited);
  expect(outcome).toMatchObject({ changed: 1, deleted: 3, left: [] });
  const before = await bench.tables();
  await expect(bench.plan('undo', { receipt: outcome.receiptId }, limited)).rejects.toMatchObject(
    denied('INSERT on public.preset_usage'),
  );
  expect(await bench.tables()).toEqual(before);
  // Another role, the same database.
  expect(await bench.undo(outcome)).toMatchObject({ changed: 1, restored: 3 });
  expect(await bench.counts()).toEqual({ Noir: [9, 3], Pastel: [0, 0] });
});

test('a right that is lost between plan and run: nothing is changed, exit code 3', async () => {
  await bench.arrange(`GRANT UPDATE ON presets TO ${role}`);
  const plan = await bench.plan('sync', {}, limited);
  await bench.arrange(`REVOKE UPDATE ON presets FROM ${role}`);
  await expect(bench.run(plan, { fresh: true }, undefined, limited)).rejects.toMatchObject({
    code: 'permission-denied',
    exitCode: 3,
    message: expect.stringMatching(/may not do this: .*presets/),
    hint: expect.stringContaining('not applied'),
  });
  expect(await bench.counts()).toMatchObject({ Noir: [9, 3] });
});

test('a role that may not see every row: exit code 4', async () => {
  await bench.arrange(`GRANT UPDATE ON presets TO ${role};
    ALTER TABLE preset_usage ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON preset_usage USING (usage_type <> 'generation')`);
  await expect(bench.plan('sync', {}, limited)).rejects.toMatchObject({
    code: 'incomplete-view',
    exitCode: 4,
    message: expect.stringContaining('preset_usage'),
    hint: expect.stringContaining('postgres (superuser)'),
  });
  expect(await bench.counts()).toMatchObject({ Noir: [9, 3] });
});

test('rows that are hidden between plan and run: nothing is changed', async () => {
  await bench.arrange(`GRANT UPDATE ON presets TO ${role}`);
  const plan = await bench.plan('sync', {}, limited);
  await bench.arrange('ALTER TABLE preset_usage ENABLE ROW LEVEL SECURITY');
  await expect(bench.run(plan, {}, undefined, limited)).rejects.toMatchObject({
    code: 'incomplete-view',
    exitCode: 4,
  });
  // A plan that was just made is not made again.
  await expect(bench.run(plan, { fresh: true }, undefined, limited)).rejects.toMatchObject({
    code: 'incomplete-view',
    exitCode: 4,
    message: expect.stringContaining('A policy now hides rows'),
  });
  expect(await bench.counts()).toMatchObject({ Noir: [9, 3] });
});

test('a policy that showed every row and gives way to one that does not: the same', async () => {
  await bench.arrange(`GRANT UPDATE ON presets TO ${role};
    ALTER TABLE preset_usage ENABLE ROW LEVEL SECURITY; CREATE POLICY every ON preset_usage USING (true)`);
  const plan = await bench.plan('sync', {}, limited);
  await bench.arrange(
    "DROP POLICY every ON preset_usage; CREATE POLICY few ON preset_usage USING (usage_type = 'x')",
  );
  await expect(bench.run(plan, { fresh: true }, undefined, limited)).rejects.toMatchObject({
    code: 'incomplete-view',
    exitCode: 4,
  });
  expect(await bench.counts()).toMatchObject({ Noir: [9, 3] });
});

test('a policy that lets every row be seen and not be written: it is left, and not called locked', async () => {
  await bench.arrange(`GRANT UPDATE ON presets TO ${role};
    ALTER TABLE presets ENABLE ROW LEVEL SECURITY;
    CREATE POLICY look ON presets FOR SELECT USING (true);
    CREATE POLICY change ON presets FOR UPDATE USING (name <> 'Noir')`);
  await bench.setCounts({ Pastel: 4 });
  const plan = await bench.plan('sync', {}, limited);
  const outcome = await bench.run(plan, { lockTimeout: 0.2 }, undefined, limited);
  expect(outcome).toMatchObject({
    changed: 1,
    left: [{ name: 'Noir', reason: 'refused', message: expect.stringContaining('policy') }],
  });
  expect(await bench.counts()).toEqual({ Noir: [9, 3], Pastel: [0, 0] });
});

test('a policy or a trigger that keeps a record from being deleted: count and records stay, and no session is blamed', async () => {
  await bench.arrange(`CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER keep BEFORE DELETE ON preset_usage FOR EACH ROW EXECUTE FUNCTION keep()`);
  await bench.setCounts({ Pastel: 4 });
  const plan = await bench.plan('reset', withHistory);
  const outcome = await bench.run(plan, { lockTimeout: 0.2 });
  expect(outcome).toMatchObject({
    changed: 1,
    deleted: 0,
    left: [{ name: 'Noir', message: expect.stringMatching(/a trigger, a rule or a policy/) }],
  });
  expect(await bench.counts()).toEqual({ Noir: [9, 3], Pastel: [0, 0] });
});

test('a role that may not suppress triggers learns it from the plan; asking for it is exit code 4', async () => {
  await bench.arrange(`GRANT UPDATE ON presets TO ${role}`);
  const plan = await bench.plan('sync', {}, limited);
  expect(plan.whyNotSuppress).toContain('session_replication_role');
  await expect(bench.plan('sync', { options: { suppressTriggers: true } }, limited)).rejects.toMatchObject({
    code: 'cannot-suppress',
    exitCode: 4,
    message: expect.stringContaining('session_replication_role'),
  });
  expect((await bench.plan('sync')).whyNotSuppress).toBeNull();
  expect(await bench.counts()).toMatchObject({ Noir: [9, 3] });
});
