import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { insertPresets, insertRecords } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { changesOf, RepairBench } from '../helpers/repair-bench.ts';
import { scaledList } from '../helpers/scale.ts';

let bench: RepairBench;
let noir: string;
let pastel: string;
const withHistory = { options: { deleteHistory: true } };

beforeEach(async () => {
  bench = await RepairBench.open();
  [noir, pastel] = (await insertPresets(bench.own.sql, ['Noir', 'Pastel', 'Warm'])) as [string, string];
  await insertRecords(bench.own.sql, noir, 3);
  await insertRecords(bench.own.sql, pastel, 2);
});
afterEach(() => bench.close());

const lastUsed = async () =>
  (await bench.own.sql`SELECT last_used_at FROM presets WHERE last_used_at IS NOT NULL`).length;
const codes = ({ remarks }: { remarks: { code: string }[] }) => remarks.map(({ code }) => code);
const why = ({ remarks }: { remarks: { code: string; message: string }[] }) =>
  remarks.find(({ code }) => code === 'method')?.message;

describe('without history', () => {
  test('counts become 0 and last_used_at NULL, the records stay, and that they will disagree is said', async () => {
    const before = await bench.tables();
    const plan = await bench.plan('reset');
    expect(plan).toMatchObject({ recordsToDelete: 0, method: null });
    expect(codes(plan)).toContain('history-kept');
    const outcome = await bench.run(plan);
    expect(outcome).toMatchObject({ changed: 2, deleted: 0, left: [], ended: 'finished' });
    expect(await bench.counts()).toEqual({ Noir: [0, 3], Pastel: [0, 2], Warm: [0, 0] });
    expect(await lastUsed()).toBe(0);
    expect((await bench.tables()).records).toEqual(before.records);
    expect(await bench.undo(outcome)).toMatchObject({ changed: 2, restored: 0, left: [] });
    expect(await bench.tables()).toEqual(before);
  });

  test('a use between plan and run does not keep a preset from being reset', async () => {
    const plan = await bench.plan('reset', { presets: ['Noir'] });
    await insertRecords(bench.own.sql, noir, 2);
    await bench.run(plan, { fresh: true });
    expect(await bench.counts()).toMatchObject({ Noir: [0, 5], Pastel: [2, 2] });
  });

  test('a count that was NULL becomes 0, and NULL again', async () => {
    await bench.setCounts({ Warm: null, Noir: null });
    const before = await bench.tables();
    const outcome = await bench.repair('reset');
    expect(outcome).toMatchObject({ changed: 3, left: [] });
    expect(await bench.counts()).toEqual({ Noir: [0, 3], Pastel: [0, 2], Warm: [0, 0] });
    await bench.undo(outcome);
    expect(await bench.tables()).toEqual(before);
  });

  test('last_used_at that may not be NULL stays, and it is said', async () => {
    await bench.arrange(`UPDATE presets SET last_used_at = now() WHERE last_used_at IS NULL;
      ALTER TABLE presets ALTER last_used_at SET NOT NULL`);
    const plan = await bench.plan('reset', withHistory);
    expect(codes(plan)).toContain('last-used-stays');
    const outcome = await bench.run(plan);
    expect(outcome).toMatchObject({ changed: 2, deleted: 5, left: [] });
    expect(await bench.counts()).toEqual({ Noir: [0, 0], Pastel: [0, 0], Warm: [0, 0] });
    expect(await lastUsed()).toBe(3);
    expect((await bench.plan('reset', withHistory)).changes).toEqual([]);
  });
});

