import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Counter, drift, isWrong } from '../../../source/counter/counter.ts';
import { CounterRows } from '../../../source/counter/rows/counter-rows.ts';
import type { Diagnosis } from '../../../source/diagnosis/diagnosis.ts';
import { compareNames } from '../../../source/tui/rows/name-order.ts';
import { inNameOrder, mostById, prepareNames } from '../../../source/tui/rows/prepared-names.ts';
import { type Numbers, sortGreatestFirst } from '../../../source/tui/rows/radix-sort.ts';
import { ListedRows } from '../../../source/tui/rows/row-list.ts';
import { type Sort, type SortAndFilter, sorts } from '../../../source/tui/rows/sort.ts';
import { sortAndFilter } from '../../../source/tui/rows/sort-and-filter.ts';

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
const all: SortAndFilter = { sort: 'uses', filter: '', onlyMismatches: false };

const name = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc
    .array(
      fc.constantFrom(
        'a',
        'B',
        'ä',
        'ß',
        ' ',
        '-',
        '_',
        '0',
        '7',
        '10',
        '007',
        '.',
        '中',
        'İ',
        'K',
        '👍',
        '\u0301',
      ),
      {
        maxLength: 8,
      },
    )
    .map(parts => parts.join('')),
);
const uuids = ['0a1b2c3d-0000-4000-8000-0123456789ab', '0a1b2c3d-1000-4000-8000-0123456789ab'] as const;
const counter = fc.record({
  id: fc.oneof(fc.uuid(), fc.constantFrom(...uuids), fc.nat().map(String), fc.string({ maxLength: 3 })),
  name: name.map(text => text.toWellFormed()),
  usageCount: fc.option(fc.oneof(fc.nat(5), fc.integer())),
  records: fc.option(fc.nat(5)),
  lastUsedAt: fc.option(fc.nat()),
});
const by = fc.record({
  sort: fc.constantFrom(...sorts),
  reversed: fc.boolean(),
  filter: fc.constantFrom(
    '',
    'a',
    'A',
    'b0',
    '7',
    'ä',
    'i',
    'k',
    '中',
    'f',
    '0a',
    '\u0301',
    '0A1B2C3D-0',
    '0a1b2c3d0',
    `${uuids[0]}7`,
  ),
  onlyMismatches: fc.boolean(),
});

const greater = (a: number, b: number) => (a === b ? 0 : b > a ? 1 : -1);
const driftOf = (row: Counter & { lastDrift?: number | null }) => row.lastDrift ?? drift(row);
const wrongFirst = (a: Counter, b: Counter) =>
  greater(Math.abs(driftOf(a) ?? 0), Math.abs(driftOf(b) ?? 0)) ||
  greater(a.usageCount ?? 0, b.usageCount ?? 0);
const comparing = (sort: Sort, diagnoses: SortAndFilter['diagnoses'] = new Map()) =>
  ({
    uses: (a: Counter, b: Counter) => greater(a.usageCount ?? -1, b.usageCount ?? -1),
    name: (a: Counter, b: Counter) => collator.compare(a.name, b.name),
    drift: wrongFirst,
    cause: (a: Counter, b: Counter) => {
      const place = (row: Counter) => causePlace(row, diagnoses);
      return place(a) - place(b) || wrongFirst(a, b);
    },
    'last-used': (a: Counter, b: Counter) => greater(a.lastUsedAt ?? -1, b.lastUsedAt ?? -1),
  })[sort];

// In the order of their words: counted twice, increments lost, trigger was off.
const codes = ['double-counted', 'lost-updates', 'trigger-gap', 'unknown'] as const;
const causePlace = (row: Counter, diagnoses: NonNullable<SortAndFilter['diagnoses']>) => {
  const found = diagnoses.get(row.id);
  if (found && found.drift === driftOf(row))
    return codes.indexOf(found.diagnosis.code as (typeof codes)[number]);
  return driftOf(row) ? 8 : 9;
};
const causesOf = (rows: readonly Counter[]) =>
  new Map(
    rows.flatMap((row, index) => {
      const code = codes[index % 5];
      return code ? [[row.id, { drift: drift(row) ?? 1, diagnosis: { code } as Diagnosis }] as const] : [];
    }),
  );

