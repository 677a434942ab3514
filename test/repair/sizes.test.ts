import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RepairOutcome } from '../../source/repair/repair.ts';
import { insertPresets, insertRecords } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { RepairBench } from '../helpers/repair-bench.ts';
import { scaled, timeLimit } from '../helpers/scale.ts';

let bench: RepairBench;
let noir: string;
let pastel: string;
const withHistory = { options: { deleteHistory: true } };
const kB = 1024;
const MB = 1024 * kB;

beforeEach(async () => {
  bench = await RepairBench.open();
  [noir, pastel] = (await insertPresets(bench.own.sql, ['Noir', 'Pastel', 'Warm'])) as [string, string];
  await bench.arrange(`ALTER TABLE preset_usage ADD payload jsonb, ADD note text`);
});
afterEach(() => bench.close());

/** Records of about `bytes` each, as text: every character of it another than the one before. */
async function insertLarge(preset: string, records: number, bytes: number): Promise<void> {
  await bench.own.sql`
    INSERT INTO preset_usage (preset_id, usage_type, payload)
    SELECT ${preset}, 'x', jsonb_build_object('n', n, 'text', (SELECT string_agg(md5(random()::text), '') FROM generate_series(1, ${Math.ceil(bytes / 32)})))
      FROM generate_series(1, ${records}::int) n`;
}

test('records of 80 kB are deleted in batches of some megabytes, and every one of them comes back', {
  timeout: timeLimit(300_000),
}, async () => {
  const records = scaled(150, 9_000);
  await insertLarge(noir, records, 80 * kB);
  await insertRecords(bench.own.sql, pastel, 20);
  await bench.setCounts({ Noir: records + 3, Pastel: 20 });
  const before = await bench.counts();
  const plan = await bench.plan('reset', withHistory);
  expect(plan.method).toBe('batches');
  const outcome = await bench.run(plan);
  expect(outcome).toMatchObject({ changed: 2, deleted: records + 20, left: [], ended: 'finished' });
  const { batches } = await bench.receipt(outcome);
  for (const { records: stored } of batches) expect(stored?.bytes ?? 0).toBeLessThanOrEqual(4.5 * MB);
  expect(await bench.undo(outcome)).toMatchObject({ restored: records + 20, left: [] });
  expect(await bench.counts()).toEqual(before);
});

test('the plan of a large reset says what its receipt takes, and is refused where that is clearly not there', async () => {
  await insertLarge(noir, 10, 100 * kB);
  await bench.arrange(`ALTER TABLE preset_usage ALTER note SET STORAGE EXTERNAL;
    INSERT INTO preset_usage (preset_id, usage_type, note) SELECT '${noir}', 'x', repeat((SELECT string_agg(md5(n || of::text), '') FROM generate_series(1, 2000) of), 6)
      FROM generate_series(1, 200) n`);
  const remarks = async () => (await bench.plan('reset', { ...withHistory, dryRun: true })).remarks;
  const size = (megabytes: string) =>
    expect.objectContaining({
      code: 'receipt-size',
      message: expect.stringMatching(
        `^The receipt takes about ${megabytes} MB in .*, and .* MB are free\\.$`,
      ),
    });
  expect(await remarks()).toContainEqual(size('\\d(\\.\\d)?'));
  // Where those that come first are larger than the rest, it takes no more than the table.
  await bench.arrange(
    `INSERT INTO preset_usage (preset_id, usage_type) SELECT '${pastel}', 'x' FROM generate_series(1, 4000)`,
  );
  expect(await remarks()).toContainEqual(size('[78]\\d'));
  const full = { blocks: 100, bavail: 0, bsize: 4096 } as Awaited<ReturnType<typeof files.statfs>>;
  const statfs = vi.spyOn(files, 'statfs').mockResolvedValue(full);
  try {
    syncBuiltinESMExports();
    await expect(bench.plan('reset', withHistory)).rejects.toMatchObject({ code: 'no-space', exitCode: 4 });
    expect(await remarks()).toContainEqual(expect.objectContaining({ code: 'no-space', severity: 'error' }));
  } finally {
    statfs.mockRestore();
    syncBuiltinESMExports();
  }
});

