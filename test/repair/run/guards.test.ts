import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { receiptsIn } from '../../../source/repair/receipts/places.ts';
import { exitCodeOf } from '../../../source/repair/run/run.ts';
import { insertPresets, insertRecords } from '../../helpers/database.ts';
import { changesOf, RepairBench } from '../../helpers/repair-bench.ts';

let bench: RepairBench;
let noir: string;
const withHistory = { options: { deleteHistory: true } };

beforeEach(async () => {
  bench = await RepairBench.open();
  [noir] = (await insertPresets(bench.own.sql, ['Noir', 'Pastel', 'Warm'])) as [string];
  await insertRecords(bench.own.sql, noir, 3);
  await bench.setCounts({ Noir: 9, Pastel: 5, Warm: 1 });
});
afterEach(() => bench.close());

const wrong = { Noir: [9, 3], Pastel: [5, 0], Warm: [1, 0] };
const right = { Noir: [3, 3], Pastel: [0, 0], Warm: [0, 0] };

describe('a stale plan', () => {
  test.each([
    [
      'another preset drifts',
      () => insertPresets(bench.own.sql, ['Late']).then(() => bench.setCounts({ Late: 2 })),
    ],
    ['a preset drifts by another amount', () => bench.setCounts({ Noir: 8 })],
    ['a preset is right by now', () => bench.setCounts({ Noir: 3 })],
    ['a preset that drifts was deleted', () => bench.own.sql`DELETE FROM presets WHERE id = ${noir}`],
  ])('%s: exit code 4, and nothing is changed', async (_, happen) => {
    const plan = await bench.plan('sync');
    await happen();
    const before = await bench.tables();
    await expect(bench.run(plan)).rejects.toMatchObject({
      code: 'stale-plan',
      exitCode: 4,
      message: 'The database no longer matches the plan: other presets drift, or by other amounts.',
      hint: expect.stringContaining('Nothing was changed.'),
    });
    expect(await bench.tables()).toEqual(before);
  });

  test('if the plan is not made again, each preset must still drift as planned', async () => {
    await bench.own.sql`INSERT INTO presets (name) VALUES ('Gone')`;
    await bench.setCounts({ Gone: 7 });
    const plan = await bench.plan('sync');
    await bench.setCounts({ Noir: 8, Pastel: 0 });
    await bench.own.sql`DELETE FROM presets WHERE name = 'Gone'`;
    const outcome = await bench.run(plan, { fresh: true });
    expect(outcome).toMatchObject({ changed: 1, ended: 'finished' });
    expect(exitCodeOf(outcome)).toBe(1);
    expect(outcome.left.map(({ name, reason, message }) => [name, reason, message]).sort()).toEqual([
      ['Gone', 'gone', 'The preset was deleted meanwhile.'],
      ['Noir', 'moved', expect.stringContaining('was 6 when this was planned, and is 5 now')],
      ['Pastel', 'moved', 'Something else has corrected it meanwhile.'],
    ]);
    expect(await bench.counts()).toEqual({ Noir: [8, 3], Pastel: [0, 0], Warm: [0, 0] });
    expect(changesOf(await bench.receipt(outcome)).map(([name]) => name)).toEqual(['Warm']);
  });
});

describe('another repair under way', () => {
  test.each([
    ['its claim', `SELECT pg_advisory_xact_lock(hashtext('preset-usage-console'), 1)`],
    ['the lock of its batches', `SELECT pg_advisory_xact_lock(hashtext('preset-usage-console'))`],
  ])('%s is held: exit code 4, and nothing is changed', async (_, lock) => {
    const plan = await bench.plan('sync');
    await bench.own.sql.begin(async other => {
      await other.unsafe(lock);
      await expect(bench.run(plan)).rejects.toMatchObject({
        code: 'another-write',
        exitCode: 4,
        hint: expect.stringContaining('Nothing was changed.'),
      });
    });
    expect(await bench.counts()).toEqual(wrong);
    expect(await bench.run(plan)).toMatchObject({ changed: 3 });
  });

  test('two consoles at once: one does it, the other one is refused or finds it stale, and nothing is applied twice', async () => {
    const other = bench.connect(bench.own.url);
    const plans = [await bench.plan('sync'), await bench.plan('sync', {}, other)];
    const ends = await Promise.allSettled([bench.run(plans[0]!), bench.run(plans[1]!, {}, undefined, other)]);
    const refusals = ends.flatMap(end => (end.status === 'rejected' ? [end.reason] : []));
    expect(refusals).toMatchObject([
      { exitCode: 4, code: expect.stringMatching(/^(another-write|stale-plan)$/) },
    ]);
    expect(await bench.counts()).toEqual(right);
  });
});

