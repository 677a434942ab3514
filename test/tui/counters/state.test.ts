import { describe, expect, test } from 'vitest';
import type { NotCheckable } from '../../../source/counter/definition/definition.ts';
import { ConsoleError } from '../../../source/errors/errors.ts';
import type { CountersStep } from '../../../source/tui/counters/model.ts';
import { entryAtCursor, nextToAudit, whyNotChoose } from '../../../source/tui/counters/state.ts';
import { driftSummary } from '../../../source/tui/exit-summary.ts';
import { bindingFor } from '../../../source/tui/keys/keymap.ts';
import { whyNotTakeBack } from '../../../source/tui/repair/history.ts';
import { type Action, initialState, type State } from '../../../source/tui/state/model.ts';
import { reduce } from '../../../source/tui/state/state.ts';
import { watchedId } from '../../../source/tui/state/watch-counter.ts';
import { comments, inspectedWith, revenue } from '../../helpers/counters.ts';

const views: NotCheckable = {
  id: 'public.tags.views',
  table: { schema: 'public', table: 'tags' },
  column: 'views',
  reason: 'Nothing logs what it counts.',
};
const found: CountersStep = {
  kind: 'found',
  counters: [comments, revenue],
  notCheckable: [views],
  server: inspectedWith(comments),
  schema: 'public',
};
const sums = { sums: { rows: 3, accurate: 2, mismatched: 1 }, notCounted: null };
const connected: Action = {
  type: 'connected',
  inspected: inspectedWith(comments),
  counters: [{ id: '1', name: 'a', usageCount: 1, records: 1, lastUsedAt: null }],
  at: 1,
  serverNow: 1,
};
const step = (...steps: CountersStep[]): Action[] => steps.map(each => ({ type: 'counters', step: each }));
const down: Action = { type: 'move', move: { by: 1 } };
const open: Action = { type: 'open', screen: 'counters' };
const choose = step({ kind: 'choose' });
const start = { ...initialState({ columns: 80, rows: 24 }), counter: comments };
const play = (actions: readonly Action[], from: State = start) => actions.reduce(reduce, from);
const listed = play([connected, open, ...step({ kind: 'search' }, found)]);

describe('the list of counters', () => {
  test('begins at the counter that is open, and each is audited once', () => {
    expect(entryAtCursor(listed)).toMatchObject({ definition: { id: comments.id } });
    expect(nextToAudit(listed)?.definition.id).toBe(comments.id);
    const audited = play(step({ kind: 'audited', id: comments.id, found: sums, at: 5 }), listed);
    expect(nextToAudit(audited)?.definition.id).toBe(revenue.id);
    const all = play(step({ kind: 'audited', id: revenue.id, found: sums, at: 6 }), audited);
    expect(nextToAudit(all)).toBeUndefined();
    expect(all.counters?.listed.map(each => each.audited?.at)).toEqual([5, 6]);
  });

  test('keeps the cursor on its entry when it is searched again', () => {
    const moved = play(
      [down, ...step({ kind: 'search' }, { ...found, counters: [revenue, comments] })],
      listed,
    );
    expect(entryAtCursor(moved)).toMatchObject({ definition: { id: revenue.id } });
  });

  test('keeps what was found when a later audit fails, and says when nothing was', () => {
    const error = new ConsoleError({ code: 'x', message: 'm', hint: 'h', exitCode: 3 });
    expect(play(step({ kind: 'failed', error }), listed).counters).toMatchObject({ phase: 'found', error });
    const nothing = play([open, ...step({ kind: 'search' }, { kind: 'failed', error })]);
    expect(nothing.counters).toMatchObject({ phase: 'failed', listed: [] });
  });

  test('what cannot be checked is not opened, and says why', () => {
    const last = play([down, down, down], listed);
    expect(whyNotChoose(last)).toBe('public.tags.views cannot be checked. Nothing logs what it counts.');
    expect(reduce(last, choose[0] as Action)).toBe(last);
  });
});

