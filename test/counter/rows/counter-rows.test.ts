import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { QueryTiming } from '../../../source/connection/query-timing.ts';
import { type Counter, totals } from '../../../source/counter/counter.ts';
import { CounterRows } from '../../../source/counter/rows/counter-rows.ts';

const counter = (id: string, usageCount: number | null, records: number | null = usageCount): Counter => ({
  id,
  name: `name ${id}`,
  usageCount,
  records,
  lastUsedAt: null,
});
/** A statement that was sent and answered at these times. */
const read = (sentAt: number, answeredAt = sentAt + 1): QueryTiming => ({
  sent: sentAt,
  answered: answeredAt,
  sentAt,
  answeredAt,
});
const all = (rows: CounterRows) =>
  Array.from({ length: rows.length }, (_, position) => position)
    .filter(position => rows.has(position))
    .map(position => rows.counter(position));
const ids = (rows: CounterRows) => all(rows).map(({ id }) => id);

describe('the columns of rows', () => {
  const text = fc.oneof(
    fc.uuid(),
    fc.string(),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      '',
      '0',
      '-1',
      'a'.repeat(200),
      'ab'.repeat(600_000),
      'F47AC10B-58CC-4372-A567-0E02B2C3D479',
    ),
  );
  const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(-0, 2 ** 53 - 1, 1e300));
  const any: fc.Arbitrary<Counter> = fc
    .record({
      id: text,
      name: text,
      usageCount: fc.option(number),
      records: fc.option(fc.nat()),
      lastUsedAt: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
      exact: fc.option(fc.constant('12345678901234567890'), { nil: undefined }),
      exactDrift: fc.option(fc.constantFrom('0', '0.5', '-3'), { nil: undefined }),
    })
    .map(({ exact, exactDrift, ...rest }) => ({
      ...rest,
      // Text from PostgreSQL is well formed.
      id: rest.id.toWellFormed(),
      name: rest.name.toWellFormed(),
      ...(exact === undefined ? {} : { exact }),
      ...(exactDrift === undefined || rest.records === null ? {} : { exactDrift }),
    }));

  test('hold every row as it was read last, and none that is gone', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(any, fc.boolean()), { maxLength: 60 }), steps => {
        const rows = new CounterRows();
        const expected = new Map<string, Counter>();
        for (const [row, goes] of steps) {
          rows.see([row], null);
          const known = expected.get(row.id);
          const isCounted = row.records !== null || known?.records === undefined || known.records === null;
          if (isCounted || !Object.is(known.usageCount, row.usageCount) || known.exact !== row.exact)
            expected.set(row.id, row);
          else {
            const { records, exactDrift } = known;
            expected.set(row.id, { ...row, records, ...(exactDrift === undefined ? {} : { exactDrift }) });
          }
          if (goes) {
            rows.gone([row.id]);
            expected.delete(row.id);
          }
        }
        rows.takeChanges();
        expect(rows.size).toBe(expected.size);
        for (const [id, row] of expected) {
          expect(rows.counter(rows.find(id))).toEqual(row);
          expect(rows.has(rows.find(id))).toBe(true);
        }
        const sums = rows.totals();
        expect(sums).toMatchObject({ ...totals(expected.values()), records: expect.anything() });
        expect([...rows.mismatches()]).toHaveLength(sums.mismatched);
      }),
      { numRuns: 100 },
    );
  });

  test('find each of many rows, also after many others are gone', () => {
    const rows = new CounterRows();
    const many = Array.from({ length: 30_000 }, (_, index) => counter(String(index), index % 7));
    rows.see(many, null);
    rows.gone(many.slice(0, 20_000).map(({ id }) => id));
    rows.takeChanges();
    rows.see(many.slice(0, 10_000), null);
    const found = many.map(({ id }) => rows.find(id));
    expect(new Set(found.slice(0, 10_000)).size).toBe(10_000);
    expect(found.slice(10_000, 20_000).every(position => position === -1)).toBe(true);
    expect(rows.id(found[25_000] ?? -1)).toBe('25000');
    // Positions of rows that are gone are used again.
    expect(rows.length).toBe(30_000);
  });
});

