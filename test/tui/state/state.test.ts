import { describe, expect, test } from 'vitest';
import type { Counter } from '../../../source/counter/counter.ts';
import type { Diagnosis } from '../../../source/diagnosis/diagnosis.ts';
import { ConsoleError } from '../../../source/errors/errors.ts';
import type { ShownHealth } from '../../../source/trigger/defined/shown-health.ts';
import { type Action, initialState, type Sort, type State, sorts } from '../../../source/tui/state/model.ts';
import { selectedRow, visibleIds } from '../../../source/tui/state/selectors.ts';
import { reduce } from '../../../source/tui/state/state.ts';
import type { WatchEvent } from '../../../source/watch/watch-event.ts';
import { inspectedWith, revenue } from '../../helpers/counters.ts';

const counter = (id: string, usageCount: number, records = usageCount): Counter => ({
  id,
  name: `name ${id}`,
  usageCount,
  records,
  lastUsedAt: usageCount * 1000,
});

const trigger = { healthy: true, findings: [], others: [] } as unknown as ShownHealth;
const server = {
  database: 'd',
  user: 'u',
  version: '18.4',
  address: null,
  readOnly: false,
  standby: false,
  superuser: false,
  bypassesRls: false,
  encryption: 'none',
};

const connected = (counters: Counter[]): Action => ({
  type: 'connected',
  inspected: {
    server,
    host: 'h',
    label: 'local',
    source: null,
    link: null,
    now: 0,
    tables: { presets: {}, records: {}, hiddenBy: [] } as never,
  },
  counters,
  at: 1,
  serverNow: 1,
});
const tick = (asked: string[], counters: Counter[], at: number): Extract<WatchEvent, { type: 'tick' }> => ({
  type: 'tick',
  inspected: {
    server,
    host: 'h',
    label: 'local',
    source: null,
    link: null,
    now: at,
    tables: { presets: {}, records: {}, hiddenBy: [] } as never,
  },
  asked,
  counters,
  trigger,
  detail: null,
  newest: null,
  schemaReport: null,
  contention: null,
  at,
  serverNow: at,
  pace: 2000,
});
const page = (counters: Counter[]): WatchEvent => ({
  type: 'audit-page',
  progress: { done: counters.length, presets: counters.length, counters, last: true },
  at: 2,
});
const done = (orphans = 0): WatchEvent => ({
  type: 'audit-done',
  summary: { orphans, durationMs: 1 } as never,
  at: 2,
});

const play = (actions: Action[], from: State = initialState({ columns: 80, rows: 12 })): State =>
  actions.reduce(reduce, from);
const order = (state: State) => state.order.slice().join('');
const five = ['a', 'b', 'c', 'd', 'e'].map((id, index) => counter(id, 50 - index * 10));

