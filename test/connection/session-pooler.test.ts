import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { auditCounters } from '../../source/counter/audit/audit-counters.ts';
import { inspectDatabase } from '../../source/counter/inspect-database.ts';
import { planSimulation } from '../../source/simulation/read-plan.ts';
import { runSimulation } from '../../source/simulation/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { insertPresets, insertRecords } from '../helpers/database.ts';
import { RepairBench } from '../helpers/repair-bench.ts';
import { type SessionPooler, startSessionPooler } from '../helpers/session-pooler.ts';

const lasting = { timeout: 30, lockTimeout: 2 };
let bench: RepairBench;
let pooler: SessionPooler;
let database: Database;
beforeAll(async () => {
  bench = await RepairBench.open();
  const [noir] = (await insertPresets(bench.own.sql, ['Noir', 'Pastel'])) as [string, string];
  await insertRecords(bench.own.sql, noir, 3);
});
afterAll(() => bench.close());
afterEach(async () => {
  await database.close();
  await pooler.close();
});

const behind = async (size: number) => {
  pooler = await startSessionPooler(bench.own.url, size);
  database = connectTo(pooler.url);
  await database.read(({ rows }) => rows('SELECT 1'));
};

describe.each([1, 2, 3])('a pooler that gives each session one of %i connections', size => {
  test('is recognized', async () => {
    await behind(size);
    expect(await database.room()).toBe(size);
  });

  test('is enough for reads at the same time', async () => {
    await behind(size);
    const { tables } = await database.read(reader => inspectDatabase(reader, database, 'public'));
    const audits = Array.from({ length: 4 }, () => auditCounters(database, tables, { scope: 'all' }));
    expect((await Promise.all(audits)).map(({ allRecords }) => allRecords)).toEqual([3, 3, 3, 3]);
  });

  test('is enough for a simulation', async () => {
    await behind(size);
    const request = {
      counter: 'public',
      preset: 'Noir',
      asUser: null,
      asRole: null,
      readOnly: false,
    } as const;
    const simulation = await runSimulation(database, await planSimulation(database, request), lasting);
    expect(simulation.confirmed).toBe(true);
  });

  test('is enough for a repair and its undo', async () => {
    await behind(size);
    await bench.setCounts({ Noir: 9, Pastel: 4 });
    const run = async (action: 'sync' | 'undo', receipt: string | null = null) =>
      bench.run(await bench.plan(action, { receipt }, database), {}, () => {}, database);
    const done = await run('sync');
    expect(done).toMatchObject({ changed: 2, left: [], ended: 'finished' });
    expect(await bench.counts()).toEqual({ Noir: [3, 3], Pastel: [0, 0] });
    expect(await run('undo', done.receiptId)).toMatchObject({ changed: 2, left: [] });
    expect(await bench.counts()).toEqual({ Noir: [9, 3], Pastel: [4, 0] });
    await bench.setCounts({ Noir: 3, Pastel: 0 });
    // The probe may wait in vain; nothing after it does.
    expect(pooler.unserved).toBeLessThanOrEqual(size < 3 ? 1 : 0);
  });
});

test('a single connection: what reads while it writes is told at once that it needs two', async () => {
  await behind(1);
  const nested = database.write(async () => database.read(({ rows }) => rows('SELECT 1')), lasting);
  await expect(nested).rejects.toMatchObject({
    code: 'too-many-connections',
    message: expect.stringContaining('two connections'),
  });
});

test('without a pooler nothing is measured, and no connection is opened for it', async () => {
  pooler = await startSessionPooler(bench.own.url, 3);
  database = connectTo(bench.own.url);
  const [mine] = await database.read(({ rows }) =>
    rows('SELECT application_name AS name FROM pg_stat_activity WHERE pid = pg_backend_pid()'),
  );
  expect(await database.room()).toBe(Number.POSITIVE_INFINITY);
  const [open] = await bench.own.sql`SELECT count(*)::int AS number FROM pg_stat_activity
    WHERE datname = ${bench.own.name} AND application_name = ${(mine as { name: string }).name}`;
  expect(open).toEqual({ number: 1 });
});
