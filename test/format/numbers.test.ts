import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ago, brief, clock, count, dateTime, day, signed, timeOfEvent } from '../../source/format/numbers.ts';

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

describe.each(['UTC', 'Asia/Kathmandu', 'America/St_Johns'])('times on a machine in %s', zone => {
  const before = process.env.TZ;
  beforeAll(() => {
    process.env.TZ = zone;
  });
  afterAll(() => {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });

  test.each([
    ['2026-09-30T14:05:09.987Z', '2026-09-30 14:05:09 UTC', '14:05:09'],
    // Noon and midnight of these zones, and the hours that their clocks skip and repeat.
    ['2026-01-01T18:15:00Z', '2026-01-01 18:15:00 UTC', '18:15:00'],
    ['2026-03-08T05:30:00Z', '2026-03-08 05:30:00 UTC', '05:30:00'],
    ['2026-11-01T04:30:00Z', '2026-11-01 04:30:00 UTC', '04:30:00'],
    ['2026-12-31T23:59:59Z', '2026-12-31 23:59:59 UTC', '23:59:59'],
    ['0044-03-15T12:00:00Z', '0044-03-15 12:00:00 UTC', '12:00:00'],
  ])('%s is %s', (time, text, ofDay) => {
    expect([dateTime(Date.parse(time)), clock(Date.parse(time))]).toEqual([text, ofDay]);
  });

  test('a day is that of UTC, and a time of another day has its date', () => {
    const [late, early] = [Date.parse('2026-11-27T23:59:58Z'), Date.parse('2026-11-28T00:00:01Z')];
    expect([day(late), day(early)]).toEqual(['2026-11-27', '2026-11-28']);
    expect([timeOfEvent(late, early), timeOfEvent(early, early)]).toEqual([
      '2026-11-27 23:59:58',
      '00:00:01',
    ]);
    expect(ago(late, early + 60 * 86_400_000)).toBe('2026-11-27');
  });

  test('what is no time is said', () => {
    expect([dateTime(null), dateTime(Number.NaN), dateTime(1e300)]).toEqual([
      'never',
      'out of range',
      'out of range',
    ]);
  });
});
