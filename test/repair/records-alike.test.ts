import { cpSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RepairOutcome } from '../../source/repair/repair.ts';
import { ageReceipts } from '../helpers/age-receipts.ts';
import { insertPresets } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { type Over, RepairBench } from '../helpers/repair-bench.ts';
import { scaledList } from '../helpers/scale.ts';

// Records that consist only of the key of their preset: they all look alike.
const bare = `
  DROP TRIGGER trigger_auto_increment_preset_usage_count ON preset_usage;
  CREATE FUNCTION one_more() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id; RETURN NULL; END';
  CREATE TRIGGER one_more AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION one_more();
  ALTER TABLE preset_usage DROP COLUMN id, DROP COLUMN usage_type, DROP COLUMN usage_data, DROP COLUMN user_id, DROP COLUMN created_at`;
const history = { options: { deleteHistory: true } };

let bench: RepairBench;
let noir: string;
let pastel: string;

beforeEach(async () => {
  bench = await RepairBench.open();
  await bench.arrange(bare);
  [noir, pastel] = (await insertPresets(bench.own.sql, ['Noir', 'Pastel'])) as [string, string];
  await use(noir, 100);
});
afterEach(() => bench.close());

/** So many uses in one transaction. */
async function use(preset: string, times: number): Promise<void> {
  await bench.own
    .sql`INSERT INTO preset_usage (preset_id) SELECT ${preset}::uuid FROM generate_series(1, ${times})`;
}

/** A second state directory with the same receipts and the same key, as a copied home directory has them. */
function copied(): string {
  const directory = join(bench.directory, '..', 'elsewhere');
  cpSync(bench.directory, directory, { recursive: true });
  return directory;
}

const planUndo = ({ receiptId }: RepairOutcome, over: Over = {}) =>
  bench.plan('undo', { receipt: receiptId, ...over });

const unsure = expect.objectContaining({
  name: 'Noir',
  reason: 'unsure',
  message: expect.stringContaining('--put-back-anyway'),
});

