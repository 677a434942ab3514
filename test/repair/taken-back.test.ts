import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { planRepair } from '../../source/repair/plan/read-plan.ts';
import type { RepairOutcome } from '../../source/repair/repair.ts';
import { runRepair } from '../../source/repair/run/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { doRepair, request, stateDirectory } from '../helpers/repair.ts';

let own: TestDatabase;
let database: Database;
let ids: string[];
let directory: string;
const withHistory = { lastUsed: false, deleteHistory: true, suppressTriggers: false };

beforeAll(async () => {
  own = await createDatabase();
  database = connectTo(own.url);
});
afterAll(async () => {
  await database.close();
  await own.drop();
});
beforeEach(async () => {
  directory = stateDirectory();
  await own.sql`DROP TABLE IF EXISTS presets_before, records_before`;
  await own.sql`TRUNCATE presets, preset_usage, users CASCADE`;
  ids = await insertPresets(own.sql, ['Noir', 'Pastel', 'Sepia']);
  for (const id of ids) await insertRecords(own.sql, id, 4);
  await own.sql`UPDATE presets SET usage_count = NULL WHERE name = 'Sepia'`;
  await own.sql`UPDATE presets SET usage_count = 9 WHERE name = 'Noir'`;
  await remember();
});

async function remember(): Promise<void> {
  await own.sql`DROP TABLE IF EXISTS presets_before, records_before`;
  await own.sql`CREATE TABLE presets_before AS TABLE presets`;
  await own.sql`CREATE TABLE records_before AS TABLE preset_usage`;
}

async function expectAsBefore(): Promise<void> {
  const [row] = await own.sql`
    SELECT (SELECT count(*)::int FROM (TABLE presets EXCEPT TABLE presets_before) x) AS presets,
           (SELECT count(*)::int FROM (TABLE records_before EXCEPT TABLE preset_usage) x) AS lost,
           (SELECT count(*)::int FROM preset_usage) - (SELECT count(*)::int FROM records_before) AS more`;
  expect(row).toEqual({ presets: 0, lost: 0, more: 0 });
}

const counts = async () =>
  Object.fromEntries(
    (
      await own.sql<{ name: string; count: number | null; records: number }[]>`
        SELECT p.name, p.usage_count AS count, count(u.id)::int AS records
          FROM presets p LEFT JOIN preset_usage u ON u.preset_id = p.id GROUP BY p.id`
    ).map(({ name, count, records }) => [name, [count, records]]),
  );
const left = ({ left: all }: RepairOutcome) =>
  Object.fromEntries(all.map(({ name, reason }) => [name, reason]));
const undo = (outcome: RepairOutcome) =>
  doRepair(database, request('undo', directory, { receipt: outcome.receiptId }));
const sync = () => doRepair(database, request('sync', directory));
const reset = (history = true) =>
  doRepair(database, request('reset', directory, history ? { options: withHistory } : {}));

