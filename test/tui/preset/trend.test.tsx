import { renderToString } from 'ink';
import { describe, expect, test } from 'vitest';
import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import type { PresetDetail } from '../../../source/counter/reading/preset-detail.ts';
import { PresetScreen } from '../../../source/tui/preset/preset.tsx';
import { weekWords } from '../../../source/tui/preset/trend.tsx';
import { initialState, type State } from '../../../source/tui/state/model.ts';
import { reduce } from '../../../source/tui/state/state.ts';
import { ThemeContext, theme } from '../../../source/tui/theme.ts';
import { comments, inspectedWith, revenue } from '../../helpers/counters.ts';

test.each([
  [120, 80, '120, and 80 in the 7 days before (+50%)'],
  [1, 3, '1, and 3 in the 7 days before (-67%)'],
  [100_001, 100_000, '100,001, and 100,000 in the 7 days before (+1%)'],
  [4, 0, '4, and 0 in the 7 days before'],
  [0, 0, '0, and as many in the 7 days before'],
  [5_000, 1, '5,000, and 1 in the 7 days before (+499,900%)'],
])('%i in this week and %i in the one before', (last, before, words) => {
  expect(weekWords({ last, before })).toBe(words);
});

const detail: PresetDetail = {
  latest: [],
  newestAt: null,
  perDay: [0, 2, 4],
  perHour: [1, 0, 3, 0],
  weeks: { last: 6, before: 3 },
};
const opened = (definition: CounterDefinition, value: PresetDetail): State => ({
  ...initialState({ columns: 80, rows: 50 }),
  screen: 'preset',
  inspected: inspectedWith(definition),
  rows: new Map([
    ['1', { id: '1', name: 'Hello', usageCount: 3, records: 3, lastUsedAt: null, change: 0, changedAt: 0 }],
  ]),
  order: ['1'],
  detail: { id: '1', value },
});
const drawn = (state: State, ascii = false) =>
  renderToString(
    <ThemeContext value={theme(ascii, false)}>
      <PresetScreen state={state} />
    </ThemeContext>,
    { columns: state.size.columns },
  );

describe('the screen of a row', () => {
  const state = opened(comments, detail);

  test('has its records of each day, and with v of each hour', () => {
    const byDay = drawn(state);
    expect(byDay).toMatch(/Comments per day {5}▄█\n +last 3 days \(UTC\), at most 4 per day\n/);
    expect(byDay).toContain('Last 7 days         6, and 3 in the 7 days before (+100%)');
    const byHour = reduce(state, { type: 'by-hour' });
    expect(drawn(byHour)).toMatch(/Comments per hour {3}▃ █\n +last 4 hours \(UTC\), at most 3 per hour\n/);
    expect(drawn(byHour, true)).toMatch(/Comments per hour {3}- @\n/);
    expect(drawn(reduce(byHour, { type: 'by-hour' }))).toBe(byDay);
    // Of a date there are no hours.
    expect(drawn({ ...opened(comments, { ...detail, perHour: [] }), byHour: true })).toBe(byDay);
  });

  test('says of a sum that it counts records there', () => {
    expect(drawn(opened(revenue, detail))).toContain('at most 4 per day, of any amount');
  });

  test('has the types and users of its records, and of which', () => {
    const types = { groups: 2, top: [{ value: 'reply', records: 7_000 }] };
    const found = { records: 10_000, onlyLatest: true, types, users: null };
    const told = reduce(state, { type: 'breakdown', id: '1', breakdown: found });
    expect(drawn(told)).toContain('\nTop types           reply 7,000, 1 more, of the latest 10,000\n');
    expect(drawn(told)).not.toContain('Top users');
    const all = { ...found, onlyLatest: false, types: null, users: types };
    expect(drawn(reduce(state, { type: 'breakdown', id: '1', breakdown: all }))).toContain(
      '\nTop users           reply 7,000, 1 more\n',
    );
    const { tables, ...rest } = inspectedWith(comments);
    const hidden = { ...told, inspected: { ...rest, tables: { ...tables, hiddenBy: ['a policy'] } } };
    const ofAnother = reduce(state, { type: 'breakdown', id: '2', breakdown: found });
    const unknown = reduce(state, { type: 'breakdown', id: '1', breakdown: null });
    for (const none of [state, hidden, ofAnother, unknown]) expect(drawn(none)).not.toContain('Top ');
  });

  test('has none where records have no time, or where some are hidden', () => {
    const timeless = opened(comments, { ...detail, perDay: [], perHour: [], weeks: null });
    expect(drawn(timeless)).not.toMatch(/per day|7 days/);
    const inspected = inspectedWith(comments);
    const hidden = { ...inspected, tables: { ...inspected.tables, hiddenBy: ['a policy'] } };
    expect(drawn({ ...state, inspected: hidden })).not.toMatch(/per day|7 days/);
  });
});
