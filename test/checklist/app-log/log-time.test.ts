import { describe, expect, test } from 'vitest';
import { fieldTime, takeTime } from '../../../source/checklist/app-log/log-time.ts';

const written = Date.parse('2026-11-23T12:00:00Z');
const ten = Date.parse('2026-11-22T10:00:00Z');
const local = (hours: number, milliseconds = 0, year = 2026) =>
  new Date(year, 10, 22, hours, 0, 0, milliseconds).getTime();

describe('the time of a line', () => {
  test.each([
    ['2026-11-22T10:00:00Z x', ten],
    ['2026-11-22T10:00:00.123456Z x', ten + 123],
    ['2026-11-22T11:00:00+01:00 x', ten],
    ['2026-11-22 11:00:00 +0100 x', ten],
    ['2026-11-22 10:00:00.5 UTC [1] x', ten + 500],
    ['2026-11-22 05:00:00 EST x', ten],
    ['2026-11-22 06:00:00 EDT x', ten],
    ['[2026-11-22T10:00:00Z] x', ten],
    ['E, [2026-11-22T10:00:00Z #12] x', ten],
    ['ERROR 2026-11-22T10:00:00Z x', ten],
    ['[22-Nov-2026 10:00:00 UTC] x', ten],
    ['22/Nov/2026:10:00:00 +0000 x', ten],
    ['Sun Nov 22 2026 10:00:00 GMT+0000 x', ten],
    ['2026-11-22 10:00:00 x', local(10)],
    ['2026-11-22 10:00:00,007 x', local(10, 7)],
    ['2026-11-22T10:00 x', local(10)],
    ['2026/11/22 10:00:00 x', local(10)],
    ['[Sun Nov 22 10:00:00.250 2026] x', local(10, 250)],
    ['Nov 22 10:00:00 host x', local(10)],
    ['<11>Nov 22 10:00:00 host x', local(10)],
    ['Nov 25 10:00:00 host x', new Date(2025, 10, 25, 10).getTime()],
    ['[Nest] 12  - 11/22/2026, 10:00:00 PM x', local(22)],
    ['11/22/2026, 12:00:00 AM x', local(0)],
    ['22/11/2026, 10:00:00 x', local(10)],
    ['10:00:00.123 x', null],
    ['2026-13-22T10:00:00Z x', null],
    ['saved 2026-11-22T10:00:00Z in the archive x', null],
    ['x', null],
  ])('%s', (line, expected) => {
    expect(takeTime(line, written).at).toBe(expected);
  });

  test('what comes before a time stays in the line', () => {
    expect(takeTime('ERROR 2026-11-22T10:00:00Z boom', written).rest).toBe('ERROR  boom');
    expect(takeTime('[2026-11-22T10:00:00Z] boom', written).rest).toBe(' boom');
    expect(takeTime('10:00:00 boom', written).rest).toBe(' boom');
  });
});

test.each([
  ['Nov 23 11:00:00', 2026],
  ['Nov 24 11:00:00', 2026],
  ['Nov 26 11:00:00', 2025],
  ['Jan  1 00:00:00', 2026],
])('without a year, %s is in %i, according to the file’s time', (line, year) => {
  const at = takeTime(`${line} host x`, new Date(2026, 10, 23, 12).getTime()).at;
  expect(new Date(at ?? 0).getFullYear()).toBe(year);
});

test.each([
  [ten, ten],
  [ten / 1e3, ten],
  [ten / 1e3 + 0.5, ten + 500],
  [ten * 1e3, ten],
  [ten * 1e6, ten],
  [String(ten), ten],
  ['2026-11-22T10:00:00.000Z', ten],
  [12, null],
  ['12', null],
  [-1, null],
  ['soon', null],
  [null, null],
  [{ seconds: 1 }, null],
])('the field %s', (value, expected) => {
  expect(fieldTime(value, written)).toBe(expected);
});
