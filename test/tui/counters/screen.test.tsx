import { renderToString } from 'ink';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { NotCheckable } from '../../../source/counter/definition/definition.ts';
import { App } from '../../../source/tui/app.tsx';
import { Background } from '../../../source/tui/background.ts';
import { CountersScreen } from '../../../source/tui/counters/screen.tsx';
import { ListScreen } from '../../../source/tui/list/list.tsx';
import { initialState, type State } from '../../../source/tui/state/model.ts';
import type { Screen } from '../../../source/tui/state/screens.ts';
import { reduce } from '../../../source/tui/state/state.ts';
import { createStore } from '../../../source/tui/store.ts';
import { ThemeContext, theme } from '../../../source/tui/theme.ts';
import { comments, inspectedWith, named, posts, revenue } from '../../helpers/counters.ts';
import { healthOf, simulated } from '../../helpers/shown-counters.ts';

const views: NotCheckable = {
  id: 'public.tags.views',
  table: { schema: 'public', table: 'tags' },
  column: 'views',
  reason: 'Nothing logs what it counts.',
};
const sums = { sums: { rows: 1_200_300, accurate: 1_200_298, mismatched: 2 }, notCounted: null };

function listOf(counters: (typeof comments)[], size = { columns: 80, rows: 24 }): State {
  const state = { ...initialState(size), counter: counters[0] ?? null, screen: 'counters' as const };
  return reduce(state, {
    type: 'counters',
    step: {
      kind: 'found',
      counters,
      notCheckable: [views],
      server: inspectedWith(comments),
      schema: 'public',
    },
  });
}

function linesOf(state: State, ascii = false): string[] {
  const screen = (
    <ThemeContext value={theme(ascii, false)}>
      <CountersScreen state={state} />
    </ThemeContext>
  );
  return renderToString(screen, { columns: state.size.columns }).split('\n');
}

describe('the screen of the counters', () => {
  test.each([
    [80, 24],
    [120, 40],
    [200, 50],
  ])('has a line for each, with its sums or its reason, at %i x %i', (columns, rows) => {
    let state = listOf([comments, revenue, posts], { columns, rows });
    state = reduce(state, {
      type: 'counters',
      step: { kind: 'audited', id: comments.id, found: sums, at: 0 },
    });
    const failed = { sums: null, notCounted: 'permission denied for table sales.' };
    state = reduce(state, {
      type: 'counters',
      step: { kind: 'audited', id: revenue.id, found: failed, at: 0 },
    });
    state = reduce(state, { type: 'counters', step: { kind: 'auditing', id: posts.id } });
    const lines = linesOf(state);
    expect(lines.length).toBeLessThanOrEqual(rows - 4);
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
    expect(lines[1]).toMatch(
      /^› posts\.comments_count +comments +count_comm\S+ +certain +(1,200,300|1\.2M) +(1,200,298|1\.2M) +2$/,
    );
    expect(lines[2]).toMatch(/^ {2}sellers\.revenue +not counted: permission denied for table sales\./);
    expect(lines[3]).toMatch(/^ {2}threads\.posts_count +posts +nothing found +certain +reading$/);
    expect(lines[4]).toMatch(/^ {2}tags\.views +cannot be checked: Nothing logs what it counts\./);
    const text = lines.join(' ').replace(/\s+/g, ' ');
    expect(text).toContain('1 of 4, 2 of 3 counters audited, 1 with wrong counts');
    expect(text).toContain(
      'Counts comments by post_id where deleted_at IS NULL. Kept by trigger count_comment on public.comments; known by trigger.',
    );
    expect(text).toContain('Audited at 00:00:00 UTC.');
  });

  test('cuts what is known of a counter off, and leaves the lines above as they are', () => {
    const long = 'Line 32 of public.count_comment() adds one for each of the records of comments. '.repeat(
      20,
    );
    const source = { kind: 'trigger' as const, evidence: [long] };
    const lines = linesOf(listOf([{ ...comments, source }]));
    expect(lines.length).toBeLessThanOrEqual(20);
    expect(lines[0]).toMatch(/^ {2}Counter +Counts +Kept by +Known +Rows +Accurate Wrong$/);
    expect(lines).toContain('  1 of 2, 0 of 1 counter audited');
    expect(lines).toContain(comments.id);
  });

  test('scrolls through 200 of them', () => {
    let state = listOf(Array.from({ length: 200 }, (_, index) => named(`t${index}`)));
    expect(linesOf(state)[1]).toContain('› t0.n');
    state = reduce(state, { type: 'move', move: { by: 150 } });
    expect(linesOf(state).join('\n')).toContain('› t150.n');
    state = reduce(state, { type: 'move', move: { to: 'end' } });
    expect(linesOf(state).join('\n')).toMatch(/› tags\.views +cannot be checked/);
    expect(linesOf(state).join('\n')).toContain('201 of 201');
    expect(linesOf(state).length).toBeLessThanOrEqual(20);
  });

  test('shows hostile names without their effects', () => {
    const state = listOf([
      named('evil \u001b[31mred\u0007\n\u202eabc'),
      named('日本語の表の名前はとても長いことがあります、本当に'),
    ]);
    const text = linesOf(state).join('\n');
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(text).toMatch(/› evil red +abc\.n/);
    for (const line of linesOf(state)) expect(stringWidth(line)).toBeLessThanOrEqual(80);
  });

  test('is drawn with ASCII alone under --ascii', () => {
    expect(linesOf(listOf([comments, named('a table whose name is long')]), true).join('\n')).toMatch(
      /^[\x20-\x7e\n]*$/,
    );
  });
});