describe('a state directory that was copied with its key', () => {
  test.each([
    ['one that has deleted by TRUNCATE', {}, 'truncate'],
    ['one that has deleted in batches', { presets: ['Noir'] }, 'batches'],
  ] as const)('a reset is taken back from both, %s: its records are there once', async (_, over, method) => {
    const before = await bench.tables();
    const planned = await bench.plan('reset', { ...history, ...over });
    expect(planned.method).toBe(method);
    const reset = await bench.run(planned);
    const directory = copied();
    expect(await bench.undo(reset)).toMatchObject({ restored: 100, left: [] });
    const plan = await planUndo(reset, { directory });
    expect(plan).toMatchObject({ changes: [], recordsToRestore: 0, left: [unsure] });
    expect(await bench.run(plan, { directory })).toMatchObject({ restored: 0, left: [unsure] });
    expect(await bench.tables()).toEqual(before);
  });

  test('also where a text column is all that they have beside', async () => {
    await bench.arrange(`ALTER TABLE preset_usage ADD COLUMN kind text DEFAULT 'import'`);
    const before = await bench.tables();
    const reset = await bench.repair('reset', history);
    const directory = copied();
    await bench.undo(reset);
    expect(await bench.run(await planUndo(reset, { directory }), { directory })).toMatchObject({
      restored: 0,
      left: [unsure],
    });
    expect(await bench.tables()).toEqual(before);
  });

  test('planned there before the other undo: the transaction that would put them back sees it', async () => {
    const before = await bench.tables();
    const reset = await bench.repair('reset', history);
    const directory = copied();
    const plan = await planUndo(reset, { directory });
    expect(plan.recordsToRestore).toBe(100);
    await bench.undo(reset);
    const late = await bench.run(plan, { fresh: true, directory });
    expect(late).toMatchObject({ restored: 0, left: [unsure] });
    expect(await bench.tables()).toEqual(before);
  });

  test('put back in several transactions, and with uses since: still seen', needsFullScale(), async () => {
    await use(pastel, 30);
    const reset = await bench.repair('reset', history);
    const directory = copied();
    await bench.run(await planUndo(reset), { most: { presets: 1, records: 40 } });
    for (let n = 0; n < 5; n += 1) await use(noir, 1);
    const plan = await planUndo(reset, { directory });
    expect(plan.left.map(({ name, reason }) => [name, reason]).sort()).toEqual([
      ['Noir', 'unsure'],
      ['Pastel', 'unsure'],
    ]);
    expect(await bench.counts()).toEqual({ Noir: [105, 105], Pastel: [30, 30] });
  });

  test('presets of one record each, which one transaction has put back', async () => {
    const [third, fourth] = (await insertPresets(bench.own.sql, ['Sepia', 'Teal'])) as [string, string];
    await use(third, 1);
    await use(fourth, 1);
    const reset = await bench.repair('reset', { ...history });
    const directory = copied();
    await bench.undo(reset);
    const { left } = await planUndo(reset, { directory });
    expect(left.map(({ name }) => name).sort()).toEqual(['Noir', 'Sepia', 'Teal']);
  });

  test('records of no preset', async () => {
    await bench.arrange(`ALTER TABLE preset_usage DROP CONSTRAINT preset_usage_preset_id_fkey;
      INSERT INTO preset_usage SELECT '00000000-0000-4000-8000-00000000000a' FROM generate_series(1, 7)`);
    const before = await bench.tables();
    const reset = await bench.repair('reset', history);
    expect(reset.deleted).toBe(107);
    const directory = copied();
    const early = await planUndo(reset, { directory });
    await bench.undo(reset);
    const orphans = expect.objectContaining({ id: null, reason: 'unsure' });
    for (const plan of [early, await planUndo(reset, { directory })]) {
      const done = await bench.run(plan, { fresh: true, directory });
      expect(done).toMatchObject({ restored: 0, left: expect.arrayContaining([unsure, orphans]) });
    }
    expect(await bench.tables()).toEqual(before);
  });

  test('--put-back-anyway puts them back, under another fingerprint', async () => {
    const reset = await bench.repair('reset', history);
    // An import of as many records as were deleted.
    await use(noir, 100);
    const plan = await planUndo(reset);
    expect(plan).toMatchObject({ recordsToRestore: 0, left: [unsure] });
    const anyway = await planUndo(reset, { putBackAnyway: true });
    expect(anyway).toMatchObject({ recordsToRestore: 100, left: [] });
    expect(anyway.fingerprint).not.toBe(plan.fingerprint);
    expect(anyway.remarks).toContainEqual(
      expect.objectContaining({ code: 'put-back-anyway', severity: 'warning' }),
    );
    expect(await bench.run(anyway)).toMatchObject({ restored: 100, left: [] });
    expect(await bench.counts()).toMatchObject({ Noir: [200, 200] });
  });
});

describe('with a key of several columns', () => {
  const keyed = `ALTER TABLE preset_usage ADD COLUMN place integer;
    UPDATE preset_usage u SET place = n.place
      FROM (SELECT ctid, row_number() OVER (PARTITION BY preset_id) AS place FROM preset_usage) n WHERE n.ctid = u.ctid;
    ALTER TABLE preset_usage ADD CONSTRAINT by_place PRIMARY KEY (preset_id, place)`;

  test('nothing is in doubt, and the server’s refusal of what is there is put into words', async () => {
    await bench.arrange(keyed);
    const before = await bench.tables();
    const reset = await bench.repair('reset', history);
    const directory = copied();
    await bench.undo(reset);
    const plan = await planUndo(reset, { directory });
    expect(plan).toMatchObject({ recordsToRestore: 100, left: [] });
    expect(plan.remarks.map(({ code }) => code)).not.toContain('presence-unknown');
    const { left } = await bench.run(plan, { directory });
    expect(left).toMatchObject([
      {
        name: 'Noir',
        reason: 'refused',
        message:
          'The server refused 100 of its records: duplicate key value violates unique constraint "by_place". Records with the same key are in the table, so these may be back already.',
      },
    ]);
    expect(await bench.tables()).toEqual(before);
  });

  test.each([
    ['may be NULL', 'UNIQUE (preset_id, place)'],
    ['is for some of them alone', null],
  ])('but a key that %s keeps nothing from being there twice', async (_, constraint) => {
    await bench.arrange(
      constraint === null
        ? `ALTER TABLE preset_usage ADD COLUMN place integer NOT NULL DEFAULT 0; CREATE UNIQUE INDEX ON preset_usage (preset_id, place) WHERE place > 0`
        : `ALTER TABLE preset_usage ADD COLUMN place integer, ADD ${constraint}`,
    );
    const reset = await bench.repair('reset', history);
    const directory = copied();
    await bench.undo(reset);
    expect(await planUndo(reset, { directory })).toMatchObject({ recordsToRestore: 0, left: [unsure] });
  });
});

