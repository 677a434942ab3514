import type { Key } from 'ink';
import { describe, expect, test } from 'vitest';
import { nounsOf } from '../../../source/counter/definition/counter-nouns.ts';
import { noOptions } from '../../../source/repair/repair.ts';
import { footerBindings } from '../../../source/tui/keys/footer-keys.ts';
import { keyNames } from '../../../source/tui/keys/key-names.ts';
import { bindingFor, bindings, descriptionOf } from '../../../source/tui/keys/keymap.ts';
import { whyNotSuspend } from '../../../source/tui/keys/why-disabled.ts';
import { openMenu } from '../../../source/tui/menu/choices.ts';
import { initialState, type State } from '../../../source/tui/state/model.ts';
import { isFirstScreen } from '../../../source/tui/state/navigation.ts';
import type { Screen } from '../../../source/tui/state/screens.ts';
import { lostEvents } from '../../../source/tui/state/watch-counter.ts';
import { comments, inspectedWith } from '../../helpers/counters.ts';
import { simulated } from '../../helpers/shown-counters.ts';

const none = {} as Key;
const row = { id: 'a', name: 'a', usageCount: 0, records: 0, lastUsedAt: null, change: 0, changedAt: 0 };

describe('keys that arrive', () => {
  test.each([
    ['j', none, ['j']],
    ['jjG', none, ['j', 'j', 'G']],
    ['\r\r', none, ['return', 'return']],
    ['', { upArrow: true } as Key, ['up']],
    ['', { pageDown: true } as Key, ['pagedown']],
    ['f', { ctrl: true } as Key, ['ctrl+f']],
    ['x', { meta: true } as Key, []],
    ['日本', none, ['日', '本']],
  ])('%j', (input, key, names) => {
    expect(keyNames(input, key)).toEqual(names);
  });
});

const inspected = {
  server: {},
  tables: { hiddenBy: [] as string[], seenBy: [], records: { time: 'created_at', timeType: null } },
} as unknown as NonNullable<State['inspected']>;
const plan = {
  changes: [{ id: 'a' }],
  firesTriggers: [{ name: 't' }],
  whyNotSuppress: null,
  remarks: [{ code: 'were-right' }],
  statements: ['UPDATE a'],
  inspected: { tables: { presets: { lastUsed: 'last_used_at' } } },
};
// Every switch that a plan can have is at the foot.
const repairOf = (planned: object) =>
  ({ phase: 'reviewing', action: 'sync', options: noOptions, plan: planned }) as unknown as State['repair'];

