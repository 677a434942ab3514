import { describe, expect, test } from 'vitest';
import { nounsOf } from '../../../source/counter/definition/counter-nouns.ts';
import type { Finding } from '../../../source/counter/finding.ts';
import type { LastUse, NewestRecord } from '../../../source/counter/reading/newest-record-model.ts';
import { dateTime } from '../../../source/format/numbers.ts';
import type { ShownHealth } from '../../../source/trigger/defined/shown-health.ts';
import type { TriggerState } from '../../../source/trigger/health.ts';
import { type AnswerFacts, type AnswerSums, answers } from '../../../source/tui/info/answers.ts';
import { comments } from '../../helpers/counters.ts';
import { healthOf } from '../../helpers/shown-counters.ts';

const sums: AnswerSums = {
  rows: 216,
  accurate: 202,
  mismatched: 14,
  tooHigh: 6,
  tooLow: 8,
  records: 23_891,
  withRecords: 209,
  excess: 1_472,
};
// In the middle of a day, so that it is the same day in nearly every time zone.
const now = Date.UTC(2026, 8, 30, 12);
const lastUse: LastUse = {
  at: now - 180_000,
  type: 'generation',
  preset: 'id-1',
  name: 'Noir',
  lastUsedAt: now - 180_000,
};
const newest: NewestRecord = { newest: lastUse, oldest: Date.UTC(2026, 4, 12, 12), whole: true };
const finding = (code: string, severity: Finding['severity'], message: string): Finding => ({
  code,
  severity,
  message,
  hint: `What to do about ${code}.`,
});
const health = (findings: Finding[] = [], enabled: TriggerState['enabled'] = 'origin') =>
  ({
    healthy: findings.every(({ severity }) => severity !== 'error'),
    triggers: [{ enabled }],
    findings,
    others: [],
  }) as unknown as ShownHealth;

const known: AnswerFacts = {
  otherTables: null,
  hiddenBy: null,
  sums,
  orphans: 0,
  trigger: health(),
  newest: { value: newest },
  cause: null,
  now,
};
const nothing: AnswerFacts = { ...known, sums: null, trigger: null, newest: null };
const hidden: AnswerFacts = { ...known, hiddenBy: 'row-level security may hide rows from this role' };

/** The answer to the question that `about` stands in. */
function answer(about: string, facts: Partial<AnswerFacts>): string {
  const found = answers({ ...known, ...facts }).filter(({ question }) => question.includes(about));
  expect(found).toHaveLength(1);
  return found[0]!.answer;
}

describe('why do presets still show numbers', () => {
  const why = (facts: Partial<AnswerFacts>) => answer('still show numbers', facts);
  const with_ = (changes: Partial<AnswerSums>) => why({ sums: { ...sums, ...changes } });

  test('because of their records', () => {
    expect(why({})).toBe(
      'Because of their records. 202 of 216 counts equal their records: 23,891 records in preset_usage, the oldest from 2026-05-12. 14 do not: press m on the list.',
    );
  });
  test.each([
    ['all are right', with_({ accurate: 216, mismatched: 0 }), /216 of 216 counts equal their records/],
    ['none is wrong', with_({ accurate: 216, mismatched: 0 }), /^(?!.*press m)/],
    ['one is wrong', with_({ accurate: 215, mismatched: 1 }), /1 does not: press m/],
    ['one is right', with_({ accurate: 1, mismatched: 215 }), /1 of 216 counts equals its records/],
    [
      'a cause was found',
      why({ cause: { words: 'counted twice', presets: 3 } }),
      /press m on the list\. The most frequent cause: counted twice \(3 of them\)\./,
    ],
    [
      'a cause was found of what is right now',
      why({ sums: { ...sums, accurate: 216, mismatched: 0 }, cause: { words: 'counted twice', presets: 3 } }),
      /^(?!.*frequent)/,
    ],
    ['one is counted anew', with_({ mismatched: 13 }), /13 do not: press m on the list\. 1 is being checked/],
    ['no records, no counts', with_({ accurate: 216, mismatched: 0, records: 0 }), /^They do not/],
    ['no records, but counts', with_({ records: 0 }), /^Not because of records: there are none\. 202 /],
    ['no presets', with_({ rows: 0, accurate: 0, mismatched: 0, records: 0 }), /^There are no presets here/],
    [
      'presets that are gone',
      why({ orphans: 1_200 }),
      /1,200 more records belong to presets that are gone\.$/,
    ],
    ['no oldest', why({ newest: { value: { ...newest, oldest: null } } }), /records in preset_usage\. 14/],
    ['nothing read', why(nothing), /^Not known yet/],
    ['rows hidden', why(hidden), /^Not known: row-level security may hide rows from this role, so/],
  ])('%s', (_, said, wanted) => expect(said).toMatch(wanted));
});

