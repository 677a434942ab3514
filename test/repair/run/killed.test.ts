import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unfinishedWords } from '../../../source/repair/format-unfinished.ts';
import { readHistory } from '../../../source/repair/history.ts';
import { journalFile } from '../../../source/repair/receipts/places.ts';
import { readReceipt } from '../../../source/repair/receipts/read-receipt.ts';
import type { ReceiptChange } from '../../../source/repair/receipts/receipt.ts';
import { openReceipt } from '../../../source/repair/receipts/write-receipt.ts';
import { readUnfinished } from '../../../source/repair/run/read-unfinished.ts';
import { insertPresets, insertRecords } from '../../helpers/database.ts';
import { startDelayingProxy } from '../../helpers/delaying-proxy.ts';
import { needsFullScale } from '../../helpers/needs.ts';
import { RepairBench } from '../../helpers/repair-bench.ts';
import { scaled } from '../../helpers/scale.ts';
import { waitFor } from '../../helpers/wait.ts';
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
      ended: 'unfinished',
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

/** Receipts of repairs that were killed in their only batch, which then was rolled back. */
async function killedMany(many: number): Promise<void> {
  const { identity } = await bench.plan('sync');
  for (let n = 0; n < many; n += 1) {
    const writer = await openReceipt(bench.directory, sampleHead({ identity }));
    const xid = await move('Warm', 1, 'ROLLBACK');
    await writer.intend({ xid, changes: [change(2, 'Warm', 0, 1)], records: null });
    await writer.close();
  }
}

test('with 19 of them, and nobody writing, no undo is refused', needsFullScale(), async () => {
  await killedMany(19);
  for (let n = 0; n < scaled(3, 40); n += 1) {
    await bench.setCounts({ Noir: 9 });
    expect(await bench.undo(await bench.repair('sync'))).toMatchObject({ left: [], ended: 'finished' });
  }
});

test(
  'nor where the end of each transaction takes its time to reach the server',
  needsFullScale(),
  async () => {
    const synced = await bench.repair('sync');
    await killedMany(3);
    // From now on their outcomes are known, and only the repair lock is requested.
    await bench.plan('undo', { receipt: synced.receiptId });
    const proxy = await startDelayingProxy(bench.own.url, 300, data =>
      /\0(commit|rollback)\0/.test(`\0${data.toString('latin1', 5)}`),
    );

    try {
      const slow = bench.connect(proxy.url, { lockTimeout: 0.001 });
      const plan = await bench.plan('undo', { receipt: synced.receiptId }, slow);
      expect(await bench.run(plan, { lockTimeout: 0.001 }, undefined, slow)).toMatchObject({ left: [] });
    } finally {
      await proxy.close();
    }
  },
);

/** What `receipts` says of the receipts without an end, the newest first. */
async function unfinished(): Promise<string[]> {
  const { receipts } = await readHistory(bench.directory, null, open => readUnfinished(bench.database, open));
  return receipts.filter(({ ended }) => ended === 'unfinished').map(unfinishedWords);
}

test('the server is asked whether it still runs', async () => {
  const gone = 'no end: killed, as it does not hold the repair lock any more';
  await killed();
  expect(await unfinished()).toEqual([gone]);
  const { identity } = await bench.plan('sync');
  const session = await bench.own.sql.reserve();
  try {
    const [own] = await session`SELECT pg_backend_pid() AS pid`;
    await session.unsafe(`BEGIN; SELECT ${claimLock}`).simple();
    expect(await unfinished()).toEqual([
      `no end yet: server process ${own!.pid} runs a repair, this one or another`,
    ]);
    const writer = await openReceipt(bench.directory, sampleHead({ identity }));
    const [row] = await session`SELECT pg_current_xact_id()::text AS xid`;
    await writer.intend({ xid: row!.xid, changes: [change(0, 'Noir', 9, -6)], records: null });
    expect(await unfinished()).toEqual([`still running, in server process ${own!.pid}`, gone]);
    await writer.close();
    // A receipt of another database, which is not asked.
    await (await openReceipt(bench.directory, sampleHead({ identity: `x${identity}` }))).close();
    expect((await unfinished()).toSorted()).toContain('no end yet: killed, or still running');
  } finally {
    await session.unsafe('ROLLBACK');
    session.release();
  }
  expect((await unfinished()).filter(words => words === gone)).toHaveLength(2);
});

const claimLock = `pg_advisory_xact_lock(hashtext('preset-usage-console'), 1)`;
const batchLock = `pg_advisory_xact_lock(hashtext('preset-usage-console'))`;

test.each([
  ['the claim', claimLock],
  ['the lock of a batch', batchLock],
])('%s of an abandoned session is waited for, and its process named', async (_, lock) => {
  const synced = await bench.repair('sync');
  await killedMany(1);
  const session = await bench.own.sql.reserve();
  try {
    await session.unsafe(`SET application_name = 'left behind'; BEGIN; SELECT ${lock}`).simple();
    const [own] = await session`SELECT pg_backend_pid() AS pid, host(inet_client_addr()) AS client`;
    const undone = async (lockTimeout: number) => {
      const database = bench.connect(bench.own.url, { lockTimeout });
      const plan = await bench.plan('undo', { receipt: synced.receiptId }, database);
      return bench.run(plan, { lockTimeout }, undefined, database);
    };
    await expect(undone(0.1)).rejects.toMatchObject({
      code: 'another-write',
      exitCode: 4,
      message: expect.stringMatching(
        new RegExp(
          `server process ${own!.pid} \\(left behind as postgres from ${own!.client}, since 20.* UTC\\) holds`,
        ),
      ),
      hint: expect.stringContaining(`pg_terminate_backend(${own!.pid})`),
    });
    const waiting = undone(20);
    await waitFor(async () => {
      // Requested twice without success: it waits.
      const [row] = await bench.own.sql`SELECT count(*)::int AS asking FROM pg_stat_activity
        WHERE datname = ${bench.own.name} AND query LIKE '%pg_try_advisory_xact_lock%' AND pid <> pg_backend_pid() AND state = 'idle in transaction'`;
      return (row?.asking ?? 0) > 0;
    }, 'the undo to ask for the lock');
    await session.unsafe('ROLLBACK');
    expect(await waiting).toMatchObject({ changed: 2, left: [] });
  } finally {
    session.release();
  }
});

test('a role that may see little of other sessions learns the process', async () => {
  const role = `limited_${bench.own.name}`;
  await bench.arrange(
    `CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT SELECT, UPDATE ON presets TO ${role}; GRANT SELECT ON preset_usage TO ${role}`,
  );
  try {
    const limited = bench.connect(bench.own.urlAs(role, 'secret'), { lockTimeout: 0.1 });
    const plan = await bench.plan('sync', {}, limited);
    await bench.own.sql.begin(async sql => {
      const [own] = await sql`SELECT pg_backend_pid() AS pid, ${sql.unsafe(claimLock)}`;
      await expect(bench.run(plan, { lockTimeout: 0.1 }, undefined, limited)).rejects.toMatchObject({
        message: expect.stringMatching(
          new RegExp(`server process ${own!.pid} \\(.*as postgres\\) holds its lock\\.$`),
        ),
      });
    });
  } finally {
    await bench.arrange(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

test('while its operation holds the lock it is not resolved: exit code 4', async () => {
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
