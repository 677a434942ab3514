import { expect, test } from 'vitest';
import { distinctNames, presetName } from '../../source/format/preset-name.ts';

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

test.each([
  ['of one column', ['1', '2', '3'], ['A', 'A', 'B'], ['1 A', '2 A', 'B']],
  ['of several columns', ['["1","7"]', '["2","7"]'], ['W1', 'W1'], ['1, 7 W1', '2, 7 W1']],
  ['that only looks like several', ['[a', '[b'], ['W1', 'W1'], ['[a W1', '[b W1']],
  [
    'of which a few digits are enough',
    ['6f1c0000-0000-4000-8000-00000000000a', '70000000-0000-4000-8000-00000000000a'],
    ['A', 'A'],
    ['6f1c0000 A', '70000000 A'],
  ],
  [
    'that begins with the same time',
    ['0192a3b4-0000-7000-8000-00000000000a', '0192a3b4-0000-7000-9000-00000000000b'],
    ['A', 'A'],
    ['00000000000a A', '00000000000b A'],
  ],
  [
    'that is needed whole',
    ['0192a3b4-0000-7000-8000-00000000000a', '0192a3b4-0000-7000-9000-00000000000a'],
    ['A', 'A'],
    ['0192a3b4-0000-7000-8000-00000000000a A', '0192a3b4-0000-7000-9000-00000000000a A'],
  ],
  ['of the row without a name alone', ['5', '7'], ['', '5'], ['5', '7 5']],
  ['but not where it is the same row', ['1', '1'], ['A', 'A'], ['A', 'A']],
  ['that is not needed', ['["1","7"]', '["1","8"]'], ['W1', 'W2'], ['W1', 'W2']],
])('rows of the same name are told apart by a key %s', (_, ids, names, expected) => {
  const rows = ids.map((id, place) => ({ id, name: names[place] ?? '' }));
  expect(rows.map(distinctNames(rows))).toEqual(expected);
});

test('rows whose names are cut to the same text are told apart', () => {
  const rows = ['Weekly report 1', 'Weekly report 2', 'Noir'].map((name, id) => ({ id: String(id), name }));
  const called = distinctNames(
    rows,
    () => false,
    name => name.slice(0, 10),
  );
  expect(rows.map(called)).toEqual(['0 Weekly report 1', '1 Weekly report 2', 'Noir']);
});
