import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readHistory } from '../../source/actions/history.ts';
import { journalFile } from '../../source/receipts/places.ts';
import { readReceipt } from '../../source/receipts/read-receipt.ts';
import type { ReceiptChange } from '../../source/receipts/receipt.ts';
import { openReceipt } from '../../source/receipts/write-receipt.ts';
import { insertPresets, insertRecords } from '../helpers/database.ts';
import { RepairBench } from '../helpers/repair-bench.ts';
import { sampleHead } from '../receipts/samples.ts';

let bench: RepairBench;
let ids: string[];

beforeEach(async () => {
  bench = await RepairBench.open();
  ids = await insertPresets(bench.own.sql, ['Noir', 'Pastel', 'Warm']);
  await insertRecords(bench.own.sql, ids[0]!, 3);
  await bench.setCounts({ Noir: 9, Pastel: 5 });
});
afterEach(() => bench.close());

/** A transaction that moves a count, as a sync's does. */
async function move(name: string, by: number, end: 'COMMIT' | 'ROLLBACK'): Promise<string> {
  const session = await bench.own.sql.reserve();
  try {
    await session.unsafe('BEGIN');
    const [row] = await session`SELECT pg_current_xact_id()::text AS xid`;
    await session`UPDATE presets SET usage_count = usage_count + ${by} WHERE name = ${name}`;
    await session.unsafe(end);
    return row!.xid;
  } finally {
    session.release();
  }
}

const change = (place: number, name: string, before: number, delta: number): ReceiptChange => ({
  id: ids[place]!,
  name,
  before,
  delta,
  drift: -delta,
  deletes: 0,
  lastUsedBefore: null,
});

/** The receipt of a sync that was killed: one batch had committed, one rolled back, and it had noted neither. */
async function killed(): Promise<string> {
  const { identity } = await bench.plan('sync');
  const head = sampleHead({ identity, at: new Date(Date.now() - 60_000).toISOString() });
  const writer = await openReceipt(bench.directory, head);
  await writer.intend({
    xid: await move('Noir', -6, 'COMMIT'),
    changes: [change(0, 'Noir', 9, -6)],
    records: null,
  });
  await writer.intend({
    xid: await move('Pastel', -5, 'ROLLBACK'),
    changes: [change(1, 'Pastel', 5, -5)],
    records: null,
  });
  await writer.close();
  return head.id;
}

test.each([[false], [true]])(
  'the server is asked what became of the batches, and what committed is taken back; agreed to just now: %s',
  async fresh => {
    const before = await bench.tables();
    const id = await killed();
    expect(await bench.counts()).toEqual({ Noir: [3, 3], Pastel: [5, 0], Warm: [0, 0] });
    const plan = await bench.plan('undo', { receipt: id });
    expect(plan.changes).toMatchObject([{ name: 'Noir', before: 3, after: 9, delta: 6 }]);
    expect(await bench.run(plan, { fresh })).toMatchObject({ changed: 1, left: [], ended: 'finished' });
    expect(await bench.tables()).toEqual(before);
    const receipt = await readReceipt(bench.directory, id);
    expect(receipt.batches.map(({ outcome }) => outcome)).toEqual(['committed', 'aborted']);
    expect(receipt.end).toBeNull();
    expect(readFileSync(journalFile(bench.directory), 'utf8').split(id)).toHaveLength(2);
    const { receipts } = await readHistory(bench.directory, plan.identity);
    expect(receipts.find(entry => entry.id === id)).toMatchObject({
      ended: 'killed',
      undone: true,
      changed: 1,
    });
  },
);

test('another receipt is taken back although that one lies beside it', async () => {
  await killed();
  const before = await bench.tables();
  const synced = await bench.repair('sync');
  expect(await bench.undo(synced)).toMatchObject({ changed: 1, left: [] });
  expect(await bench.tables()).toEqual(before);
});

test('running the sync again does the rest', async () => {
  await killed();
  expect(await bench.repair('sync')).toMatchObject({ changed: 1, left: [] });
  expect(await bench.counts()).toEqual({ Noir: [3, 3], Pastel: [0, 0], Warm: [0, 0] });
});

test('while a transaction of it is under way it is refused: exit code 4', async () => {
  const { identity } = await bench.plan('sync');
  const head = sampleHead({ identity });
  const session = await bench.own.sql.reserve();
  try {
    await session.unsafe('BEGIN');
    const [row] = await session`SELECT pg_current_xact_id()::text AS xid`;
    const writer = await openReceipt(bench.directory, head);
    await writer.intend({ xid: row!.xid, changes: [change(0, 'Noir', 9, -6)], records: null });
    await writer.close();
    await expect(bench.plan('undo', { receipt: head.id })).rejects.toMatchObject({
      code: 'still-running',
      exitCode: 4,
    });
    await session.unsafe('ROLLBACK');
  } finally {
    session.release();
  }
  expect(await bench.plan('undo', { receipt: head.id })).toMatchObject({ changes: [], left: [] });
  expect(await bench.counts()).toMatchObject({ Noir: [9, 3] });
});

test('while its operation holds the claim it is not settled: exit code 4', async () => {
  const id = await killed();
  await bench.own.sql.begin(async sql => {
    await sql`SELECT pg_advisory_xact_lock(hashtext('preset-usage-console'), 1)`;
    await expect(bench.plan('undo', { receipt: id })).rejects.toMatchObject({
      code: 'another-write',
      exitCode: 4,
    });
  });
  const receipt = await readReceipt(bench.directory, id);
  expect(receipt.batches.map(({ outcome }) => outcome)).toEqual([null, null]);
});
