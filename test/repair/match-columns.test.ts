import { describe, expect, test } from 'vitest';
import { type ColumnChoice, noChoice } from '../../source/config/column-choice.ts';
import {
  choiceMistake,
  matchColumns,
  type StoredColumn,
  type TableColumn,
  typeObstacle,
} from '../../source/repair/match-columns.ts';

const stored = (quoted: string, type = 'text', declared: string | undefined = type): StoredColumn => ({
  quoted,
  type,
  ...(declared === undefined ? {} : { declared }),
});
const column = (quoted: string, more: Partial<TableColumn> = {}): TableColumn => ({
  quoted,
  type: 'text',
  declared: 'text',
  required: false,
  fallback: null,
  generated: false,
  ...more,
});
const named = { table: 'app.uses', reference: 'preset', storedReference: 'preset' as string | undefined };
const receipt = [stored('preset'), stored('note')];
const table = [column('preset'), column('note')];
const match = (
  columns: TableColumn[],
  choice: Partial<ColumnChoice> = {},
  over: Partial<typeof named> = {},
) => matchColumns(receipt, columns, { ...named, ...over }, { ...noChoice, ...choice });
const codes = ({ obstacles, remarks }: ReturnType<typeof matchColumns>) => [
  obstacles.map(({ code }) => code),
  remarks.map(({ code }) => code),
];

describe('where each column goes', () => {
  test('into the one of its name', () => {
    expect(match(table)).toEqual({ into: ['preset', 'note'], retyped: [], obstacles: [], remarks: [] });
  });

  test('into one whose name has quotes in it', () => {
    const odd = match([column('preset'), column('"x""y"""')], { map: [['note', 'x"y"']] });
    expect(odd.into).toEqual(['preset', '"x""y"""']);
  });

  test('nowhere where it is gone, which is an obstacle until it is named', () => {
    const gone = match([column('preset'), column('remark')]);
    expect(gone.into).toEqual(['preset', null]);
    expect(codes(gone)).toEqual([['column-gone'], ['column-new']]);
    expect(gone.obstacles[0]).toMatchObject({
      message: 'app.uses no longer has a column note, but the receipt has values for it.',
      hint: expect.stringContaining('--map-column note=remark;'),
    });
    const dropped = match([column('preset')], { drop: ['note'] });
    expect([dropped.into, dropped.obstacles]).toEqual([['preset', null], []]);
    expect(dropped.remarks).toEqual([
      { code: 'column-dropped', severity: 'warning', message: 'The values of note are left out.' },
    ]);
    const kept = match(table, { drop: ['note'] });
    expect(kept.remarks.map(({ message }) => message)).toEqual([
      'The values of note are left out.',
      'The column note of app.uses is given no value: records that are put back get NULL there.',
    ]);
    const required = match([column('preset'), column('note', { required: true })], { drop: ['note'] });
    expect(required.obstacles[0]?.message).toBe(
      'The column note of app.uses is NOT NULL, and its values in the receipt go elsewhere or are left out.',
    );
    const mapped = match([column('preset'), column('remark')], { map: [['note', 'remark']] });
    expect(mapped.into).toEqual(['preset', 'remark']);
    expect(mapped.obstacles).toEqual([]);
    expect(mapped.remarks).toEqual([
      { code: 'column-mapped', severity: 'info', message: 'The values of note go into remark.' },
    ]);
  });

  describe('where another column has its name', () => {
    const numbered = [
      { ...stored('preset'), number: 1 },
      { ...stored('note'), number: 2 },
    ];
    const of = (columns: TableColumn[], choice: Partial<ColumnChoice> = {}) =>
      matchColumns(numbered, columns, named, { ...noChoice, ...choice });
    const preset = column('preset', { number: 1 });
    const [remark, note] = [column('remark', { number: 2 }), column('note', { number: 3 })];

    test('and it is still there by a new one: an obstacle until it is named', () => {
      const renamed = of([preset, remark, note]);
      expect(codes(renamed)[0]).toEqual(['column-renamed']);
      expect(renamed.obstacles[0]).toMatchObject({
        message:
          'The column note of the receipt is called remark in app.uses now, and another column has its old name.',
        hint: expect.stringContaining('--map-column note=remark;'),
      });
      const back = of([preset, remark, note], { map: [['note', 'remark']] });
      expect([back.into, codes(back)[0]]).toEqual([['preset', 'remark'], []]);
      const other = of([preset, remark, note], { map: [['note', 'note']] });
      expect([other.into, codes(other)[0]]).toEqual([['preset', 'note'], []]);
    });

    test('and the receipt of an older version does not say which one it was: by the name', () => {
      const columns = [column('preset'), column('extra'), column('note', { number: 3 })];
      const old = matchColumns(receipt, columns, named, noChoice);
      expect([old.into, old.obstacles]).toEqual([['preset', 'note'], []]);
    });

    test('and it was dropped: its values go into the new one', () => {
      expect(of([preset, note])).toMatchObject({ into: ['preset', 'note'], obstacles: [] });
    });

    test('a renamed one is offered before another of its type', () => {
      const [gone] = of([preset, remark, column('extra', { number: 4 })]).obstacles;
      expect(gone).toMatchObject({
        code: 'column-gone',
        hint: expect.stringContaining('--map-column note=remark;'),
      });
    });
  });

  test.each([
    ['none', [column('preset')]],
    ['one of another type', [column('preset'), column('n', { type: 'integer' })]],
    ['one that is computed', [column('preset'), column('n', { generated: true })]],
    ['several', [column('preset'), column('a'), column('b')]],
  ])('no name is guessed where of the new ones there is %s', (_, columns) => {
    expect(match(columns).obstacles[0]?.hint).toContain('--map-column note=NEW;');
  });

  test('nowhere where it is computed now', () => {
    const computed = [column('preset'), column('note', { generated: true })];
    expect(match(computed).obstacles).toEqual([
      {
        code: 'column-computed',
        message:
          'note of app.uses is a generated column now, so its values in the receipt cannot be put back.',
        hint: 'To leave them out, add --drop-column note.',
      },
    ]);
    expect(match(computed).remarks).toEqual([]);
    expect(codes(match(computed, { drop: ['note'] }))).toEqual([[], ['column-dropped']]);
  });

  test('not into one that another column is mapped to', () => {
    const { into, obstacles } = matchColumns([...receipt, stored('old')], table, named, {
      map: [['old', 'note']],
      drop: [],
    });
    expect(into).toEqual(['preset', null, 'note']);
    expect(obstacles).toMatchObject([{ code: 'column-gone' }]);
  });

  test('into the one it is mapped to, also if it is to be left out', () => {
    const both = match(table, { map: [['note', 'note']], drop: ['note'] });
    expect([both.into, both.remarks]).toEqual([['preset', 'note'], []]);
  });

  test('a quote at one end of a name is part of it', () => {
    for (const [plain, quoted] of [
      ['a "b"', '"a ""b"""'],
      ['"a" b', '"""a"" b"'],
    ] as const) {
      expect(match([column('preset'), column(quoted)], { map: [['note', plain]] }).into[1]).toBe(quoted);
    }
  });

  test('names are told as they are and as SQL quotes them', () => {
    const columns = [column('preset'), column('"N"')];
    for (const from of ['note', '"note"']) {
      for (const to of ['N', '"N"']) expect(match(columns, { map: [[from, to]] }).into[1]).toBe('"N"');
    }
    expect(match(columns, { map: [['note', 'n']] }).into[1]).toBeNull();
  });
});

