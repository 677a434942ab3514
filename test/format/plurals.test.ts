import { expect, test } from 'vitest';
import { listed } from '../../source/format/plurals.ts';

test.each<[names: string[], text: string]>([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a and b'],
  [['a', 'b', 'c'], 'a, b, and c'],
])('%j in a sentence', (names, text) => {
  expect(listed(new Set(names))).toBe(text);
});
