import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTiming } from '../../../source/connection/query-timing.ts';
import type { Database } from '../../../source/connection/transactions.ts';
import { inspectDatabase } from '../../../source/counter/inspect-database.ts';
import { readDriftChanges } from '../../../source/repair/read-drift-changes.ts';
import { readCountersAndSessions } from '../../../source/watch/read-watched-counters.ts';
import { DriftWatch } from '../../../source/watch/run/drift-watch.ts';
import { insertPresets, insertRecords } from '../../helpers/database.ts';
import { type DriftBench, watchDrift } from '../../helpers/drift-bench.ts';
import { type Over, RepairBench } from '../../helpers/repair-bench.ts';
import { waitFor } from '../../helpers/wait.ts';

let repairs: RepairBench;
let bench: DriftBench;
let ids: string[];

beforeEach(async () => {
  repairs = await RepairBench.open();
  ids = await insertPresets(repairs.own.sql, ['Noir', 'Pastel', 'Sepia']);
  for (const id of ids) await insertRecords(repairs.own.sql, id, 10);
  await repairs.setCounts({ Noir: 3, Pastel: 99, Sepia: null });
});
afterEach(async () => {
  bench.watch.stop();
  await repairs.close();
});

/** Watches as another process would, with the receipts of `directory`. */
async function watch(directory = repairs.directory): Promise<void> {
  bench = watchDrift(repairs.connect(repairs.own.url), ids, 20, directory);
  await bench.until(() => bench.seen.audits > 0 && bench.seen.ticks > 1, 'the first reads');
}

/** The receipts told as repairs since the last call, and how many presets each of them changed. */
async function told(): Promise<Record<string, number>> {
  await bench.settle();
  const sums: Record<string, number> = {};
  for (const { receipt, presets } of bench.repairs.splice(0)) sums[receipt] = (sums[receipt] ?? 0) + presets;
  return sums;
}

describe('a repair of another process with the same state directory is no drift event:', () => {
  test('a sync, a reset, a reset with history, and the undo of each', async () => {
    await watch();
    const sync = await repairs.repair('sync');
    expect(await told()).toEqual({ [sync.receiptId]: 3 });
    const reset = await repairs.repair('reset');
    expect(await told()).toEqual({ [reset.receiptId]: 3 });
    const back = await repairs.undo(reset);
    expect(await told()).toEqual({ [back.receiptId]: 3 });
    // A count that was NULL becomes NULL again.
    const first = await repairs.undo(sync);
    expect(await told()).toEqual({ [first.receiptId]: 3 });
    expect((await repairs.counts()).Sepia).toEqual([null, 10]);
    const gone = await repairs.repair('reset', { options: { deleteHistory: true } });
    expect(await told()).toEqual({ [gone.receiptId]: 3 });
    const restored = await repairs.undo(gone);
    expect(await told()).toEqual({ [restored.receiptId]: 3 });
    expect(bench.events).toEqual([]);
  });

  test('in many batches, with correct uses in between', async () => {
    const more = await insertPresets(
      repairs.own.sql,
      Array.from({ length: 30 }, (_, index) => `Tint ${index}`),
    );
    for (const id of more) await insertRecords(repairs.own.sql, id, 2);
    await repairs.own.sql`UPDATE presets SET usage_count = usage_count + 5`;
    ids.push(...more);
    await watch();
    const sync = await repairs.run(await repairs.plan('sync'), { most: { presets: 1 } }, async () => {
      await insertRecords(repairs.own.sql, more[0] ?? '', 1);
      await insertRecords(repairs.own.sql, more[29] ?? '', 1);
    });
    const sums = await told();
    expect(Object.keys(sums)).toEqual([sync.receiptId]);
    expect(bench.events).toEqual([]);
  });

  test('and what somebody else does next is one, and is told alone', async () => {
    await watch();
    const sync = await repairs.repair('sync');
    await told();
    await repairs.setCounts({ Noir: 3 });
    const event = await bench.until(() => bench.events[0], 'the event');
    expect([event.preset.name, event.change.countBy]).toEqual(['Noir', -7]);
    await repairs.setCounts({ Noir: 10 });
    await bench.until(() => bench.events[1], 'the same change as that of the sync, by somebody else');
    expect(bench.events[1]?.remarks?.join()).toContain(sync.receiptId);
    expect(bench.events).toHaveLength(2);
  });
});