describe('with history', () => {
  test('everything goes, by TRUNCATE, into the receipt', async () => {
    const before = await bench.tables();
    const plan = await bench.plan('reset', withHistory);
    expect(plan).toMatchObject({ recordsToDelete: 5, method: 'truncate' });
    expect(why(plan)).toContain('TRUNCATE');
    expect(plan.statements.join('\n')).toContain('TRUNCATE public.preset_usage');
    const outcome = await bench.run(plan);
    expect(outcome).toMatchObject({ changed: 2, deleted: 5, left: [], ended: 'finished' });
    expect(await bench.counts()).toEqual({ Noir: [0, 0], Pastel: [0, 0], Warm: [0, 0] });
    expect(await lastUsed()).toBe(0);
    const receipt = await bench.receipt(outcome);
    expect(receipt.batches.map(({ records }) => records?.count)).toEqual([5]);
    expect(changesOf(receipt).sort()).toEqual([
      ['Noir', 3, -3, 3],
      ['Pastel', 2, -2, 2],
    ]);
    expect(await bench.undo(outcome)).toMatchObject({ changed: 2, restored: 5, left: [] });
    expect(await bench.tables()).toEqual(before);
  });

  test('only the chosen preset, in batches', async () => {
    const plan = await bench.plan('reset', { presets: ['Noir'], ...withHistory });
    expect(plan).toMatchObject({ recordsToDelete: 3, method: 'batches' });
    expect(why(plan)).toContain('only some presets');
    expect(await bench.run(plan)).toMatchObject({ changed: 1, deleted: 3 });
    expect(await bench.counts()).toEqual({ Noir: [0, 0], Pastel: [2, 2], Warm: [0, 0] });
  });

  test('uses that come between plan and run go too, but those that come while it runs stay', async () => {
    const plan = await bench.plan('reset', withHistory);
    await insertRecords(bench.own.sql, noir, 2);
    const outcome = await bench.run(plan, {}, () => insertRecords(bench.own.sql, noir, 1));
    expect(outcome).toMatchObject({ changed: 2, deleted: 7, left: [] });
    expect(await bench.counts()).toMatchObject({ Noir: [1, 1], Pastel: [0, 0] });
  });

  test('a plan that deletes nothing still keeps what came in between, so that undo can put it back', async () => {
    await bench.setCounts({ Warm: 4 });
    const [warm] = await bench.own.sql`SELECT id FROM presets WHERE name = 'Warm'`;
    const plan = await bench.plan('reset', { presets: ['Warm'], ...withHistory });
    expect(plan.recordsToDelete).toBe(0);
    await insertRecords(bench.own.sql, warm!.id, 1);
    const before = await bench.tables();
    const outcome = await bench.run(plan, { fresh: true });
    expect(await bench.counts()).toMatchObject({ Warm: [0, 0] });
    expect(await bench.undo(outcome)).toMatchObject({ restored: 1, left: [] });
    expect(await bench.tables()).toEqual(before);
  });

  test.each([
    ['another table refers to them', 'CREATE TABLE likes (record uuid REFERENCES preset_usage)', 'likes'],
    [
      'a trigger waits for a DELETE',
      `CREATE FUNCTION less() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE presets SET usage_count = usage_count - 1 WHERE id = OLD.preset_id; RETURN OLD; END';
       CREATE TRIGGER less AFTER DELETE ON preset_usage FOR EACH ROW EXECUTE FUNCTION less()`,
      'triggers and rules for DELETE',
    ],
    [
      'there are too many',
      `INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'x' FROM presets, generate_series(1, 2000)`,
      'so many records',
    ],
  ])('no TRUNCATE where %s', async (_, sql, reason) => {
    await bench.arrange(sql);
    const plan = await bench.plan('reset', withHistory);
    expect(plan.method).toBe('batches');
    expect(why(plan)).toContain(reason);
    const before = await bench.tables();
    const outcome = await bench.run(plan);
    expect(outcome).toMatchObject({ deleted: before.records.length, left: [] });
    expect(await bench.counts()).toEqual({ Noir: [0, 0], Pastel: [0, 0], Warm: [0, 0] });
    expect(await bench.undo(outcome)).toMatchObject({ restored: before.records.length, left: [] });
    expect(await bench.tables()).toEqual(before);
  });

  test('no TRUNCATE where the role may not', async () => {
    const role = `notruncate_${process.pid}`;
    await bench.arrange(`CREATE ROLE ${role} LOGIN PASSWORD 'secret';
      GRANT SELECT, UPDATE ON presets TO ${role}; GRANT SELECT, DELETE ON preset_usage TO ${role}`);
    try {
      const plan = await bench.plan('reset', withHistory, bench.connect(bench.own.urlAs(role, 'secret')));
      expect(why(plan)).toContain('may not TRUNCATE');
      expect(plan.method).toBe('batches');
    } finally {
      await bench.arrange(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });

  test('partitioned records go in batches and come back', async () => {
    await bench.arrange(`
      DROP TABLE preset_usage;
      CREATE TABLE preset_usage (id bigint GENERATED ALWAYS AS IDENTITY, preset_id uuid NOT NULL REFERENCES presets ON DELETE CASCADE,
        usage_type text, created_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (id, created_at)) PARTITION BY RANGE (created_at);
      CREATE TABLE usage_old PARTITION OF preset_usage FOR VALUES FROM (MINVALUE) TO ('2026-01-01Z');
      CREATE TABLE usage_new PARTITION OF preset_usage FOR VALUES FROM ('2026-01-01Z') TO (MAXVALUE);
      INSERT INTO preset_usage (preset_id, created_at) SELECT id, d::timestamptz FROM presets, unnest(ARRAY['2025-05-05Z', '2026-05-05Z', '2026-05-06Z']) d;
      UPDATE presets SET usage_count = 3`);
    const before = await bench.tables();
    const plan = await bench.plan('reset', withHistory);
    expect(why(plan)).toContain('partitioned');
    const outcome = await bench.run(plan);
    expect(outcome).toMatchObject({ changed: 3, deleted: 9, left: [] });
    expect((await bench.tables()).records).toEqual([]);
    expect(await bench.undo(outcome)).toMatchObject({ changed: 3, restored: 9, left: [] });
    expect(await bench.tables()).toEqual(before);
  });

  test('tables in a schema of another name, with columns that need quotes', needsFullScale(), async () => {
    await bench.arrange(`
      CREATE SCHEMA "My App";
      CREATE TABLE "My App".presets (id bigint PRIMARY KEY, name text, usage_count int, last_used_at timestamptz);
      CREATE TABLE "My App".preset_usage ("Key" serial PRIMARY KEY, preset_id bigint REFERENCES "My App".presets, "a ""b" text, created_at timestamptz DEFAULT now());
      INSERT INTO "My App".presets SELECT n, 'n' || n, n * 2 FROM generate_series(1, 3) n;
      INSERT INTO "My App".preset_usage (preset_id, "a ""b") SELECT id, 'x' FROM generate_series(1, 3) id, generate_series(1, id)`);
    const schema = 'My App';
    const before = await bench.tables('"My App"');
    const reset = await bench.repair('reset', { counter: schema, ...withHistory });
    expect(reset).toMatchObject({ changed: 3, deleted: 6, left: [] });
    expect(await bench.counts('"My App"')).toEqual({ n1: [0, 0], n2: [0, 0], n3: [0, 0] });
    expect(await bench.undo(reset, { counter: schema })).toMatchObject({ changed: 3, restored: 6, left: [] });
    expect(await bench.tables('"My App"')).toEqual(before);
    expect(await bench.repair('sync', { counter: schema })).toMatchObject({ changed: 3 });
    expect(await bench.counts('"My App"')).toEqual({ n1: [1, 1], n2: [2, 2], n3: [3, 3] });
    expect(await bench.counts()).toMatchObject({ Noir: [3, 3] });
  });
});

describe('a preset with more records than go at once', () => {
  test('loses them in chunks, stays as right as it was in between, and gets all of them back', async () => {
    await bench.own.sql`INSERT INTO preset_usage (preset_id, usage_type, created_at)
      SELECT ${noir}, 'x', '2024-01-01Z'::timestamptz + n * interval '1 minute' FROM generate_series(1, 12000) n`;
    await bench.setCounts({ Noir: 12_010 });
    await bench.own.sql`UPDATE presets SET last_used_at = '2023-03-03Z' WHERE id = ${noir}`;
    const before = await bench.tables();
    const seen = new Set<number>();
    const outcome = await bench.run(
      await bench.plan('reset', { presets: ['Noir'], ...withHistory }),
      {},
      async () => {
        const { Noir } = await bench.counts();
        if (Noir![1] > 0) seen.add(Noir![0]! - Noir![1]);
      },
    );
    expect([...seen]).toEqual([7]);
    expect(outcome).toMatchObject({ changed: 1, deleted: 12_003, left: [], ended: 'finished' });
    expect(await bench.counts()).toMatchObject({ Noir: [0, 0], Pastel: [2, 2] });
    expect((await bench.receipt(outcome)).batches.length).toBeGreaterThan(3);
    expect(await bench.undo(outcome)).toMatchObject({ changed: 1, restored: 12_003, left: [] });
    expect(await bench.tables()).toEqual(before);
  });

  test.each(scaledList(1, [[null], [2], [-5]]))('whose count is %s', async count => {
    await insertRecords(bench.own.sql, noir, 1_200);
    await bench.setCounts({ Noir: count });
    const before = await bench.tables();
    const outcome = await bench.repair('reset', { presets: ['Noir'], ...withHistory });
    expect(outcome).toMatchObject({ changed: 1, deleted: 1_203, left: [] });
    expect(await bench.counts()).toMatchObject({ Noir: [0, 0] });
    expect(await bench.undo(outcome)).toMatchObject({ changed: 1, restored: 1_203, left: [] });
    expect(await bench.tables()).toEqual(before);
  });
});

describe('records of no preset', () => {
  const orphaned = `ALTER TABLE preset_usage DROP CONSTRAINT preset_usage_preset_id_fkey;
    ALTER TABLE preset_usage ALTER preset_id DROP NOT NULL;
    INSERT INTO preset_usage (preset_id, usage_type) VALUES (gen_random_uuid(), 'gone'), (gen_random_uuid(), 'gone'), (NULL, 'none')`;

  test('go with the others, are counted, and come back with them', async () => {
    await bench.arrange(orphaned);
    const before = await bench.tables();
    const plan = await bench.plan('reset', withHistory);
    expect(plan.recordsToDelete).toBe(8);
    expect(codes(plan)).toContain('orphans-go');
    const outcome = await bench.run(plan);
    expect(outcome).toMatchObject({ changed: 2, deleted: 8, left: [], ended: 'finished' });
    expect((await bench.tables()).records).toEqual([]);
    const undone = await bench.undo(outcome);
    expect(undone).toMatchObject({ changed: 2, restored: 8, left: [] });
    expect(await bench.tables()).toEqual(before);
    expect(
      (await bench.plan('undo', { receipt: outcome.receiptId })).remarks.map(({ code }) => code),
    ).toEqual(['nothing-in-effect']);
  });

  test('more of them than go at once', needsFullScale(), async () => {
    await bench.arrange(
      `${orphaned}; INSERT INTO preset_usage (usage_type) SELECT 'many' FROM generate_series(1, 6000)`,
    );
    const before = await bench.tables();
    const outcome = await bench.repair('reset', withHistory);
    expect(outcome).toMatchObject({ changed: 2, deleted: 6_008, left: [] });
    expect((await bench.tables()).records).toEqual([]);
    expect(await bench.undo(outcome)).toMatchObject({ changed: 2, restored: 6_008, left: [] });
    expect(await bench.tables()).toEqual(before);
  });

  test('stay where only some presets are reset', async () => {
    await bench.arrange(orphaned);
    expect(await bench.repair('reset', { presets: ['Noir'], ...withHistory })).toMatchObject({ deleted: 3 });
    expect((await bench.tables()).records).toHaveLength(5);
  });
});

test('nothing to do: presets at zero without records', async () => {
  await bench.repair('reset', withHistory);
  const before = await bench.tables();
  const plan = await bench.plan('reset', withHistory);
  expect(plan).toMatchObject({
    changes: [],
    recordsToDelete: 0,
    method: null,
    statements: [],
    firesTriggers: [],
  });
  expect(await bench.tables()).toEqual(before);
});

test('what one agrees to for one preset is not agreed to for another one, or for all', async () => {
  const prints = [
    await bench.plan('reset', { presets: ['Noir'], ...withHistory }),
    await bench.plan('reset', { presets: ['Pastel'], ...withHistory }),
    await bench.plan('reset', withHistory),
    await bench.plan('reset'),
  ].map(({ fingerprint }) => fingerprint);
  expect(new Set(prints).size).toBe(4);
});
