import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../../source/repair/run/run.ts';
import { RepairBench } from '../../helpers/repair-bench.ts';

let bench: RepairBench;
const withHistory = { options: { deleteHistory: true } };

beforeEach(async () => {
  bench = await RepairBench.open('template1');
});
afterEach(() => bench.close());

const arrange = (sql: string) => bench.own.sql.unsafe(sql).simple();
const plain = `CREATE TABLE presets (id integer PRIMARY KEY, name text, usage_count integer, last_used_at timestamptz);
  CREATE TABLE preset_usage (id integer GENERATED ALWAYS AS IDENTITY, preset_id integer, deleted boolean DEFAULT false);
  CREATE INDEX ON preset_usage (preset_id);
  INSERT INTO presets VALUES (1, 'Noir', 9), (2, 'Pastel', 2);
  INSERT INTO preset_usage (preset_id) VALUES (1), (1), (2), (2)`;

test('a key that is there twice, through inheritance: nothing is written, because it would be written to both', async () => {
  await arrange(`${plain}; CREATE TABLE archived () INHERITS (presets)`);
  await bench.undo(await bench.repair('sync'));
  await arrange(`INSERT INTO archived VALUES (1, 'Noir', 3)`);
  const before = await bench.tables();
  for (const action of ['sync', 'reset'] as const) {
    await expect(bench.plan(action, withHistory)).rejects.toMatchObject({ code: 'key-twice', exitCode: 4 });
    await expect(bench.plan(action, { dryRun: true })).rejects.toMatchObject({ code: 'key-twice' });
  }
  expect(await bench.tables()).toEqual(before);
});

describe('records of presets that are gone', () => {
  const refers = 'ADD CONSTRAINT refers FOREIGN KEY (preset_id) REFERENCES presets NOT VALID';

  test('stay where a foreign key would not let them be put back', async () => {
    await arrange(
      `${plain}; INSERT INTO preset_usage (preset_id) VALUES (7), (NULL); ALTER TABLE preset_usage ${refers}`,
    );
    const before = await bench.tables();
    await expect(bench.plan('reset', withHistory)).rejects.toMatchObject({
      code: 'orphans-named',
      exitCode: 4,
      message: expect.stringContaining('refers would not let an undo put them back'),
    });
    const looked = await bench.plan('reset', { ...withHistory, dryRun: true });
    expect(looked.remarks).toContainEqual(
      expect.objectContaining({ code: 'orphans-named', severity: 'error' }),
    );
    // What is named has nothing to do with them.
    await bench.undo(await bench.repair('reset', { ...withHistory, presets: ['Noir'] }));
    expect((await bench.tables()).presets).toEqual(before.presets);
  });

  test('go, and come back, if they name no preset or no key refuses them', async () => {
    await arrange(
      `${plain}; INSERT INTO preset_usage (preset_id) VALUES (NULL); ALTER TABLE preset_usage ${refers}`,
    );
    const before = await bench.tables();
    const outcome = await bench.repair('reset', withHistory);
    expect(outcome.deleted).toBe(5);
    await bench.undo(outcome);
    expect(await bench.tables()).toEqual(before);
    await arrange(
      `ALTER TABLE preset_usage DROP CONSTRAINT refers; INSERT INTO preset_usage (preset_id) VALUES (7)`,
    );
    expect((await bench.repair('reset', withHistory)).deleted).toBe(6);
  });
});

describe('records that are only marked as deleted', () => {
  const kept = { Noir: [9, 2], Pastel: [2, 2] };
  const expectKept = async () => {
    const plan = await bench.plan('reset', withHistory);
    expect(plan.method).toBe('batches');
    const outcome = await bench.run(plan);
    expect(exitCodeOf(outcome)).toBe(1);
    expect(outcome).toMatchObject({ changed: 0, deleted: 0 });
    expect(outcome.left.map(({ message }) => message)).toEqual([
      expect.stringContaining('a trigger, a rule or a policy on public.preset_usage keeps a record'),
      expect.stringContaining('a trigger, a rule or a policy on public.preset_usage keeps a record'),
    ]);
    expect(await bench.counts()).toEqual(kept);
    expect(await bench.own.sql`SELECT FROM preset_usage WHERE deleted`).toHaveLength(0);
    return plan;
  };

  test('by a trigger: said so, and no session is blamed', async () => {
    await arrange(`${plain};
      CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN UPDATE preset_usage SET deleted = true WHERE id = OLD.id; RETURN NULL; END $$;
      CREATE TRIGGER mark BEFORE DELETE ON preset_usage FOR EACH ROW EXECUTE FUNCTION mark()`);
    await expectKept();
  });

  test('by a rule, which TRUNCATE would bypass', async () => {
    await arrange(`${plain};
      CREATE RULE mark AS ON DELETE TO preset_usage DO INSTEAD UPDATE preset_usage SET deleted = true WHERE id = OLD.id`);
    const { remarks } = await expectKept();
    expect(remarks).toContainEqual(
      expect.objectContaining({
        code: 'rule-besides',
        message: expect.stringContaining('The rule mark rewrites'),
      }),
    );
  });
});

test('a rule that does something else too keeps no record from being deleted', async () => {
  await arrange(`${plain}; CREATE TABLE log (id integer);
    CREATE RULE noted AS ON DELETE TO preset_usage DO ALSO INSERT INTO log VALUES (OLD.id)`);
  expect(await bench.repair('reset', withHistory)).toMatchObject({ deleted: 4, left: [] });
});

test('a plan names rules, and triggers of a single partition', async () => {
  await arrange(`
    CREATE TABLE presets (id integer PRIMARY KEY, name text, usage_count integer);
    CREATE TABLE preset_usage (preset_id integer) PARTITION BY LIST (preset_id);
    CREATE TABLE first PARTITION OF preset_usage FOR VALUES IN (1);
    CREATE TABLE others PARTITION OF preset_usage DEFAULT;
    INSERT INTO presets VALUES (1, 'Noir', 9);
    INSERT INTO preset_usage VALUES (1);
    CREATE TABLE log (n integer);
    CREATE RULE noted AS ON UPDATE TO presets DO ALSO INSERT INTO log VALUES (1);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (2); RETURN OLD; END $$;
    CREATE TRIGGER watched BEFORE DELETE ON first FOR EACH ROW EXECUTE FUNCTION note();
    CREATE TRIGGER off BEFORE DELETE ON others FOR EACH ROW EXECUTE FUNCTION note();
    ALTER TABLE others DISABLE TRIGGER off`);
  const named = async (...asked: Parameters<RepairBench['plan']>) =>
    (await bench.plan(...asked)).remarks
      .filter(({ code }) => code.endsWith('besides'))
      .map(({ message }) => message);
  expect(await named('sync')).toEqual([
    expect.stringContaining('The rule noted rewrites each UPDATE of public.presets'),
  ]);
  expect(await named('reset', withHistory)).toEqual([
    expect.stringContaining('The rule noted'),
    'The trigger watched fires too, on DELETE of rows in public.first only.',
  ]);
});

test('a count that the server computes is not written', async () => {
  await arrange(`
    CREATE TABLE presets (id integer PRIMARY KEY, name text, uses integer, usage_count integer GENERATED ALWAYS AS (uses) STORED);
    CREATE TABLE preset_usage (preset_id integer);
    INSERT INTO presets VALUES (1, 'Noir', 9)`);
  await expect(bench.plan('sync')).rejects.toMatchObject({ code: 'count-generated', exitCode: 4 });
  expect((await bench.plan('sync', { dryRun: true })).changes).toMatchObject([{ before: 9, after: 0 }]);
});
