import { expect, test } from 'vitest';
import { CounterRows } from '../../../source/counter/rows/counter-rows.ts';
import {
  inNameOrder,
  isSharedName,
  mostById,
  prepareNames,
} from '../../../source/tui/rows/prepared-names.ts';
import { ListedRows } from '../../../source/tui/rows/row-list.ts';
import { namesIn } from '../../../source/tui/rows/shared-names.ts';

const row = (id: string, name: string) => ({ id, name, usageCount: 1, records: 1, lastUsedAt: null });
const uuid = (n: number) => `0192a3b4-0000-7000-8000-${String(n).padStart(12, '0')}`;

test('a row shows its key where another one has its name, also off the screen, until that is gone or renamed', () => {
  let list = new ListedRows(new CounterRows()).with(
    [row(uuid(1), 'Noir'), row(uuid(2), 'Noir'), row(uuid(3), 'noir'), row(uuid(4), ''), row(uuid(5), '')],
    [],
    1,
  );
  const called = (id: string, ...others: string[]) => {
    const shown = [id, ...others].map(each => list.get(each)!);
    return namesIn(list, shown)(shown[0]!);
  };
  expect(called(uuid(1))).toBe('0192a3b4 Noir');
  expect(called(uuid(1), uuid(2))).toBe('000000000001 Noir');
  expect(called(uuid(3))).toBe('noir');
  expect(called(uuid(4))).toBe(uuid(4));
  list = list.with([row(uuid(2), 'Noir 2')], [], 2);
  expect(called(uuid(1))).toBe('Noir');
  list = list.with([row(uuid(6), 'Noir')], [], 3);
  expect(called(uuid(1))).toBe('0192a3b4 Noir');
  list = list.with([], [uuid(6)], 4);
  expect(called(uuid(1))).toBe('Noir');
  // A list of something else than columns knows what is shown.
  const plain = new Map(list.rows.size > 0 ? [...list.values()].map(each => [each.id, each]) : []);
  expect(namesIn(plain, [...plain.values()])(plain.get(uuid(1))!)).toBe('Noir');
});

test('in a long list too, once its names are sorted', () => {
  const rows = new CounterRows();
  const many = Array.from({ length: mostById + 2_000 }, (_, n) => row(String(n), `Preset ${n % 20_500}`));
  rows.see([...many, row('a', 'é'), row('b', 'É'), row('c', 'é')], null);
  const shared = (id: string) => isSharedName(rows, rows.find(id));
  expect(shared('0')).toBe(false);
  prepareNames(rows);
  inNameOrder(rows, () => true);
  const told = many.filter(({ id }) => shared(id)).map(({ id }) => Number(id));
  expect(told).toEqual(many.flatMap((_, n) => (n < 1_500 || n >= 20_500 ? [n] : [])));
  expect(['a', 'b', 'c'].map(shared)).toEqual([true, false, true]);
  expect(['0', '1'].map(shared)).toEqual([true, true]);
  rows.gone(['20500']);
  expect(['0', '1'].map(shared)).toEqual([false, true]);
  rows.see([row('20501', 'another')], null);
  expect(shared('1')).toBe(false);
});
