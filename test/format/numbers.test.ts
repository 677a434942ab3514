import { expect, test } from 'vitest';
import { brief, count, signed } from '../../source/format/numbers.ts';

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [-1234567, '-1,234,567'],
  [12.5, '12.5'],
  [1234.56789012, '1,234.56789'],
  [3.3 - 4, '-0.7'],
  [0.0000001, '0'],
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
  [1e300, '1e+300'],
])('%d is written %s', (value, text) => {
  expect(count(value)).toBe(text);
});

test('a drift keeps its sign, and what is too long is shortened', () => {
  expect([signed(0.1), signed(3.3 - 4), signed(-12)]).toEqual(['+0.1', '-0.7', '-12']);
  expect([brief(3.3 - 4, 8), brief(123_456_789, 8), brief(1_234_567, 9)]).toEqual([
    '-0.7',
    '123.5M',
    '1,234,567',
  ]);
});
