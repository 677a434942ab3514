import { expect, test } from 'vitest';
import { driftOf, type PresetEvidence } from '../../source/diagnosis/evidence.ts';
import { lastUsedRemarks, lastUsedSentence, tallyLastUsed } from '../../source/diagnosis/last-used.ts';

const newest = Date.UTC(2026, 8, 30, 14, 5, 9);

/** A preset whose newest record is at `newest` and whose `last_used_at` is so many milliseconds after it. */
function preset(after: number | null, over: Partial<PresetEvidence> = {}): PresetEvidence {
  return {
    id: '1',
    usageCount: 2,
    records: 2,
    lastUsedAt: after === null ? null : newest + after,
    createdAt: null,
    written: null,
    uses: { times: [newest - 120_000, newest - 60_000, newest], transactions: null, types: null },
    ...over,
  };
}

const usesAt = (...times: number[]) => ({ uses: { times, transactions: null, types: null } });

test('the drift is the count minus the records, and a count of NULL is 0', () => {
  expect(driftOf(preset(0, { usageCount: 5, records: 3 }))).toBe(2);
  expect(driftOf(preset(0, { usageCount: null, records: 4 }))).toBe(-4);
});

test.each([
  [0, null],
  [1_000, null],
  [-1_000, null],
  [1_001, 'last_used_at is 1001 ms after the newest record.'],
  [-1_001, 'last_used_at is 1001 ms before the newest record.'],
  [3 * 3_600_000, 'last_used_at is 3 h after the newest record.'],
  [null, null],
])('a last_used_at that is %s ms after the newest record', (after, sentence) => {
  expect(lastUsedSentence(preset(after))).toBe(sentence);
});

test('nothing is said where the newest record, or its time, is not known', () => {
  expect(lastUsedSentence(preset(5_000, { uses: null }))).toBeNull();
  expect(lastUsedSentence(preset(5_000, usesAt()))).toBeNull();
  expect(lastUsedSentence(preset(5_000, usesAt(Number.NaN)))).toBeNull();
  expect(lastUsedSentence(preset(5_000, usesAt(Number.NaN, newest)))).toMatch(/^last_used_at is 5 s after/);
});

test('those before and those after their newest record are counted apart', () => {
  const tally = tallyLastUsed([preset(0), preset(5_000), preset(-5_000), preset(-9_000), preset(null)]);
  expect(tally).toEqual({ looked: 5, older: 2, newer: 1 });
  expect(tallyLastUsed([])).toEqual({ looked: 0, older: 0, newer: 0 });
});

test.each([
  [{ looked: 5, older: 0, newer: 0 }, []],
  [
    { looked: 5, older: 2, newer: 1 },
    [
      '2 of the 5 accurate presets examined have a last_used_at older than the newest record.',
      '1 of the 5 accurate presets examined has a last_used_at newer than the newest record.',
    ],
  ],
  [
    { looked: 1, older: 1, newer: 0 },
    ['1 of the 1 accurate preset examined has a last_used_at older than the newest record.'],
  ],
])('%j in sentences', (tally, sentences) => {
  expect(lastUsedRemarks(tally)).toEqual(sentences);
});