describe('the table of keys', () => {
  const screens: Screen[] = [
    'list',
    'preset',
    'trigger',
    'simulate',
    'checklist',
    'repair',
    'history',
    'tables',
    'drift',
    'help',
  ];

  test.each(screens)('has no key twice on the %s screen', screen => {
    const keys = bindings
      .filter(binding => binding.screens.includes(screen))
      .flatMap(binding => binding.keys);
    expect(keys).toEqual([...new Set(keys)]);
  });

  test.each(screens)('fits the footer of the %s screen into 80 columns', screen => {
    const state: State = {
      ...initialState({ columns: 80, rows: 24 }),
      screen,
      order: ['a'],
      rows: new Map([['a', row]]),
      inspected,
      repair: repairOf(plan),
    };
    const line = footerBindings(state)
      .map(({ label, short }) => `${label} ${short}`)
      .join('  ');
    expect(line.length).toBeLessThanOrEqual(80);
    expect(line).toMatch(/q (quit|back|leave)/);
  });

  test('each column that can be sorted by has its own key, if the counter has the column', () => {
    const sortOf = (key: string) => bindingFor(key, 'list')?.does;
    expect(['1', '2', '3', '4', '5'].map(sortOf)).toEqual(
      ['name', 'uses', 'drift', 'last-used', 'cause'].map(by => ({ type: 'sort', by })),
    );
    const state = initialState({ columns: 80, rows: 24 });
    expect(bindingFor('4', 'list')?.disabled?.(state)).toBeNull();
    const timeless = { ...state, inspected: inspectedWith(comments) };
    expect(bindingFor('4', 'list')?.disabled?.(timeless)).toBe('A post has no time of its last comment.');
    expect(bindingFor('4', 'list')?.offered?.(timeless)).toBe(false);
    expect(bindingFor('3', 'list')?.disabled?.(timeless)).toBeNull();
  });

  test('w waits for a use of an existing preset, but not while paused', () => {
    const state: State = {
      ...initialState({ columns: 80, rows: 24 }),
      screen: 'preset',
      order: ['a'],
      rows: new Map([['a', row]]),
    };
    const disabled = (now: State) => bindingFor('w', 'preset')?.disabled?.(now);
    expect(disabled(state)).toBeNull();
    const line = footerBindings(state).map(({ label, short }) => `${label} ${short}`);
    expect(line).toContain('w watch');
    expect(line.join('  ').length).toBeLessThanOrEqual(80);
    expect(disabled({ ...state, paused: true })).toBe('Paused: press p to resume first.');
    expect(disabled({ ...state, rows: new Map() })).toBe('This preset is gone.');
    // Stopping is always possible.
    const watching = { id: 'a', since: 1, until: null, base: null, blind: null, changes: [] };
    expect(disabled({ ...state, paused: true, watching })).toBeNull();
  });

  test('v plots by hour, where the hour of a record is known', () => {
    const size = { columns: 200, rows: 24 };
    const state: State = { ...initialState(size), screen: 'preset', inspected: inspectedWith(comments) };
    const disabled = (records: object, hiddenBy: string[] = []) =>
      bindingFor('v', 'preset')?.disabled?.({
        ...state,
        inspected: {
          ...inspected,
          tables: { ...inspectedWith(comments).tables, hiddenBy, records },
        } as never,
      });
    const time = { time: 'made', timeType: 'timestamp with time zone' };
    expect(disabled(time)).toBeNull();
    expect(disabled({ ...time, timeType: 'date' })).toBe('Of a comment only the day is known.');
    expect(disabled({ ...time, time: null })).toBe('No column has the time of a comment.');
    expect(disabled(time, ['a policy'])).toBe('This role may not see all comments.');
    const shown = (byHour: boolean) =>
      footerBindings({ ...state, byHour, inspected }).map(({ short }) => short);
    expect(shown(false)).toContain('by hour');
    expect(shown(true)).toContain('by day');
  });

  test('p says what it does now', () => {
    const state = initialState({ columns: 200, rows: 24 });
    const shown = (paused: boolean) => footerBindings({ ...state, paused }).map(({ short }) => short);
    expect(shown(false)).toContain('pause');
    expect(shown(true)).toContain('resume');
    expect(shown(true)).not.toContain('pause');
  });

  test('q quits on the first screens, and is Esc on all others', () => {
    for (const screen of ['list', 'counters'] as const) expect(bindingFor('q', screen)?.does).toBe('quit');
    for (const screen of screens.filter(each => each !== 'list'))
      expect(bindingFor('q', screen)?.does).toEqual(bindingFor('escape', screen)?.does);
  });

  test('q asks only where events of a drift log would be lost', () => {
    const state: State = { ...initialState({ columns: 80, rows: 24 }), counter: comments };
    expect(lostEvents(state)).toBe(0);
    const other = { ...state.drift, total: 1_200 };
    const logged: State = {
      ...state,
      drift: { ...state.drift, total: 1 },
      drifts: new Map([['other', other]]),
    };
    expect(lostEvents(logged)).toBe(1_201);
    expect(lostEvents({ ...logged, driftLog: 'drift.jsonl' })).toBe(0);
    expect(openMenu({ ...logged, menu: 'quit' })).toMatchObject({
      title: 'Quit? 1,201 drift events would be lost.',
      choices: [{ key: 'y', does: { leave: 'quit' } }],
    });
    expect(openMenu({ ...logged, menu: { context: 'staging' } })).toMatchObject({
      title: 'Open staging? 1,201 drift events would be lost.',
      choices: [{ key: 'y', does: { leave: { context: 'staging' } } }],
    });
  });

  test('the list of counters is the first screen while no counter is open', () => {
    const state: State = { ...initialState({ columns: 80, rows: 24 }), screen: 'counters' };
    expect(isFirstScreen(state)).toBe(true);
    expect(isFirstScreen({ ...state, counter: comments })).toBe(false);
    expect(isFirstScreen({ ...state, screen: 'help' })).toBe(false);
  });

  describe('that repair', () => {
    const state: State = {
      ...initialState({ columns: 80, rows: 24 }),
      order: ['a'],
      rows: new Map([['a', row]]),
      inspected,
    };
    const shown = (now: State) => footerBindings(now).map(({ label, short }) => `${label} ${short}`);
    const running = { ...state, repair: { phase: 'running' } as State['repair'] };

    test('are in the footer of the list, even in 80 columns', () => {
      expect(shown(state)).toEqual(expect.arrayContaining(['S sync', 'R reset', '? help', 'q quit']));
      expect(shown(state).join('  ').length).toBeLessThanOrEqual(80);
      const wide = shown({ ...state, size: { columns: 200, rows: 24 } });
      expect(wide).toEqual(expect.arrayContaining(['H history', 'c checklist', 't trigger', 's sort']));
    });

    test.each<[string, State, RegExp]>([
      ['under --read-only', { ...state, readOnly: true }, /--read-only: nothing is written/],
      [
        'where rows may be hidden',
        { ...state, inspected: { ...inspected, tables: { ...inspected.tables, hiddenBy: ['x'] } } },
        /may not see every row/,
      ],
      ['where there is no preset', { ...state, rows: new Map() }, /no preset/],
      ['before the tables are known', { ...state, inspected: null }, /no preset/],
      ['while a repair runs', running, /repair is running/],
      [
        'while a simulation or a step runs',
        {
          ...state,
          simulation: { ...state.simulation, list: { ...state.simulation.list, running: 'records-exist' } },
        },
        /simulation or a step is running/,
      ],
    ])('do nothing %s', (_, now, reason) => {
      for (const key of ['S', 'R']) expect(bindingFor(key, 'list')?.disabled?.(now)).toMatch(reason);
      expect(bindingFor('S', 'preset')?.disabled?.(now)).toMatch(reason);
    });

    test('q and ^z wait until nothing is being written', () => {
      expect(bindingFor('ctrl+z', 'repair')?.disabled?.(running)).toMatch(/A repair is running/);
      expect(bindingFor('ctrl+z', 'repair')?.disabled?.(state)).toBeNull();
      expect(whyNotSuspend(state, 'win32')).toMatch(/Windows/);
      expect(bindingFor('q', 'list')?.disabled?.(running)).toMatch(/A repair is running/);
      expect(bindingFor('q', 'list')?.disabled?.(state)).toBeNull();
      // It asks whether to stop.
      expect(bindingFor('q', 'repair')?.does).toEqual({ type: 'repair', step: { kind: 'leave' } });
    });

    test('H opens the history, but during a repair only after it has ended', () => {
      expect(bindingFor('H', 'list')?.disabled?.(state)).toBeNull();
      const on = (phase: string) =>
        bindingFor('H', 'repair')?.disabled?.({
          ...state,
          screen: 'repair',
          repair: { phase } as State['repair'],
        });
      expect(on('reviewing')).toBe('Leave the plan first.');
      expect(on('running')).toMatch(/^A repair is running/);
      expect(on('done')).toBeNull();
    });
  });
});

