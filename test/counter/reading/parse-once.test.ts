import { expect, test } from 'vitest';
import { parseOnce } from '../../../source/counter/reading/parse-once.ts';

test('rows that are the same as before are not parsed again, and any other are', () => {
  const parsed: unknown[] = [];
  const parse = parseOnce(rows => {
    parsed.push(rows);
    return [...rows];
  });
  const rows = () =>
    [
      { id: 'a', count: 1 },
      { id: 'b', count: null },
    ] as Record<string, unknown>[];
  const first = parse(rows());
  expect(parse(rows())).toBe(first);
  const others = [
    [{ id: 'a', count: 2 }, ...rows().slice(1)],
    [...rows(), { id: 'c', count: 1 }],
    rows().slice(1),
    rows().toReversed(),
    [],
    [{ id: 'a' }, { id: 'b' }],
    rows().map(row => ({ ...row, more: undefined })),
    rows(),
  ];
  for (const other of others) expect(parse(other)).toEqual(other);
  expect(parsed).toHaveLength(1 + others.length);
});
