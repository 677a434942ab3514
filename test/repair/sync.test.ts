import { afterEach, beforeEach, expect, test } from 'vitest';
import { insertPresets, insertRecords } from '../helpers/database.ts';
import { changesOf, RepairBench } from '../helpers/repair-bench.ts';

let bench: RepairBench;
let noir: string;
let pastel: string;

beforeEach(async () => {
  bench = await RepairBench.open();
  [noir, pastel] = (await insertPresets(bench.own.sql, ['Noir', 'Pastel', 'Warm'])) as [string, string];
  await insertRecords(bench.own.sql, noir, 3);
  await insertRecords(bench.own.sql, pastel, 2);
});
afterEach(() => bench.close());

const versions = async () =>
  Object.fromEntries(
    (await bench.own.sql`SELECT name, xmin::text AS version FROM presets`).map(({ name, version }) => [
      name,
      version,
    ]),
  );

test('all: every wrong count becomes its number of records, and presets that are right are not touched', async () => {
  await bench.setCounts({ Noir: 9, Warm: null });
  await bench.own.sql`UPDATE presets SET usage_count = 1 WHERE name = 'Warm'`;
  const before = await versions();
  const { records } = await bench.tables();
  const plan = await bench.plan('sync');
  expect(plan.phrase).toBe(`sync ${bench.own.name} 2`);
  expect(plan.changes).toMatchObject([
    { name: 'Noir', before: 9, after: 3, delta: -6, drift: 6, records: 3 },
    { name: 'Warm', before: 1, after: 0, delta: -1, drift: 1, records: 0 },
  ]);
  const outcome = await bench.run(plan);
  expect(outcome).toMatchObject({ changed: 2, deleted: 0, left: [], ended: 'finished', error: null });
  expect(await bench.counts()).toEqual({ Noir: [3, 3], Pastel: [2, 2], Warm: [0, 0] });
  expect((await bench.tables()).records).toEqual(records);
  const after = await versions();
  expect(after.Pastel).toBe(before.Pastel);
  expect(after.Noir).not.toBe(before.Noir);
  const receipt = await bench.receipt(outcome);
  expect(changesOf(receipt).sort()).toEqual([
    ['Noir', 9, -6, 0],
    ['Warm', 1, -1, 0],
  ]);
  expect(receipt.end).toMatchObject({ ended: 'finished', changed: 2, deleted: 0, restored: 0, left: [] });
});

test('beside many others it rests once it is planned', async () => {
  await bench.setCounts({ Noir: 9 });
  const { began, ...plan } = await bench.plan('sync');
  // As if it had been planned a moment later: until then it would be done.
  const ended = { xid: String(BigInt(began.xid) + 1_000_000n), at: performance.now() + 700 };
  expect((await bench.run({ ...plan, began, ended }, { fresh: true })).changed).toBe(1);
  expect(performance.now()).toBeGreaterThan(ended.at);
});

test('chosen presets, by name and by id: the others stay wrong', async () => {
  await bench.setCounts({ Noir: 9, Pastel: 9, Warm: 9 });
  const outcome = await bench.repair('sync', { presets: ['Noir', pastel] });
  expect(outcome).toMatchObject({ changed: 2, left: [] });
  expect(await bench.counts()).toEqual({ Noir: [3, 3], Pastel: [2, 2], Warm: [9, 0] });
  expect(changesOf(await bench.receipt(outcome)).map(([name]) => name)).toHaveLength(2);
});

test('a chosen preset that is right is nothing to do', async () => {
  await bench.setCounts({ Warm: 9 });
  const plan = await bench.plan('sync', { presets: ['Noir'] });
  expect(plan).toMatchObject({ changes: [], statements: [] });
});

test('a preset that is not there is named: exit code 3', async () => {
  await expect(bench.plan('sync', { presets: ['Sepia'] })).rejects.toMatchObject({
    code: 'no-such-preset',
    exitCode: 3,
    message: expect.stringContaining('"Sepia"'),
  });
});