describe('are new uses being tracked', () => {
  const tracked = (facts: Partial<AnswerFacts>) => answer('tracked', facts);
  const used = (changes: Partial<LastUse>) =>
    tracked({ newest: { value: { ...newest, newest: { ...lastUse, ...changes } } } });

  test('judged by the last one and by the trigger', () => {
    expect(tracked({})).toBe(
      `Yes: according to the catalog, the trigger is enabled (origin) and counts each use once. The newest record is from ${dateTime(lastUse.at)} (3 min ago): generation with Noir. The last_used_at of its preset agrees.`,
    );
  });
  const off = finding(
    'trigger-disabled',
    'error',
    'The trigger is disabled: uses are stored but not counted.',
  );
  const missing = finding('trigger-missing', 'error', 'There is no trigger: uses are not counted.');
  const second = finding('second-counter', 'error', 'Uses are counted more than once.');
  const doubt = finding('function-other', 'warning', 'The trigger runs something else.');
  const note = finding('trigger-row-level', 'info', 'The trigger fires once per record.');
  test.each([
    [
      'off',
      health([off], 'disabled'),
      /^No\. The trigger is disabled: uses are stored but not counted\. The/,
    ],
    ['missing', health([missing], null), /^No\. There is no trigger/],
    ['twice', health([second]), /^Not correctly, although the trigger is enabled \(origin\)\. Uses are /],
    [
      'more',
      health([second, doubt]),
      /counted more than once\. For the other findings press t on the list\. The newest/,
    ],
    [
      'doubtful',
      health([doubt]),
      /^Yes: .* counts each use once, with 1 warning: press t on the list\. The newest/,
    ],
    ['a note is no doubt', health([note]), /counts each use once\. The newest/],
    ['not read', null, /^Not known yet: the trigger/],
  ])('trigger: %s', (_, trigger, wanted) => expect(tracked({ trigger })).toMatch(wanted));

  const minute = 60_000;
  test.each([
    ['not counted', used({ lastUsedAt: lastUse.at - 5 * minute }), /5 min earlier: that use was not counted/],
    ['later', used({ lastUsedAt: lastUse.at + 2 * minute }), /2 min later: a record was deleted/],
    ['a moment later', used({ lastUsedAt: lastUse.at + 900 }), /agrees\.$/],
    ['a moment too late', used({ lastUsedAt: lastUse.at + 1_001 }), /later/],
    ['never', used({ lastUsedAt: null }), /Its preset has no last_used_at/],
    ['ahead of the clock', used({ at: now + 10 * minute, lastUsedAt: now }), /is in the future/],
    ['no type', used({ type: null }), /\(3 min ago\): with Noir\./],
    ['no name', used({ name: '' }), /generation with the preset id-1\. The last_used_at/],
    ['gone', used({ name: null, lastUsedAt: null }), /with id-1, a preset that is gone\.$/],
    ['no preset', used({ name: null, preset: null }), /generation with no preset\.$/],
    [
      'of some',
      tracked({ newest: { value: { ...newest, whole: false } } }),
      /The newest record of the presets used last is from/,
    ],
    [
      'no records',
      tracked({ newest: { value: { newest: null, oldest: null, whole: true } } }),
      /There are no records in preset_usage\.$/,
    ],
    ['too expensive', tracked({ newest: { value: null } }), /is not read: /],
    ['not read', tracked({ newest: null }), /has not been read yet/],
    ['hidden', tracked(hidden), /The last use is not known: row-level security may hide rows/],
  ])('last use: %s', (_, said, wanted) => expect(said).toMatch(wanted));
});

