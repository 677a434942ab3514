import { expect, test } from 'vitest';
import { driftWords } from '../../../source/tui/preset/drift-words.ts';

test.each([
  [2, 5, false, '+2: the count is too high'],
  [-2, 1, false, '-2: the count is too low'],
  [-5, -2, false, '-5: the count is negative'],
  [0, 3, false, '0'],
  [-3, null, false, '-3: the count is too low'],
  [Number.NaN, Number.NaN, false, 'none: the count is not a number; set it with an UPDATE'],
  [null, 3, false, 'not known'],
  [-5, -2, true, 'not known'],
])('%s of a count of %s, hidden: %s', (drift, counted, hidden, words) => {
  expect(driftWords(drift, counted, hidden)).toBe(words);
});
