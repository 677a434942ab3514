import { expect, test } from 'vitest';
import { groupWords } from '../../../source/tui/preset/breakdown.tsx';

const words = (top: [string | null, number][], groups: number, width: number) =>
  groupWords({ groups, top: top.map(([value, records]) => ({ value, records })) }, width, '~');

test('the largest groups are named, as many as there is room for, and the others counted', () => {
  const top: [string | null, number][] = [
    ['generation', 1_200],
    [null, 30],
    ['\u001b[31mred', 2],
    ['', 1],
  ];
  expect(words(top, 9, 60)).toBe('generation 1,200, NULL 30, red 2, empty 1, 5 more');
  expect(words(top, 4, 60)).toBe('generation 1,200, NULL 30, red 2, empty 1');
  expect(words(top, 9, 40)).toBe('generation 1,200, NULL 30, red 2, 6 more');
  expect(words(top, 9, 5)).toBe('generation 1,200, 8 more');
});

test('names in wide letters are measured as they are shown', () => {
  const wide = '\u65e5\u672c\u8a9e\u306e\u540d';
  const text = words(
    [
      [wide, 9],
      [wide, 8],
      [wide, 7],
      [wide, 6],
    ],
    30,
    38,
  );
  expect(text).toBe(`${wide} 9, ${wide} 8, 28 more`);
});

test('two ids fit in 80 columns', () => {
  const id = '7f3c9a12-5d0e-4c5b-9a35-0c7a8ddc9be1';
  const text = words(
    [
      [id, 12_000],
      [id, 11_000],
    ],
    700,
    38,
  );
  expect(text).toBe('7f3c9a12-5d~ 12,000, 699 more');
  expect(
    words(
      [
        [id, 12_000],
        [id, 11_000],
      ],
      700,
      60,
    ),
  ).toBe('7f3c9a12-5d0e~ 12,000, 7f3c9a12-5d0e~ 11,000, 698 more');
  expect(words([[id, 12_000]], 1, 180)).toBe(`${id} 12,000`);
});