test('a count that is NULL is as good as 0 where there are no records, and is written where there are', async () => {
  await bench.setCounts({ Noir: null, Warm: null });
  const outcome = await bench.repair('sync');
  expect(outcome).toMatchObject({ changed: 1, left: [] });
  expect(await bench.counts()).toEqual({ Noir: [3, 3], Pastel: [2, 2], Warm: [null, 0] });
  expect(changesOf(await bench.receipt(outcome))).toEqual([['Noir', null, 3, 0]]);
});

test('nothing to do: no change, and a run that only leaves a receipt without batches', async () => {
  const before = [await bench.tables(), await versions()];
  const plan = await bench.plan('sync');
  expect(plan).toMatchObject({ changes: [], left: [], remarks: [] });
  const outcome = await bench.run(plan);
  expect(outcome).toMatchObject({ changed: 0, left: [], ended: 'finished' });
  expect([await bench.tables(), await versions()]).toEqual(before);
  expect((await bench.receipt(outcome)).batches).toEqual([]);
});

test('uses that come between plan and run are kept, and do not make the plan stale', async () => {
  await bench.setCounts({ Noir: 9 });
  const plan = await bench.plan('sync');
  await insertRecords(bench.own.sql, noir, 4);
  await insertRecords(bench.own.sql, pastel, 1);
  expect(await bench.run(plan)).toMatchObject({ changed: 1, left: [], ended: 'finished' });
  expect(await bench.counts()).toEqual({ Noir: [7, 7], Pastel: [3, 3], Warm: [0, 0] });
});

test('last_used_at stays as it is without --last-used', async () => {
  await bench.setCounts({ Noir: 9 });
  await bench.own.sql`UPDATE presets SET last_used_at = '2020-01-01Z' WHERE name = 'Noir'`;
  await bench.repair('sync');
  const [row] = await bench.own.sql`SELECT last_used_at::text AS at FROM presets WHERE name = 'Noir'`;
  expect(row?.at).toBe('2020-01-01 00:00:00+00');
});

test('--last-used: the time of the newest record that is not in the future, to the microsecond; NULL without one', async () => {
  await bench.own.sql`SET session_replication_role = replica`;
  await bench.arrange(`
    UPDATE preset_usage SET created_at = '2025-05-05 05:05:05.123456Z' WHERE preset_id = '${noir}';
    INSERT INTO preset_usage (preset_id, usage_type, created_at) VALUES ('${noir}', 'x', now() + interval '1 day'), ('${noir}', 'x', 'infinity');
    UPDATE presets SET last_used_at = '2020-01-01Z' WHERE name IN ('Noir', 'Warm')`);
  await bench.arrange(
    `UPDATE presets SET usage_count = (SELECT count(*) FROM preset_usage u WHERE u.preset_id = presets.id)`,
  );
  const before = await versions();
  const plan = await bench.plan('sync', { options: { lastUsed: true } });
  expect(plan.changes.map(({ name, delta }) => [name, delta]).sort()).toEqual([
    ['Noir', 0],
    ['Warm', 0],
  ]);
  const outcome = await bench.run(plan);
  expect(outcome).toMatchObject({ changed: 2, left: [] });
  const rows = await bench.own
    .sql`SELECT name, last_used_at::text AS at FROM presets WHERE name <> 'Pastel' ORDER BY name`;
  expect([...rows]).toEqual([
    { name: 'Noir', at: '2025-05-05 05:05:05.123456+00' },
    { name: 'Warm', at: null },
  ]);
  expect((await versions()).Pastel).toBe(before.Pastel);
  expect((await bench.plan('sync', { options: { lastUsed: true } })).changes).toEqual([]);
  await bench.undo(outcome);
  const back = await bench.own.sql`SELECT last_used_at::text AS at FROM presets WHERE name <> 'Pastel'`;
  expect(back.map(({ at }) => at)).toEqual(['2020-01-01 00:00:00+00', '2020-01-01 00:00:00+00']);
});