describe('how do I get to zero', () => {
  const zero = (facts: Partial<AnswerFacts>) => answer('zero', facts);

  test('with keys, and what each of them leaves', () => {
    expect(zero({ orphans: 9 })).toBe(
      'S (sync) sets each wrong count to the number of its records, which leaves a total of 23,891. R (reset) sets every count to 0 and every last_used_at to NULL, and keeps the records. After that, all presets with records (209) show Mismatch until a sync restores their counts. Press d in the plan of a reset to delete the 23,900 records in preset_usage too. Both show a plan first and write nothing until you type its phrase. H (history) undoes them. The commands sync, reset and undo do the same in a shell. If you only have psql, use sql/reset-usage-counts.sql; the records it deletes can only come back from a backup.',
    );
  });
  test.each([
    ['without records nothing mismatches', { sums: { ...sums, withRecords: 0 } }, /^(?!.*Mismatch)/],
    [
      'numbers that are not known are left out',
      nothing,
      /its records\. R \(reset\) .*all presets with records show Mismatch/,
    ],
    ['and so are numbers that would be wrong', hidden, /a reset to delete all records in preset_usage too/],
    [
      'another schema is not what the script works on',
      { otherTables: 'app.presets and app.preset_usage' },
      /, but these tables are app\.presets and app\.preset_usage\.$/,
    ],
  ])('%s', (_, facts, wanted) => expect(zero(facts)).toMatch(wanted));
});

describe('what about the old manual increment', () => {
  const old = (facts: Partial<AnswerFacts>) => answer('manual increment', facts);

  test('nothing else writes the count, but counts are still too high', () => {
    expect(old({})).toBe(
      'No function and no other trigger in this database writes usage_count, as far as their source shows. The console cannot see application code; the scan command can. A second increment besides the trigger makes counts too high, and so do deleted records: 6 presets, +1,472 in total.',
    );
  });
  test.each([
    'second-counter',
    'track-counts-too',
    'other-writer',
    'presets-trigger-writes-count',
    'trigger-adjusts-count',
  ])('%s is named', code => {
    const said = old({ trigger: health([finding(code, 'warning', 'The function bump() writes it.')]) });
    expect(said).toMatch(/^The function bump\(\) writes it\. The console cannot see application code/);
  });
  test.each([
    [
      'others are not',
      { trigger: health([finding('function-other', 'warning', 'No.')]) },
      /^No function and/,
    ],
    [
      'it left nothing',
      { sums: { ...sums, tooHigh: 0, excess: 0 } },
      /makes counts too high: none is too high now\.$/,
    ],
    [
      'nothing read',
      nothing,
      /^Not known yet: .* The console cannot see application code; the scan command can\.$/,
    ],
    ['rows hidden', hidden, /the scan command can\.$/],
  ])('%s', (_, facts, wanted) => expect(old(facts)).toMatch(wanted));
});

describe('is there a daily limit', () => {
  const limit = (trigger: ShownHealth | null) => answer('daily limit', { trigger });
  const index = (code: string) =>
    finding(code, 'error', 'The unique index daily refuses further uses: daily (a)');

  test.each([
    ['no', health(), /^No: no unique index limits uses of a preset\.$/],
    [
      'yes',
      health([index('daily-limit')]),
      /^Yes\. The unique index daily refuses further uses: daily \(a\)\. What to do about daily-limit\.$/,
    ],
    ['perhaps', health([index('unique-limits-uses')]), /^There may be\. The unique index daily refuses/],
    [
      'both',
      health([index('unique-limits-uses'), index('daily-limit')]),
      /^Yes\. .*unique-limits-uses\. The unique/,
    ],
    ['not read', null, /^Not known yet/],
  ])('%s', (_, trigger, wanted) => expect(limit(trigger)).toMatch(wanted));
});

describe('are new records of another counter being counted', () => {
  const other = { nouns: nounsOf(comments), records: 'comments' };
  const counted = (trigger: ShownHealth | null) =>
    answer('Are new comments being counted', { other, trigger });
  const error = finding('move-not-counted', 'error', 'A comment that moves is not counted.');
  const doubt = finding('clamped', 'warning', 'The count never goes below 0.');
  test.each([
    ['kept', healthOf(comments), /^Yes: according to the catalog, the count is kept\. The newest comment/],
    [
      'with a doubt',
      healthOf(comments, [], { findings: [doubt] }),
      /^Yes: .* is kept, with 1 warning: press t on/,
    ],
    [
      'not in every case',
      healthOf(comments, ['move'], { findings: [error, doubt] }),
      /^Not in every case\. A comment that moves is not counted\. For the other findings press t/,
    ],
    [
      'by nothing',
      healthOf(comments, ['insert'], {
        triggers: [],
        findings: [finding('trigger-missing', 'error', 'Nothing.')],
      }),
      /^No\. Nothing\. The newest/,
    ],
    [
      'no error, and still not all of it',
      healthOf(comments, ['move'], { findings: [] }),
      /^As far as it is known: no error was found, but not every change may be counted/,
    ],
    ['not read yet', null, /^Not known yet: what keeps the count has not been read yet\. The newest/],
  ])('%s', (_, trigger, wanted) => expect(counted(trigger)).toMatch(wanted));
});
