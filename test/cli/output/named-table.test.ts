import { describe, expect, test } from 'vitest';
import { namedTable } from '../../../source/cli/output/named-table.ts';

const long = 'A name that goes on until it is longer than most columns are';
const rows = [
  { id: 'a1', name: 'Noir' },
  { id: 'b2', name: long },
];
const lines = (asked: { ids?: boolean; columns?: number; indent?: number }, last?: string) =>
  namedTable(
    rows,
    ({ id }) => ({ numbers: [id === 'a1' ? '1,234,567,890' : '7'], last }),
    { name: 'Preset', numbers: ['Uses'], last: last && 'Why' },
    { ids: false, columns: undefined, least: 9, ...asked },
  );

describe('names beside numbers', () => {
  test('are whole where a line has no end, as in a pipe', () => {
    expect(lines({}, 'unknown')).toEqual([
      `Preset${' '.repeat(long.length - 6)}          Uses  Why`,
      `Noir${' '.repeat(long.length - 4)} 1,234,567,890  unknown`,
      `${long}             7  unknown`,
    ]);
  });

  test.each([60, 80])('are cut at the edge of a terminal of %d cells, and nothing else is', columns => {
    const [, first, second] = lines({ columns, indent: 2 }, 'unknown');
    expect(first).toMatch(/^ {2}Noir +1,234,567,890 {2}unknown$/);
    expect(second).toMatch(/^ {2}A name that goes .*… +7 {2}unknown$/);
    expect([first?.length, second?.length]).toEqual([columns, columns]);
  });

  test('stand under a title that is whole too', () => {
    const [titles] = namedTable(
      rows.slice(0, 1),
      () => ({ numbers: ['7'] }),
      { name: long, numbers: ['Uses'] },
      { ids: false, columns: undefined, least: 9 },
    );
    expect(titles).toBe(`${long}      Uses`);
  });

  test('take no more room than the widest of them', () => {
    expect(lines({ columns: 200 })).toEqual(lines({}));
  });

  test('begin even in a terminal that is too narrow for the numbers', () => {
    expect(lines({ columns: 12 })[2]).toMatch(/^A name th… +7$/);
  });

  test('stand behind the ids that are asked for, which are whole', () => {
    expect(lines({ ids: true, columns: 50 })).toEqual([
      expect.stringMatching(/^Id Preset +Uses$/),
      expect.stringMatching(/^a1 Noir +1,234,567,890$/),
      expect.stringMatching(/^b2 A name that goes .*… +7$/),
    ]);
  });
});
