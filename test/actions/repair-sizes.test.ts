import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { insertPresets, insertRecords } from '../helpers/database.ts';
import { RepairBench } from '../helpers/repair-bench.ts';
import { scaled } from '../helpers/scale.ts';

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

test('records of 80 kB are deleted in batches of some megabytes, and every one of them comes back', async () => {
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

  test('records of no preset are bounded as well', async () => {
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