describe('the list', () => {
  test('is sorted by the size of the drift first, then by uses, name, last use and cause', () => {
    const wrong = [counter('a', 10), counter('b', 30, 29), counter('c', 20, 50)];
    const orders = [connected(wrong), ...Array.from({ length: 5 }, (): Action => ({ type: 'sort' }))].map(
      (_, index, all) => play(all.slice(0, index + 1)),
    );
    expect(orders.map(order)).toEqual(['cba', 'bca', 'abc', 'bca', 'cba', 'cba']);
    expect(orders.map(({ sort }) => sort)).toEqual([...sorts, 'drift']);
    const byUses = play([connected(wrong)], initialState({ columns: 80, rows: 12 }, 'uses'));
    expect(order(byUses)).toBe('bca');
    // Sums have neither a time nor causes.
    const sums: State = { ...byUses, sort: 'name', inspected: inspectedWith(revenue) };
    expect(reduce(sums, { type: 'sort' }).sort).toBe('drift');
  });

  test('by cause follows what is found', () => {
    const state = play([
      connected([counter('a', 1, 3), counter('b', 1, 2), counter('c', 1)]),
      { type: 'sort', by: 'cause' },
    ]);
    expect(order(state)).toBe('abc');
    const found = { drift: -1, diagnosis: { code: 'trigger-gap' } as Diagnosis };
    // No row changed since, so only the causes are new.
    const ticked = play([tick(['c'], [counter('c', 2, 2)], 3)], state);
    const diagnosed = reduce(ticked, { type: 'diagnosed', diagnoses: new Map([['b', found]]) });
    expect(order(diagnosed)).toBe('bac');
    expect(order(reduce(diagnosed, { type: 'diagnosed', diagnoses: new Map() }))).toBe('abc');
  });

  test('keeps a mismatch in its place while it is counted again', () => {
    const wrong = [counter('a', 1, 3), ...five.slice(1)];
    const used = tick(['a'], [{ ...counter('a', 2), records: null }], 3);
    expect(order(play([connected(wrong), used]))).toBe('abcde');
    expect(order(play([connected(wrong), used, tick(['a'], [counter('a', 2)], 4)]))).toBe('bcdea');
  });

  test('is sorted by the key of a column, and the other way round by the same key again', () => {
    const wrong = [counter('a', 10), counter('b', 30, 29), counter('c', 20, 50)];
    const by = (sort: Sort): Action => ({ type: 'sort', by: sort });
    const named = play([connected(wrong), by('name')]);
    expect([order(named), named.reversed]).toEqual(['abc', false]);
    const turned = reduce(named, by('name'));
    expect([order(turned), turned.reversed]).toEqual(['cba', true]);
    expect(order(reduce(turned, by('name')))).toBe('abc');
    expect(order(reduce(turned, by('drift')))).toBe('cba');
    expect(order(play([by('drift'), by('drift')], turned))).toBe('abc');
    expect(order(reduce(turned, { type: 'sort' }))).toBe('bca');
    expect(reduce(turned, { type: 'sort' })).toMatchObject({ sort: 'last-used', reversed: false });
    expect(order(reduce(turned, tick(['b'], [{ ...counter('b', 30), name: 'z' }], 3)))).toBe('bca');
  });

  test('lists counts that are not numbers first, and draws them once', () => {
    const odd = { ...counter('n', 0, 1), usageCount: Number.NaN, exact: 'NaN' };
    const endless = { ...counter('e', 0, 1), usageCount: Number.POSITIVE_INFINITY, exact: 'Infinity' };
    const listed = play([connected([counter('a', 10), endless, odd, counter('b', 30)])]);
    expect(order(listed)).toBe('neba');
    const again = reduce(listed, tick(['n', 'e'], [odd, endless], 3));
    expect(again.rows).toBe(listed.rows);
  });

  test('keeps the cursor on its preset when the preset moves', () => {
    const state = play([connected(five), { type: 'move', move: { by: 1 } }]);
    expect(selectedRow(state)?.id).toBe('b');
    const moved = reduce(state, tick(['b'], [counter('b', 5)], 3));
    expect(order(moved)).toBe('acdeb');
    expect(selectedRow(moved)?.id).toBe('b');
    expect(moved.cursor).toBe(4);
  });

  test('has a cursor that stays on the first row until it is moved', () => {
    const state = play([connected(five), tick(['e'], [counter('e', 99)], 3)]);
    expect(selectedRow(state)?.id).toBe('e');
  });

  test('scrolls so that the cursor is in the window, and never past the end', () => {
    const many = Array.from({ length: 50 }, (_, i) => counter(`p${String(i).padStart(2, '0')}`, 100 - i));
    const state = play([connected(many)]);
    expect(visibleIds(state)).toHaveLength(6);
    const paged = play([{ type: 'move', move: { page: 1 } }], state);
    expect(paged.cursor).toBe(6);
    const end = play([{ type: 'move', move: { to: 'end' } }], paged);
    expect([end.cursor, end.top]).toEqual([49, 44]);
    expect(play([{ type: 'move', move: { by: 5 } }], end).cursor).toBe(49);
    const start = play([{ type: 'move', move: { to: 'start' } }], end);
    expect([start.cursor, start.top]).toEqual([0, 0]);
    expect(play([{ type: 'move', move: { by: -1 } }], start).cursor).toBe(0);
    const taller = play([{ type: 'resize', columns: 80, rows: 40 }], end);
    expect([taller.cursor, taller.top]).toEqual([49, 16]);
  });

  test('filters by name, ignoring case, and by the beginning of an id', () => {
    const state = play([connected(five), { type: 'edit-filter' }, { type: 'type-filter', text: 'NAME b' }]);
    expect(order(state)).toBe('b');
    const erased = play([{ type: 'erase-filter' }, { type: 'erase-filter' }], state);
    expect(erased.filter).toBe('NAME');
    expect(order(play([{ type: 'clear-filter' }, { type: 'type-filter', text: 'c' }], state))).toBe('c');
    expect(play([{ type: 'keep-filter' }, { type: 'back' }], state)).toMatchObject({
      filter: '',
      editingFilter: false,
    });
  });

  test('keeps no filter that is not understood', () => {
    const typed = play([connected(five), { type: 'edit-filter' }, { type: 'type-filter', text: 'drift>' }]);
    const kept = reduce(typed, { type: 'keep-filter' });
    expect(kept.editingFilter).toBe(true);
    const done = play([{ type: 'type-filter', text: '-1' }, { type: 'keep-filter' }], kept);
    expect([done.editingFilter, order(done)]).toEqual([false, 'abcde']);
  });

  test('filtered by cause follows what is found', () => {
    const state = play([
      connected([counter('a', 1, 3), counter('b', 1, 2)]),
      { type: 'type-filter', text: 'cause:gap' },
    ]);
    expect(order(state)).toBe('');
    const found = { drift: -1, diagnosis: { code: 'trigger-gap' } as Diagnosis };
    expect(order(reduce(state, { type: 'diagnosed', diagnoses: new Map([['b', found]]) }))).toBe('b');
  });

  test('shows only mismatches, and every preset again', () => {
    const state = play([connected([counter('a', 1), counter('b', 2, 3)]), { type: 'only-mismatches' }]);
    expect(order(state)).toBe('b');
    expect(order(reduce(state, { type: 'only-mismatches' }))).toBe('ba');
  });
});

