import { expect, test } from 'vitest';
import type { Counter } from '../../source/counter/counter.ts';
import { briefly, driftText, recordsText } from '../../source/format/format-figures.ts';
import { countOf } from '../../source/format/numbers.ts';

const counter: Counter = {
  id: 'a',
  name: 'a',
  usageCount: 12345.75,
  exact: '12345.75000000000000000001',
  records: 2 ** 53,
  exactRecords: '9007199254740993',
  exactDrift: '-9007199254728647.250',
  lastUsedAt: null,
};

test('digits are separated in threes, also of numbers that the server wrote', () => {
  expect(countOf(counter)).toBe('12,345.75000000000000000001');
  expect(countOf({ ...counter, exact: 'NaN' })).toBe('NaN');
  expect(recordsText(counter)).toBe('9,007,199,254,740,993');
  expect(driftText(counter)).toBe('-9,007,199,254,728,647.25');
  expect(driftText({ ...counter, exactDrift: '1234.50' })).toBe('+1,234.5');
});

test('digits are worth more than what separates them, where not both fit', () => {
  expect(briefly(2 ** 53, '9007199254740993', 21)).toBe('9,007,199,254,740,993');
  expect(briefly(2 ** 53, '9007199254740993', 20)).toBe('9007199254740993');
  expect(briefly(2 ** 53, '9007199254740993', 15)).toBe('9007199.3G');
  expect(briefly(1_234, undefined, 4)).toBe('0.0M');
});
