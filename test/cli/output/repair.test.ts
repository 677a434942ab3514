import { describe, expect, test } from 'vitest';
import { auditLines } from '../../../source/cli/output/counter-audit.ts';
import { describePlan } from '../../../source/cli/output/repair.ts';
import type { AuditedCounter } from '../../../source/counter/audit/audit-counter.ts';
import type { RepairPlan } from '../../../source/repair/plan/repair-plan.ts';
import { noOptions, type Remark } from '../../../source/repair/repair.ts';

const uncut = { ids: false, columns: undefined };
const definition = {
  id: 'public.accounts.balance',
  row: { table: 'accounts', count: 'balance', touched: null },
  record: { table: 'entries', amount: 'amount' },
  nouns: { row: ['account', 'accounts'], record: ['entry', 'entries'] },
};
const change = {
  id: '1',
  name: 'one',
  before: '2702159776422297855',
  after: '2702159776422297856',
  delta: 1,
  deletes: 0,
};
const plan = (over: Partial<RepairPlan>) =>
  ({
    action: 'sync',
    fingerprint: 'f00ba4',
    changes: [change],
    recordsToDelete: 0,
    recordsToRestore: 0,
    firesTriggers: [],
    options: noOptions,
    whyNotSuppress: null,
    left: [],
    remarks: [],
    statements: [],
    backup: '/state',
    estimate: { rows: 1, seconds: 0.1, others: false },
    inspected: { tables: { definition } },
    ...over,
  }) as unknown as RepairPlan;
const error: Remark = {
  code: 'referenced',
  severity: 'error',
  message: 'Likes refer to them. Delete those first.',
};
const info: Remark = { code: 'method', severity: 'info', message: 'In batches.' };

describe('a plan as text', () => {
  test('begins with what it does, and its fingerprint', () => {
    expect(
      describePlan(plan({ remarks: [info] }), 'db', true, uncut)
        .split('\n')
        .slice(0, 2),
    ).toEqual(['db', 'Sync: 1 account changes, in less than a second. Fingerprint f00ba4.']);
  });

  test('that would be refused begins with the reason, and has no fingerprint to confirm', () => {
    const text = describePlan(plan({ remarks: [info, error] }), 'db', true, uncut);
    expect(text.split('\n').slice(0, 2)).toEqual([
      'db',
      'Sync: it would be refused. Likes refer to them. Delete those first.',
    ]);
    expect(text).not.toContain('f00ba4');
    expect(text.match(/Likes refer/g)).toHaveLength(1);
    expect(text).toContain('info: In batches.');
  });

  test('names no time that others who write would make longer', () => {
    const estimate = { rows: 1, seconds: 14.8, others: true };
    expect(describePlan(plan({ estimate }), 'db', false, uncut)).toContain(
      'Sync: 1 account changes, which takes longer while others write. Fingerprint',
    );
    expect(describePlan(plan({ estimate: { ...estimate, others: false } }), 'db', false, uncut)).toContain(
      ', in about 15 s or longer.',
    );
  });

  test('cuts no number: two that differ must not look the same', () => {
    const text = describePlan(plan({}), 'db', false, uncut);
    expect(text).toContain('2,702,159,776,422,297,855 2,702,159,776,422,297,856');
  });
});

test('nor does an audit', () => {
  const audited = {
    definition,
    totals: { rows: 1, accurate: 0, mismatched: 1, tooHigh: 0, tooLow: 1, records: 1 },
    tables: { elsewhere: [] },
    orphans: 0,
    hiddenBy: [],
    durationMs: 1,
    mismatches: [
      {
        id: '1',
        name: 'one',
        usageCount: 2.7e18,
        exact: '2702159776422297855',
        records: 2.7e18,
        exactRecords: '2702159776422297856',
        exactDrift: '-1',
      },
    ],
  } as unknown as AuditedCounter;
  expect(auditLines(audited, new Map(), 50, uncut).join('\n')).toMatch(
    /2,702,159,776,422,297,855 2,702,159,776,422,297,856 +-1$/,
  );
});