describe('what can be compared', () => {
  test('are two reads with records, the later one sent after the earlier one was answered', () => {
    const rows = new CounterRows();
    expect(rows.see([counter('a', 1)], read(10))).toEqual([]);
    expect(rows.see([counter('a', 2, 1)], read(20))).toEqual([
      { before: counter('a', 1), beforeAt: read(10), after: counter('a', 2, 1) },
    ]);
    // Sent before that was answered.
    expect(rows.see([counter('a', 1)], read(15, 30))).toEqual([]);
    expect(rows.counter(rows.find('a'))).toEqual(counter('a', 2, 1));
    // It was the same in between.
    rows.see([counter('a', 2, 1)], read(40));
    expect(rows.see([counter('a', 3, 1)], read(50))).toMatchObject([{ beforeAt: read(40) }]);
  });

  test('is the last read with records, after others without', () => {
    const rows = new CounterRows();
    rows.see([counter('a', 1)], read(10));
    expect(rows.see([counter('a', 1, null)], read(20))).toEqual([]);
    expect(rows.counter(rows.find('a')).records).toBe(1);
    expect(rows.see([counter('a', 2, null)], read(30))).toEqual([]);
    expect(rows.counter(rows.find('a')).records).toBeNull();
    rows.see([counter('a', 3, null)], read(40));
    expect(rows.see([counter('a', 3, 4)], read(50))).toEqual([
      { before: counter('a', 1), beforeAt: read(10), after: counter('a', 3, 4) },
    ]);
  });

  test('is nothing that was forgotten, that this console writes, or that was read while rows were hidden', () => {
    const rows = new CounterRows();
    rows.see([counter('a', 1), counter('b', 1), counter('c', 1)], read(10));
    rows.forgetReads(['a']);
    const isOwn = (id: string) => id === 'b';
    const next = [counter('a', 2, 1), counter('b', 2, 1), counter('c', 2, 1)];
    expect(rows.see(next, read(20), { isOwn }).map(({ after }) => after.id)).toEqual(['c']);
    const last = next.map(each => ({ ...each, usageCount: 3 }));
    expect(rows.see(last, read(30)).map(({ after }) => after.id)).toEqual(['a', 'c']);
    rows.see(next, null);
    expect(rows.see(last, read(40))).toEqual([]);
    rows.forgetReads();
    expect(rows.see(next, read(50))).toEqual([]);
  });

  test('is what a row of a page was, where only a tick has seen it otherwise', () => {
    const rows = new CounterRows();
    const page = {};
    rows.see([counter('a', 1), counter('b', 1)], read(10), { page });
    expect(rows.see([counter('a', 2, 1)], read(20))).toHaveLength(1);
    expect(rows.seeAgain(page, read(30))).toEqual([
      { before: counter('a', 2, 1), beforeAt: read(20), after: counter('a', 1) },
    ]);
    expect(rows.counter(rows.find('a'))).toEqual(counter('a', 1));
    // Rows that no tick reads are as fresh as their page.
    expect(rows.see([counter('b', 2, 1)], read(40))).toMatchObject([{ beforeAt: read(30) }]);
  });

  test('is nothing that a page says which was read before the last tick', () => {
    const rows = new CounterRows();
    const page = {};
    rows.see([counter('a', 1)], read(10), { page });
    rows.see([counter('a', 2, 1)], read(20));
    expect(rows.seeAgain(page, read(15, 30))).toEqual([]);
    expect(rows.counter(rows.find('a'))).toEqual(counter('a', 2, 1));
    expect(rows.seeAgain(page, read(40))).toHaveLength(1);
  });
});

describe('the pages of an audit', () => {
  test('remove rows that are on them no more, but none that a later read has found', () => {
    const rows = new CounterRows();
    const page = {};
    rows.see([counter('a', 1), counter('b', 1), counter('c', 1)], read(10), { page });
    rows.see([counter('c', 2, 2)], read(30));
    rows.see([counter('a', 1)], read(20, 40), { page });
    expect(ids(rows)).toEqual(['a', 'c']);
  });

  test('have to be read if a row of theirs was gone in between, or records have to be counted anew', () => {
    const rows = new CounterRows();
    const [page, other] = [{}, {}];
    expect(rows.isWhole(page)).toBe(false);
    rows.see([counter('a', 1), counter('b', 1)], read(10), { page });
    rows.see([counter('c', 1)], read(11), { page: other });
    expect(rows.isWhole(page)).toBe(true);
    rows.gone(['a']);
    expect([rows.isWhole(page), rows.isWhole(other)]).toEqual([false, true]);
    rows.see([counter('a', 1), counter('b', 1)], read(20), { page });
    expect([rows.isWhole(page), ids(rows).sort()]).toEqual([true, ['a', 'b', 'c']]);
    rows.forgetRecords();
    expect([rows.isWhole(page), rows.isWhole(other)]).toEqual([false, false]);
    expect(all(rows).map(({ records }) => records)).toEqual([null, null, null]);
  });

  test('that were cut anew leave no row behind that is on none of them', () => {
    const rows = new CounterRows();
    const [old, now] = [{}, {}];
    rows.see([counter('first', 1), counter('window', 1)], read(1));
    rows.see([counter('a', 1), counter('b', 1), counter('first', 1)], read(10), { page: old });
    rows.endAudit([old], 5);
    expect(ids(rows)).toEqual(['first', 'a', 'b']);
    rows.see([counter('a', 1)], read(20), { page: now });
    rows.see([counter('b', 2, 1)], read(22));
    rows.endAudit([now], 15);
    // A tick has seen it during the audit.
    expect(ids(rows)).toEqual(['a', 'b']);
  });
});

test('tells each change once, with the change of the count, and null for a new row', () => {
  const rows = new CounterRows();
  rows.see([counter('a', 1), counter('b', 1)], null);
  expect(rows.takeChanges()).toEqual(
    new Map([
      [0, null],
      [1, null],
    ]),
  );
  expect(rows.takeChanges()).toBeNull();
  rows.see([counter('a', 3), counter('b', 1)], null);
  rows.see([counter('a', 4), counter('b', 1)], null);
  expect(rows.takeChanges()).toEqual(new Map([[0, 3]]));
  rows.gone(['a']);
  expect(rows.takeChanges()).toEqual(new Map());
});
