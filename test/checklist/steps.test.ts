import { describe, expect, test } from 'vitest';
import {
  type ChecklistStep,
  judgeCountsStep,
  judgeObservedUse,
  judgeRecordsStep,
  judgeTriggerStep,
  logDay,
  type StepStatus,
  tally,
} from '../../source/checklist/steps.ts';
import type { ObservedChange } from '../../source/counter/count-change.ts';
import type { Totals } from '../../source/counter/counter.ts';
import type { Finding } from '../../source/counter/finding.ts';
import type { TriggerHealth, TriggerState } from '../../source/trigger/health.ts';

test('the log is looked at for a day', () => {
  expect(logDay).toBe(86_400_000);
});

test('a skipped step is not a passed one', () => {
  const steps = (['passed', 'failed', 'skipped', 'failed', 'skipped', 'skipped'] satisfies StepStatus[]).map(
    status => ({ status }) as ChecklistStep,
  );
  expect(tally(steps)).toEqual({ passed: 1, failed: 2, skipped: 3 });
  expect(tally([])).toEqual({ passed: 0, failed: 0, skipped: 0 });
});

describe('the step of the trigger', () => {
  const trigger: TriggerState = {
    name: 'count_usage',
    table: 'public.preset_usage',
    exists: true,
    enabled: 'origin',
    timing: 'AFTER',
    events: ['INSERT', 'UPDATE'],
    level: 'row',
    function: 'public.count_usage()',
    functionExists: true,
    definition: '',
  };
  const finding = (severity: Finding['severity'], message: string, code = 'x'): Finding => ({
    code,
    severity,
    message,
    hint: `Mend: ${message}`,
  });
  const judge = (state: Partial<TriggerState>, findings: Finding[] = []) =>
    judgeTriggerStep({
      trigger: { ...trigger, ...state },
      findings,
      healthy: findings.every(({ severity }) => severity !== 'error'),
    } as TriggerHealth);

  test('passes if it fires for a use and no finding is an error', () => {
    const verdict = judge({}, [finding('warning', 'A doubt.')]);
    expect(verdict).toEqual({
      status: 'passed',
      evidence:
        'count_usage on public.preset_usage is enabled as origin (fires for every use, but not when a replication worker applies changes), fires AFTER INSERT OR UPDATE for each row and runs public.count_usage().',
      hint: '',
      query: "SELECT tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'count_usage';",
    });
    expect(judge({ enabled: 'always' }).status).toBe('passed');
  });

  test.each(['replica', 'disabled'] as const)('fails where it is %s, whatever is found', enabled => {
    expect(judge({ enabled })).toMatchObject({ status: 'failed', hint: '' });
  });

  const off = finding('error', 'It is off in a partition.', 'trigger-off-in-partition');

  test.each([
    'trigger-missing',
    'trigger-wrong-table',
    'function-missing',
    'trigger-disabled',
    'trigger-replica-only',
    'trigger-off-in-partition',
  ])('fails for %s', code => {
    expect(judge({}, [finding('error', 'No.', code)])).toMatchObject({ status: 'failed', hint: 'Mend: No.' });
  });

  test('where there is none, everything that is missing is told', () => {
    const missing = [
      finding('error', 'No trigger.', 'trigger-missing'),
      finding('error', 'No function.', 'function-missing'),
    ];
    expect(judge({ exists: false, enabled: null }, missing)).toMatchObject({
      status: 'failed',
      evidence: 'No trigger. No function.',
      hint: 'Mend: No trigger.',
    });
  });

  test('fails for what keeps it from firing, and leaves all else to other steps', () => {
    expect(judge({}, [finding('info', 'Also.'), off])).toMatchObject({
      status: 'failed',
      evidence: expect.stringMatching(/runs public\.count_usage\(\)\. It is off in a partition\.$/),
      hint: 'Mend: It is off in a partition.',
    });
    const others = [
      'second-counter',
      'track-does-not-fit',
      'track-counts-too',
      'trigger-before',
      'daily-limit',
    ];
    const verdict = judge(
      {},
      others.map(code => finding('error', code, code)),
    );
    expect(verdict).toMatchObject({
      status: 'passed',
      evidence: expect.not.stringMatching(/track|second/),
      hint: 'preset-usage trigger shows 5 errors of another kind.',
    });
  });

  test('fails if there is none, and says only why', () => {
    const missing = finding('error', 'There is no trigger.', 'trigger-missing');
    const other = finding('error', 'The function lacks a column.', 'track-does-not-fit');
    const failed = { status: 'failed', evidence: 'There is no trigger.', hint: 'Mend: There is no trigger.' };
    expect(judge({ exists: false }, [other, missing])).toMatchObject(failed);
    expect(judge({ enabled: null }, [missing])).toMatchObject(failed);
    expect(judge({ exists: false })).toMatchObject({ status: 'failed', evidence: '', hint: '' });
  });
});

