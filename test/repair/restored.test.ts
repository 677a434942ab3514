import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { planRepair } from '../../source/repair/plan/read-plan.ts';
import { ReceiptWriter } from '../../source/repair/receipts/write-receipt.ts';
import type { RepairOutcome } from '../../source/repair/repair.ts';
import { Traffic } from '../../source/repair/run/pace/traffic.ts';
import { runRepair } from '../../source/repair/run/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { insertPresets, insertRecords } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { doRepair, request, stateDirectory } from '../helpers/repair.ts';
import { type EmbeddedServer, startEmbedded } from '../helpers/server.ts';
import { migration, runFile } from '../psql/files.ts';

let server: EmbeddedServer;
let data: string;
let sql: postgres.Sql;
let database: Database;
let directory: string;
const history = { lastUsed: false, deleteHistory: true, suppressTriggers: false };

// A separate server, whose files are copied and put back as from a backup.
beforeAll(async () => {
  // Autovacuum takes numbers of transactions as others do.
  server = await startEmbedded(['-c', 'autovacuum=off']);
  await runFile(server.url, 'demo-schema.sql');
  await runFile(server.url, migration);
  await open();
  const [row] = await sql`SHOW data_directory`;
  data = row!.data_directory;
  await sql`ALTER TABLE preset_usage DROP CONSTRAINT preset_usage_pkey`;
});
afterAll(async () => {
  await close();
  await server.stop();
  for (const copy of ['before', 'after']) rmSync(`${data}-${copy}`, { recursive: true, force: true });
});

beforeEach(async () => {
  directory = stateDirectory();
  await sql`TRUNCATE presets, preset_usage CASCADE`;
  const [noir] = (await insertPresets(sql, ['Noir'])) as [string];
  await insertRecords(sql, noir, 100);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(directory, { recursive: true, force: true });
});

async function open(): Promise<void> {
  sql = postgres(server.url, { max: 1, onnotice: () => {} });
  database = connectTo(server.url);
}

async function close(): Promise<void> {
  await database.close();
  await sql.end();
}

/** Stops the server, does something with its files, and starts it again. */
async function stopped(work: () => void): Promise<void> {
  await sql`CHECKPOINT`;
  await close();
  await server.kill();
  work();
  await server.start();
  await open();
}

// Under root the files are another user's, and stay so.
function copy(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  execFileSync('cp', ['-a', from, to]);
}

const backUp = (name: string) => stopped(() => copy(data, `${data}-${name}`));

const restore = (name: string) => stopped(() => copy(`${data}-${name}`, data));

const planUndo = ({ receiptId }: RepairOutcome) =>
  planRepair(database, request('undo', directory, { receipt: receiptId }));
const undo = ({ receiptId }: RepairOutcome) =>
  doRepair(database, request('undo', directory, { receipt: receiptId }));

const counts = async () => {
  const [row] = await sql`SELECT (SELECT usage_count FROM presets WHERE name = 'Noir') AS count,
    (SELECT count(*)::int FROM preset_usage) AS records`;
  return row;
};

async function ended<T>(run: AsyncGenerator<unknown, T>): Promise<T> {
  for (;;) {
    const step = await run.next();
    if (step.done) return step.value;
  }
}

test('a repair with a server to itself takes none of its numbers for those of others', async () => {
  const names = Array.from({ length: 60 }, (_, place) => `preset ${place}`);
  for (const id of await insertPresets(sql, names)) await insertRecords(sql, id, 1);
  const others = vi.spyOn(Traffic.prototype, 'others');
  const reset = await doRepair(database, request('reset', directory, { options: history, presets: names }));
  expect(reset).toMatchObject({ changed: names.length, deleted: names.length });
  expect(await undo(reset)).toMatchObject({ changed: names.length, restored: names.length });
  expect(others).not.toHaveBeenCalled();
  const { intend } = ReceiptWriter.prototype;
  vi.spyOn(ReceiptWriter.prototype, 'intend').mockImplementation(async function (this: ReceiptWriter, batch) {
    await sql`CREATE TABLE IF NOT EXISTS elsewhere ()`;
    return intend.call(this, batch);
  });
  await doRepair(database, request('reset', directory, { presets: ['preset 0'] }));
  expect(others, 'somebody wrote while a batch was prepared').toHaveBeenCalled();
});

