import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { noChoice } from '../../source/config/column-choice.ts';
import type { RepairOutcome } from '../../source/repair/repair.ts';
import { insertPresets, insertRecords } from '../helpers/database.ts';
import { RepairBench } from '../helpers/repair-bench.ts';
import { scaledList } from '../helpers/scale.ts';

let bench: RepairBench;
let noir: string;
const withHistory = { options: { deleteHistory: true } };

beforeEach(async () => {
  bench = await RepairBench.open();
  [noir] = (await insertPresets(bench.own.sql, ['Noir', 'Warm'])) as [string];
  await insertRecords(bench.own.sql, noir, 3);
});
afterEach(() => bench.close());

const undo = (reset: RepairOutcome, choice: Partial<typeof noChoice> = {}) =>
  bench.undo(reset, { columns: { ...noChoice, ...choice } });
const look = ({ receiptId }: RepairOutcome) => bench.plan('undo', { receipt: receiptId, dryRun: true });
const columnCodes = async (reset: RepairOutcome) =>
  (await look(reset)).remarks.filter(({ code }) => code.startsWith('column-'));
const kinds = async (column: string) =>
  (await bench.own.sql.unsafe(`SELECT ${column}::text AS value FROM preset_usage ORDER BY id`)).map(
    ({ value }) => value,
  );
const isUntouched = async (reset: RepairOutcome) => {
  expect(await bench.counts()).toMatchObject({ Noir: [0, 0] });
  expect(await look(reset)).toMatchObject({ recordsToRestore: 3 });
};

describe('a column that was renamed', () => {
  test('is a remark, and refused with exit code 4 until it is named', async () => {
    const before = await kinds('usage_type');
    const reset = await bench.repair('reset', withHistory);
    await bench.arrange('ALTER TABLE preset_usage RENAME usage_type TO kind');
    expect(await columnCodes(reset)).toEqual([
      {
        code: 'column-gone',
        severity: 'error',
        message: expect.stringContaining('--map-column usage_type=kind'),
      },
      ...((
        await bench.own.sql`SELECT FROM pg_attribute WHERE attrelid = 'preset_usage'::regclass
        AND attname = 'kind' AND attnotnull`
      ).length > 0
        ? [{ code: 'column-required', severity: 'error', message: expect.stringContaining('kind') }]
        : [{ code: 'column-new', severity: 'info', message: expect.stringContaining('kind') }]),
    ]);
    await expect(undo(reset)).rejects.toMatchObject({
      code: 'columns-changed',
      exitCode: 4,
      message: expect.stringContaining('no longer has a column usage_type'),
    });
    await isUntouched(reset);
    const undone = await undo(reset, { map: [['usage_type', 'kind']] });
    expect(undone).toMatchObject({ changed: 1, restored: 3, left: [] });
    expect(await kinds('kind')).toEqual(before);
    expect((await bench.receipt(undone)).head).toMatchObject({
      mapped: [{ from: 'usage_type', to: 'kind' }],
    });
  });

  test('and holds the preset of a record', async () => {
    const before = await bench.tables();
    const reset = await bench.repair('reset', withHistory);
    await bench.arrange('ALTER TABLE preset_usage RENAME preset_id TO preset');
    expect(await columnCodes(reset)).toEqual([
      expect.objectContaining({
        code: 'column-reference',
        severity: 'error',
        message: expect.stringContaining('--map-column preset_id=preset'),
      }),
    ]);
    await expect(undo(reset)).rejects.toMatchObject({ code: 'columns-changed', exitCode: 4 });
    await expect(undo(reset, { drop: ['preset_id'] })).rejects.toMatchObject({ code: 'columns-changed' });
    expect((await bench.tables()).records).toEqual([]);
    // The trigger of these tables still uses the old name.
    await bench.arrange('ALTER TABLE preset_usage DISABLE TRIGGER USER');
    await undo(reset, { map: [['preset_id', 'preset']] });
    expect(await bench.tables()).toEqual(before);
  });

  test('needs quotes, in either spelling', async () => {
    await bench.arrange('ALTER TABLE preset_usage ADD "A=b" text; UPDATE preset_usage SET "A=b" = \'x\'');
    const before = await bench.tables();
    const reset = await bench.repair('reset', withHistory);
    await bench.arrange('ALTER TABLE preset_usage RENAME "A=b" TO "C d"');
    await undo(reset, { map: [['"A=b"', 'C d']] });
    expect(await bench.tables()).toEqual(before);
  });

  test('with another one of its type: each comes back into its own, or none', async () => {
    await bench.arrange(
      `ALTER TABLE preset_usage ADD first text DEFAULT 'one', ADD second text DEFAULT 'two'`,
    );
    const reset = await bench.repair('reset', withHistory);
    await bench.arrange(`ALTER TABLE preset_usage RENAME first TO other; ALTER TABLE preset_usage RENAME second TO first;
      ALTER TABLE preset_usage RENAME other TO second`);
    expect((await columnCodes(reset)).map(({ code }) => code)).toEqual(['column-renamed', 'column-renamed']);
    await expect(undo(reset)).rejects.toMatchObject({ code: 'columns-changed', exitCode: 4 });
    await isUntouched(reset);
    const map = [
      ['first', 'second'],
      ['second', 'first'],
    ] as const;
    expect(await undo(reset, { map })).toMatchObject({ restored: 3, left: [] });
    expect([await kinds('first'), await kinds('second')]).toEqual([
      ['two', 'two', 'two'],
      ['one', 'one', 'one'],
    ]);
  });

  test('while another one took its name: both are to be named', async () => {
    await bench.arrange(
      `ALTER TABLE preset_usage ADD a text, ADD b text; UPDATE preset_usage SET a = 'a', b = 'b'`,
    );
    const before = await bench.tables();
    const reset = await bench.repair('reset', withHistory);
    await bench.arrange(
      'ALTER TABLE preset_usage RENAME a TO c; ALTER TABLE preset_usage RENAME b TO a; ALTER TABLE preset_usage RENAME c TO b',
    );
    await expect(undo(reset, { map: [['a', 'b']] })).rejects.toMatchObject({ code: 'columns-changed' });
    await undo(reset, {
      map: [
        ['a', 'b'],
        ['b', 'a'],
      ],
    });
    expect(await bench.tables()).toEqual(before);
  });
});