test('--last-used converges where records have a timestamp without time zone', async () => {
  await bench.arrange(
    `ALTER TABLE preset_usage ALTER created_at TYPE timestamp USING created_at AT TIME ZONE 'UTC'`,
  );
  await bench.repair('sync', { options: { lastUsed: true } });
  const before = await versions();
  const again = await bench.plan('sync', { presets: ['Noir', 'Pastel'], options: { lastUsed: true } });
  expect(again.changes).toEqual([]);
  expect(await versions()).toEqual(before);
});

test('--last-used says so where there is nothing to take the time from', async () => {
  await bench.arrange(`ALTER TABLE presets DROP COLUMN last_used_at`);
  await bench.setCounts({ Noir: 9 });
  const plan = await bench.plan('sync', { options: { lastUsed: true } });
  expect(plan.remarks.map(({ code }) => code)).toContain('no-times');
  expect(await bench.run(plan)).toMatchObject({ changed: 1 });
  expect(await bench.counts()).toMatchObject({ Noir: [3, 3] });
});

test('many presets go in several batches, each of them in the receipt', async () => {
  await bench.own
    .sql`INSERT INTO presets (name, usage_count) SELECT 'p' || n, n FROM generate_series(1, 130) n`;
  const plan = await bench.plan('sync');
  expect(plan.changes[0]).toMatchObject({ name: 'p130', delta: -130 });
  const outcome = await bench.run(plan);
  expect(outcome).toMatchObject({ changed: 130, left: [], ended: 'finished' });
  const [row] = await bench.own
    .sql`SELECT count(*)::int AS wrong FROM presets WHERE name LIKE 'p%' AND usage_count <> 0`;
  expect(row?.wrong).toBe(0);
  const receipt = await bench.receipt(outcome);
  expect(receipt.batches.length).toBeGreaterThan(1);
  expect(changesOf(receipt)).toHaveLength(130);
});

test.each([
  ['bigint', 'id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY', 'bigint'],
  ['text', `id text PRIMARY KEY DEFAULT md5(random()::text) || ' "Ä''{},\\'`, 'text'],
  ['char(40)', `id char(40) PRIMARY KEY DEFAULT md5(random()::text)`, 'char(40)'],
])('keys of type %s are put right, deleted with their records and put back', async (_, key, type) => {
  await bench.arrange(`
    DROP TABLE preset_usage, presets;
    CREATE TABLE presets (${key}, name text, usage_count bigint, last_used_at timestamptz);
    CREATE TABLE preset_usage (id bigserial PRIMARY KEY, preset_id ${type} NOT NULL REFERENCES presets ON DELETE CASCADE, usage_type text, created_at timestamptz DEFAULT now());
    INSERT INTO presets (name, usage_count) VALUES ('Noir', 8), ('Pastel', 0);
    INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'x' FROM presets, generate_series(1, 3)`);
  const wrong = await bench.tables();
  const synced = await bench.repair('sync');
  expect(synced).toMatchObject({ changed: 2, left: [] });
  expect(await bench.counts()).toEqual({ Noir: [3, 3], Pastel: [3, 3] });
  const right = await bench.tables();
  const reset = await bench.repair('reset', { options: { deleteHistory: true } });
  expect(reset).toMatchObject({ changed: 2, deleted: 6, left: [] });
  expect(await bench.counts()).toEqual({ Noir: [0, 0], Pastel: [0, 0] });
  expect(await bench.undo(reset)).toMatchObject({ changed: 2, restored: 6, left: [] });
  expect(await bench.tables()).toEqual(right);
  expect(await bench.undo(synced)).toMatchObject({ changed: 2, left: [] });
  expect(await bench.tables()).toEqual(wrong);
});

test('a plan knows that others wrote on the server while it was made', async () => {
  await bench.setCounts({ Noir: 9 });
  const { estimate } = await bench.plan('sync', {
    whyWrong: async () => {
      await bench.own.sql`CREATE TABLE meanwhile ()`;
      return new Map();
    },
  });
  expect(estimate.others).toBe(true);
});
