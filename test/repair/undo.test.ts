import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recordsFile } from '../../source/repair/receipts/places.ts';
import { insertPresets, insertRecords } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { changesOf, RepairBench } from '../helpers/repair-bench.ts';

let bench: RepairBench;
let noir: string;
let pastel: string;
const withHistory = { options: { deleteHistory: true } };
const user = 'a0a0a0a0-0000-4000-8000-00000000000a';
const other = 'b0b0b0b0-0000-4000-8000-00000000000b';

beforeEach(async () => {
  bench = await RepairBench.open();
  [noir, pastel] = (await insertPresets(bench.own.sql, ['Noir', 'Pastel', 'Warm'])) as [string, string];
  await insertRecords(bench.own.sql, noir, 3);
  await insertRecords(bench.own.sql, pastel, 2);
});
afterEach(() => bench.close());

const lastUsedOf = async (name: string) =>
  (await bench.own.sql`SELECT last_used_at::text AS at FROM presets WHERE name = ${name}`)[0]?.at as
    | string
    | null;

describe('what came since', () => {
  test('a count that was NULL comes back NULL where nothing came, and counts what did', async () => {
    await bench.setCounts({ Noir: null, Pastel: null });
    const before = await bench.tables();
    const synced = await bench.repair('sync');
    await insertRecords(bench.own.sql, pastel, 1);
    expect(await bench.undo(synced)).toMatchObject({ changed: 2, left: [] });
    expect(await bench.counts()).toEqual({ Noir: [null, 3], Pastel: [1, 3], Warm: [0, 0] });
    expect((await bench.tables()).presets.find(line => line.includes('Noir'))).toBe(
      before.presets.find(line => line.includes('Noir')),
    );
  });

  test('uses stay, with their records and the time of the last one', async () => {
    const old = await bench.tables();
    const reset = await bench.repair('reset', withHistory);
    await insertRecords(bench.own.sql, noir, 4);
    const newest = await lastUsedOf('Noir');
    const undone = await bench.undo(reset);
    expect(undone).toMatchObject({ changed: 2, restored: 5, left: [] });
    expect(await bench.counts()).toEqual({ Noir: [7, 7], Pastel: [2, 2], Warm: [0, 0] });
    expect(await lastUsedOf('Noir')).toBe(newest);
    expect((await bench.tables()).records).toEqual(expect.arrayContaining(old.records));
    expect(changesOf(await bench.receipt(undone)).sort()).toEqual([
      ['Noir', 4, 3, -3],
      ['Pastel', 0, 2, -2],
    ]);
  });

  test('last_used_at comes back where no use came, older than the records or NULL as it may have been', async () => {
    await bench.own
      .sql`UPDATE presets SET last_used_at = CASE name WHEN 'Noir' THEN '2020-02-02Z'::timestamptz END`;
    const before = await bench.tables();
    const reset = await bench.repair('reset', withHistory);
    expect(await lastUsedOf('Noir')).toBeNull();
    await bench.undo(reset);
    expect(await bench.tables()).toEqual(before);
  });

  test('a preset that was deleted is left alone, the others are done: exit code 1', async () => {
    const reset = await bench.repair('reset', withHistory);
    await bench.own.sql`DELETE FROM presets WHERE id = ${noir}`;
    const plan = await bench.plan('undo', { receipt: reset.receiptId });
    expect(plan).toMatchObject({ recordsToRestore: 2, left: [{ name: 'Noir', reason: 'gone' }] });
    const undone = await bench.run(plan);
    expect(undone).toMatchObject({ changed: 1, restored: 2, left: [{ name: 'Noir', reason: 'gone' }] });
    expect(await bench.counts()).toEqual({ Pastel: [2, 2], Warm: [0, 0] });
    expect((await bench.receipt(undone)).end?.left).toMatchObject([{ name: 'Noir', reason: 'gone' }]);
  });

  test('a drift that something else has moved is left as it is', needsFullScale(), async () => {
    await bench.setCounts({ Noir: 9, Pastel: 9 });
    const synced = await bench.repair('sync');
    await bench.setCounts({ Noir: 5 });
    const undone = await bench.undo(synced);
    expect(undone).toMatchObject({
      changed: 1,
      left: [
        { name: 'Noir', reason: 'moved', message: expect.stringContaining('left a drift of 0, and it is 2') },
      ],
    });
    expect(await bench.counts()).toEqual({ Noir: [5, 3], Pastel: [9, 2], Warm: [0, 0] });
  });

  test('and a drift that is moved between plan and run makes the plan stale: exit code 4', async () => {
    const reset = await bench.repair('reset', withHistory);
    const plan = await bench.plan('undo', { receipt: reset.receiptId });
    await bench.setCounts({ Noir: 5 });
    const before = await bench.tables();
    await expect(bench.run(plan)).rejects.toMatchObject({ code: 'stale-plan', exitCode: 4 });
    expect(await bench.tables()).toEqual(before);
  });
});