describe('what a watch reports', () => {
  test('marks a row that changed until the next tick', () => {
    const state = play([connected(five), tick(['a'], [counter('a', 52)], 3)]);
    expect(state.rows.get('a')).toMatchObject({ change: 2, changedAt: 3 });
    expect(state.changedAt).toBe(3);
    expect(play([tick(['a'], [counter('a', 52)], 4)], state).changedAt).toBeNull();
  });

  test('marks a change that an audit saw just before a tick until the tick after it', () => {
    const seen = { ...page([counter('a', 52)]), at: 4 };
    const state = play([
      connected(five),
      tick(['a', 'b'], [counter('a', 50), counter('b', 40)], 3),
      seen,
      tick(['a', 'b'], [counter('a', 52), counter('b', 41)], 5),
    ]);
    const marks = (at: State) =>
      ['a', 'b']
        .map(id => at.rows.get(id))
        .map(row => (row?.changedAt === at.changedAt ? row?.change : null));
    expect(marks(state)).toEqual([2, 1]);
    const quiet = play([tick(['a', 'b'], [counter('a', 52), counter('b', 41)], 6)], state);
    expect(quiet.changedAt).toBeNull();
    const again = play([tick(['a', 'b'], [counter('a', 52), counter('b', 42)], 7)], state);
    expect(marks(again)).toEqual([null, 1]);
  });

  test('removes a preset that a tick did not find', () => {
    const state = play([connected(five), tick(['a', 'b'], [counter('a', 50)], 3)]);
    expect(order(state)).toBe('acde');
  });

  test('has no totals before every preset was audited once', () => {
    const half = play([connected(five), page([counter('f', 3, 1)])]);
    expect(half).toMatchObject({ totals: null, auditedAt: null });
    expect(half.audit).not.toBeNull();
    const whole = play([done(7)], half);
    // When the audit began: the first of its numbers may be that old.
    expect(whole).toMatchObject({ totals: { rows: 6, mismatched: 1, tooHigh: 1 }, auditedAt: 1 });
    expect(whole.orphans).toBe(7);
    expect(play([tick(['f'], [counter('f', 1)], 5)], whole).totals).toMatchObject({ mismatched: 0 });
  });

  test('keeps the newest record that was read, through ticks that did not read it', () => {
    const read = (at: number) => ({ value: { newest: null, oldest: at, whole: true } });
    const state = play([connected(five), { ...tick([], [], 3), newest: read(1) }]);
    expect(state.newest).toEqual(read(1));
    const again = play([tick([], [], 4), { ...tick([], [], 5), newest: read(1) }], state);
    expect(again.newest).toBe(state.newest);
    expect(play([{ ...tick([], [], 6), newest: read(2) }], again).newest).toEqual(read(2));
  });

  test('a tick that does not tell what keeps the count leaves it as it was', () => {
    const known = play([connected(five), { type: 'trigger', trigger }]);
    const told = tick([], [], 3);
    expect(play([{ ...told, trigger: null }], known).trigger).toBe(known.trigger);
    expect(play([told], play([connected(five)])).trigger).toEqual(trigger);
  });

  test('keeps the same rows if nothing changed, so that nothing is redrawn', () => {
    const state = play([connected(five), { type: 'trigger', trigger }, page(five), done()]);
    const again = play([tick(['a'], [five[0]!], 3), page([]), done()], state);
    expect(again.rows).toBe(state.rows);
    expect(again.order).toBe(state.order);
    expect(again.totals).toBe(state.totals);
    expect(again.trigger).toBe(state.trigger);
    expect(again.inspected).toBe(state.inspected);
  });

  test('a tick without records keeps those of the audit until the count changes, and then checks again', () => {
    const uncounted = { ...counter('a', 50), records: null };
    const state = play([connected(five), tick(['a'], [uncounted], 3)]);
    expect(state.rows.get('a')?.records).toBe(50);
    const moved = play([tick(['a'], [{ ...uncounted, usageCount: 51 }], 4)], state);
    expect(moved.rows.get('a')?.records).toBeNull();
  });

  test('a failure keeps the last numbers and says since when they are stale', () => {
    const error = new ConsoleError({ code: 'connection-lost', message: 'm', hint: 'h', exitCode: 3 });
    const state = play([connected(five), { type: 'failure', error, at: 10, retryAt: 20 }]);
    expect(order(state)).toBe('abcde');
    expect(state.failure).toMatchObject({ since: 10, retryAt: 20 });
    const later = play([{ type: 'failure', error, at: 30, retryAt: 50 }], state);
    expect(later.failure).toMatchObject({ since: 10, retryAt: 50 });
    expect(play([tick(['a'], [five[0]!], 60)], later).failure).toBeNull();
  });
});

