import { expect, test } from 'vitest';
import {
  type SourceEvidence,
  sourceHint,
  sourceSentence,
  sourceVerdict,
} from '../../source/checklist/source-evidence.ts';
import type { NotRead } from '../../source/scan/finding.ts';

const write = (line: number) => ({ file: 'a.ts', line, column: 1, text: '', kind: 'increment' });
const unread = (line: number) => ({ file: 'b.sql', line, column: 1, message: 'syntax error' });
const lines = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const python: NotRead = { reason: 'language', language: 'Python', files: 12, code: 0, more: false };
const evidence = (files: number, writes: number, unparsed: number): SourceEvidence => ({
  directory: 'app',
  files,
  writes: lines(writes).map(write),
  unparsed: lines(unparsed).map(unread),
  notRead: [],
});

test.each<[SourceEvidence, string, string]>([
  [evidence(3, 0, 0), 'Nothing in 3 files of app writes usage_count in addition to the trigger.', ''],
  [
    evidence(1, 1, 0),
    '1 place in 1 file of app writes usage_count in addition to the trigger: a.ts:1.',
    'Run preset-usage scan app to see why each of them counts twice and what to do.',
  ],
  [
    evidence(2, 5, 0),
    '5 places in 2 files of app write usage_count in addition to the trigger: a.ts:1, a.ts:2, a.ts:3, a.ts:4, a.ts:5.',
    'Run preset-usage scan app to see why each of them counts twice and what to do.',
  ],
  [
    evidence(2, 7, 1),
    '7 places in 2 files of app write usage_count in addition to the trigger: a.ts:1, a.ts:2, a.ts:3, a.ts:4, a.ts:5, and 2 more. Could not be read, but may write it: b.sql:1.',
    'Run preset-usage scan app to see why each of them counts twice and what to do.',
  ],
  [
    evidence(1, 0, 2),
    'Nothing in 1 file of app writes usage_count in addition to the trigger. Could not be read, but may write it: b.sql:1, b.sql:2.',
    'Check the files that could not be read by hand.',
  ],
  [
    { ...evidence(0, 0, 0), notRead: [python] },
    'No file of app is in a language that is read; it has 12 Python files.',
    'Check the files that could not be read by hand.',
  ],
  [
    evidence(0, 0, 0),
    'No file of app is in a language that is read.',
    'Check the files that could not be read by hand.',
  ],
  [
    { ...evidence(3, 0, 0), notRead: [python] },
    'Nothing in 3 files of app writes usage_count in addition to the trigger. Not read: 12 Python files.',
    'Check the files that could not be read by hand.',
  ],
])('the result of a scan is one sentence: %#', (found, sentence, hint) => {
  expect(sourceSentence(found)).toBe(sentence);
  expect(sourceHint(found)).toBe(hint);
});

test.each([
  [['public.posts.comments_count'], ' --counter public.posts.comments_count'],
  [['public.posts.comments_count', 'public.presets.usage_count'], ' --all'],
])('the hint about other counters scans for them: %j', (counters, flags) => {
  expect(sourceHint({ ...evidence(1, 1, 0), counters })).toBe(
    `Run preset-usage scan app${flags} to see why each of them counts twice and what to do.`,
  );
});

test.each<[SourceEvidence, ReturnType<typeof sourceVerdict>]>([
  [evidence(3, 0, 0), 'clean'],
  [{ ...evidence(3, 0, 0), notRead: [{ ...python, reason: 'ignored' }] }, 'clean'],
  [{ ...evidence(3, 0, 0), notRead: [{ ...python, reason: 'ignored' }, python] }, 'partly'],
  [evidence(3, 0, 1), 'partly'],
  [evidence(0, 0, 0), 'not-read'],
  [evidence(3, 1, 1), 'writes'],
])('the source is clean only if all of it was read that may be code: %#', (found, verdict) => {
  expect(sourceVerdict(found)).toBe(verdict);
});