describe('with less room than usual', () => {
  const most = { bytes: 20 * kB, recordBytes: 50 * kB };

  test('records of any size come back as they were, each batch within its bytes', async () => {
    for (const [preset, records, bytes] of [
      [noir, 30, 100],
      [noir, 10, 9 * kB],
      [pastel, 3, 15 * kB],
      [pastel, 2, 45 * kB],
      [noir, 40, 50],
    ] as const) {
      await insertLarge(preset, records, bytes);
    }
    await bench.setCounts({ Noir: 5, Pastel: null, Warm: 2 });
    const before = await bench.tables();
    const outcome = await bench.run(
      await bench.plan('reset', { presets: ['Noir', 'Pastel', 'Warm'], ...withHistory }),
      {
        most,
      },
    );
    expect(outcome).toMatchObject({ changed: 3, deleted: 85, left: [] });
    const { batches } = await bench.receipt(outcome);
    for (const { records } of batches) {
      if (records && records.count > 1) expect(records.bytes).toBeLessThanOrEqual(21 * kB);
    }
    expect(await bench.undo(outcome)).toMatchObject({ restored: 85, left: [] });
    expect(await bench.tables()).toEqual(before);
  });

  test('by TRUNCATE only where all of them are within it, else in batches', async () => {
    await insertLarge(noir, 10, 4 * kB);
    const before = await bench.tables();
    const plan = await bench.plan('reset', withHistory);
    expect(plan.method).toBe('truncate');
    const outcome = await bench.run(plan, { most });
    expect(outcome).toMatchObject({ deleted: 10, left: [], ended: 'finished' });
    expect((await bench.receipt(outcome)).batches.length).toBeGreaterThan(1);
    expect(await bench.undo(outcome)).toMatchObject({ restored: 10, left: [] });
    expect(await bench.tables()).toEqual(before);
  });

  test('records of no preset are bounded as well', needsFullScale(), async () => {
    await bench.arrange(`ALTER TABLE preset_usage DROP CONSTRAINT preset_usage_preset_id_fkey`);
    await insertLarge(noir, 12, 9 * kB);
    await bench.own.sql`DELETE FROM presets WHERE id = ${noir}`;
    await insertRecords(bench.own.sql, pastel, 2);
    const before = await bench.tables();
    const outcome = await bench.run(await bench.plan('reset', withHistory), { most });
    expect(outcome).toMatchObject({ deleted: 14, left: [] });
    const { batches } = await bench.receipt(outcome);
    for (const { records } of batches) expect(records?.bytes ?? 0).toBeLessThanOrEqual(21 * kB);
    expect(await bench.undo(outcome)).toMatchObject({ restored: 14, left: [] });
    expect(await bench.tables()).toEqual(before);
  });

  test.each([
    ['as it is stored', `(SELECT string_agg(md5(random()::text), '') FROM generate_series(1, 1700))`],
    ['only as text', `repeat('a', 60000)`],
  ])('a record that is too large %s stays, with its preset; the others go', async (_, text) => {
    await insertRecords(bench.own.sql, noir, 3);
    await insertRecords(bench.own.sql, pastel, 3);
    await bench.own.sql.unsafe(
      `UPDATE preset_usage SET note = ${text} WHERE id = (SELECT id FROM preset_usage WHERE preset_id = '${noir}' LIMIT 1)`,
    );
    const outcome = await bench.run(
      await bench.plan('reset', { presets: ['Noir', 'Pastel'], ...withHistory }),
      { most },
    );
    expect(outcome).toMatchObject({
      deleted: 3,
      changed: 1,
      left: [{ name: 'Noir', reason: 'too-large', message: expect.stringContaining('was not deleted') }],
    });
    expect(await bench.counts()).toEqual({ Noir: [3, 3], Pastel: [0, 0], Warm: [0, 0] });
  });
});