describe('a column that is gone', () => {
  test('is left out only if it is named, which the undo’s receipt records', async () => {
    const reset = await bench.repair('reset', withHistory);
    await bench.arrange('ALTER TABLE preset_usage DROP COLUMN usage_data');
    await expect(undo(reset)).rejects.toMatchObject({
      code: 'columns-changed',
      hint: expect.stringContaining('--drop-column usage_data'),
    });
    await isUntouched(reset);
    const undone = await undo(reset, { drop: ['usage_data'] });
    expect(undone).toMatchObject({ restored: 3, left: [] });
    expect((await bench.receipt(undone)).head).toMatchObject({ dropped: ['usage_data'] });
  });

  test('because the server computes it now', async () => {
    const reset = await bench.repair('reset', withHistory);
    await bench.arrange(`ALTER TABLE preset_usage DROP COLUMN usage_data;
      ALTER TABLE preset_usage ADD usage_data text GENERATED ALWAYS AS (usage_type || '!') STORED`);
    expect(await columnCodes(reset)).toMatchObject([{ code: 'column-computed' }]);
    await expect(undo(reset)).rejects.toMatchObject({ code: 'columns-changed' });
    await undo(reset, { drop: ['usage_data'] });
    expect(await bench.counts()).toMatchObject({ Noir: [3, 3] });
  });
});

describe('a column that is new', () => {
  test.each([
    ['note text', /note .* is new: .* get NULL there/],
    [`note text NOT NULL DEFAULT 'n'`, /get 'n'::text there/],
    ['note bigint GENERATED ALWAYS AS IDENTITY', /get a new number there/],
  ])('and need not be given: %s', async (column, message) => {
    const reset = await bench.repair('reset', withHistory);
    await bench.arrange(`ALTER TABLE preset_usage ADD ${column}`);
    expect(await columnCodes(reset)).toEqual([
      { code: 'column-new', severity: 'info', message: expect.stringMatching(message) },
    ]);
    expect(await undo(reset)).toMatchObject({ restored: 3, left: [] });
  });

  test.each([['text NOT NULL'], ['given']])('and must be given: %s', async type => {
    const reset = await bench.repair('reset', withHistory);
    await bench.arrange(`CREATE DOMAIN given AS text NOT NULL; ALTER TABLE preset_usage ADD source ${type}`);
    expect(await columnCodes(reset)).toMatchObject([{ code: 'column-required', severity: 'error' }]);
    await expect(undo(reset)).rejects.toMatchObject({
      code: 'columns-changed',
      exitCode: 4,
      hint: expect.stringContaining('ALTER COLUMN source SET DEFAULT'),
    });
    await isUntouched(reset);
    await bench.arrange(`ALTER TABLE preset_usage ALTER source SET DEFAULT 'undone'`);
    await undo(reset);
    expect(await kinds('source')).toEqual(['undone', 'undone', 'undone']);
  });
});