describe('rows that others hold', () => {
  test('a row that is held all along is left, the others are done: exit code 1', async () => {
    const plan = await bench.plan('sync');
    const outcome = await bench.own.sql.begin(async other => {
      await other`SELECT 1 FROM presets WHERE id = ${noir} FOR UPDATE`;
      return bench.run(plan, { lockTimeout: 0.1 });
    });
    expect(outcome).toMatchObject({
      changed: 2,
      ended: 'finished',
      left: [
        { name: 'Noir', reason: 'locked', message: expect.stringContaining('Another session has held') },
      ],
    });
    expect(exitCodeOf(outcome)).toBe(1);
    expect(outcome.cost.busy).toBeGreaterThan(0);
    expect(await bench.counts()).toEqual({ ...right, Noir: [9, 3] });
    expect((await bench.receipt(outcome)).end?.left).toMatchObject([{ name: 'Noir', reason: 'locked' }]);
  });

  test('a row that is released is done then', async () => {
    const plan = await bench.plan('sync');
    const other = await bench.own.sql.reserve();
    try {
      await other.unsafe(`BEGIN; SELECT 1 FROM presets WHERE id = '${noir}' FOR UPDATE`).simple();
      let released = false;
      const outcome = await bench.run(plan, { lockTimeout: 20 }, async ({ busy }) => {
        if (busy < 2 || released) return;
        released = true;
        await other.unsafe('COMMIT');
      });
      expect(outcome).toMatchObject({ changed: 3, left: [], ended: 'finished' });
      expect(await bench.counts()).toEqual(right);
    } finally {
      other.release();
    }
  });

  test('a table that is locked whole: every preset is left, none is changed', async () => {
    const plan = await bench.plan('sync');
    const outcome = await bench.own.sql.begin(async other => {
      await other`LOCK TABLE presets IN EXCLUSIVE MODE`;
      return bench.run(plan, { lockTimeout: 0.05 });
    });
    expect(outcome).toMatchObject({ changed: 0, ended: 'finished' });
    expect(outcome.left.map(({ reason }) => reason)).toEqual(['locked', 'locked', 'locked']);
    expect(outcome.left[0]?.message).toContain('has held a lock on one of the two tables');
    expect(await bench.counts()).toEqual(wrong);
  });

  test('a table of records that others write all along is not truncated: it goes on in batches', async () => {
    const [pastel] = await bench.own.sql`SELECT id FROM presets WHERE name = 'Pastel'`;
    const plan = await bench.plan('reset', withHistory);
    expect(plan.method).toBe('truncate');
    const outcome = await bench.own.sql.begin(async other => {
      await other`INSERT INTO preset_usage (preset_id, usage_type) VALUES (${pastel!.id}, 'open')`;
      return bench.run(plan, { lockTimeout: 0.1 });
    });
    expect(outcome).toMatchObject({
      changed: 2,
      deleted: 3,
      ended: 'finished',
      left: [{ name: 'Pastel', reason: 'locked' }],
    });
    expect(await bench.counts()).toEqual({ Noir: [0, 0], Pastel: [6, 1], Warm: [0, 0] });
  });

  test('an abort ends it between two batches: exit code 130, and what was not reached is listed', async () => {
    await bench.own
      .sql`INSERT INTO presets (name, usage_count) SELECT 'p' || n, 1 FROM generate_series(1, 100) n`;
    const stop = new AbortController();
    const outcome = await bench.run(await bench.plan('sync'), { signal: stop.signal, fresh: true }, () =>
      stop.abort(),
    );
    expect(outcome.ended).toBe('interrupted');
    expect(exitCodeOf(outcome)).toBe(130);
    expect(outcome.changed).toBeGreaterThan(0);
    expect(outcome.changed + outcome.left.length).toBe(103);
    expect(new Set(outcome.left.map(({ reason }) => reason))).toEqual(new Set(['stopped']));
    const [row] = await bench.own.sql`SELECT count(*)::int AS wrong FROM presets p
      WHERE usage_count <> (SELECT count(*) FROM preset_usage WHERE preset_id = p.id)`;
    expect(row?.wrong).toBe(outcome.left.length);
    expect(await bench.undo(outcome)).toMatchObject({ changed: outcome.changed, left: [] });
    expect(await bench.counts()).toMatchObject(wrong);
  });
});