const numbers = { change: 0, changedAt: 0, lastUsedAt: null };
const screens: readonly Screen[] = [
  'list',
  'preset',
  'trigger',
  'history',
  'drift',
  'help',
  'counters',
  'checklist',
  'simulate',
];

describe('another counter', () => {
  const kept = healthOf(comments);
  const row = { id: '1', name: 'Hello', usageCount: 3, records: 1, ...numbers };
  const state: State = {
    ...listOf([comments, revenue], { columns: 120, rows: 90 }),
    inspected: inspectedWith(comments),
    rows: new Map([['1', row]]),
    order: ['1'],
    selected: '1',
    totals: { rows: 1, accurate: 0, mismatched: 1, tooHigh: 1, tooLow: 0, records: 1 },
    detail: { id: '1', value: { latest: [], newestAt: null, perDay: [1, 2], perHour: [], weeks: null } },
    newest: { value: null },
    whyNot: null,
  };
  const drawn = (now: State) => {
    const store = createStore(
      now,
      () => {},
      () => {},
    );
    return renderToString(
      <App
        store={store}
        looks={theme(false, false)}
        background={new Background({}, { colors: 0 })}
        whyNotContext={async () => null}
      />,
      { columns: now.size.columns },
    );
  };

  test.each(screens)('is never called a preset on the %s screen', screen => {
    const text = drawn({ ...state, screen, behindHelp: 'list', trigger: kept, simulation: simulated });
    const allowed = text.replaceAll('preset-usage', '');
    expect(allowed).not.toMatch(/preset|usage_count|\buses?\b|last_used_at/i);
    expect(text).toContain('posts.comments_count');
    if (screen !== 'counters') expect(text).toContain('1 post  ');
  });

  test('has its own nouns and columns on the list and on the screen of a row', () => {
    expect(drawn({ ...state, screen: 'list' })).toMatch(/Post +Count +Comments +Drift ↓ +Badge/);
    const text = drawn({ ...state, screen: 'preset' });
    expect(text).toMatch(/comments_count +3\n/);
    expect(text).toMatch(/Comments +1\n/);
    expect(text).toContain('Comments per day');
  });

  test('that adds up amounts shows every digit', () => {
    const exact = {
      id: 's',
      name: 'Ada',
      usageCount: 2 ** 53,
      exact: '9007199254740993.0002',
      records: 2 ** 53,
      exactRecords: '9007199254740993.0001',
      exactDrift: '0.0001',
      ...numbers,
    };
    const sold = {
      ...state,
      inspected: inspectedWith(revenue),
      rows: new Map([['s', exact]]),
      order: ['s'],
      selected: 's',
    };
    const wide = { ...sold, size: { columns: 120, rows: 24 } };
    const list = renderToString(
      <ThemeContext value={theme(false, false)}>
        <ListScreen state={wide} />
      </ThemeContext>,
      { columns: 120 },
    );
    expect(list).toMatch(
      /Seller +Count +Sum +Drift ↓[^\n]*\n› Ada +9,007,199,254,740,993\.0002 +9,007,199,254,740,993\.0001 +\+0\.0001 +✗ Mismatch/,
    );
    const text = drawn({ ...sold, screen: 'preset' });
    expect(text).toMatch(/revenue +9,007,199,254,740,993\.0002\n/);
    expect(text).toMatch(/Sum of amount +9,007,199,254,740,993\.0001\n/);
    expect(text).toMatch(/Drift +\+0\.0001: the count is too high\n/);
    const narrow = drawn({ ...sold, screen: 'list' });
    expect(narrow).toMatch(/› Ada +9007199\.3G +9007199\.3G +\+0\.0001 +✗/);
  });

  test('is not called one of presets while it is not known', () => {
    const unknown = { ...initialState({ columns: 120, rows: 24 }), screen: 'list' as const };
    const text = drawn(unknown);
    expect(text).toContain('Reading the counter');
    expect(text.replace('preset-usage', '')).not.toMatch(/preset|uses/i);
    expect(drawn({ ...unknown, counter: revenue })).toMatch(/Seller +Count/);
  });

  test('with a key of several columns names each of them', () => {
    const thread = { id: '["b, c","1"]', name: 'b, c, 1', usageCount: 1, records: 1, ...numbers };
    const text = drawn({
      ...state,
      screen: 'preset',
      inspected: inspectedWith(posts),
      rows: new Map([[thread.id, thread]]),
      order: [thread.id],
      selected: thread.id,
    });
    expect(text).toMatch(/\nforum +b, c\nno +1\n/);
    expect(text).not.toContain('["');
  });

  test('without a label shows its key once', () => {
    const only = { ...row, id: '17', name: '17' };
    const text = drawn({
      ...state,
      screen: 'preset',
      rows: new Map([['17', only]]),
      order: ['17'],
      selected: '17',
    });
    expect(text.match(/\b17\b/g)).toHaveLength(1);
  });
});
