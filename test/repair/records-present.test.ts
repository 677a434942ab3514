import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RepairOutcome } from '../../source/repair/repair.ts';
import { ageReceipts } from '../helpers/age-receipts.ts';
import { insertPresets, insertRecords } from '../helpers/database.ts';
import { RepairBench } from '../helpers/repair-bench.ts';

let bench: RepairBench;
let noir: string;
const history = { options: { deleteHistory: true } };
const noKey = 'ALTER TABLE preset_usage DROP CONSTRAINT preset_usage_pkey';

beforeEach(async () => {
  bench = await RepairBench.open();
  [noir] = (await insertPresets(bench.own.sql, ['Noir', 'Pastel'])) as [string];
  await insertRecords(bench.own.sql, noir, 100);
});
afterEach(() => bench.close());

/** A second state directory with the same receipts, as a copy that was made for another machine has them. */
function copied(): string {
  const directory = join(bench.directory, '..', 'elsewhere');
  cpSync(bench.directory, directory, { recursive: true });
  return directory;
}

const undoFrom = async (directory: string, { receiptId }: RepairOutcome) =>
  bench.run(await bench.plan('undo', { receipt: receiptId, directory }), { directory });

describe('a receipt that was copied to a second state directory', () => {
  test.each([
    ['with', ''],
    ['without', noKey],
  ])('and taken back from both, %s a unique key: the records are there once', async (_, sql) => {
    await bench.arrange(sql);
    const before = await bench.tables();
    const reset = await bench.repair('reset', history);
    const elsewhere = copied();
    expect(await bench.undo(reset)).toMatchObject({ restored: 100, left: [] });
    const plan = await bench.plan('undo', { receipt: reset.receiptId, directory: elsewhere });
    expect(plan).toMatchObject({
      changes: [],
      recordsToRestore: 0,
      left: [{ name: 'Noir', reason: 'there', message: expect.stringContaining('nothing to put back') }],
    });
    expect(await bench.run(plan, { directory: elsewhere })).toMatchObject({ changed: 0, restored: 0 });
    expect(await bench.tables()).toEqual(before);
  });

  test('and planned there before: the transaction that would put them back sees it', async () => {
    await bench.arrange(noKey);
    const before = await bench.tables();
    const reset = await bench.repair('reset', history);
    const directory = copied();
    const plan = await bench.plan('undo', { receipt: reset.receiptId, directory });
    expect(plan.recordsToRestore).toBe(100);
    await bench.undo(reset);
    expect(await bench.run(plan, { fresh: true, directory })).toMatchObject({
      restored: 0,
      left: [{ name: 'Noir', reason: 'there' }],
    });
    expect(await bench.tables()).toEqual(before);
  });

  test('also one that an older version has written', async () => {
    await bench.arrange(noKey);
    const before = await bench.tables();
    const reset = await bench.repair('reset', history);
    ageReceipts(bench.directory);
    const elsewhere = copied();
    await bench.undo(reset);
    expect(await undoFrom(elsewhere, reset)).toMatchObject({ restored: 0, left: [{ reason: 'there' }] });
    expect(await bench.tables()).toEqual(before);
  });
});

test('where some of the records are there, none of that preset is put back, and the others are', async () => {
  await bench.arrange(noKey);
  const [pastel] = await bench.own.sql`SELECT id FROM presets WHERE name = 'Pastel'`;
  await insertRecords(bench.own.sql, pastel!.id, 2);
  await bench.arrange('CREATE TABLE kept AS SELECT * FROM preset_usage');
  const reset = await bench.repair('reset', history);
  await bench.arrange(
    `INSERT INTO preset_usage SELECT * FROM kept WHERE preset_id = '${noir}' ORDER BY id LIMIT 3`,
  );
  expect(await bench.undo(reset)).toMatchObject({
    changed: 1,
    restored: 2,
    left: [
      { name: 'Noir', reason: 'there', message: expect.stringMatching(/^3 of its 100 deleted records are/) },
    ],
  });
  expect(await bench.counts()).toEqual({ Noir: [3, 3], Pastel: [2, 2] });
});