describe('opening another counter', () => {
  test('drops everything that was read of the last one, and keeps the list', () => {
    const filtered = {
      ...listed,
      filter: 'x',
      onlyMismatches: true,
      orphans: 3,
      readOnly: true,
      paused: true,
    };
    const other = play([down, ...choose], filtered);
    expect(other).toMatchObject({
      screen: 'list',
      filter: '',
      onlyMismatches: false,
      orphans: 0,
      inspected: null,
    });
    expect(other.rows.size).toBe(0);
    expect(watchedId(other)).toBe(revenue.id);
    expect(other).toMatchObject({
      readOnly: true,
      paused: true,
      size: filtered.size,
      counters: filtered.counters && {},
    });
  });

  test('that is open already leaves everything as it is', () => {
    const again = play(choose, listed);
    expect(again).toMatchObject({ screen: 'list' });
    expect(again.rows).toBe(listed.rows);
  });

  test('keeps the drift log of each, and sums up all of them in the end', () => {
    const change = { kind: 'not-counted', before: {}, after: {}, countBy: 0, recordsBy: 1 };
    const event = { preset: { id: '1', name: 'a' }, change, since: 0, at: 1, writers: { seen: [] } };
    const drift: Action = { type: 'drift', events: [event as never], more: 0 };
    const other = play(
      [drift, down, ...choose, { ...connected, inspected: inspectedWith(revenue) } as Action],
      listed,
    );
    expect(other.drift).toMatchObject({ entries: [], total: 0 });
    const both = play([drift, drift], other);
    expect(driftSummary(both)).toBe(
      [
        'public.posts.comments_count: 1 drift event of 1 post while the console watched. Run check to see what is wrong now.',
        'public.sellers.revenue: 2 drift events of 1 seller while the console watched. Run check to see what is wrong now.',
      ].join('\n'),
    );
    const back = play([open, { type: 'move', move: { to: 'start' } }, ...choose], both);
    expect(back.drift).toMatchObject({ total: 1, since: null });
  });
});

describe('C and Esc', () => {
  test('come back to the screen that was open, also over help', () => {
    const trigger = play([connected, { type: 'open', screen: 'trigger' }]);
    expect(play([open, { type: 'back' }], trigger).screen).toBe('trigger');
    const help: Action = { type: 'open', screen: 'help' };
    const over = play([open, help, { type: 'back' }], trigger);
    expect(over.screen).toBe('counters');
    expect(play([help, open, { type: 'back' }], over).screen).toBe('trigger');
  });

  test('do not leave a plan or a running simulation, nor a list over nothing', () => {
    const why = (key: string, state: State) => bindingFor(key, state.screen)?.disabled?.(state);
    const planning = { ...listed, screen: 'repair', repair: { phase: 'reviewing' } } as State;
    expect(why('C', planning)).toBe('Leave the plan first.');
    const running = { ...listed.simulation, list: { ...listed.simulation.list, running: 'records-exist' } };
    expect(why('C', { ...listed, screen: 'list', simulation: running } as State)).toMatch(
      /is running already/,
    );
    const first = play([...step(found), open], initialState({ columns: 80, rows: 24 }));
    expect(why('escape', first)).toBe('No counter is open: press Enter to open one.');
    expect(why('escape', listed)).toBeNull();
  });
});

describe('the history of repairs', () => {
  const entry = { id: 'r', action: 'sync', here: true, undone: false, changed: 1, deleted: 0, ended: 'done' };
  const name = inspectedWith(comments).server.database;
  const of = (counter: string | null, here: boolean, state: State = listed, database = `${name} at db`) =>
    whyNotTakeBack({
      ...state,
      history: {
        entries: [{ ...entry, counter, here, database }],
        damaged: [],
        cursor: 0,
        error: null,
      } as never,
    });

  test('undoes only those of the counter that is open', () => {
    expect(of(comments.id, true)).toBeNull();
    expect(of(comments.id, false)).toBe('That was done in a different database.');
    expect(of(revenue.id, false)).toBe(`That is of ${revenue.id}: press C to open that counter first.`);
    expect(of(null, false)).toBe('That is of presets: press C to open that counter first.');
    expect(of(revenue.id, false, listed, 'other at db')).toBe('That was done in a different database.');
    expect(of(null, true, initialState({ columns: 80, rows: 24 }))).toBeNull();
    expect(of(revenue.id, false, initialState({ columns: 80, rows: 24 }))).toMatch(
      /^That is of public\.sellers/,
    );
  });
});
