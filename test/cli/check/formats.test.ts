import { describe, expect, test } from 'vitest';
import { type AuditResult, mismatchesOf } from '../../../source/cli/check/audit-result.ts';
import { changeLine } from '../../../source/cli/check/change-line.ts';
import { checkFormats } from '../../../source/cli/check/formats.ts';
import { judgeMismatches, type Limits, verdictJson, verdictLine } from '../../../source/cli/check/limits.ts';
import type { Counter } from '../../../source/counter/counter.ts';
import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import type { Cause, Diagnosis } from '../../../source/diagnosis/diagnosis.ts';
import { comments, posts } from '../../helpers/counters.ts';

const wrong = (id: string, usageCount: number, records: number, more: Partial<Counter> = {}): Counter => ({
  id,
  name: id,
  usageCount,
  records,
  lastUsedAt: null,
  ...more,
});
const told = (code: Cause) => ({ code, certainty: 'likely', count: 1 }) as unknown as Diagnosis;

function counted(
  definition: CounterDefinition,
  mismatches: Counter[],
  diagnoses: Record<string, Cause> = {},
  hiddenBy: string[] = [],
): AuditResult {
  const totals = {
    rows: 10,
    accurate: 10 - mismatches.length,
    mismatched: mismatches.length,
    tooHigh: mismatches.length,
    tooLow: 0,
    records: 40,
  };
  const audited = {
    definition,
    totals,
    mismatches,
    hiddenBy,
    orphans: 1,
    lastRecords: new Map(),
    takenAt: 1_000_500,
    durationMs: 250,
  };
  return {
    id: definition.id,
    audited: audited as never,
    diagnoses: new Map(Object.entries(diagnoses).map(([id, code]) => [id, told(code)])),
  };
}

const none: Limits = { maxDrift: null, maxMismatched: null, failOn: [] };
const judged = (results: AuditResult[], limits: Partial<Limits> = {}) =>
  judgeMismatches(mismatchesOf(results), { ...none, ...limits });
const as = (results: AuditResult[], limits: Partial<Limits> = {}, ids = false) =>
  checkFormats(results, judged(results, limits), ids);

const hello = wrong('Hello', 7, 5);
const far = wrong('Far', 40, 5);
const results = [counted(comments, [far, hello], { Far: 'double-counted' })];

describe('limits', () => {
  test.each<[Partial<Limits>, boolean, number]>([
    [{}, true, 2],
    [{ maxDrift: 1 }, true, 2],
    [{ maxDrift: 2 }, true, 1],
    [{ maxDrift: 35 }, false, 0],
    [{ maxMismatched: 1 }, true, 2],
    [{ maxMismatched: 2 }, false, 2],
    [{ maxDrift: 2, maxMismatched: 1 }, false, 1],
    [{ failOn: ['double-counted'] }, true, 1],
    [{ failOn: ['lost-updates'] }, false, 0],
    [{ failOn: ['lost-updates', 'unknown'] }, true, 1],
    [{ failOn: ['double-counted'], maxDrift: 35 }, false, 0],
  ])('%j', (limits, fails, beyond) => {
    expect(judged(results, limits)).toMatchObject({ fails, beyond });
  });

  test('no limit is wide enough for a drift that is not known exactly', () => {
    const odd = [
      wrong('NaN', Number.NaN, 5, { exact: 'NaN' }),
      wrong('beyond', 2 ** 53, 2 ** 53, { exact: '9007199254740993' }),
      wrong('infinite', Number.POSITIVE_INFINITY, 5, { exact: 'Infinity', exactDrift: 'Infinity' }),
    ];
    expect(judged([counted(comments, odd)], { maxDrift: 1_000_000 })).toMatchObject({
      fails: true,
      beyond: 3,
    });
    // Without limits every wrong count fails, also one whose drift rounds to 0.
    expect(judged([counted(comments, [odd[1]!])])).toMatchObject({ fails: true, beyond: 1 });
    const tiny = wrong('tiny', 0.1, 0.1, {
      exact: '0.10000000000000000001',
      exactDrift: '0.00000000000000000001',
    });
    expect(judged([counted(comments, [tiny])], { maxDrift: 0 })).toMatchObject({ fails: true });
    expect(judged([counted(comments, [tiny])], { maxDrift: 1 })).toMatchObject({ fails: false });
  });

  test('are told with what was found', () => {
    expect(verdictLine(judged(results))).toBeNull();
    expect(verdictLine(judged(results, { maxDrift: 2, maxMismatched: 0 }))).toBe(
      'Beyond the limits: 1 of 2 wrong counts with a drift of more than 2; at most 0 allowed.',
    );
    expect(verdictLine(judged(results, { failOn: ['lost-updates'] }))).toBe(
      'Within the limits: 0 of 2 wrong counts with the cause lost-updates.',
    );
    expect(verdictJson(judged(results))).toEqual({});
    expect(verdictJson(judged(results, { maxMismatched: 2 }))).toEqual({
      limits: { maxDrift: null, maxMismatched: 2, failOn: [], beyond: 2, fails: false },
    });
  });
});

