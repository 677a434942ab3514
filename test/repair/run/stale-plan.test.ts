import { expect, test } from 'vitest';
import type { RepairPlan } from '../../../source/repair/plan/repair-plan.ts';
import { type PlanParts, stalePlan } from '../../../source/repair/plan/stale-plan.ts';

const parts: PlanParts = { database: '1', asked: '1', presets: '1', triggers: '1', receipt: '1' };
const plan = (other: Partial<PlanParts> = {}) =>
  ({
    action: 'undo',
    fingerprint: 'abc',
    firesTriggers: [],
    inspected: {
      tables: { definition: { nouns: { row: ['preset', 'presets'], record: ['record', 'records'] } } },
    },
    parts: { ...parts, ...other },
  }) as unknown as RepairPlan & { parts: PlanParts };

test.each<[keyof PlanParts, string]>([
  ['database', 'it is another database'],
  ['asked', 'the action, its options or its presets differ'],
  ['presets', 'other presets or records would be taken back'],
  ['triggers', 'other triggers fire, or they do something else'],
  ['receipt', 'the origin of the receipt is judged differently now'],
])('where the %s has changed, that is said, and nothing else', (part, words) => {
  expect(stalePlan(plan({ [part]: '2' }), plan())).toMatchObject({
    code: 'stale-plan',
    exitCode: 4,
    message: `The database no longer matches the plan: ${words}.`,
    hint: expect.stringContaining('its fingerprint is abc'),
  });
});

test('all that has changed is said', () => {
  const { message } = stalePlan(plan({ database: '2', asked: '2' }), plan());
  expect(message).toBe(
    'The database no longer matches the plan: it is another database; the action, its options or its presets differ.',
  );
});

test('of a fingerprint alone, what it may be', () => {
  expect(stalePlan(plan()).message).toContain(
    'presets drift differently, other triggers fire, or the options differ',
  );
});