describe('the keys of another counter', () => {
  const state: State = {
    ...initialState({ columns: 80, rows: 24 }),
    order: ['1'],
    rows: new Map([['1', { ...row, id: '1' }]]),
    inspected: inspectedWith(comments),
    simulation: simulated,
  };
  const offered = (now: State) => bindings.filter(binding => binding.offered?.(now) ?? true);

  test.each(['list', 'preset', 'trigger', 'simulate', 'checklist'] as const)(
    'are in the footer of the %s screen, if they work',
    screen => {
      const labels = footerBindings({ ...state, screen }).map(({ label, short }) => `${label} ${short}`);
      expect(labels.join('  ').length).toBeLessThanOrEqual(80);
      expect(labels).not.toContain('x real use');
      if (screen === 'list' || screen === 'preset') expect(labels).toContain('u simulate');
    },
  );

  test('simulate and open the checklist like those of presets', () => {
    for (const key of ['u', 'c', 't']) expect(bindingFor(key, 'list')?.disabled?.(state) ?? null).toBeNull();
    expect(bindingFor('x', 'simulate')?.disabled?.(state)).toMatch(/^A real comment cannot be made here/);
    expect(bindingFor('x', 'simulate')?.disabled?.({ ...state, inspected })).not.toMatch(/comment/);
  });

  test('are in help only if the counter has what they are for', () => {
    const missing = bindings.filter(each => !offered(state).includes(each)).map(({ short }) => short);
    expect(missing).toEqual(['by last use', 'real use', 'take it back', 'last use too']);
    expect(offered({ ...state, inspected: null })).toEqual(bindings);
  });

  test('are described in its words', () => {
    const words = offered(state).map(binding => descriptionOf(binding, nounsOf(comments)));
    expect(words).toContain('Add, change, move and remove comments of this post, and roll all of it back');
    expect(words.join(' ')).not.toMatch(/preset|\buses?\b/);
  });
});
