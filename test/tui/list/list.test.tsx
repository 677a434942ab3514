import { renderToString } from 'ink';
import { describe, expect, test } from 'vitest';
import { nounsOf } from '../../../source/counter/definition/counter-nouns.ts';
import { glyphs } from '../../../source/format/badges.ts';
import { ListScreen } from '../../../source/tui/list/list.tsx';
import { ofPresets } from '../../../source/tui/list/list-shape.ts';
import { columnWidths, listTitles, titleCells } from '../../../source/tui/list/row-cells.ts';
import { markingInAscii } from '../../../source/tui/render.tsx';
import { Footer } from '../../../source/tui/shared/footer.tsx';
import { type Action, initialState, type Sort } from '../../../source/tui/state/model.ts';
import { reduce } from '../../../source/tui/state/state.ts';
import { ThemeContext, theme } from '../../../source/tui/theme.ts';
import { comments, inspectedWith } from '../../helpers/counters.ts';

const counters = ['First', 'Second'].map((name, index) => ({
  id: name,
  name,
  usageCount: 9 - index,
  records: 9,
  lastUsedAt: null,
}));
const connected: Action = {
  type: 'connected',
  inspected: inspectedWith(comments),
  counters,
  at: 1,
  serverNow: 1,
};

const list = (actions: Action[], isAscii: boolean, color = false) => {
  const state = [connected, ...actions].reduce(reduce, initialState({ columns: 80, rows: 24 }, 'uses'));
  return renderToString(
    <ThemeContext value={theme(isAscii, color)}>
      <ListScreen state={state} />
    </ThemeContext>,
    { columns: 80 },
  );
};

test('the line above the list says what is listed, and where the cursor is', () => {
  expect(list([], false)).toMatch(/^Posts {2}1 of 2\n {2}Post /);
});

test('the column that is sorted by has an arrow, which shows the direction', () => {
  const by: Action = { type: 'sort', by: 'name' };
  expect(list([{ type: 'sort', by: 'cause' }], false)).toContain(', by cause');
  expect(list([by], false)).toMatch(/^ {2}Post ↓ /m);
  expect(list([by, by], false)).toMatch(/^ {2}Post ↑ /m);
  expect(list([by, by], true)).toMatch(/^ {2}Post \^ /m);
  const widths = columnWidths(80);
  const titles = listTitles(nounsOf(undefined), ofPresets, true);
  const titlesBy = (sort: Sort) =>
    Object.values(titleCells(widths, { sort, reversed: false }, glyphs(false), titles)).join('');
  // Also where the title alone fills its column.
  for (const sort of ['uses', 'name', 'drift', 'last-used'] as const) {
    expect(titlesBy(sort)).toContain('↓');
    expect(titlesBy(sort)).not.toContain('…');
  }
});

test.each([
  [false, '●'],
  [true, '*'],
])('a mark is a sign beside its row, without colours too (ascii: %j)', (isAscii, sign) => {
  const text = list([{ type: 'mark' }], isAscii);
  expect(text).toMatch(/^Posts {2}2 of 2, 1 marked\n/);
  expect(text.split('\n').filter(line => line.includes(sign))).toHaveLength(1);
  expect(text).toContain(`\n ${sign}First `);
  expect(list([], isAscii)).not.toContain(sign);
});

test('what the filter found in a name is marked, and what it does not understand is said where it is typed', () => {
  const filter = (text: string): Action => ({ type: 'type-filter', text });
  expect(list([filter('IRS "t"')], false, true)).toContain('F\u001b[4mirst\u001b[24m ');
  expect(list([filter('irs')], false)).toContain(' First ');
  const typing = [connected, { type: 'edit-filter' } as Action, filter('drift>')].reduce(
    reduce,
    initialState({ columns: 80, rows: 24 }),
  );
  expect(renderToString(<Footer state={typing} />, { columns: 80 })).toMatch(
    /^\/drift> {3}drift is compared with a number, such as drift>10/,
  );
});

test('what is cut has a mark, in ASCII too', () => {
  const written: unknown[] = [];
  const terminal = { columns: 80, write: (...all: unknown[]) => written.push(...all) };
  const ascii = markingInAscii(terminal as unknown as NodeJS.WriteStream, '~');
  expect(ascii.columns).toBe(80);
  const done = () => {};
  ascii.write('Many wo…', done);
  expect(written).toEqual(['Many wo~', done]);
});

test('rows of the same name have their keys beside it, and no others', () => {
  const twin = { ...connected, counters: [...counters, { ...counters[0]!, id: 'Third' }] };
  const text = list([twin], false);
  expect(text).toContain('First First ');
  expect(text).toContain('Third First ');
  expect(text).toMatch(/^ {2}Second /m);
});

describe('the uses of the last days', () => {
  const { tables, ...server } = inspectedWith(comments);
  const timed = { time: 'made', timeType: 'timestamp with time zone', recentIndexed: true };
  const drawn = (
    uses: [string, number[]][],
    { columns = 140, ascii = false, records = timed as object, hiddenBy = [] as string[] } = {},
  ) => {
    const inspected = {
      ...server,
      tables: { ...tables, records: { ...tables.records, ...records }, hiddenBy },
    };
    const actions: Action[] = [
      { ...connected, inspected },
      { type: 'recent-uses', uses: new Map(uses) },
    ];
    return renderToString(
      <ThemeContext value={theme(ascii, false)}>
        <ListScreen state={actions.reduce(reduce, initialState({ columns, rows: 24 }, 'uses'))} />
      </ThemeContext>,
      { columns },
    );
  };
  const rising = Array.from({ length: 14 }, (_, day) => Math.max(0, day - 5));

  test('are a column from 140 columns on, if they can be read', () => {
    const text = drawn([['First', rising]]);
    expect(text).toMatch(/ {2}14 days\n/);
    expect(text).toMatch(/First .* {8}▁▂▃▄▅▆▇█\n/);
    expect(drawn([['First', rising]], { ascii: true })).toMatch(/First .* {8}\.:-=\+\*#@\n/);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(140);
    for (const without of [
      { columns: 139 },
      { records: { ...timed, recentIndexed: false } },
      { records: { ...timed, time: null } },
      { hiddenBy: ['a policy'] },
    ])
      expect(drawn([['First', rising]], without)).not.toMatch(/14 days|▁▂▃|…▁/);
  });

  test('are blank until they are known, and a word if there are none', () => {
    const text = drawn([['First', Array(14).fill(0)]]);
    expect(text).toMatch(/First .* none\n/);
    expect(text).toMatch(/Second .*(never|-)\n?/);
    expect(text.match(/none/g)).toHaveLength(1);
  });

  test('stay the same object while they are the same, so that their row is not redrawn', () => {
    const read = (uses: [string, number[]][]): Action => ({ type: 'recent-uses', uses: new Map(uses) });
    const before = reduce(
      initialState({ columns: 140, rows: 24 }),
      read([
        ['a', [1, 2]],
        ['b', [0]],
      ]),
    );
    const after = reduce(
      before,
      read([
        ['a', [1, 2]],
        ['c', [4]],
      ]),
    );
    expect(after.recentUses.get('a')).toBe(before.recentUses.get('a'));
    expect([...after.recentUses.keys()]).toEqual(['a', 'b', 'c']);
    // So that nothing is redrawn.
    expect(reduce(after, read([['a', [...after.recentUses.get('a')!]]])).recentUses).toBe(after.recentUses);
    expect(reduce(after, read([['a', [1, 3]]])).recentUses.get('a')).toEqual([1, 3]);
  });
});
