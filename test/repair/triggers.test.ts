import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { insertPresets, insertRecords } from '../helpers/database.ts';
import { RepairBench } from '../helpers/repair-bench.ts';

let bench: RepairBench;
let noir: string;
const withHistory = { options: { deleteHistory: true } };
const counter = 'trigger_auto_increment_preset_usage_count';

beforeEach(async () => {
  bench = await RepairBench.open();
  [noir] = (await insertPresets(bench.own.sql, ['Noir', 'Pastel'])) as [string];
  await insertRecords(bench.own.sql, noir, 3);
  await bench.setCounts({ Noir: 9, Pastel: 4 });
  await bench.arrange(`
    CREATE TABLE milestones (preset uuid, count int);
    CREATE FUNCTION milestone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      -- INSERT INTO nowhere
      INSERT INTO public.milestones VALUES (NEW.id, NEW.usage_count); RETURN NEW; END $$;
    CREATE TRIGGER milestone AFTER UPDATE OF usage_count ON presets FOR EACH ROW EXECUTE FUNCTION milestone()`);
});
afterEach(() => bench.close());

const milestones = () =>
  bench.own.sql`SELECT count FROM milestones ORDER BY count`.then(rows => rows.map(({ count }) => count));
const trigger = (name: string, when: string, body: string, row = 'FOR EACH ROW') => `
  CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN NULL; END $$;
  CREATE TRIGGER ${name} ${when} ${row} EXECUTE FUNCTION ${name}()`;

describe('what fires', () => {
  test('is listed with its effects, and no other is', async () => {
    await bench.arrange(
      [
        `UPDATE presets SET last_used_at = '2020-01-01Z' WHERE name = 'Noir'`,
        trigger('tell', 'AFTER UPDATE ON presets', `PERFORM pg_notify('presets', NEW.id::text);`),
        trigger('renamed', 'AFTER UPDATE OF name ON presets', 'DELETE FROM milestones;'),
        trigger('seen', 'AFTER UPDATE OF last_used_at ON presets', 'UPDATE users SET email = email;'),
        trigger('off', 'AFTER UPDATE ON presets', 'DELETE FROM milestones;'),
        'ALTER TABLE presets DISABLE TRIGGER off',
        trigger('replica', 'AFTER UPDATE ON presets', 'DELETE FROM milestones;'),
        'ALTER TABLE presets ENABLE REPLICA TRIGGER replica',
        trigger('always', 'AFTER UPDATE ON presets', 'RAISE EXCEPTION $x$no$x$;').replaceAll(
          'RETURN NULL',
          'RETURN NEW',
        ),
        'ALTER TABLE presets ENABLE ALWAYS TRIGGER always',
        trigger('gone', 'AFTER DELETE ON preset_usage', `EXECUTE lower('SELECT 1');`),
        trigger('emptied', 'AFTER TRUNCATE ON preset_usage', 'DELETE FROM milestones;', 'FOR EACH STATEMENT'),
        trigger('made', 'AFTER INSERT ON presets', 'DELETE FROM milestones;'),
      ].join(';'),
    );
    const listed = async (...plan: Parameters<RepairBench['plan']>) =>
      Object.fromEntries(
        (await bench.plan(...plan)).firesTriggers.map(({ name, event, effects, always }) => [
          name,
          [event, effects.join('; '), always],
        ]),
      );
    const sync = {
      milestone: ['UPDATE', 'writes public.milestones', false],
      tell: ['UPDATE', 'NOTIFY: listeners receive it at commit', false],
      always: ['UPDATE', 'may refuse the write', true],
    };
    expect(await listed('sync')).toEqual(sync);
    const seen = ['UPDATE', 'writes users', false];
    expect(await listed('sync', { options: { lastUsed: true } })).toEqual({ ...sync, seen });
    expect(await listed('reset', withHistory)).toEqual({
      ...sync,
      seen,
      gone: ['DELETE', 'runs SQL that its text does not show', false],
    });
    await bench.arrange('DROP TRIGGER gone ON preset_usage');
    const reset = await bench.plan('reset', withHistory);
    expect(reset.method).toBe('truncate');
    expect(await listed('reset', withHistory)).toEqual({
      ...sync,
      seen,
      emptied: ['TRUNCATE', 'deletes from milestones', false],
    });
    expect(reset.remarks.map(({ code }) => code)).toContain('always-fires');
  });

  test('an undo that puts records back lists the counting trigger and what waits for last_used_at', async () => {
    const reset = await bench.repair('reset', withHistory);
    await bench.arrange(
      trigger('seen', 'AFTER UPDATE OF last_used_at ON presets', 'UPDATE users SET email = email;'),
    );
    const plan = await bench.plan('undo', { receipt: reset.receiptId });
    expect(plan.firesTriggers.map(({ name, event }) => [name, event]).sort()).toEqual([
      ['milestone', 'UPDATE'],
      ['seen', 'UPDATE'],
      [counter, 'INSERT'],
    ]);
  });

  test('a new trigger since then makes the plan stale: exit code 4', async () => {
    const plan = await bench.plan('sync');
    await bench.arrange(trigger('tell', 'AFTER UPDATE ON presets', `PERFORM pg_notify('presets', 'x');`));
    await expect(bench.run(plan)).rejects.toMatchObject({
      code: 'stale-plan',
      exitCode: 4,
      message:
        'The database no longer matches the plan: other triggers fire, or they do something else (tell).',
    });
    expect(await bench.counts()).toEqual({ Noir: [9, 3], Pastel: [4, 0] });
  });

  test('fires once for each preset that is written', async () => {
    expect(await bench.repair('sync')).toMatchObject({ changed: 2 });
    expect(await milestones()).toEqual([0, 3]);
  });

  test('the plan says what is wrong with counting', async () => {
    await bench.arrange(`ALTER TABLE preset_usage DISABLE TRIGGER ${counter}`);
    expect((await bench.plan('sync')).remarks).toMatchObject([
      { code: 'trigger-unhealthy', severity: 'warning' },
      { code: 'also-writes', severity: 'warning', message: expect.stringContaining('public.milestones') },
    ]);
  });
});

