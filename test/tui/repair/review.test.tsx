import { renderToString } from 'ink';
import { expect, test, vi } from 'vitest';
import type { RepairPlan } from '../../../source/repair/plan/repair-plan.ts';
import { RepairReview } from '../../../source/tui/repair/repair-review.tsx';
import { ListedRows } from '../../../source/tui/rows/row-list.ts';
import { initialState, type State } from '../../../source/tui/state/model.ts';
import { comments, inspectedWith } from '../../helpers/counters.ts';

const rowOf = (id: number) => ({
  id: String(id),
  name: id % 2 === 0 ? 'Twin' : `Post ${id}`,
  usageCount: 3,
  records: 1,
  lastUsedAt: null,
});
const change = (id: number) => ({ ...rowOf(id), before: 3, after: 1, delta: -2, deletes: 0, lastUsed: null });

const plan = {
  action: 'sync',
  changes: [1, 2, 3].map(change),
  remarks: [],
  fingerprint: 'f',
  inspected: inspectedWith(comments),
  firesTriggers: [],
  options: {},
  whyNotSuppress: null,
  left: [],
  backup: 'receipt.json',
  statements: ['SELECT 1\n\nFROM\nposts'],
  phrase: 'sync shop 3',
  estimate: { seconds: 0, others: false },
} as unknown as RepairPlan;

const state: State = {
  ...initialState({ columns: 80, rows: 40 }),
  inspected: inspectedWith(comments),
  rows: ListedRows.of(
    new Map([1, 2, 3, 4].map(id => [String(id), { ...rowOf(id), change: 0, changedAt: 0 }])),
  ),
};

test('a plan draws each of its rows once, whatever their keys are, and names them as the list does', () => {
  const errors = vi.spyOn(console, 'error').mockImplementation(() => {});
  const repair = { phase: 'review', options: {}, notice: null, typed: '' } as unknown as NonNullable<
    State['repair']
  >;
  const screen = renderToString(<RepairReview repair={repair} plan={plan} state={state} height={36} />, {
    columns: 80,
  });
  // React says so where two lines have one key: it then leaves some behind when they are drawn again.
  expect(errors.mock.calls).toEqual([]);
  errors.mockRestore();
  expect(screen).toMatch(/^Post 1 +3 +1 +-2/m);
  expect(screen).toMatch(/^2 Twin +3 +1 +-2/m);
});
