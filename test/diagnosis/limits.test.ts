import { describe, expect, test } from 'vitest';
import { diagnoseAll } from '../../source/diagnosis/diagnose.ts';
import type { Diagnosis } from '../../source/diagnosis/diagnosis.ts';
import type { Evidence, PresetEvidence } from '../../source/diagnosis/evidence.ts';
import { count } from '../../source/format/numbers.ts';
import { day, start } from '../helpers/world.ts';
import { among, at, daily, preset, world } from './evidence-cases.ts';

const all = (evidence: Evidence): Diagnosis[] => [...diagnoseAll(evidence).values()];
const first = (evidence: Evidence): Diagnosis => all(evidence)[0]!;
const said = (evidence: Evidence): string => first(evidence).evidence.join(' ');

/** Moves every preset's `last_used_at` by `days`, as if it had another time zone than the records. */
function shifted(evidence: Evidence, days: number): Evidence {
  const shift = (each: PresetEvidence) => ({ ...each, lastUsedAt: (each.lastUsedAt ?? 0) + days * day });
  return { ...evidence, mismatched: evidence.mismatched.map(shift), accurate: evidence.accurate.map(shift) };
}

describe('a last_used_at that never matches a record proves nothing', () => {
  test('about uncounted uses, if accurate presets have newer records too', () => {
    const lacking = among([preset(7, daily(10)), preset(8, daily(10))]);
    expect(first(shifted(lacking, -2.5)).code).toBe('unknown');
    // For a single preset it does.
    expect(first(among([preset(7, daily(10), { lastUsedAt: start + 6 * day })])).code).toBe('trigger-gap');
  });

  test('the same if every preset is wrong, and the others by different numbers', () => {
    const wrong = [3, 1, 2, 5, 4, 9, 7, 8].map(by => preset(20 - by, daily(20)));
    const codes = all(shifted({ ...among(wrong), accurate: [] }, -2.5)).map(({ code }) => code);
    expect(codes).toEqual(wrong.map(() => 'unknown'));
  });

  test('about deleted records, if it is ahead in accurate presets too', () => {
    expect(first(shifted(among([preset(14, daily(10))]), 0.3)).code).toBe('unknown');
    expect(first(among([preset(14, daily(10), { lastUsedAt: start + 30 * day })])).code).toBe(
      'history-deleted',
    );
  });
});

describe('records that are gone without having been deleted one by one', () => {
  test('a table that was truncated', () => {
    const each = world(11);
    for (const preset of each.presets) preset.records = [];
    const found = all(each.evidence());
    expect(found.map(({ code }) => code)).toEqual(each.presets.map(() => 'history-deleted'));
    expect(found[0]!.certainty).toBe('likely');
    expect(found[0]!.evidence).toContain(
      `${count(each.inserted)} stored records are gone but were not deleted one by one (a TRUNCATE or a rollback), exactly as many as 40 counts are too high together.`,
    );
  });

  test('one that has been used since, less surely: a record that was rolled back counts as stored too', () => {
    const each = world(12);
    for (const preset of each.presets)
      preset.records = preset.records.filter(({ at: time }) => time > at(0.5));
    const codes = new Set(all(each.evidence()).map(({ code, certainty }) => `${code} ${certainty}`));
    expect(codes).toEqual(new Set(['history-deleted possible']));
  });

  test('not for an infinite count', () => {
    expect(first(among([preset(Number.POSITIVE_INFINITY, daily(10))])).code).toBe('unknown');
  });

  test('a partition that was dropped together with its statistics', () => {
    const each = world(13);
    for (const preset of each.presets.slice(0, 20))
      preset.records = preset.records.filter(({ at: time }) => time > at(0.6));
    const kept = each.presets.reduce((sum, { records }) => sum + records.length, 0);
    const given = (partitioned: boolean) =>
      each.evidence({
        statistics: {
          presets: { inserted: 40, updated: each.updated, deleted: 0 },
          records: { inserted: kept, updated: 0, deleted: 0, partitioned },
        },
      });
    const deleted = (evidence: Evidence) =>
      all(evidence).filter(({ code }) => code === 'history-deleted').length;
    expect(deleted(given(true))).toBeGreaterThan(0);
    expect(deleted(given(false))).toBe(0);
  });
});

describe('the evidence is true', () => {
  test('of a preset that was set to 0 by itself among others that were never counted', () => {
    const zero = (records: number, written: number) => {
      const times = daily(records).map(each => start + each * day);
      const transactions = times.map((_, n) => 100 + n);
      return preset(0, daily(records), {
        lastUsedAt: null,
        written,
        uses: { times, transactions, types: null },
      });
    };
    const given = among([zero(10, 500), zero(3, 1), zero(2, 2)]);
    const accurate = given.accurate.map(each => ({
      ...each,
      uses: { ...each.uses!, transactions: each.uses!.times.map((_, n) => 90 + n) },
    }));
    const own = first({ ...given, accurate });
    expect(own.code).toBe('reset-kept-history');
    expect(own.evidence.join(' ')).not.toMatch(/was not written/);
    expect(own.evidence).toContain(
      'The preset was written after the newest of its records was stored, as a reset leaves it.',
    );
  });

  test('of deleted users, whose records no statistics know to be deleted', () => {
    const each = world(16);
    for (const preset of each.presets) preset.records = [];
    const cascades = [{ name: 'public.users', deleted: 4 }];
    const cascade = /4 rows of public\.users were deleted/;
    expect(said(each.evidence({ cascades }))).not.toMatch(cascade);
    expect(said(each.evidence({ cascades, statistics: null }))).toMatch(cascade);
  });

  test('of a NULL count, which a trigger with coalesce() counts on from', () => {
    expect(said(among([preset(null, daily(4))]))).not.toMatch(/no use can be added/);
  });

  test('of a count with a fraction', () => {
    expect(count(1234.3333)).toBe('1,234.3333');
    expect(count(10.3333 - 10)).toBe('0.3333');
    expect(count(Number.POSITIVE_INFINITY)).toBe('Infinity');
    expect(count(1234567)).toBe('1,234,567');
  });

  test('of a second counter that has come since the records that were counted twice', () => {
    const each = world(15, ({ world, preset, moment, record }) => {
      const by = moment > 0.5 && moment < 0.7 ? 2 : 1;
      preset.usageCount = (preset.usageCount ?? 0) + by;
      preset.lastUsedAt = record.at;
      preset.written = world.next();
    });
    const again = 'The trigger z writes usage_count as well.';
    const found = first(each.evidence({ countsAgain: [again] }));
    expect(found.code).toBe('double-counted');
    expect(found.stretch!.to).not.toBeNull();
    expect(found.evidence).not.toContain(again);
  });

  test('of an unknown cause: a count that is exactly a multiple of its records', () => {
    expect(said(among([preset(20, daily(10))]))).toContain('It is exactly twice its 10 records.');
    expect(said(among([preset(21, daily(10))]))).not.toContain('exactly');
  });
});