/** The list as it would be made of objects. */
function naively(
  rows: readonly Counter[],
  { sort, reversed, filter, onlyMismatches, diagnoses }: SortAndFilter,
): string[] {
  const wanted = filter.toLowerCase();
  const compare = comparing(sort, diagnoses);
  const ids = rows
    .filter(row => !onlyMismatches || isWrong(row))
    .filter(row => row.name.toLowerCase().includes(wanted) || row.id.toLowerCase().startsWith(wanted))
    .sort((a, b) => compare(a, b) || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
  return reversed ? ids.reverse() : ids;
}

describe('a list', () => {
  test('is what sorting and filtering objects would make of it, also after rows changed, came and went', () => {
    const changes = fc.array(
      fc.tuple(fc.array(counter, { maxLength: 5 }), fc.array(fc.nat(30), { maxLength: 3 })),
      {
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(fc.array(counter, { maxLength: 40 }), changes, by, (begin, later, wanted) => {
        const how = { ...wanted, diagnoses: causesOf(begin) };
        let list = new ListedRows(new CounterRows()).with(begin, [], 1);
        let order = sortAndFilter(list, how);
        for (const [counters, places] of later) {
          const ids = [...list.values()].map(({ id }) => id);
          list = list.with(
            counters,
            places.map(place => ids[place % ids.length] ?? 'none'),
            2,
          );
          order = sortAndFilter(list, how, order);
          // What has to be counted again has the drift it had.
          const known = [...list.values()].map(row => ({
            ...row,
            lastDrift: list.rows.lastDrift(list.rows.find(row.id)),
          }));
          expect(order.slice()).toEqual(naively(known, how));
          expect(order.length).toBe(order.slice().length);
          for (const [index, id] of order.slice().entries()) {
            expect(order.at(index)).toBe(id);
            expect(order.indexOf(id)).toBe(index);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  test('that is long has equal rows in the order in which they were read, and changes in the same way', () => {
    const many = Array.from({ length: mostById + 1_000 }, (_, index) => ({
      id: String(index),
      name: `Preset ${(index * 7919) % 10_007} ${index % 3 === 0 ? 'é' : 'e'}`,
      usageCount: index % 13 === 0 ? null : (index * 31) % 1_000,
      records: index % 17 === 0 ? null : (index * 31) % 999,
      lastUsedAt: index % 5 === 0 ? null : 1.7e12 + ((index * 104_729) % 86_400_000) / 7,
    }));
    let list = new ListedRows(new CounterRows()).with(many, [], 1);
    const diagnoses = causesOf(many.filter((_, index) => index % 100 === 0));
    const how = (sort: Sort) => ({ ...all, sort, diagnoses });
    const orders = sorts.map(sort => sortAndFilter(list, how(sort)));
    const turned = sorts.map(sort => sortAndFilter(list, { ...how(sort), reversed: true }));
    const check = () => {
      for (const [index, sort] of sorts.entries()) {
        const ids = orders[index]?.slice() ?? [];
        expect(turned[index]?.slice().toReversed()).toEqual(ids);
        expect(new Set(ids).size).toBe(list.size);
        const compare = comparing(sort, diagnoses);
        const rows = ids.map(id => list.rows.counter(list.rows.find(id)));
        const wrong = rows.filter((row, place) => {
          const next = rows[place + 1];
          const found = next ? compare(row, next) : -1;
          return found > 0 || (found === 0 && list.rows.find(row.id) > list.rows.find(next!.id));
        });
        expect(wrong).toEqual([]);
      }
    };
    check();
    list = list.with(
      many.slice(100, 140).map(row => ({ ...row, name: `A ${row.id}`, usageCount: 500, lastUsedAt: 1.8e12 })),
      ['0', '20999'],
      2,
    );
    for (const [index, sort] of sorts.entries()) {
      orders[index] = sortAndFilter(list, how(sort), orders[index]);
      turned[index] = sortAndFilter(list, { ...how(sort), reversed: true }, turned[index]);
    }
    check();
    for (const [index, sort] of sorts.entries()) {
      orders[index] = sortAndFilter(list, how(sort));
      turned[index] = sortAndFilter(list, { ...how(sort), reversed: true }, orders[index]);
    }
    check();
  });

  test('of names that were sorted ahead is in order, wherever sorting them was', () => {
    const rows = new CounterRows();
    const many = Array.from({ length: 2_000 }, (_, index) => ({
      id: String(index),
      name: `n${(index * 7919) % 1_999}`,
      usageCount: 1,
      records: 1,
      lastUsedAt: null,
    }));
    rows.see(many, null);
    prepareNames(rows);
    const names = () =>
      Array.from(
        inNameOrder(rows, position => position % 2 === 0),
        position => rows.name(position),
      );
    const sorted = names();
    expect(sorted).toEqual(sorted.toSorted(collator.compare));
    rows.see([{ ...many[10]!, name: 'n0a' }], null);
    rows.gone(['12']);
    expect(names()).toContain('n0a');
    expect(names()).toHaveLength(999);
    expect(names()).toEqual(names().toSorted(collator.compare));
  });
});

test('compares names as the collator does', () => {
  const sign = (found: number) => Math.sign(found);
  fc.assert(
    fc.property(name, name, (a, b) => {
      const rows = new CounterRows();
      const row = { usageCount: 1, records: 1, lastUsedAt: null };
      rows.see(
        [
          { ...row, id: 'a', name: a.toWellFormed() },
          { ...row, id: 'b', name: b.toWellFormed() },
        ],
        null,
      );
      expect(sign(compareNames(rows, 0, 1))).toBe(sign(collator.compare(a.toWellFormed(), b.toWellFormed())));
    }),
    { numRuns: 500 },
  );
});

const numbersOf = (of: (position: number) => number): Numbers => ({
  of,
  read(positions, numbers) {
    for (const [index, position] of positions.entries()) numbers[index] = of(position);
  },
});
// Close to each other beside one that is far, so that they begin with the same key.
const close = Array.from({ length: 200 }, (_, index) => 1_780_000_000_000 + ((index * 77) % 200) / 8);

test('sorts by any numbers, the last ones first, the greatest first and equal ones as they were', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, -0, 1, 2, 1e308, -1e308, 5e-324))),
      numbers => {
        const positions = Uint32Array.from(numbers.keys());
        sortGreatestFirst(positions, [
          numbersOf(position => position % 3),
          numbersOf(position => numbers[position]!),
        ]);
        const order = (value: number) => (Number.isNaN(value) ? [1, 0] : [0, value]);
        const expected = [...numbers.keys()].sort((a, b) => {
          const [x, y] = [order(numbers[a]!), order(numbers[b]!)];
          return y[0]! - x[0]! || (x[1] === y[1] ? 0 : y[1]! > x[1]! ? 1 : -1) || (b % 3) - (a % 3) || a - b;
        });
        expect([...positions]).toEqual(expected);
      },
    ),
    // Shrinking the long ones would take minutes.
    {
      examples: [[[-1e300, ...close]], [[...close, NaN, Infinity, ...close, -Infinity]]],
      endOnFailure: true,
    },
  );
});
