import { describe, expect, test } from 'vitest';
import { judgeOrigins } from '../../../../source/repair/run/presence/records-alike.ts';
import type { Origins } from '../../../../source/repair/sql/records/record-origins.ts';

const verdict = (origins: Partial<Origins>, remaining: number | undefined) => {
  const judged = judgeOrigins({ settled: 0, before: 0, together: 0, ...origins }, 10, remaining);
  return judged === null || judged === 'some' ? judged : judged.reason;
};

describe('of ten deleted records', () => {
  test.each([
    ['one that is surely older than the reset, which left none', { settled: 1, before: 1 }, 0, 'there'],
    ['as many that are surely older as it left', { settled: 3, before: 3 }, 3, null],
    ['one more than it left', { settled: 4, before: 4 }, 3, 'there'],
    ['ten that may be older', { before: 10 }, 0, 'unsure'],
    ['nine that may be older', { before: 9 }, 0, 'some'],
    ['ten that may be older, of which it left one', { before: 10 }, 1, 'some'],
    [
      'any number of older ones, where nobody knows how many it left',
      { settled: 50, before: 50 },
      undefined,
      null,
    ],
    ['ten that came at once', { together: 10 }, 0, 'unsure'],
    ['eleven that came at once', { together: 11 }, 5, 'unsure'],
    ['nine that came at once', { together: 9 }, 0, 'some'],
    ['only uses that came one by one', {}, 0, null],
  ] as const)('%s', (_, origins, remaining, expected) => {
    expect(verdict(origins, remaining)).toBe(expected);
  });
});