describe('an ordinary undo is not prevented', () => {
  const puts = async (reset: RepairOutcome, restored = 100) =>
    expect(await bench.undo(reset)).toMatchObject({ restored, left: [] });

  test('by uses that came since, one or a few at a time, or more at once than were deleted', async () => {
    const reset = await bench.repair('reset', history);
    for (let n = 0; n < 100; n += 1) await use(noir, 1);
    for (let n = 0; n < 4; n += 1) await use(noir, 3);
    await use(noir, 150);
    await puts(reset);
    expect(await bench.counts()).toMatchObject({ Noir: [362, 362] });
  });

  test(
    'but where some came at once, so that part of them may be there, the plan warns',
    needsFullScale(),
    async () => {
      const reset = await bench.repair('reset', history);
      const plain = await planUndo(reset);
      await use(noir, 40);
      const plan = await planUndo(reset);
      expect(plan.remarks).toContainEqual(
        expect.objectContaining({
          code: 'presence-unknown',
          message: expect.stringContaining('1 preset has'),
        }),
      );
      expect(plan.fingerprint).not.toBe(plain.fingerprint);
      await puts(reset);
    },
  );

  test('by a use whose transaction was older than the reset and ended after it', async () => {
    const late = postgres(bench.own.url, { max: 1, onnotice: () => {} });
    try {
      const reset = await late.begin(async sql => {
        await sql`SELECT pg_current_xact_id()`;
        const done = await bench.repair('reset', history);
        await sql`INSERT INTO preset_usage (preset_id) VALUES (${noir})`;
        return done;
      });
      await puts(reset);
    } finally {
      await late.end();
    }
    expect(await bench.counts()).toMatchObject({ Noir: [101, 101] });
  });

  test('by what it has put back itself before it was stopped', async () => {
    const reset = await bench.repair('reset', history);
    const stop = new AbortController();
    const most = { presets: 1, records: 60 };
    const first = await bench.run(await planUndo(reset), { most, signal: stop.signal }, () => stop.abort());
    expect(first).toMatchObject({ ended: 'interrupted', restored: 60 });
    await puts(reset, 40);
    expect(await bench.counts()).toMatchObject({ Noir: [100, 100] });
  });

  test.each(scaledList(1, [[[1, 0]], [[0, 1]]]))(
    'by another undo of this state directory: two resets, order %o',
    async order => {
      const first = await bench.repair('reset', history);
      await use(noir, 100);
      const second = await bench.repair('reset', history);
      for (const which of order) await puts([first, second][which]!);
      expect(await bench.counts()).toMatchObject({ Noir: [200, 200] });
    },
  );

  test('by records that a reset of some presets or a stopped one has left', async () => {
    await use(noir, 60);
    const stop = new AbortController();
    const reset = await bench.run(
      await bench.plan('reset', { presets: ['Noir'], ...history }),
      { most: { presets: 1, records: 40 }, signal: stop.signal },
      () => stop.abort(),
    );
    expect(reset).toMatchObject({ ended: 'interrupted', deleted: 40 });
    await puts(reset, 40);
    expect(await bench.counts()).toMatchObject({ Noir: [160, 160] });
  });
});

describe('a receipt of an older version, which does not say what was under way when it began', () => {
  test('is undone beside uses, and not twice', async () => {
    const reset = await bench.repair('reset', history);
    ageReceipts(bench.directory);
    const directory = copied();
    await use(noir, 1);
    expect(await bench.undo(reset)).toMatchObject({ restored: 100, left: [] });
    expect(await bench.run(await planUndo(reset, { directory }), { directory })).toMatchObject({
      restored: 0,
      left: [unsure],
    });
    expect(await bench.counts()).toMatchObject({ Noir: [101, 101] });
  });
});
