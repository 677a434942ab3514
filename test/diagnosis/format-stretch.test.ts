import { describe, expect, test } from 'vitest';
import { stretchMarks, stretchWords } from '../../source/diagnosis/format-stretch.ts';
import { glyphs } from '../../source/format/badges.ts';

const day = 86_400_000;
const plot = { from: 0, to: 10 * day, columns: 10 };

describe('the marks under a plot', () => {
  test.each<[string, { from: number | null; to: number | null } | null, string]>([
    ['a stretch in the middle', { from: 3 * day, to: 5.5 * day }, '   ^^^'],
    ['one that is shorter than a column', { from: 3.2 * day, to: 3.3 * day }, '   ^'],
    ['one that is open at its end', { from: 8 * day, to: null }, '        ^^'],
    ['one that is open at its beginning', { from: null, to: 1.5 * day }, '^^'],
    ['one that begins before the plot and ends after it', { from: -day, to: 20 * day }, '^^^^^^^^^^'],
    ['one that lies before the plot', { from: -9 * day, to: -8 * day }, '^'],
    ['all of it', { from: null, to: null }, ''],
    ['none', null, ''],
  ])('%s', (_, stretch, marks) => {
    expect(stretchMarks(plot, stretch, glyphs(true))).toBe(marks);
  });

  test('are in one column if a plot has no length', () => {
    expect(stretchMarks({ from: 5, to: 5, columns: 4 }, { from: 5, to: 5 }, glyphs(true))).toBe('^');
  });
});

test.each<[{ from: number | null; to: number | null } | null, RegExp | null]>([
  [
    { from: 0, to: 3 * day },
    /^marked: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC to \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, 3 d$/,
  ],
  [{ from: 0, to: null }, /^marked: since \d{4}/],
  [{ from: null, to: 0 }, /^marked: until \d{4}/],
  [{ from: null, to: null }, null],
  [null, null],
])('%j in words', (stretch, words) => {
  if (words === null) expect(stretchWords(stretch)).toBeNull();
  else expect(stretchWords(stretch)).toMatch(words);
});