describe('the step of an observed use', () => {
  const change = (other: Partial<ObservedChange>): ObservedChange => ({
    kind: 'counted',
    before: { usageCount: 4, records: 4 },
    after: { usageCount: 5, records: 5 },
    countBy: 1,
    recordsBy: 1,
    lastUsedMoved: true,
    ...other,
  });

  test('passes if it was counted correctly', () => {
    expect(judgeObservedUse(change({}), 'Noir')).toEqual({
      status: 'passed',
      evidence: 'A real use of "Noir" was seen: usage_count 4 to 5 (+1), 1 records added.',
      hint: '',
      query: null,
    });
  });

  test('fails if it was not, with a hint', () => {
    const none = change({
      kind: 'not-counted',
      before: { usageCount: null, records: 4 },
      after: { usageCount: null, records: 5 },
      countBy: 0,
    });
    expect(judgeObservedUse(none, 'Noir')).toMatchObject({
      status: 'failed',
      evidence: 'A real use of "Noir" was seen: usage_count NULL to NULL (0), 1 records added.',
      hint: expect.stringContaining('Press u'),
    });
    const down = change({ kind: 'went-down', countBy: -3, recordsBy: null });
    expect(judgeObservedUse(down, 'Noir').evidence).toMatch(/\(-3\), an unknown number of records added\.$/);
  });
});

const totals: Totals = { rows: 3, accurate: 3, mismatched: 0, tooHigh: 0, tooLow: 0, records: 12 };

describe('the step of the records', () => {
  test('passes if there are any, including those of presets that are gone', () => {
    expect(judgeRecordsStep(totals, 0, 'public.preset_usage', 'created_at')).toEqual({
      status: 'passed',
      evidence: 'public.preset_usage has 12 records: 12 of 3 presets.',
      hint: '',
      query: 'SELECT count(*), max(created_at) FROM public.preset_usage;',
    });
    expect(judgeRecordsStep({ ...totals, records: 0 }, 2, 'u', null)).toMatchObject({
      status: 'passed',
      evidence: 'u has 2 records: 0 of 3 presets, 2 of presets that are gone.',
      query: 'SELECT count(*) FROM u;',
    });
  });

  test('fails if there are none', () => {
    expect(judgeRecordsStep({ ...totals, records: 0 }, 0, 'u', null)).toMatchObject({
      status: 'failed',
      evidence: 'u is empty.',
      hint: expect.stringContaining('Make a use in the application'),
    });
  });
});

describe('the step of the counts', () => {
  const tables = {
    presets: 'presets',
    records: 'uses',
    key: 'id',
    preset: 'preset_id',
    count: 'usage_count',
  };

  test('passes if every count equals its records', () => {
    expect(judgeCountsStep(totals, [], tables)).toEqual({
      status: 'passed',
      evidence: 'All 3 counts equal their records.',
      hint: '',
      query:
        'SELECT p.id, p.usage_count, count(u.preset_id) FROM presets p LEFT JOIN uses u ON u.preset_id = p.id GROUP BY p.id HAVING coalesce(p.usage_count, 0) <> count(u.preset_id);',
    });
  });

  test('fails if one differs, and names the worst', () => {
    const one: Totals = { ...totals, accurate: 2, mismatched: 1, tooHigh: 1 };
    expect(judgeCountsStep(one, ['Noir 5 for 3'], tables)).toMatchObject({
      status: 'failed',
      evidence: '1 of 3 counts differ from their records (1 too high, 0 too low; 2 accurate): Noir 5 for 3.',
      hint: expect.stringContaining('preset-usage check'),
    });
    const many: Totals = { ...totals, rows: 5_000, accurate: 2_000, mismatched: 3_000, tooHigh: 3_000 };
    expect(judgeCountsStep(many, ['Noir 5 for 3'], tables).evidence).toContain(
      '3,000 of 5,000 counts differ from their records (3,000 too high, 0 too low; 2,000 accurate)',
    );
    const more: Totals = { ...totals, accurate: 0, mismatched: 3, tooHigh: 1, tooLow: 2 };
    expect(judgeCountsStep(more, ['Noir 5 for 3', 'Warm 1 for 2'], tables).evidence).toBe(
      '3 of 3 counts differ from their records (1 too high, 2 too low; 0 accurate): Noir 5 for 3; Warm 1 for 2; and more.',
    );
  });
});