describe('suppressed', () => {
  const quiet = { suppressTriggers: true };

  test('a milestone trigger does not fire, for sync, reset and undo; the counts are still right', async () => {
    const before = await bench.tables();
    expect((await bench.plan('sync')).whyNotSuppress).toBeNull();
    const synced = await bench.repair('sync', { options: quiet });
    expect(synced).toMatchObject({ changed: 2, left: [] });
    expect(await bench.counts()).toEqual({ Noir: [3, 3], Pastel: [0, 0] });
    const right = await bench.tables();
    const reset = await bench.repair('reset', { options: { ...quiet, deleteHistory: true } });
    expect(reset).toMatchObject({ changed: 1, deleted: 3, left: [] });
    expect(await bench.counts()).toEqual({ Noir: [0, 0], Pastel: [0, 0] });
    expect(await bench.undo(reset, { options: quiet })).toMatchObject({ changed: 1, restored: 3, left: [] });
    expect(await bench.tables()).toEqual(right);
    expect(await bench.undo(synced, { options: quiet })).toMatchObject({ changed: 2, left: [] });
    expect(await bench.tables()).toEqual(before);
    expect(await milestones()).toEqual([]);
  });

  test('an ALWAYS trigger fires in any case', async () => {
    await bench.arrange('ALTER TABLE presets ENABLE ALWAYS TRIGGER milestone');
    await bench.repair('sync', { options: quiet });
    expect(await milestones()).toEqual([0, 3]);
  });

  test('a CHECK and a NOT NULL still hold', async () => {
    await bench.arrange(`ALTER TABLE presets ADD CONSTRAINT grown CHECK (name <> 'Noir' OR usage_count > 5)`);
    expect(await bench.repair('sync', { options: quiet })).toMatchObject({
      changed: 1,
      left: [
        { name: 'Noir', reason: 'refused', message: expect.stringContaining('check constraint "grown"') },
      ],
    });
    expect(await bench.counts()).toEqual({ Noir: [9, 3], Pastel: [0, 0] });
  });

  test('only the batch suppresses triggers: on other connections, and for the next use, they fire', async () => {
    await bench.repair('sync', { options: quiet });
    await insertRecords(bench.own.sql, noir, 1);
    expect(await bench.counts()).toMatchObject({ Noir: [4, 4] });
    expect(await milestones()).toEqual([4]);
  });

  test('records that others refer to cannot be deleted so: exit code 4 with the reason', async () => {
    await bench.arrange(`CREATE TABLE likes (record uuid REFERENCES preset_usage)`);
    expect((await bench.plan('reset', withHistory)).whyNotSuppress).toContain('likes');
    await expect(bench.plan('reset', { options: { ...quiet, deleteHistory: true } })).rejects.toMatchObject({
      code: 'cannot-suppress',
      exitCode: 4,
      message: expect.stringContaining('likes'),
    });
    expect((await bench.plan('sync')).whyNotSuppress).toBeNull();
  });
});
