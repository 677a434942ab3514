import { expect, test } from 'vitest';
import { table } from '../../source/format/table.ts';

test('texts stand in columns, numbers at the right, and what is too long is cut', () => {
  const row = table([6, { right: 5 }, 4], '~');
  expect(row(['name', '12', 'x'])).toBe('name      12 x   ');
  expect(row(['a long name', '1234567', ''])).toBe('a lon~ 1234~     ');
});

test('a letter that is two cells wide takes two', () => {
  expect(table([4, { right: 2 }])(['水水水', '1'])).toBe('水…   1');
});