/** Syncs while a lock on each count holds its batch up until ticks have seen it. */
async function heldUp(database: Database, over: Over = {}): Promise<void> {
  const holder = await repairs.own.sql.reserve();
  await holder`BEGIN`;
  await holder`SELECT FROM presets FOR UPDATE`;
  const running = repairs.run(await repairs.plan('sync', over, database), {}, undefined, database);
  // It may take its time until it waits, and ticks before that have seen nothing of it.
  const blocked = () => repairs.own.sql`
    SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  await waitFor(async () => (await blocked()).length > 0, 'the sync to wait for the lock');
  const { ticks } = bench.seen;
  await bench.until(() => bench.seen.ticks > ticks + 2, 'ticks while it runs');
  await holder`COMMIT`;
  holder.release();
  await running;
}

const noir = () => bench.until(() => bench.events.find(({ preset }) => preset.name === 'Noir'), 'the event');

describe('it stays an event', () => {
  test('if somebody else has written the same count in between, and names the receipt', async () => {
    const { database, directory } = repairs;
    const { tables } = await database.read(reader => inspectDatabase(reader, database, 'public'));
    const drift = new DriftWatch();
    const look = async () => {
      const answered = startTiming();
      const { counters, sample } = await database.read(reader =>
        readCountersAndSessions(reader, tables, ids, 'if-cheap', drift.sampling(tables)),
      );
      const at = answered();
      drift.sampled(sample, at, { direct: true, tables });
      drift.compare(tables, counters, at);
      return at;
    };
    const { sent } = await look();
    const sync = await repairs.repair('sync');
    await repairs.setCounts({ Noir: 12 });
    const { answered } = await look();
    const known = await readDriftChanges(database, directory, {
      tables,
      ids: new Set(ids),
      from: sent,
      to: answered,
    });
    const { events, repairs: others } = drift.take(drift.ready(), known);
    expect(events.map(({ preset, change, remarks }) => [preset.name, change.countBy, remarks])).toEqual([
      [
        'Noir',
        9,
        [
          `The sync of receipt ${sync.receiptId} wrote this count too. It changed the drift by +7, and this event by +9.`,
        ],
      ],
    ]);
    expect(others).toEqual([expect.objectContaining({ receipt: sync.receiptId, presets: 2 })]);
  });

  test('if the repair was of another database', async () => {
    const other = await RepairBench.open();
    try {
      const [noir = ''] = await insertPresets(other.own.sql, ['Noir']);
      await insertRecords(other.own.sql, noir, 10);
      await other.setCounts({ Noir: 3 });
      await other.own.sql`UPDATE preset_usage SET preset_id = ${noir}`;
      await watch(other.directory);
      await other.repair('sync');
      await repairs.setCounts({ Noir: 10 });
      const event = await bench.until(() => bench.events[0], 'the event');
      expect(event.preset.name).toBe('Noir');
      expect(event.remarks).toBeUndefined();
    } finally {
      await other.close();
    }
  });

  test('if there is no receipt, and the repair that runs is named as the writer', async () => {
    await watch(join(repairs.directory, 'elsewhere'));
    await heldUp(repairs.database);
    const { writers } = await noir();
    expect(writers.seen[0]).toMatchObject({
      activity: 'repairs',
      application: 'preset-usage-console',
      query: null,
    });
  });

  test('and is named where this role may see no statement, by the lock that it holds', async () => {
    const role = `drift_repairs_${process.pid}`;
    await repairs.arrange(
      `CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT SELECT ON presets, preset_usage TO ${role}`,
    );
    try {
      bench = watchDrift(repairs.connect(repairs.own.urlAs(role, 'secret')), ids);
      await bench.until(() => bench.seen.audits > 0 && bench.seen.ticks > 1, 'the first reads');
      await heldUp(repairs.database);
      const { writers } = await noir();
      expect(writers.seen[0]).toMatchObject({ activity: 'repairs', query: null });
      bench.watch.stop();
    } finally {
      await repairs.arrange(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });

  test('and a repair of this console itself is no writer of it', async () => {
    const watching = repairs.connect(repairs.own.url);
    bench = watchDrift(watching, ids);
    await bench.until(() => bench.seen.audits > 0 && bench.seen.ticks > 1, 'the first reads');
    bench.watch.ownWrites([ids[1] ?? '']);
    await heldUp(watching, { presets: ['Pastel'] });
    bench.watch.ownWrites(null);
    await repairs.setCounts({ Noir: 4 });
    const { writers } = await noir();
    expect(writers.seen.filter(({ activity }) => activity === 'repairs')).toEqual([]);
  });
});