describe('an undo of batches that hold more than goes at once', () => {
  const all = { presets: 100, records: 1_000, bytes: 64 * MB };
  const most = { bytes: 20 * kB };

  /** A reset that stores everything in one batch, as older versions did. */
  async function resetWhole(): Promise<RepairOutcome> {
    const outcome = await bench.run(
      await bench.plan('reset', { presets: ['Noir', 'Pastel', 'Warm'], ...withHistory }),
      {
        most: all,
      },
    );
    expect((await bench.receipt(outcome)).batches).toHaveLength(1);
    return outcome;
  }
  const undo = async ({ receiptId }: RepairOutcome, onProgress?: () => Promise<void>) =>
    bench.run(await bench.plan('undo', { receipt: receiptId }), { most }, onProgress);

  beforeEach(async () => {
    await insertLarge(noir, 20, 6 * kB);
    await insertLarge(pastel, 3, 6 * kB);
    await insertLarge(noir, 5, 45 * kB);
    await bench.setCounts({ Noir: 31, Pastel: 1, Warm: 4 });
  });

  test('puts them back in parts, each with its count', needsFullScale(), async () => {
    const before = await bench.tables();
    const reset = await resetWhole();
    const drifts = new Set<string>();
    const outcome = await undo(reset, async () => {
      const { Noir } = await bench.counts();
      if (Noir![1] < 25) drifts.add(String(Noir![0]! - Noir![1]));
    });
    expect(outcome).toMatchObject({ restored: 28, changed: 3, left: [], ended: 'finished' });
    expect(await bench.tables()).toEqual(before);
    const { batches } = await bench.receipt(outcome);
    expect(batches.length).toBeGreaterThan(8);
    // In between the count is as right as the reset has left it.
    expect([...drifts]).toEqual(['0']);
    expect((await bench.plan('undo', { receipt: reset.receiptId })).changes).toEqual([]);
  });

  test('goes on where it was stopped, or killed, in the middle of one', async () => {
    const before = await bench.tables();
    const reset = await resetWhole();
    const stop = new AbortController();
    const plan = await bench.plan('undo', { receipt: reset.receiptId });
    const first = await bench.run(plan, { most, signal: stop.signal }, () => stop.abort());
    expect(first.ended).toBe('interrupted');
    expect(first.restored).toBeGreaterThan(0);
    expect(first.restored).toBeLessThan(28);
    const second = await undo(reset);
    expect(second).toMatchObject({ restored: 28 - first.restored, left: [], ended: 'finished' });
    expect(await bench.tables()).toEqual(before);
  });

  test(
    'one part that cannot go back does not give up the others, nor the difference',
    needsFullScale(),
    async () => {
      const before = await bench.counts();
      const reset = await resetWhole();
      await bench.arrange(`CREATE FUNCTION not_these() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF length(NEW.payload::text) > 40000 AND (NEW.payload->>'n')::int IN (2, 4) THEN RAISE EXCEPTION 'not these'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER not_these BEFORE INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION not_these()`);
      const outcome = await undo(reset);
      expect(outcome.restored).toBe(26);
      expect(outcome.left).toMatchObject([
        {
          name: 'Noir',
          reason: 'refused',
          message: expect.stringContaining('refused 1 of its records: not these'),
        },
        { name: 'Noir', reason: 'refused' },
      ]);
      expect(await bench.counts()).toEqual({ ...before, Noir: [29, 23] });
      await bench.arrange('DROP TRIGGER not_these ON preset_usage');
      expect(await undo(reset)).toMatchObject({ restored: 2, left: [] });
      expect(await bench.counts()).toEqual(before);
    },
  );

  test(
    'what the server takes only in smaller parts goes back in smaller parts, and no trigger is blamed',
    needsFullScale(),
    async () => {
      const before = await bench.tables();
      const reset = await resetWhole();
      // As if more than 256 MB of text came at once: that limit is the server's, so a smaller one is set here.
      await bench.arrange(`CREATE FUNCTION few() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF (SELECT count(*) FROM added) > 1 THEN RAISE EXCEPTION 'total size exceeds the maximum' USING ERRCODE = '54000'; END IF; RETURN NULL; END $$;
      CREATE TRIGGER few AFTER INSERT ON preset_usage REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION few()`);
      const outcome = await undo(reset);
      expect(outcome).toMatchObject({ restored: 28, left: [], ended: 'finished', error: null });
      expect(await bench.tables()).toEqual(before);
    },
  );
});

test('a record that no receipt keeps is named in the plan', async () => {
  await insertRecords(bench.own.sql, noir, 3);
  await insertRecords(bench.own.sql, pastel, 2);
  await bench.arrange(`ALTER TABLE preset_usage ALTER note SET STORAGE EXTERNAL;
    UPDATE preset_usage SET note = repeat('x', ${17 * MB}) WHERE id = (SELECT id FROM preset_usage WHERE preset_id = '${noir}' LIMIT 1)`);
  const plan = await bench.plan('reset', withHistory);
  expect(plan.left).toMatchObject([
    { name: 'Noir', reason: 'too-large', message: expect.stringContaining('17 MB') },
  ]);
  expect(plan.recordsToDelete).toBe(2);
  expect(await bench.run(plan)).toMatchObject({ deleted: 2, changed: 1, left: [{ name: 'Noir' }] });
  expect(await bench.counts()).toMatchObject({ Noir: [3, 3], Pastel: [0, 0] });
});