describe('records that look like each other', () => {
  const alike = `ALTER TABLE preset_usage DROP COLUMN id; UPDATE preset_usage SET usage_type = 'import', created_at = '2024-01-01Z'`;

  test('are not put back twice from a copy of the receipt, as their time is before it', async () => {
    await bench.arrange(alike);
    const before = await bench.tables();
    const reset = await bench.repair('reset', history);
    const elsewhere = copied();
    const planned = await bench.plan('undo', { receipt: reset.receiptId, directory: elsewhere });
    expect(await bench.undo(reset)).toMatchObject({ restored: 100, left: [] });
    for (const plan of [
      planned,
      await bench.plan('undo', { receipt: reset.receiptId, directory: elsewhere }),
    ]) {
      expect(await bench.run(plan, { fresh: true, directory: elsewhere })).toMatchObject({
        restored: 0,
        left: [{ name: 'Noir', reason: 'there' }],
      });
    }
    expect(await bench.tables()).toEqual(before);
  });

  test('are put back also where a batch has left some of them to the next', async () => {
    await bench.arrange(`ALTER TABLE preset_usage DROP COLUMN id;
      INSERT INTO preset_usage (preset_id, usage_type, created_at)
        SELECT '${noir}', 'import ' || n / 2, '2024-01-01Z' FROM generate_series(1, 1501) n`);
    const before = await bench.tables();
    // Only some presets: then records are deleted in batches.
    const reset = await bench.repair('reset', { presets: ['Noir'], ...history });
    expect(reset.deleted).toBe(1601);
    expect((await bench.receipt(reset)).batches.length).toBeGreaterThan(1);
    const most = { presets: 1, records: 90 };
    const undone = await bench.run(await bench.plan('undo', { receipt: reset.receiptId }), { most });
    expect(undone).toMatchObject({ restored: 1601, left: [] });
    expect(await bench.tables()).toEqual(before);
  });

  test('as where they are but the key of their preset: uses that came since are no sign of them', async () => {
    await bench.arrange(`
      DROP TRIGGER trigger_auto_increment_preset_usage_count ON preset_usage;
      CREATE FUNCTION one_more() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id; RETURN NULL; END';
      CREATE TRIGGER one_more AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION one_more();
      ALTER TABLE preset_usage DROP COLUMN id, DROP COLUMN usage_type, DROP COLUMN usage_data, DROP COLUMN user_id, DROP COLUMN created_at`);
    const more = async () => {
      for (let n = 0; n < 100; n += 1)
        await bench.own.sql`INSERT INTO preset_usage (preset_id) VALUES (${noir})`;
    };
    const reset = await bench.repair('reset', history);
    const plan = await bench.plan('undo', { receipt: reset.receiptId });
    expect(plan.remarks.map(({ code }) => code)).not.toContain('presence-unknown');
    await more();
    const unsure = await bench.plan('undo', { receipt: reset.receiptId });
    expect(unsure.remarks).toContainEqual(
      expect.objectContaining({
        code: 'presence-unknown',
        message: expect.stringContaining('1 preset has as many of them now as would come back'),
      }),
    );
    expect(unsure.fingerprint).not.toBe(plan.fingerprint);
    ageReceipts(bench.directory);
    const aged = await bench.plan('undo', { receipt: reset.receiptId });
    expect(aged.remarks).toContainEqual(
      expect.objectContaining({ code: 'presence-unknown', severity: 'warning' }),
    );
    expect(aged.fingerprint).not.toBe(plan.fingerprint);
    expect(await bench.run(aged)).toMatchObject({ restored: 100, left: [] });
    expect(await bench.counts()).toMatchObject({ Noir: [200, 200] });
  });
});