describe('a new column', () => {
  test.each([
    [{}, [], 'get NULL there'],
    [{ fallback: "'x'::text" }, [], "get 'x'::text there"],
    [{ required: true, fallback: '0' }, [], 'get 0 there'],
    [{ generated: true, required: true }, [], null],
    [{ required: true }, ['column-required'], null],
  ])('%j', (more, obstacles, remark) => {
    const found = match([...table, column('fresh', more)]);
    expect(found.obstacles.map(({ code }) => code)).toEqual(obstacles);
    const message = `The column fresh of app.uses is new: records that are put back ${remark}.`;
    expect(found.remarks).toEqual(remark === null ? [] : [{ code: 'column-new', severity: 'info', message }]);
  });

  test('that needs a value, which the receipt does not have', () => {
    expect(match([...table, column('fresh', { required: true })]).obstacles).toEqual([
      {
        code: 'column-required',
        message: 'The column fresh of app.uses is new and NOT NULL, and the receipt has no value for it.',
        hint: expect.stringMatching(/SET DEFAULT .*--map-column OLD=fresh\.$/),
      },
    ]);
  });
});

describe('another type', () => {
  test.each([
    [stored('note', 'integer'), true],
    [stored('note', 'text', 'varchar(3)'), true],
    // A receipt of an older version does not know the length.
    [{ quoted: 'note', type: 'text' }, false],
    [{ quoted: 'note', type: 'integer' }, true],
  ])('%j against text: %s', (column, differs) => {
    for (const agreed of [false, true]) {
      const choice: ColumnChoice = agreed ? { map: [['note', 'note']], drop: [] } : noChoice;
      const { retyped } = matchColumns([stored('preset'), column], table, named, choice);
      expect(retyped).toEqual(differs ? [{ place: 1, column: table[1], agreed }] : []);
    }
  });

  test('says what was found, and what may be done', () => {
    const of = (refusal: string | null) =>
      typeObstacle('app.uses', stored('old', 'text'), column('n', { declared: 'integer' }), {
        differing: 3,
        refusal,
      });
    expect(of(null)).toMatchObject({
      code: 'column-type',
      message: expect.stringContaining('n of app.uses was text and is now integer, and 3 of its values'),
      hint: expect.stringContaining('--map-column old=n'),
    });
    const longer = { ...stored('n', 'text', 'varchar(3)') };
    const told = typeObstacle('app.uses', longer, column('n'), { differing: 1, refusal: null });
    expect(told.message).toContain('was varchar(3) and is now text');
    expect(of('bad')).toMatchObject({
      message: expect.stringContaining('bad'),
      hint: expect.stringContaining('--drop-column old'),
    });
  });
});

