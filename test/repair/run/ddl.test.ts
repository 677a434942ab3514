import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../../source/repair/run/run.ts';
import { insertPresets, insertRecords } from '../../helpers/database.ts';
import { RepairBench } from '../../helpers/repair-bench.ts';
import { scaled } from '../../helpers/scale.ts';

let bench: RepairBench;
const most = { presets: 1, records: 5 };
const names = ['Noir', 'Pastel', 'Warm'];

beforeEach(async () => {
  bench = await RepairBench.open();
  for (const id of await insertPresets(bench.own.sql, names)) await insertRecords(bench.own.sql, id, 10);
  await bench.setCounts({ Noir: 13, Pastel: 12, Warm: 11 });
});
afterEach(() => bench.close());

const changes = [
  {
    name: 'a column of the records',
    part: 'columns',
    sql: `ALTER TABLE preset_usage ADD note text DEFAULT 'kept'`,
  },
  {
    name: 'a column of the records that goes',
    part: 'columns',
    sql: 'ALTER TABLE preset_usage DROP usage_type',
  },
  {
    name: 'a column of the records of another type',
    part: 'columns',
    sql: 'ALTER TABLE preset_usage ALTER usage_type TYPE varchar(50)',
  },
  {
    name: 'a column of another name',
    part: 'columns',
    sql: 'ALTER TABLE preset_usage RENAME usage_type TO kind',
  },
  {
    name: 'a column that the server computes',
    part: 'columns',
    sql: 'ALTER TABLE preset_usage ADD twice text GENERATED ALWAYS AS (usage_type || usage_type) STORED',
  },
  {
    name: 'a table that follows the records',
    part: 'references and checks',
    sql: `CREATE TABLE likes (usage_id uuid REFERENCES preset_usage ON DELETE CASCADE);
          INSERT INTO likes SELECT id FROM preset_usage`,
  },
  {
    name: 'a reference of the records',
    part: 'references and checks',
    sql: `CREATE TABLE kinds (kind text PRIMARY KEY); INSERT INTO kinds SELECT DISTINCT usage_type FROM preset_usage;
          ALTER TABLE preset_usage ADD FOREIGN KEY (usage_type) REFERENCES kinds`,
  },
  {
    name: 'a check of the records',
    part: 'references and checks',
    sql: `ALTER TABLE preset_usage ADD CHECK (usage_type <> 'generation') NOT VALID`,
  },
  {
    name: 'a trigger on deletes',
    part: 'triggers',
    sql: `CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END';
          CREATE TRIGGER gone AFTER DELETE ON preset_usage FOR EACH ROW EXECUTE FUNCTION gone()`,
  },
  {
    name: 'a trigger on counts',
    part: 'triggers',
    sql: `CREATE FUNCTION seen() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
          CREATE TRIGGER seen BEFORE UPDATE ON presets FOR EACH ROW EXECUTE FUNCTION seen()`,
  },
  {
    name: 'another body of the trigger function',
    part: 'triggers',
    sql: `DO $$ DECLARE name regproc := (SELECT tgfoid FROM pg_trigger WHERE tgrelid = 'preset_usage'::regclass AND NOT tgisinternal LIMIT 1); BEGIN
            EXECUTE replace(pg_get_functiondef(name), 'BEGIN', 'BEGIN PERFORM 1;'); END $$`,
  },
  {
    name: 'references that are not checked any more',
    part: 'triggers',
    sql: 'ALTER TABLE preset_usage DISABLE TRIGGER ALL',
  },
  {
    name: 'a rule',
    part: 'rules',
    sql: 'CREATE RULE also AS ON DELETE TO preset_usage DO ALSO NOTHING',
  },
  {
    name: 'a policy that hides nothing',
    part: 'policies',
    sql: 'CREATE POLICY all_of_them ON preset_usage USING (true)',
  },
  {
    name: 'a table that inherits from the records',
    part: 'partitions',
    sql: `CREATE TABLE more_usage () INHERITS (preset_usage);
          INSERT INTO more_usage (preset_id, usage_type) SELECT id, 'x' FROM presets WHERE false`,
  },
  {
    name: 'another table of that name',
    part: 'replaced',
    sql: `ALTER TABLE preset_usage RENAME TO usage_before; CREATE TABLE preset_usage (LIKE usage_before INCLUDING ALL);
          INSERT INTO preset_usage SELECT * FROM usage_before`,
  },
];

