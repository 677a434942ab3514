import { describe, expect, test } from 'vitest';
import { nextStep } from '../../../source/cli/output/repair-next.ts';
import type { RepairPlan } from '../../../source/repair/plan/repair-plan.ts';
import type { Remark } from '../../../source/repair/repair.ts';

const plan = (over: Partial<RepairPlan>) =>
  ({
    action: 'reset',
    changes: [{}],
    recordsToDelete: 3,
    recordsToRestore: 0,
    fingerprint: 'f00',
    remarks: [],
    source: null,
    inspected: { label: 'db' },
    ...over,
  }) as unknown as RepairPlan;
const remark = (severity: Remark['severity'], code: string): Remark => ({ code, severity, message: 'No.' });

describe('a dry run ends with', () => {
  test('how to carry out its plan', () => {
    expect(nextStep(plan({ remarks: [remark('warning', 'history-kept')] }))).toContain(
      '--confirm f00 in place',
    );
  });

  test.each([
    ['reset', 'history-counted-elsewhere'],
    ['reset', 'referenced'],
    ['sync', 'permission-denied'],
    ['undo', 'column-gone'],
  ] as const)('no invitation if the %s would be refused: %s', (action, code) => {
    const text = nextStep(plan({ action, remarks: [remark('error', code), remark('info', 'method')] }));
    expect(text).toBe(
      `Nothing was changed. With --confirm this ${action} would be refused: see the error above.`,
    );
  });

  test('the same if there is nothing to write, or several errors', () => {
    const remarks = [remark('error', 'referenced'), remark('error', 'permission-denied')];
    const nothing = { changes: [], recordsToDelete: 0 };
    expect(nextStep(plan({ ...nothing, remarks }))).toMatch(/would be refused: see the errors above\.$/);
    expect(nextStep(plan(nothing))).toBe('Nothing was changed.');
  });
});