describe('the column that names the preset', () => {
  const renamed = [column('owner', { required: true }), column('note')];
  const owner = { reference: 'owner' };

  test('has to be mapped where it is another one, and cannot be left out', () => {
    for (const choice of [{}, { drop: ['preset'] }]) {
      const { obstacles } = match(renamed, choice, owner);
      expect(obstacles).toMatchObject([
        { code: 'column-reference', hint: expect.stringContaining('--map-column preset=owner') },
      ]);
    }
    expect(match(renamed, { map: [['preset', 'owner']] }, owner).obstacles).toEqual([]);
    expect(match(table, { drop: ['preset'] }).obstacles).toMatchObject([{ code: 'column-reference' }]);
  });

  test('is named with the one that it was, and is not told twice', () => {
    expect(match(renamed, {}, owner).obstacles).toEqual([
      {
        code: 'column-reference',
        message: 'owner of app.uses now names the preset of a record, and in the receipt that is preset.',
        hint: 'Without it records would belong to no preset. Add --map-column preset=owner.',
      },
    ]);
    const more = match([...renamed, column('fresh', { required: true })], {}, owner);
    expect(codes(more)[0]).toEqual(['column-reference', 'column-required']);
  });

  test('does not hide that another one is gone', () => {
    const { obstacles } = match([column('owner', { required: true })], {}, owner);
    expect(obstacles.map(({ code }) => code)).toEqual(['column-reference', 'column-gone']);
  });

  test('may not go into another column', () => {
    const away = match([...table, column('other')], { map: [['preset', 'other']] });
    expect(codes(away)[0]).toContain('column-reference');
  });

  test('is not another one than it was', () => {
    const choice = { map: [['note', 'owner']] as const };
    expect(codes(match(renamed, choice, owner))[0]).toContain('column-reference');
    expect(
      codes(
        match(table, {
          map: [
            ['preset', 'note'],
            ['note', 'preset'],
          ],
        }),
      )[0],
    ).toContain('column-reference');
  });

  test('of a receipt that does not say which one it was', () => {
    const unsaid = { ...owner, storedReference: undefined };
    expect(match(renamed, {}, unsaid).obstacles).toMatchObject([
      {
        code: 'column-reference',
        message:
          'owner of app.uses now names the preset of a record, and no column of the receipt goes into it.',
        hint: expect.stringContaining('--map-column OLD=owner.'),
      },
      { code: 'column-gone' },
    ]);
    expect(match(renamed, { map: [['preset', 'owner']] }, unsaid).obstacles).toEqual([]);
  });
});

test.each<[Partial<ColumnChoice>, string | null]>([
  [{ map: [['note', 'note']] }, null],
  [
    {
      map: [
        ['preset', 'note'],
        ['note', 'preset'],
      ],
    },
    null,
  ],
  [{ map: [['no', 'note']] }, 'The receipt has no values of a column no.'],
  [{ drop: ['no'] }, 'The receipt has no values of a column no.'],
  [{ map: [['note', 'no']] }, 'app.uses has no column no.'],
  [{ map: [['note', 'sum']] }, 'sum of app.uses is a generated column, so no values can go into it.'],
  [{ map: [['note', 'note']], drop: ['"note"'] }, 'The column note of the receipt is named more than once.'],
  [{ drop: ['note', 'note'] }, 'The column note of the receipt is named more than once.'],
  [
    {
      map: [
        ['preset', 'note'],
        ['note', '"note"'],
      ],
    },
    'Two columns of the receipt would go into note.',
  ],
])('%j: %s', (choice, mistake) => {
  const columns = [...table, column('sum', { generated: true })];
  expect(choiceMistake(receipt, columns, 'app.uses', { ...noChoice, ...choice })).toBe(mistake);
});
