import { expect, test } from 'vitest';
import { inOneLine, placeAt } from '../../source/scan/place.ts';

test.each<[number, line: number, column: number]>([
  [0, 1, 1],
  [1, 1, 2],
  // A line end belongs to its line.
  [2, 1, 3],
  [3, 2, 1],
  [4, 3, 1],
  [6, 3, 3],
  [99, 3, 3],
])('offset %i is line %i, column %i', (offset, line, column) => {
  expect(placeAt('a.ts', 'ab\n\ncd', offset)).toEqual({ file: 'a.ts', line, column });
});

test('a statement is shown in one line, without spaces around it', () => {
  expect(inOneLine('\n  await  run(\r\n\t1,\n  );  ')).toBe('await run( 1, );');
});

test('up to 200 characters of a statement are shown, and of a longer one 197', () => {
  const long = 'x'.repeat(200);
  expect(inOneLine(long)).toBe(long);
  expect(inOneLine(`${long}y`)).toBe(`${'x'.repeat(197)}...`);
  expect(inOneLine(`a${' '.repeat(700)}b`)).toBe('a b');
  // Nobody reads further, however much there is.
  expect(inOneLine(`a${' '.repeat(1600)}b`)).toBe('a');
});