// Each is tried with each repair if there is time.
const few = ['a column of the records', 'a table that follows the records', 'a policy that hides nothing'];
const tried = (repair: string) =>
  changes.filter(
    ({ name }, index) =>
      scaled(0, 1) === 1 || (repair === 'reset with history' ? index % 2 === 0 : few.includes(name)),
  );

const repairs = {
  sync: () => bench.plan('sync'),
  reset: () => bench.plan('reset'),
  'reset with history': () => bench.plan('reset', { options: { deleteHistory: true }, presets: names }),
  undo: async () => {
    const reset = await bench.plan('reset', { options: { deleteHistory: true }, presets: names });
    const done = await bench.run(reset, { most });
    return bench.plan('undo', { receipt: done.receiptId });
  },
};

describe.each(Object.entries(repairs))('%s beside a migration', (repair, plan) => {
  test.each(tried(repair))('$name: stops with one sentence, and nothing is lost', async ({ sql, part }) => {
    const planned = await plan();
    let before: { presets: string[]; records: string[] } | null = null;
    const outcome = await bench.run(planned, { most }, async () => {
      if (before) return;
      await bench.arrange(sql);
      before = await bench.tables();
    });
    expect(before).not.toBeNull();
    expect(outcome.error).toMatchObject({ code: 'tables-changed', exitCode: 4 });
    expect(outcome.error?.message).toContain(part);
    expect(outcome.ended).toBe('failed');
    expect(exitCodeOf(outcome)).toBe(4);
    expect(await bench.tables()).toEqual(before);
    expect((await bench.receipt(outcome)).end?.ended).toBe('failed');
    expect(outcome.left.every(({ reason }) => reason === 'stopped')).toBe(true);
  });
});

test('a change before the first batch is exit code 4, and nothing is changed', async () => {
  const planned = await repairs['reset with history']();
  await bench.arrange(`ALTER TABLE preset_usage ADD note text DEFAULT 'kept'`);
  const before = await bench.tables();
  await expect(bench.run(planned, { fresh: true })).rejects.toMatchObject({
    code: 'tables-changed',
    exitCode: 4,
  });
  expect(await bench.tables()).toEqual(before);
});

test('a partition that is attached, with a table that follows it', async () => {
  await bench.arrange(`
    DROP TABLE preset_usage;
    CREATE TABLE preset_usage (id int, preset_id uuid NOT NULL REFERENCES presets, usage_type text, at int NOT NULL) PARTITION BY RANGE (at);
    CREATE TABLE usage_old PARTITION OF preset_usage FOR VALUES FROM (0) TO (100);
    CREATE TABLE usage_new (id int PRIMARY KEY, preset_id uuid NOT NULL, usage_type text, at int NOT NULL);
    CREATE TABLE likes (usage_id int REFERENCES usage_new ON DELETE CASCADE);
    INSERT INTO preset_usage SELECT n, id, 'x', n FROM presets, generate_series(1, 10) n;
    INSERT INTO usage_new SELECT n, id, 'x', n FROM presets, generate_series(101, 104) n WHERE name = 'Warm';
    INSERT INTO likes SELECT id FROM usage_new`);
  const planned = await repairs['reset with history']();
  let attached = false;
  const outcome = await bench.run(planned, { most }, async () => {
    if (attached) return;
    attached = true;
    await bench.arrange('ALTER TABLE preset_usage ATTACH PARTITION usage_new FOR VALUES FROM (100) TO (200)');
  });
  expect(outcome.error).toMatchObject({
    code: 'tables-changed',
    message: expect.stringContaining('partitions'),
  });
  expect((await bench.own.sql`SELECT count(*)::int AS kept FROM likes`)[0]).toEqual({ kept: 4 });
});

const harmless = [
  'CREATE INDEX ON preset_usage (usage_type)',
  'ANALYZE preset_usage, presets',
  'VACUUM presets',
  'GRANT SELECT ON preset_usage TO PUBLIC',
  `COMMENT ON TABLE presets IS 'counted'`,
  'ALTER TABLE preset_usage SET (autovacuum_enabled = false)',
  'CREATE TABLE elsewhere (id uuid PRIMARY KEY)',
];

test('what does no harm stops nothing', async () => {
  const planned = await repairs['reset with history']();
  const outcome = await bench.run(planned, { most }, async () => {
    const sql = harmless.pop();
    if (sql !== undefined) await bench.own.sql.unsafe(sql);
  });
  expect(harmless.length).toBeLessThan(4);
  expect(outcome).toMatchObject({ ended: 'finished', left: [], deleted: 30 });
  expect(await bench.undo(outcome)).toMatchObject({ restored: 30, left: [] });
});