describe('an undo', () => {
  test('of a sync brings every count back, a NULL as NULL', async () => {
    const outcome = await sync();
    expect(await counts()).toEqual({ Noir: [4, 4], Pastel: [4, 4], Sepia: [4, 4] });
    expect(await undo(outcome)).toMatchObject({ changed: 2, left: [] });
    await expectAsBefore();
  });

  test('of a reset without its history brings counts and last_used_at back', async () => {
    const outcome = await reset(false);
    expect(await counts()).toEqual({ Noir: [0, 4], Pastel: [0, 4], Sepia: [0, 4] });
    await undo(outcome);
    await expectAsBefore();
  });

  test('keeps the uses since, and their time', async () => {
    const outcome = await reset();
    await own.sql`SELECT track_preset_usage(${ids[0]!}, 'since')`;
    expect(await undo(outcome)).toMatchObject({ restored: 12, left: [] });
    expect(await counts()).toEqual({ Noir: [10, 5], Pastel: [4, 4], Sepia: [null, 4] });
    const [row] = await own.sql`
      SELECT last_used_at = (SELECT max(created_at) FROM preset_usage WHERE usage_type = 'since') AS newest
        FROM presets WHERE name = 'Noir'`;
    expect(row).toEqual({ newest: true });
  });

  test('a second time finds nothing to do', async () => {
    const outcome = await reset();
    await undo(outcome);
    const plan = await planRepair(database, request('undo', directory, { receipt: outcome.receiptId }));
    expect(plan).toMatchObject({
      changes: [],
      recordsToRestore: 0,
      remarks: [{ code: 'nothing-in-effect' }],
    });
  });

  test('leaves alone what was deleted, or written by something else, or by a newer repair', async () => {
    const first = await sync();
    await own.sql`UPDATE presets SET usage_count = usage_count + 1 WHERE name = 'Noir'`;
    await own.sql`DELETE FROM presets WHERE name = 'Sepia'`;
    const outcome = await undo(first);
    expect(left(outcome)).toEqual({ Noir: 'moved', Sepia: 'gone' });
    expect(await counts()).toEqual({ Noir: [5, 4], Pastel: [4, 4] });
    const second = await sync();
    const plan = await planRepair(database, request('undo', directory, { receipt: first.receiptId }));
    expect(plan.left.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toMatchObject([
      { name: 'Noir', reason: 'newer', message: expect.stringContaining(second.receiptId) },
      { name: 'Sepia', reason: 'gone' },
    ]);
  });

  test('leaves out the records whose user is gone, and counts the others', async () => {
    const [user] = await own.sql<{ id: string }[]>`INSERT INTO users (email) VALUES ('a@b.c') RETURNING id`;
    await own.sql`INSERT INTO preset_usage (preset_id, user_id, usage_type) VALUES (${ids[1]!}, ${user!.id}, 'hers')`;
    const outcome = await reset();
    await own.sql`DELETE FROM users`;
    const undone = await undo(outcome);
    expect(left(undone)).toEqual({ Pastel: 'reference' });
    expect(undone.left[0]?.message).toMatch(
      /1 of its 5 records cannot be put back: what they refer to in public\.users is gone/,
    );
    expect(await counts()).toEqual({ Noir: [9, 4], Pastel: [4, 4], Sepia: [null, 4] });
  });

  test('never takes a count below zero on the way, where the records of a user who is gone stay away', async () => {
    const [user] = await own.sql<{ id: string }[]>`INSERT INTO users (email) VALUES ('a@b.c') RETURNING id`;
    await own.sql`INSERT INTO preset_usage (preset_id, user_id, usage_type)
      SELECT ${ids[1]!}, CASE WHEN n % 20 = 0 THEN ${user!.id}::uuid END, 'many' FROM generate_series(1, 2000) n`;
    await own.sql`UPDATE presets SET usage_count = 300 WHERE name = 'Pastel'`;
    await own.sql`ALTER TABLE presets ADD CONSTRAINT sane CHECK (usage_count >= 0)`;
    try {
      // Only some presets: then records are deleted in batches.
      const outcome = await doRepair(
        database,
        request('reset', directory, { presets: ['Pastel'], options: withHistory }),
      );
      expect(outcome).toMatchObject({ deleted: 2004, left: [] });
      await own.sql`DELETE FROM users`;
      const undone = await undo(outcome);
      expect(undone.left.map(({ message }) => message)).toEqual(
        undone.left.map(() =>
          expect.stringMatching(/cannot be put back: what they refer to in public\.users/),
        ),
      );
      expect(await counts()).toMatchObject({ Pastel: [200, 1904] });
    } finally {
      await own.sql`ALTER TABLE presets DROP CONSTRAINT sane`;
    }
  });

  test('its plan says NULL where it makes a count NULL again', async () => {
    const outcome = await sync();
    const plan = await planRepair(database, request('undo', directory, { receipt: outcome.receiptId }));
    expect(plan.changes.find(({ name }) => name === 'Sepia')).toMatchObject({ before: 4, after: null });
    await own.sql`SELECT track_preset_usage(${ids[2]!}, 'since')`;
    const later = await planRepair(database, request('undo', directory, { receipt: outcome.receiptId }));
    expect(later.changes.find(({ name }) => name === 'Sepia')).toMatchObject({ before: 5, after: 1 });
  });

  test.each([
    { name: 'with', suppressTriggers: true },
    { name: 'without', suppressTriggers: false },
  ])(
    'checks the references of what it puts back, $name triggers suppressed',
    async ({ suppressTriggers }) => {
      const [user] = await own.sql<{ id: string }[]>`INSERT INTO users (email) VALUES ('a@b.c') RETURNING id`;
      await own.sql`UPDATE preset_usage SET user_id = ${user!.id}`;
      await remember();
      const outcome = await reset();
      await doRepair(
        database,
        request('undo', directory, {
          receipt: outcome.receiptId,
          options: { lastUsed: false, deleteHistory: false, suppressTriggers },
        }),
      );
      await expectAsBefore();
    },
  );

  test('puts records back where a column has come or gone since', async () => {
    const outcome = await reset();
    await own.sql`ALTER TABLE preset_usage ADD COLUMN note text NOT NULL DEFAULT 'new'`;
    await own.sql`ALTER TABLE preset_usage DROP COLUMN usage_data`;
    try {
      const columns = { map: [], drop: ['usage_data'] };
      expect(
        await doRepair(database, request('undo', directory, { receipt: outcome.receiptId, columns })),
      ).toMatchObject({ restored: 12, left: [] });
      const [row] = await own.sql`SELECT count(*)::int AS records FROM preset_usage WHERE note = 'new'`;
      expect(row).toEqual({ records: 12 });
    } finally {
      await own.sql
        .unsafe(
          `ALTER TABLE preset_usage DROP COLUMN note; ALTER TABLE preset_usage ADD COLUMN usage_data jsonb NOT NULL DEFAULT '{}'`,
        )
        .simple();
    }
  });

  test('does the rest of one that was stopped', async () => {
    const outcome = await reset();
    const stop = new AbortController();
    const plan = await planRepair(database, request('undo', directory, { receipt: outcome.receiptId }));
    const run = runRepair(database, plan, {
      timeout: 30,
      lockTimeout: 2,
      directory,
      signal: stop.signal,
      most: { presets: 1, records: 10 },
    });
    await run.next();
    stop.abort();
    await expect(run.next()).resolves.toMatchObject({
      done: true,
      value: { ended: 'interrupted', changed: 1 },
    });
    expect(await undo(outcome)).toMatchObject({ changed: 2, left: [] });
    await expectAsBefore();
  });

  test('is not taken back itself: exit code 2, and what to do', async () => {
    const undone = await undo(await sync());
    await expect(
      planRepair(database, request('undo', directory, { receipt: undone.receiptId })),
    ).rejects.toMatchObject({
      code: 'not-undoable',
      exitCode: 2,
    });
  });

  test('of another database is refused: exit code 4', async () => {
    const outcome = await sync();
    const other = await createDatabase();
    const elsewhere = connectTo(other.url);
    try {
      await expect(
        planRepair(elsewhere, request('undo', directory, { receipt: outcome.receiptId })),
      ).rejects.toMatchObject({ code: 'other-database', exitCode: 4 });
    } finally {
      await elsewhere.close();
      await other.drop();
    }
  });

  test('without its deleted records is refused, and changes nothing: exit code 2', async () => {
    const outcome = await reset();
    const file = outcome.receipt.replace('.jsonl', '.records.gz');
    writeFileSync(file, readFileSync(file).subarray(0, 20));
    const before = await counts();
    await expect(undo(outcome)).rejects.toMatchObject({ code: 'damaged-receipt', exitCode: 2 });
    expect(await counts()).toEqual(before);
  });
});