describe('the order of receipts', () => {
  test('a newer one is taken back first', async () => {
    await bench.setCounts({ Noir: 9 });
    const wrong = await bench.tables();
    const synced = await bench.repair('sync');
    const right = await bench.tables();
    const reset = await bench.repair('reset', withHistory);
    const zero = await bench.tables();
    const tooEarly = await bench.undo(synced);
    expect(tooEarly).toMatchObject({
      changed: 0,
      left: [{ name: 'Noir', reason: 'newer', message: expect.stringContaining(reset.receiptId) }],
    });
    expect(await bench.tables()).toEqual(zero);
    expect(await bench.undo(reset)).toMatchObject({ changed: 2, restored: 5, left: [] });
    expect(await bench.tables()).toEqual(right);
    expect(await bench.undo(synced)).toMatchObject({ changed: 1, left: [] });
    expect(await bench.tables()).toEqual(wrong);
  });

  test('twice: the second time nothing is in effect', async () => {
    const reset = await bench.repair('reset', withHistory);
    await bench.undo(reset);
    const before = await bench.tables();
    const plan = await bench.plan('undo', { receipt: reset.receiptId });
    expect(plan).toMatchObject({ changes: [], recordsToRestore: 0, left: [] });
    expect(plan.remarks.map(({ code }) => code)).toContain('nothing-in-effect');
    expect(await bench.run(plan)).toMatchObject({ changed: 0, restored: 0 });
    expect(await bench.tables()).toEqual(before);
  });

  test('two consoles that both planned it: the second changes nothing, even where no unique key would stop it', async () => {
    await bench.arrange('ALTER TABLE preset_usage DROP CONSTRAINT preset_usage_pkey');
    const before = await bench.tables();
    const reset = await bench.repair('reset', withHistory);
    const plans = await Promise.all([1, 2].map(() => bench.plan('undo', { receipt: reset.receiptId })));
    expect(await bench.run(plans[0]!, { fresh: true })).toMatchObject({ restored: 5 });
    expect(await bench.tables()).toEqual(before);
    await expect(bench.run(plans[1]!, { fresh: true })).rejects.toMatchObject({
      code: 'stale-plan',
      exitCode: 4,
    });
    expect(await bench.tables()).toEqual(before);
  });

  test('an undo is not taken back: exit code 2', async () => {
    const undone = await bench.undo(await bench.repair('reset'));
    await expect(bench.plan('undo', { receipt: undone.receiptId })).rejects.toMatchObject({
      code: 'not-undoable',
      exitCode: 2,
    });
  });

  test('a receipt of another database is refused: exit code 4', async () => {
    const elsewhere = await RepairBench.open();
    try {
      const reset = await bench.repair('reset');
      await insertPresets(elsewhere.own.sql, ['Noir']);
      const before = await elsewhere.tables();
      await expect(
        elsewhere.plan('undo', { receipt: reset.receiptId, directory: bench.directory }),
      ).rejects.toMatchObject({
        code: 'other-database',
        exitCode: 4,
        message: expect.stringContaining(bench.own.name),
      });
      expect(await elsewhere.tables()).toEqual(before);
    } finally {
      await elsewhere.close();
    }
  });

  test('a receipt that is not there: exit code 2', async () => {
    await expect(bench.plan('undo', { receipt: '2020' })).rejects.toMatchObject({
      code: 'no-such-receipt',
      exitCode: 2,
    });
  });
});

