import { expect, test } from 'vitest';
import { presetName } from '../../source/format/preset-name.ts';

test.each([
  [{ id: 'a', name: 'Noir' }, 'Noir'],
  [{ id: 'a', name: '' }, 'a'],
  [{ id: 'a', name: '\u200b \u0007' }, 'a'],
  [{ id: '', name: '' }, '""'],
  [{ id: ' ', name: ' ' }, '" "'],
  // An id reaches the screen as a name does.
  [{ id: '\u001b[31mred\u009b2J', name: '' }, 'red'],
  [{ id: '\u001b]0;title\u0007', name: ' ' }, '""'],
])('%j is called %j', (preset, called) => expect(presetName(preset)).toBe(called));
