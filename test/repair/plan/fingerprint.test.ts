import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RepairAction } from '../../../source/repair/repair.ts';
import { insertPresets, insertRecords } from '../../helpers/database.ts';
import { type Over, RepairBench } from '../../helpers/repair-bench.ts';

let bench: RepairBench;
const names = ['Noir', 'Pastel', 'Unused', 'Zeroed'];
const history = { options: { deleteHistory: true } };

beforeEach(async () => {
  bench = await RepairBench.open();
  await insertPresets(bench.own.sql, names);
  await bench.arrange(`
    CREATE FUNCTION noop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER on_last_used AFTER UPDATE OF last_used_at ON presets FOR EACH ROW EXECUTE FUNCTION noop()`);
});
afterEach(() => bench.close());

/** Uses every preset once, as the application does. */
const use = async (...only: string[]) => {
  for (const name of only.length > 0 ? only : names)
    await bench.own.sql`SELECT track_preset_usage(id, 'use') FROM presets WHERE name = ${name}`;
};
const printOf = async (action: RepairAction, over: Over = {}) => (await bench.plan(action, over)).fingerprint;
const onRecords = (event: string, level: string) =>
  bench.arrange(
    `CREATE TRIGGER on_records AFTER ${event} ON preset_usage FOR EACH ${level} EXECUTE FUNCTION noop()`,
  );

/** Counts, last uses and records of every kind: used and right, wrong, never used, and at zero with its history. */
async function mixed(): Promise<void> {
  await use('Noir', 'Noir', 'Pastel', 'Zeroed', 'Zeroed');
  await bench.setCounts({ Pastel: 7 });
  await bench.repair('reset', { presets: ['Zeroed'] });
}

const everyPlan: Record<string, [RepairAction, Over]> = {
  sync: ['sync', {}],
  'sync --preset': ['sync', { presets: names }],
  'sync --last-used': ['sync', { options: { lastUsed: true } }],
  'sync --last-used --preset': ['sync', { presets: names, options: { lastUsed: true } }],
  reset: ['reset', {}],
  'reset --preset': ['reset', { presets: names }],
  'reset --delete-history': ['reset', history],
  'reset --delete-history --preset': ['reset', { presets: names, ...history }],
};

/** The fingerprint of every plan, or of every one for all presets. */
async function prints(all = false): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, [action, over]] of Object.entries(everyPlan)) {
    if (!all || !over.presets) found[name] = await printOf(action, over);
  }
  return found;
}

describe('correct uses change no fingerprint', () => {
  test('of presets in every state', async () => {
    await mixed();
    const before = await prints();
    await use();
    expect(await prints()).toEqual(before);
  });

  test('of presets that were never used, nor of those that are new', async () => {
    const before = await prints();
    await use();
    expect(await prints()).toEqual(before);
    await insertPresets(bench.own.sql, ['New']);
    await use('New');
    expect(before).toMatchObject(await prints(true));
  });

  test('of presets where only the time of the last use is wrong', async () => {
    await use('Noir');
    await bench.arrange(`UPDATE presets SET last_used_at = '2020-02-02Z' WHERE name = 'Noir'`);
    const before = await prints();
    await use('Noir');
    expect(await prints()).toEqual(before);
  });

  test.each([
    ['TRUNCATE', 'STATEMENT'],
    ['DELETE', 'ROW'],
  ])('also where a trigger waits for the %s of the first record', async (event, level) => {
    await onRecords(event, level);
    const before = await printOf('reset', history);
    await use('Noir');
    expect(await printOf('reset', history)).toBe(before);
  });

  test('also where they are too many for TRUNCATE then', async () => {
    await onRecords('TRUNCATE', 'STATEMENT');
    const [noir] = await bench.own.sql`SELECT id FROM presets WHERE name = 'Noir'`;
    await insertRecords(bench.own.sql, noir!.id, 4_999);
    const plan = await bench.plan('reset', history);
    await use('Noir', 'Noir');
    const later = await bench.plan('reset', history);
    expect([plan.method, later.method]).toEqual(['truncate', 'batches']);
    expect(later.fingerprint).toBe(plan.fingerprint);
  });

  test.each([[{}], [history]])('a reset that was cut is taken up again beside uses: %j', async over => {
    await mixed();
    const stop = new AbortController();
    const most = { presets: 1, records: 10 };
    await bench.run(await bench.plan('reset', over), { fresh: true, most, signal: stop.signal }, () =>
      stop.abort(),
    );
    const plan = await bench.plan('reset', over);
    await use();
    const outcome = await bench.run(plan);
    expect(outcome).toMatchObject({ ended: 'finished', left: [] });
    expect(Object.values(await bench.counts()).map(([count]) => count)).toEqual([0, 0, 0, 0]);
  });

  test('and so is an undo', async () => {
    await mixed();
    const synced = await bench.repair('sync', { options: { lastUsed: true } });
    const reset = await bench.repair('reset', history);
    const before = await printOf('undo', { receipt: reset.receiptId });
    await use();
    expect(await printOf('undo', { receipt: reset.receiptId })).toBe(before);
    await bench.undo(reset);
    const syncedBefore = await printOf('undo', { receipt: synced.receiptId });
    await use();
    expect(await printOf('undo', { receipt: synced.receiptId })).toBe(syncedBefore);
  });
});

describe('a fingerprint changes with', () => {
  test('a drift that comes, and one that moves', async () => {
    await mixed();
    const seen = [await prints()];
    await bench.setCounts({ Unused: 2 });
    seen.push(await prints());
    await bench.setCounts({ Pastel: 8 });
    seen.push(await prints());
    for (const name of Object.keys(everyPlan)) expect(new Set(seen.map(each => each[name])).size).toBe(3);
  });

  test.each([
    ['DELETE', 'ROW'],
    ['TRUNCATE', 'STATEMENT'],
  ])('a trigger that would fire on a %s of records', async (event, level) => {
    await mixed();
    const before = [await printOf('reset', history), await printOf('reset'), await printOf('sync')];
    await onRecords(event, level);
    const after = [await printOf('reset', history), await printOf('reset'), await printOf('sync')];
    expect(after[0]).not.toBe(before[0]);
    expect(after.slice(1)).toEqual(before.slice(1));
  });

  test('a trigger that would fire on an UPDATE of the last use', async () => {
    await mixed();
    const before = [await printOf('reset'), await printOf('sync')];
    await bench.arrange('DROP TRIGGER on_last_used ON presets');
    expect(await printOf('reset')).not.toBe(before[0]);
    expect(await printOf('sync')).toBe(before[1]);
  });
});
