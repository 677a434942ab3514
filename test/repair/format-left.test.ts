import { expect, test } from 'vitest';
import { leftLines } from '../../source/repair/format-repair.ts';
import type { LeftAlone } from '../../source/repair/repair.ts';

const left = (name: string, message: string): LeftAlone => ({ id: name, name, reason: 'wrong', message });
const named = { nouns: { row: ['shop', 'shops'], record: ['sale', 'sales'] } } as const;
const tooLow = (by: number | string) => `It is already ${by} too low again.`;

test('up to three rows have a line each, though the same is true of them', () => {
  const few = ['a', 'b', 'c'].map(name => left(name, tooLow(2)));
  expect(leftLines(few, named).map(({ text }) => text)).toEqual(
    ['a', 'b', 'c'].map(name => `${name}: ${tooLow(2)}`),
  );
});

test('what is true of more rows is said once, with how many there are and some of their names', () => {
  const names = Array.from({ length: 40 }, (_, n) => `s${n}`);
  const many = [left('first', 'Gone.'), ...names.map(name => left(name, tooLow(2)))];
  const lines = leftLines(many, named);
  expect(lines.map(({ text }) => text)).toEqual([
    'first: Gone.',
    `s0: ${tooLow(2)} The same is true of 39 other shops: s1, s2, s3 and 36 more.`,
  ]);
  expect(lines.map(({ rows }) => rows)).toEqual([1, 40]);
  expect(new Set(lines.map(({ key }) => key)).size).toBe(2);
});

test('sentences that differ in their numbers alone are one too, and say so', () => {
  const shops = [3, '-4.50', 18, 7].map((by, n) => left(`s${n}`, tooLow(by)));
  expect(leftLines(shops, named).map(({ text }) => text)).toEqual([
    `s0: ${tooLow(3)} The same is true of 3 other shops, with other numbers: s1, s2, s3.`,
  ]);
});

test('records of no row are named too', () => {
  expect(leftLines([{ ...left('', 'Gone.'), id: null }])[0]?.text).toBe('Records of no preset: Gone.');
});