describe('what the server refuses', () => {
  const raising = (when: string, condition: string) => `
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF ${condition} THEN RAISE EXCEPTION 'the count of % is sacred', NEW.name; END IF; RETURN NEW; END $$;
    CREATE ${when} ON presets ${when.includes('CONSTRAINT') ? 'DEFERRABLE INITIALLY DEFERRED ' : ''}FOR EACH ROW EXECUTE FUNCTION refuse()`;
  test.each([
    [
      'a trigger that raises',
      raising('TRIGGER refuse BEFORE UPDATE', `NEW.name = 'Noir'`),
      'the count of Noir is sacred',
    ],
    [
      'a deferred trigger that raises at the commit',
      raising('CONSTRAINT TRIGGER refuse AFTER UPDATE', `NEW.name = 'Noir'`),
      'the count of Noir is sacred',
    ],
    [
      'a CHECK that refuses',
      `ALTER TABLE presets ADD CONSTRAINT grown CHECK (name <> 'Noir' OR usage_count > 5)`,
      'check constraint "grown"',
    ],
    [
      'a trigger that keeps the row from being written',
      `CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN CASE WHEN NEW.name = 'Noir' THEN NULL ELSE NEW END; END $$;
       CREATE TRIGGER keep BEFORE UPDATE ON presets FOR EACH ROW EXECUTE FUNCTION keep()`,
      'a trigger changes it, or a policy on public.presets keeps it from being written',
    ],
    [
      'a trigger that writes another count',
      `CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.name = 'Noir' THEN NEW.usage_count := 7; END IF; RETURN NEW; END $$;
       CREATE TRIGGER keep BEFORE UPDATE ON presets FOR EACH ROW EXECUTE FUNCTION keep()`,
      'a trigger changes it, or a policy on public.presets keeps it from being written',
    ],
  ])('%s: that preset is left with the server’s message, the others are done', async (_, sql, words) => {
    await bench.arrange(sql);
    const outcome = await bench.repair('sync');
    expect(outcome).toMatchObject({
      changed: 2,
      ended: 'finished',
      error: null,
      left: [{ id: noir, name: 'Noir', reason: 'refused', message: expect.stringContaining(words) }],
    });
    expect(exitCodeOf(outcome)).toBe(1);
    expect(await bench.counts()).toEqual({ ...right, Noir: [9, 3] });
    const receipt = await bench.receipt(outcome);
    expect(
      changesOf(receipt)
        .map(([name]) => name)
        .sort(),
    ).toEqual(['Pastel', 'Warm']);
    expect(receipt.batches.some(({ outcome: end }) => end === 'aborted')).toBe(true);
  });

  test('where it refuses everything it stops, and says so: exit code 1', async () => {
    await bench.own
      .sql`INSERT INTO presets (name, usage_count) SELECT 'p' || n, 1 FROM generate_series(1, 80) n`;
    await bench.arrange(raising('TRIGGER refuse BEFORE UPDATE', 'true'));
    const before = await bench.tables();
    await expect(bench.repair('sync')).rejects.toMatchObject({
      code: 'server-refuses',
      exitCode: 1,
      message: expect.stringContaining('is sacred'),
    });
    expect(await bench.tables()).toEqual(before);
  });

  test('a RESTRICT on a record: its preset keeps count and records, the others are emptied', async () => {
    await bench.arrange(`CREATE TABLE likes (record uuid REFERENCES preset_usage ON DELETE RESTRICT);
      INSERT INTO likes SELECT id FROM preset_usage LIMIT 1`);
    const outcome = await bench.repair('reset', withHistory);
    expect(outcome).toMatchObject({
      changed: 2,
      deleted: 0,
      left: [{ name: 'Noir', reason: 'refused', message: expect.stringContaining('likes') }],
    });
    expect(await bench.counts()).toEqual({ ...right, Noir: [9, 3] });
  });

  test.each([['CASCADE'], ['SET NULL'], ['SET DEFAULT']])(
    'a reference with ON DELETE %s is refused: exit code 4',
    async action => {
      await bench.arrange(`CREATE TABLE likes (record uuid REFERENCES preset_usage ON DELETE ${action});
      INSERT INTO likes SELECT id FROM preset_usage LIMIT 1`);
      const before = await bench.tables();
      await expect(bench.plan('reset', withHistory)).rejects.toMatchObject({
        code: 'referenced',
        exitCode: 4,
        message: expect.stringMatching(new RegExp(`likes .*ON DELETE ${action}`)),
      });
      expect(await bench.tables()).toEqual(before);
      expect(await bench.repair('reset')).toMatchObject({ changed: 3, deleted: 0 });
    },
  );
});

