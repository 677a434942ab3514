import { expect, test } from 'vitest';
import { ListedRows } from '../../../source/tui/rows/row-list.ts';

const counters = (length: number, usageCount: number) =>
  Array.from({ length }, (_, index) => ({
    id: String(index),
    name: `Row ${index}`,
    usageCount,
    records: usageCount,
    lastUsedAt: null,
  }));
const markOf = (list: ListedRows, id: string) => {
  const row = list.get(id);
  return [row?.usageCount, row?.change, row?.changedAt];
};

test('a row whose count changed is marked until the next change after its time', () => {
  const list = new ListedRows().with(counters(3, 1), [], 1);
  const changed = list.with(counters(2, 3), [], 2);
  expect([markOf(changed, '1'), markOf(changed, '2')]).toEqual([
    [3, 2, 2],
    [1, 0, 0],
  ]);
  const later = changed.with(counters(1, 4), [], 3, 2);
  expect([markOf(later, '0'), markOf(later, '1')]).toEqual([
    [4, 1, 3],
    [3, 0, 0],
  ]);
});

test('where very many change at once, those that were on screen are marked, and no other', () => {
  const list = new ListedRows().with(counters(5_000, 1), [], 1);
  for (const id of ['7', '4000']) list.get(id);
  const changed = list.with(counters(5_000, 2), [], 2);
  expect([markOf(changed, '7'), markOf(changed, '4000'), markOf(changed, '8')]).toEqual([
    [2, 1, 2],
    [2, 1, 2],
    [2, 0, 0],
  ]);
});
