import type { Key } from 'ink';
import { describe, expect, test } from 'vitest';
import { bindingFor, bindings, footerBindings } from '../../source/ui/keymap.ts';
import { keyNames } from '../../source/ui/keys.ts';
import { initialState, type Screen, type State } from '../../source/ui/state.ts';

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

describe('the table of keys', () => {
  const screens: Screen[] = ['list', 'preset', 'trigger', 'simulate', 'checklist', 'help'];

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
    };
    const line = footerBindings(state)
      .map(({ label, short }) => `${label} ${short}`)
      .join('  ');
    expect(line.length).toBeLessThanOrEqual(80);
    expect(line).toContain('q quit');
  });

  test('w waits for a use of a preset that is there, and never while nothing is read', () => {
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
    expect(disabled({ ...state, paused: true })).toBe('Paused: nothing is read.');
    expect(disabled({ ...state, rows: new Map() })).toBe('This preset is gone.');
    // Stopping is always possible.
    const watching = { id: 'a', since: 1, until: null, base: null, blind: null, changes: [] };
    expect(disabled({ ...state, paused: true, watching })).toBeNull();
  });

  test('q quits on every screen', () => {
    for (const screen of screens) expect(bindingFor('q', screen)?.does).toBe('quit');
  });
});