describe('what records refer to', () => {
  beforeEach(async () => {
    await bench.own
      .sql`INSERT INTO users (id, email) VALUES (${user}, 'a@example.org'), (${other}, 'b@example.org')`;
    await bench.own.sql`UPDATE preset_usage SET user_id = ${other}`;
    await bench.own
      .sql`INSERT INTO preset_usage (preset_id, user_id, usage_type) VALUES (${noir}, ${user}, 'x'), (${noir}, ${user}, 'x')`;
  });

  test.each([[false], [true]])(
    'a user who is gone: the other records come back, suppressed: %s',
    async suppressTriggers => {
      const reset = await bench.repair('reset', withHistory);
      await bench.own.sql`DELETE FROM users WHERE id = ${user}`;
      const undone = await bench.undo(reset, { options: { suppressTriggers } });
      expect(undone).toMatchObject({
        changed: 2,
        restored: 5,
        left: [
          {
            name: 'Noir',
            reason: 'reference',
            message: expect.stringMatching(/^2 of its 5 records .* public\.users/),
          },
        ],
      });
      expect(await bench.counts()).toEqual({ Noir: [3, 3], Pastel: [2, 2], Warm: [0, 0] });
      const [row] = await bench.own
        .sql`SELECT count(*)::int AS dangling FROM preset_usage u WHERE user_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM users WHERE id = u.user_id)`;
      expect(row?.dangling).toBe(0);
    },
  );

  test.each([[false], [true]])('a second reference to presets, suppressed: %s', async suppressTriggers => {
    await bench.arrange(`ALTER TABLE preset_usage ADD remix_of uuid REFERENCES presets ON DELETE SET NULL;
      UPDATE preset_usage SET remix_of = (SELECT id FROM presets WHERE name = 'Warm') WHERE user_id = '${user}'`);
    const reset = await bench.repair('reset', withHistory);
    await bench.own.sql`DELETE FROM presets WHERE name = 'Warm'`;
    const undone = await bench.undo(reset, { options: { suppressTriggers } });
    expect(undone).toMatchObject({
      changed: 2,
      restored: 5,
      left: [{ name: 'Noir', reason: 'reference', message: expect.stringContaining('public.presets') }],
    });
    expect(await bench.counts()).toEqual({ Noir: [3, 3], Pastel: [2, 2] });
  });

  test('records that refer to each other come back together', async () => {
    await bench.arrange(`ALTER TABLE preset_usage ADD follows uuid REFERENCES preset_usage;
      UPDATE preset_usage u SET follows = (SELECT min(id::text)::uuid FROM preset_usage f WHERE f.preset_id = u.preset_id)`);
    const before = await bench.tables();
    const reset = await bench.repair('reset', withHistory);
    expect(reset).toMatchObject({ deleted: 7, left: [] });
    expect(await bench.undo(reset)).toMatchObject({ restored: 7, left: [] });
    expect(await bench.tables()).toEqual(before);
    await expect(
      bench.plan('reset', { options: { deleteHistory: true, suppressTriggers: true } }),
    ).rejects.toMatchObject({ code: 'cannot-suppress', exitCode: 4 });
  });
});

describe('a table that has changed', () => {
  test('a dropped column is left out if the user says so, an added one takes its default', async () => {
    await bench.arrange(`ALTER TABLE preset_usage ADD note text DEFAULT 'n'`);
    const before = await bench.own
      .sql`SELECT id, preset_id, usage_type, created_at FROM preset_usage ORDER BY id`;
    const reset = await bench.repair('reset', withHistory);
    await bench.arrange(
      `ALTER TABLE preset_usage DROP COLUMN note, DROP COLUMN usage_data, ADD source text NOT NULL DEFAULT 'unknown'`,
    );
    const columns = { map: [], drop: ['note', 'usage_data'] };
    expect(await bench.undo(reset, { columns })).toMatchObject({ changed: 2, restored: 5, left: [] });
    expect(
      await bench.own.sql`SELECT id, preset_id, usage_type, created_at FROM preset_usage ORDER BY id`,
    ).toEqual(before);
    const [row] = await bench.own.sql`SELECT count(*)::int AS n FROM preset_usage WHERE source = 'unknown'`;
    expect(row?.n).toBe(5);
    expect(await bench.counts()).toEqual({ Noir: [3, 3], Pastel: [2, 2], Warm: [0, 0] });
  });

  test(
    'a constraint that the records do not meet: each preset says so, nothing is half done',
    needsFullScale(),
    async () => {
      const reset = await bench.repair('reset', withHistory);
      await bench.arrange(`ALTER TABLE preset_usage ADD CONSTRAINT since CHECK (created_at > now())`);
      const before = await bench.tables();
      const undone = await bench.undo(reset);
      expect(undone).toMatchObject({ changed: 0, restored: 0, ended: 'finished' });
      expect(
        undone.left.map(({ name, reason, message }) => [name, reason, message.includes('"since"')]).sort(),
      ).toEqual([
        ['Noir', 'refused', true],
        ['Pastel', 'refused', true],
      ]);
      expect(await bench.tables()).toEqual(before);
      // And nothing of it counts as taken back.
      await bench.arrange('ALTER TABLE preset_usage DROP CONSTRAINT since');
      expect(await bench.undo(reset)).toMatchObject({ changed: 2, restored: 5, left: [] });
    },
  );
});