test('csv has a line for each wrong count, and quotes what would be more than one cell', () => {
  const key = '["a","b"]';
  const both = [
    counted(comments, [
      wrong('1', 7, 5, { name: 'say "hi",\nthere', lastUsedAt: 0 }),
      wrong('2', 1, 2, { exactDrift: '-1.0' }),
      wrong('3', 1, 2, { name: 'one, two' }),
      wrong('4', 1, 2, { name: 'one\ntwo' }),
    ]),
    counted(posts, [wrong(key, 7, 5, { name: 'Hello' })], { [key]: 'lost-updates' }),
  ];
  expect(as(both).csv().split('\r\n')).toEqual([
    'counter,id,name,count,records,drift,cause,certainty,lastUsedAt,lastRecordAt',
    `${comments.id},1,"say ""hi"",\nthere",7,5,2,,,1970-01-01T00:00:00.000Z,`,
    `${comments.id},2,2,1,2,-1.0,,,,`,
    `${comments.id},3,"one, two",1,2,-1,,,,`,
    `${comments.id},4,"one\ntwo",1,2,-1,,,,`,
    `${posts.id},"[""a"",""b""]",Hello,7,5,2,lost-updates,likely,,`,
  ]);
});

describe('prometheus', () => {
  test('has a gauge for each number, and none for a counter that was not counted', () => {
    const text = as([
      ...results,
      { id: 'public.x.n', failed: 'gone' },
      counted(posts, [], {}, ['a policy']),
    ]).prometheus();
    const lines = text.split('\n');
    const of = (id: string) => lines.filter(line => line.includes(`{counter="${id}"}`));
    expect(of(comments.id)).toEqual([
      `preset_usage_complete{counter="${comments.id}"} 1`,
      `preset_usage_rows{counter="${comments.id}"} 10`,
      `preset_usage_mismatched{counter="${comments.id}"} 2`,
      `preset_usage_too_high{counter="${comments.id}"} 2`,
      `preset_usage_too_low{counter="${comments.id}"} 0`,
      `preset_usage_records{counter="${comments.id}"} 40`,
      `preset_usage_orphans{counter="${comments.id}"} 1`,
      `preset_usage_largest_drift{counter="${comments.id}"} 35`,
      `preset_usage_audit_duration_seconds{counter="${comments.id}"} 0.25`,
      `preset_usage_audit_timestamp_seconds{counter="${comments.id}"} 1000.5`,
    ]);
    expect(of('public.x.n')).toEqual(['preset_usage_complete{counter="public.x.n"} 0']);
    expect(of(posts.id)).toEqual([`preset_usage_complete{counter="${posts.id}"} 0`]);
    expect(lines.at(-1)).toBe('# EOF');
    for (const line of lines)
      expect(line).toMatch(/^(# (HELP|TYPE|EOF)|preset_usage_[a-z_]+\{counter="[^"]+"\} [\d.]+$)/);
  });

  test('escapes a label and writes numbers that are none', () => {
    const id = 'public."a\\b""c".n';
    const odd = counted({ ...comments, id }, [
      wrong('x', Number.NaN, 1, { exact: 'NaN', exactDrift: 'NaN' }),
    ]);
    const text = as([odd]).prometheus();
    expect(text).toContain('{counter="public.\\"a\\\\b\\"\\"c\\".n"} 1');
    expect(text).toMatch(/largest_drift\{.*\} NaN/);
  });
});

describe('junit', () => {
  test('has a failure for each wrong count, and one for all', () => {
    const text = as(results).junit();
    expect(text).toContain(
      `<testsuite name="${comments.id}" tests="3" failures="3" errors="0" skipped="0" time="0.250"`,
    );
    expect(text).toMatch(
      /name="Far"><failure message="Far: 40, and 5 by its records \(\+35\): counted twice\."/,
    );
    expect(text).toMatch(
      /name="Hello"><failure message="Hello: 7, and 5 by its records \(\+2\): cause not found\."/,
    );
  });

  test('skips what is within the limits, and fails what was not counted', () => {
    const text = as([...results, { id: 'public.x.n', failed: 'It is <gone> & "lost"\u0007.' }], {
      maxDrift: 50,
    }).junit();
    expect(text).toContain('tests="3" failures="0" errors="0" skipped="2"');
    expect(text).not.toContain('<failure');
    expect(as(results, { maxMismatched: 2 }).junit()).toContain('failures="0" errors="0" skipped="2"');
    expect(text).toContain('<error message="It is &lt;gone&gt; &amp; &quot;lost&quot; ."/>');
    expect(as([counted(posts, [])]).junit()).toContain('tests="1" failures="0" errors="0" skipped="0"');
  });
});

describe('github', () => {
  test('has an error for what fails, a warning within the limits and a notice without any', () => {
    const kinds = (text: string) => text.split('\n').map(line => /^::(\w+) /.exec(line)?.[1]);
    expect(kinds(as(results).github())).toEqual(['error', 'error', 'error']);
    expect(kinds(as(results, { maxDrift: 2 }).github())).toEqual(['error', 'error']);
    expect(kinds(as(results, { maxMismatched: 5 }).github())).toEqual(['warning', 'warning', 'warning']);
    expect(kinds(as([counted(posts, [])]).github())).toEqual(['notice']);
    expect(kinds(as([{ id: 'x', failed: 'gone' }]).github())).toEqual(['error']);
  });

  test('no name begins a command of its own, and a long list is cut', () => {
    const hostile = counted({ ...comments, id: 'a:b,c' }, [
      wrong('1', 2, 1, { name: '100 %\n::set-output name=x::y' }),
    ]);
    const [sums, one, ...rest] = as([hostile]).github().split('\n');
    expect(sums).toMatch(/^::error title=a%3Ab%2Cc::a:b,c: 10 /);
    expect(one).toMatch(/^::error title=a%3Ab%2Cc::100 %25 ::set-output name=x::y: 2, and 1/);
    expect(rest).toEqual([]);
    const many = counted(
      comments,
      Array.from({ length: 30 }, (_, n) => wrong(`P${n}`, 2, 1)),
    );
    expect(as([many]).github().split('\n')).toHaveLength(10);
  });
});

test('markdown has the sums, a table and the limits', () => {
  const odd = counted(posts, [wrong('1', 1_234, 4, { name: 'a | b <img>' })]);
  const text = as([...results, odd, { id: 'public.x.n', failed: 'It is gone.' }], {
    maxMismatched: 1,
  }).markdown();
  expect(text).toContain('| Far | 40 | 5 | +35 | counted twice |');
  expect(text).toContain('| a \\| b \\<img\\> | 1,234 | 4 | +1,230 | - |');
  expect(text).toContain('**public.x.n: not counted.** It is gone.');
  expect(text).toMatch(/Beyond the limits: 3 of 3 wrong counts; at most 1 allowed\.$/);
  expect(as([counted(posts, [])]).markdown()).not.toContain('|');
});

test('rows of the same name are told apart in every format', () => {
  const alike = [counted(comments, [wrong('1', 7, 5, { name: 'Noir' }), wrong('2', 6, 5, { name: 'Noir' })])];
  const { junit, github, markdown, csv } = as(alike);
  expect(junit()).toMatch(
    /name="1 Noir"><failure message="1 Noir: 7,[\s\S]*name="2 Noir"><failure message="2 Noir: 6,/,
  );
  expect(github()).toMatch(/::1 Noir: 7,.*\n.*::2 Noir: 6,/);
  expect(markdown()).toMatch(/\| 1 Noir \|.*\n\| 2 Noir \|/);
  expect(csv()).toMatch(/,1,Noir,7.*\r\n.*,2,Noir,6/);
  expect(changeLine(alike, false)).toContain('Largest: 1 Noir +2, 2 Noir +1.');
});

test('with ids, each wrong count has its whole id in every format', () => {
  const id = '0197f2a0-1111-7000-8000-000000000001';
  const named = [counted(comments, [wrong(id, 7, 5, { name: 'Noir' })])];
  const { junit, github, markdown, csv } = as(named, {}, true);
  expect(junit()).toContain(`name="${id} Noir"`);
  expect(github()).toContain(`::${id} Noir: 7,`);
  expect(markdown()).toContain(`| ${id} Noir |`);
  expect(csv()).toContain(`,${id},Noir,7`);
  expect(changeLine(named, true)).toContain(`Largest: ${id} Noir +2.`);
});

test('the line of a watch is another one as soon as a number is', () => {
  const line = changeLine(results, false);
  expect(line).toBe(
    `${comments.id}: 10 ${comments.nouns.row[1]}, 2 wrong (2 too high, 0 too low). Largest: Far +35, Hello +2.`,
  );
  expect(changeLine([counted(comments, [far, wrong('Hello', 8, 5)])], false)).not.toBe(line);
  expect(changeLine([counted(posts, []), { id: 'public.x.n', failed: 'It is gone.' }], false)).toMatch(
    /all accurate\. public\.x\.n: not counted\. It is gone\.$/,
  );
});