describe('screens', () => {
  test('Enter opens the preset under the cursor, Escape goes back to the list', () => {
    const state = play([
      connected(five),
      { type: 'move', move: { by: 2 } },
      { type: 'open', screen: 'preset' },
    ]);
    expect(state).toMatchObject({ screen: 'preset', selected: 'c' });
    expect(play([{ type: 'back' }], state).screen).toBe('list');
  });

  test('help goes back to where it was opened', () => {
    const state = play([
      connected(five),
      { type: 'open', screen: 'trigger' },
      { type: 'open', screen: 'help' },
    ]);
    expect(state.screen).toBe('help');
    expect(play([{ type: 'back' }], state).screen).toBe('trigger');
  });

  test('Enter opens the highlighted preset, even after the selected one is filtered out or gone', () => {
    // Only the newest state has its rows.
    const chosen = () => play([connected(five), { type: 'move', move: { by: 1 } }]);
    const filtered = play(
      [
        { type: 'type-filter', text: '"name e"' },
        { type: 'open', screen: 'preset' },
      ],
      chosen(),
    );
    expect(filtered.selected).toBe('e');
    const gone = play([tick(['b'], [], 3), { type: 'open', screen: 'preset' }], chosen());
    expect(gone.selected).toBe('c');
    const openAndGone = play([{ type: 'open', screen: 'preset' }, tick(['b'], [], 3)], chosen());
    expect(selectedRow(openAndGone)).toBeUndefined();
  });

  test('nothing opens without a preset', () => {
    expect(play([{ type: 'open', screen: 'preset' }]).screen).toBe('list');
  });
});