describe('a column of another type', () => {
  const value = '2026-05-05 10:11:12.123456+00';
  const typed = async (was: string, is: string, text: string) => {
    await bench.arrange(`ALTER TABLE preset_usage ADD v ${was}; UPDATE preset_usage SET v = '${text}'`);
    const reset = await bench.repair('reset', withHistory);
    await bench.arrange(`ALTER TABLE preset_usage DROP COLUMN v; ALTER TABLE preset_usage ADD v ${is}`);
    return reset;
  };

  test.each(
    scaledList(1, [
      ['varchar(4)', 'text', 'abc '],
      ['integer', 'bigint', '7'],
      ['char(4)', 'char(8)', 'abc'],
    ]),
  )('%s as %s: every value comes back', async (was, is, text) => {
    const reset = await typed(was, is, text);
    expect(await columnCodes(reset)).toMatchObject([{ code: 'column-type', severity: 'info' }]);
    expect(await undo(reset)).toMatchObject({ restored: 3, left: [] });
    expect((await kinds('v')).map(found => found.trimEnd())).toEqual(Array(3).fill(text.trimEnd()));
  });

  test.each(
    scaledList(1, [
      ['timestamptz', 'date', value],
      ['timestamptz', 'timestamptz(0)', value],
      ['numeric', 'numeric(5,1)', '1.25'],
    ]),
  )('%s as %s: a lossy conversion is refused until it is accepted', async (was, is, text) => {
    const reset = await typed(was, is, text);
    await expect(undo(reset)).rejects.toMatchObject({
      code: 'columns-changed',
      message: expect.stringContaining('3 of its values would change'),
      hint: expect.stringContaining('--map-column v=v'),
    });
    await isUntouched(reset);
    expect(await undo(reset, { map: [['v', 'v']] })).toMatchObject({ restored: 3, left: [] });
  });

  test('that cannot hold them: no mapping helps, leaving them out does', async () => {
    const reset = await typed('text', 'integer', 'seven');
    await expect(undo(reset, { map: [['v', 'v']] })).rejects.toMatchObject({
      code: 'columns-changed',
      message: expect.stringContaining('cannot hold all of its values'),
      hint: expect.stringContaining('--drop-column v'),
    });
    expect(await undo(reset, { drop: ['v'] })).toMatchObject({ restored: 3, left: [] });
  });
});

test.each([
  [{ map: [['nothing', 'usage_type']] as const }, 'no values of a column nothing'],
  [{ map: [['usage_type', 'nothing']] as const }, 'has no column nothing'],
  [{ drop: ['nothing'] }, 'no values of a column nothing'],
  [{ map: [['usage_type', 'usage_data']] as const, drop: ['usage_type'] }, 'named more than once'],
  [
    {
      map: [
        ['usage_type', 'id'],
        ['usage_data', 'id'],
      ] as const,
    },
    'would go into id',
  ],
])('an impossible choice is a usage error: %j', async (choice, message) => {
  const reset = await bench.repair('reset', withHistory);
  await expect(undo(reset, choice)).rejects.toMatchObject({
    code: 'bad-column',
    exitCode: 2,
    message: expect.stringContaining(message),
  });
});

test('the choice of columns is part of the plan’s fingerprint', async () => {
  const reset = await bench.repair('reset', withHistory);
  await bench.arrange(`ALTER TABLE preset_usage ADD kind text NOT NULL DEFAULT ''`);
  const prints = await Promise.all(
    [
      noChoice,
      { ...noChoice, drop: ['usage_data'] },
      { ...noChoice, map: [['usage_type', 'kind']] as const },
    ].map(
      async columns =>
        (await bench.plan('undo', { receipt: reset.receiptId, columns, dryRun: true })).fingerprint,
    ),
  );
  expect(new Set(prints).size).toBe(3);
});

test('a table of records that was renamed takes its own back', async () => {
  const before = await bench.tables();
  const reset = await bench.repair('reset', withHistory);
  await bench.arrange(
    'ALTER TABLE preset_usage RENAME TO "presetUsage"; ALTER TABLE "presetUsage" DISABLE TRIGGER USER',
  );
  expect(await bench.undo(reset)).toMatchObject({ restored: 3, left: [] });
  await bench.arrange('ALTER TABLE "presetUsage" RENAME TO preset_usage');
  expect(await bench.tables()).toEqual(before);
});