describe('a server that was restored', () => {
  test('from before a reset: its records stay there once, whatever the server has done since', async () => {
    await backUp('before');
    const reset = await doRepair(database, request('reset', directory, { options: history }));
    expect(reset.deleted).toBe(100);
    await restore('before');
    const plan = await planUndo(reset);
    expect(plan).toMatchObject({ changes: [], recordsToRestore: 0 });
    expect(plan.remarks).toContainEqual(
      expect.objectContaining({
        code: 'not-on-this-server',
        message: expect.stringContaining('There is nothing to undo.'),
      }),
    );
    expect(await undo(reset)).toMatchObject({ changed: 0, restored: 0 });
    expect(await counts()).toEqual({ count: 100, records: 100 });

    // Now the numbers of the reset's transactions are those of others.
    for (let n = 0; n < 60; n += 1) await sql`SELECT pg_current_xact_id()`;
    expect(await undo(reset)).toMatchObject({ restored: 0, left: [{ name: 'Noir', reason: 'there' }] });
    expect(await counts()).toEqual({ count: 100, records: 100 });
  });

  test('from before an undo: the undo is not in effect, and done again puts every record back once', async () => {
    const reset = await doRepair(database, request('reset', directory, { options: history }));
    await backUp('after');
    expect(await undo(reset)).toMatchObject({ restored: 100 });
    await restore('after');
    expect(await counts()).toEqual({ count: 0, records: 0 });
    expect(await undo(reset)).toMatchObject({ changed: 1, restored: 100, left: [] });
    expect(await counts()).toEqual({ count: 100, records: 100 });
    expect((await planUndo(reset)).recordsToRestore).toBe(0);
  });

  test(
    'from before a sync that came later: an older one is not kept waiting for it',
    needsFullScale(),
    async () => {
      await sql`UPDATE presets SET usage_count = 103`;
      const older = await doRepair(database, request('sync', directory));
      await backUp('after');
      await sql`UPDATE presets SET usage_count = 105`;
      await doRepair(database, request('sync', directory));
      await restore('after');
      expect(await undo(older)).toMatchObject({ changed: 1, left: [] });
      expect(await counts()).toEqual({ count: 103, records: 100 });
    },
  );

  // The last one: it changes the table for good.
  test(
    'from before a reset of records that look like each other, long ago: they are there once',
    needsFullScale(),
    async () => {
      await sql`ALTER TABLE preset_usage DROP COLUMN id, DROP COLUMN usage_type, DROP COLUMN usage_data, DROP COLUMN user_id`;
      await sql.unsafe(`
      DROP TRIGGER trigger_auto_increment_preset_usage_count ON preset_usage;
      ALTER TABLE preset_usage DROP COLUMN created_at`);
      await backUp('before');
      const reset = await doRepair(database, request('reset', directory, { options: history }));
      expect(reset.deleted).toBe(100);
      const planned = await planUndo(reset);
      await restore('before');
      for (let n = 0; n < 60; n += 1) await sql`SELECT pg_current_xact_id()`;
      await sql`VACUUM (FREEZE) preset_usage`;
      const there = { restored: 0, left: [{ name: 'Noir', reason: 'there' }] };
      expect(await undo(reset)).toMatchObject(there);
      // The transaction that would put them back sees them too, if the plan is from before the restore.
      const late = runRepair(database, planned, { timeout: 30, lockTimeout: 2, directory, fresh: true });
      expect(await ended(late)).toMatchObject(there);
      expect(await counts()).toEqual({ count: 100, records: 100 });
    },
  );
});
