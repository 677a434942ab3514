import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { insertPresets } from '../../helpers/database.ts';
import { needsFullScale } from '../../helpers/needs.ts';
import { RepairBench } from '../../helpers/repair-bench.ts';
import type { ChildOutcome } from '../../helpers/repair-child.ts';
import { scaled, timeLimit } from '../../helpers/scale.ts';

const MB = 1024 * 1024;
const child = fileURLToPath(new URL('../../helpers/repair-child.ts', import.meta.url));

let bench: RepairBench;
let ids: string[];

beforeEach(async () => {
  bench = await RepairBench.open();
  ids = await insertPresets(bench.own.sql, ['Noir', 'Pastel']);
  await bench.arrange('ALTER TABLE preset_usage ADD payload text');
});
afterEach(() => bench.close());

/** Runs a repair in a separate process, to measure its memory. */
async function apart(action: 'reset' | 'undo', receipt = ''): Promise<ChildOutcome> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    child,
    bench.own.url,
    bench.directory,
    action,
    receipt,
  ]);
  return JSON.parse(stdout) as ChildOutcome;
}

/** Records whose text has `bytes` bytes, with a character that makes a string take two bytes for each. */
const insertTexts = (preset: string, records: number, bytes: number) => bench.own.sql`
  INSERT INTO preset_usage (preset_id, usage_type, payload)
  SELECT ${preset}, 'x', n || '→' || repeat(md5(n::text), ${Math.floor(bytes / 32)}) FROM generate_series(1, ${records}::int) n`;

const digest = async () =>
  (
    await bench.own
      .sql`SELECT md5(string_agg(md5(u::text), '' ORDER BY u.id)) AS all, count(*)::int AS records FROM preset_usage u`
  )[0];

test(
  'a reset with history and its undo stay within 200 MB, whatever the records hold',
  async () => {
    await insertTexts(ids[0]!, scaled(60, 9_000), 80_000);
    await insertTexts(ids[1]!, scaled(4, 60), 3.8 * MB);
    const before = await digest();
    const reset = await apart('reset');
    expect(reset).toMatchObject({ deleted: before!.records, left: [] });
    expect(reset.grown).toBeLessThan(200 * MB);
    const undo = await apart('undo', reset.receiptId);
    expect(undo).toMatchObject({ restored: before!.records, left: [] });
    expect(undo.grown).toBeLessThan(200 * MB);
    expect(await digest()).toEqual(before);
  },
  timeLimit(300_000),
);

test('so does an undo of a batch that an older version stored whole', {
  timeout: timeLimit(300_000),
  ...needsFullScale(),
}, async () => {
  await insertTexts(ids[0]!, scaled(210, 4_000), 80_000);
  const before = await digest();
  const reset = await bench.run(
    await bench.plan('reset', { presets: ['Noir'], options: { deleteHistory: true } }),
    {
      most: { records: 10_000, bytes: 512 * MB, recordBytes: 512 * MB },
    },
  );
  const stored = (await bench.receipt(reset)).batches.map(({ records }) => records?.bytes ?? 0);
  expect(Math.max(...stored)).toBeGreaterThan(15 * MB);
  const undo = await apart('undo', reset.receiptId);
  expect(undo).toMatchObject({ restored: before!.records, left: [] });
  expect(undo.grown).toBeLessThan(200 * MB);
  expect(await digest()).toEqual(before);
});
