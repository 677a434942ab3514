import { describe, expect, it } from 'vitest';
import { createRhythm, historyDays } from '../../../source/demo/data/rhythm.ts';

const day = 86_400_000;
const moments = Array.from({ length: 1_001 }, (_, index) => index / 1_000);

describe('createRhythm', () => {
  it.each(['2026-03-04T15:20:00Z', '2026-03-08T02:59:59Z', '2028-02-29T00:00:00Z'])(
    'ends at %s and keeps the order of moments',
    text => {
      const now = Date.parse(text);
      const at = createRhythm(now);
      const times = moments.map(at);
      expect(times[0]).toBe(now - historyDays * day);
      expect(times.at(-1)).toBe(now);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(new Set(times).size).toBe(times.length);
    },
  );

  it('maps moments below 0 to linear time before the history', () => {
    const now = Date.parse('2026-03-04T15:20:00Z');
    expect(createRhythm(now)(-0.5)).toBe(now - 1.5 * historyDays * day);
  });
});
