import type { Key } from 'ink';
import { describe, expect, test } from 'vitest';
import { bindingFor, bindings, footerBindings } from '../../source/ui/keymap.ts';
import { keyNames } from '../../source/ui/keys.ts';
import { initialState, type Screen } from '../../source/ui/state.ts';

const none = {} as Key;

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
  const screens: Screen[] = ['list', 'preset', 'trigger', 'help'];

  test.each(screens)('has no key twice on the %s screen', screen => {
    const keys = bindings
      .filter(binding => binding.screens.includes(screen))
      .flatMap(binding => binding.keys);
    expect(keys).toEqual([...new Set(keys)]);
  });

  test.each(screens)('fits the footer of the %s screen into 80 columns', screen => {
    const state = { ...initialState({ columns: 80, rows: 24 }), screen, order: ['a'] };
    const line = footerBindings(state)
      .map(({ label, short }) => `${label} ${short}`)
      .join('  ');
    expect(line.length).toBeLessThanOrEqual(80);
    expect(line).toContain('q quit');
  });

  test('q quits on every screen', () => {
    for (const screen of screens) expect(bindingFor('q', screen)?.does).toBe('quit');
  });
});