describe('what is in the way', () => {
  test('a record of the same key: its preset is left with the server’s message, the other one is done', async () => {
    const before = await bench.tables();
    const [taken] = await bench.own.sql`SELECT id FROM preset_usage WHERE preset_id = ${noir} LIMIT 1`;
    const reset = await bench.repair('reset', withHistory);
    await bench.own
      .sql`INSERT INTO preset_usage (id, preset_id, usage_type) VALUES (${taken!.id}, ${noir}, 'new')`;
    const undone = await bench.undo(reset);
    expect(undone).toMatchObject({
      changed: 1,
      restored: 2,
      left: [{ name: 'Noir', reason: 'refused', message: expect.stringContaining('preset_usage_pkey') }],
    });
    expect(await bench.counts()).toEqual({ Noir: [1, 1], Pastel: [2, 2], Warm: [0, 0] });
    await bench.own.sql`DELETE FROM preset_usage WHERE usage_type = 'new'`;
    await bench.setCounts({ Noir: 0 });
    expect(await bench.undo(reset)).toMatchObject({ changed: 1, restored: 3, left: [] });
    expect((await bench.tables()).records).toEqual(before.records);
  });

  const firesFirst = (body: string) => `
    CREATE FUNCTION early() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} END $$;
    CREATE TRIGGER early BEFORE INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION early()`;

  test('the plan warns of a trigger that may change what is put back; suppressed, it does not', async () => {
    await bench.arrange(firesFirst(`NEW.usage_type := 'touched'; RETURN NEW;`));
    const original = await bench.tables();
    const reset = await bench.repair('reset', withHistory);
    const codes = async (suppressTriggers: boolean) =>
      (await bench.plan('undo', { receipt: reset.receiptId, options: { suppressTriggers } })).remarks.map(
        ({ code }) => code,
      );
    expect(await codes(false)).toContain('records-may-change');
    expect(await codes(true)).not.toContain('records-may-change');
    await bench.undo(reset, { options: { suppressTriggers: true } });
    expect(await bench.tables()).toEqual(original);
  });

  test('a trigger that keeps a record out: neither count nor records of that preset come back', async () => {
    const reset = await bench.repair('reset', withHistory);
    await bench.arrange(firesFirst(`IF NEW.preset_id = '${noir}' THEN RETURN NULL; END IF; RETURN NEW;`));
    expect(await bench.undo(reset)).toMatchObject({
      changed: 1,
      restored: 2,
      left: [{ name: 'Noir', reason: 'refused', message: expect.stringContaining('not every record') }],
    });
    expect(await bench.counts()).toEqual({ Noir: [0, 0], Pastel: [2, 2], Warm: [0, 0] });
  });
});

describe('the file of records', () => {
  test.each([
    ['cut off', (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 60))],
    [
      'garbled',
      (file: string) => {
        const bytes = readFileSync(file);
        bytes.fill(0x55, 20, 60);
        writeFileSync(file, bytes);
      },
    ],
  ])('is %s: exit code 2, and nothing is changed', async (_, damage) => {
    const reset = await bench.repair('reset', withHistory);
    const before = await bench.tables();
    damage(recordsFile(reset.receipt));
    await expect(bench.undo(reset)).rejects.toMatchObject({
      code: 'damaged-receipt',
      exitCode: 2,
      message: expect.stringContaining('.records.gz'),
    });
    expect(await bench.tables()).toEqual(before);
  });
});