describe('receipts', () => {
  test('a directory that cannot be made: exit code 4, and nothing is changed', async () => {
    const file = join(dirname(bench.directory), 'file');
    writeFileSync(file, '');
    const plan = await bench.plan('sync');
    await expect(bench.run(plan, { directory: join(file, 'state') })).rejects.toMatchObject({
      code: 'receipt-unwritable',
      exitCode: 4,
      message: expect.stringContaining('a part of the path is a file'),
      hint: expect.stringContaining('Nothing was changed.'),
    });
    expect(await bench.counts()).toEqual(wrong);
  });

  test('one that cannot be written any more in the middle: it stops, what was done stands and can be taken back', async () => {
    // The records' file is created with the first records; it cannot be if its directory is gone by then.
    await bench.own
      .sql`INSERT INTO presets (name, usage_count) SELECT 'p' || n, 1 FROM generate_series(1, 300) n`;
    await insertRecords(bench.own.sql, noir, 6_000);
    const plan = await bench.plan('reset', withHistory);
    // Those without records first.
    plan.tasks.sort((a, b) => a.weight - b.weight);
    const receipts = receiptsIn(bench.directory);
    const outcome = await bench
      .run(plan, { fresh: true }, ({ records }) => {
        if (records === 0 && !existsSync(`${receipts}.away`)) renameSync(receipts, `${receipts}.away`);
      })
      .finally(() => {
        rmSync(receipts, { recursive: true, force: true });
        renameSync(`${receipts}.away`, receipts);
      });
    expect(outcome).toMatchObject({
      ended: 'failed',
      deleted: 0,
      error: { code: 'receipt-unwritable', exitCode: 4, hint: expect.stringContaining('was not applied') },
    });
    expect(exitCodeOf(outcome)).toBe(4);
    expect(outcome.changed).toBeGreaterThan(0);
    expect(outcome.left.some(({ name, reason }) => name === 'Noir' && reason === 'stopped')).toBe(true);
    expect(await bench.counts()).toMatchObject({ Noir: [6_009, 6_003] });
    const [row] = await bench.own.sql`SELECT count(*)::int AS done FROM presets WHERE usage_count = 0`;
    expect(row?.done).toBe(outcome.changed);
    expect(await bench.undo(outcome)).toMatchObject({ changed: outcome.changed, left: [] });
    const [back] = await bench.own.sql`SELECT count(*)::int AS done FROM presets WHERE usage_count = 0`;
    expect(back?.done).toBe(0);
  });
});

test('--read-only is refused: exit code 4', async () => {
  await expect(bench.plan('sync', { readOnly: true })).rejects.toMatchObject({
    code: 'read-only',
    exitCode: 4,
  });
});

test('a server that takes no writes is refused before anything is tried: exit code 4', async () => {
  await bench.arrange(`ALTER DATABASE ${bench.own.name} SET default_transaction_read_only = on`);
  const database = bench.connect(bench.own.url);
  await expect(bench.plan('sync', {}, database)).rejects.toMatchObject({
    code: 'server-read-only',
    exitCode: 4,
  });
  expect(await bench.counts()).toEqual(wrong);
});
