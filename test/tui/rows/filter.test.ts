import { describe, expect, test } from 'vitest';
import type { Counter } from '../../../source/counter/counter.ts';
import type { Diagnosis } from '../../../source/diagnosis/diagnosis.ts';
import { filterFor, matchesIn, readFilter } from '../../../source/tui/rows/filter.ts';
import { ListedRows } from '../../../source/tui/rows/row-list.ts';
import { sortAndFilter } from '../../../source/tui/rows/sort-and-filter.ts';

const counter = (id: string, name: string, usageCount: number, records: number | null): Counter => ({
  id,
  name,
  usageCount,
  records,
  lastUsedAt: null,
});
const rows = new ListedRows().with(
  [
    counter('4f10', 'Warm sun', 12, 0),
    counter('4f2', 'Sun over 4f', 3, 3),
    counter('a1', 'drift>5 and a "quote"', 0, 12),
    counter('b1', 'Noir', 1, null),
    counter('B2', 'cause:x', 7, 9),
  ],
  [],
  1,
);
const diagnoses = new Map(
  Object.entries({ '4f10': 'double-counted', a1: 'history-imported', B2: 'lost-updates' } as const).map(
    ([id, code]) => [
      id,
      { diagnosis: { code } as Diagnosis, drift: id === '4f10' ? 12 : id === 'a1' ? -12 : 0 },
    ],
  ),
);
const listed = (filter: string) =>
  sortAndFilter(rows, { sort: 'uses', filter, onlyMismatches: false, diagnoses }).slice();

describe('a filter', () => {
  test.each<[string, string[]]>([
    ['', ['4f10', 'B2', '4f2', 'b1', 'a1']],
    ['  ', ['4f10', 'B2', '4f2', 'b1', 'a1']],
    ['SUN', ['4f10', '4f2']],
    // In any order, and names or ids.
    ['sun warm', ['4f10']],
    ['4f', ['4f10', '4f2']],
    ['id:4F1', ['4f10']],
    ['id:b', ['B2', 'b1']],
    ['"warm sun"', ['4f10']],
    ['"sun warm"', []],
    ['"drift>5"', ['a1']],
    ['drift>2', ['4f10']],
    ['drift>=12', ['4f10']],
    ['drift<0', ['B2', 'a1']],
    ['Drift<=-12', ['a1']],
    ['drift=0', ['4f2']],
    ['drift!=0 sun', ['4f10']],
    ['drift=+12', ['4f10']],
    ['drift<1,000 drift>-2.5', ['4f10', 'B2', '4f2']],
    ['cause:double-counted', ['4f10']],
    ['cause:HISTORY', ['a1']],
    // Found for another drift than the present one.
    ['cause:lost', []],
    ['cause:double drift>20', []],
  ])('%j lists %j', (filter, ids) => {
    expect(readFilter(filter).problem).toBeNull();
    expect(listed(filter)).toEqual(ids);
  });

  test.each<[string, RegExp]>([
    ['drift>', /^drift is compared with a number, such as drift>10/],
    ['drift>many', /^drift is compared with a number/],
    ['sun cause:', /^cause: needs a cause, such as/],
    ['cause:sunshine', /^No cause is called sunshine\.$/],
    ['id:', /^id: needs/],
    ['drfit>10', /^Not understood: drfit>10\. In quotation marks it is looked for as text\.$/],
    ['reason:x', /^Not understood: reason:x\./],
    ['"warm', /quotation mark is missing/],
  ])('says what it does not understand of %j', (filter, problem) => {
    expect(readFilter(filter).problem).toMatch(problem);
  });

  test('finds a name that was given as it is', () => {
    for (const name of ['Warm sun', 'cause:x', 'Noir']) {
      const [id] = listed(filterFor(name));
      expect(rows.get(id ?? '')?.name).toBe(name);
      expect(readFilter(filterFor(name)).problem).toBeNull();
    }
    expect(filterFor('Noir')).toBe('Noir');
    expect(filterFor('')).toBe('');
  });
});

test('what was found in a name is known, also where texts overlap', () => {
  expect(matchesIn('Sunny sun', ['sun'])).toEqual([
    [0, 3],
    [6, 9],
  ]);
  expect(matchesIn('Sunny', ['unn', 'sun'])).toEqual([[0, 4]]);
  expect(matchesIn('Sunny', [])).toEqual([]);
  // In lower case it has another length.
  expect(matchesIn('İsun', ['sun'])).toEqual([]);
});
