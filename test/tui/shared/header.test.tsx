import { renderToString } from 'ink';
import { describe, expect, test } from 'vitest';
import { Header } from '../../../source/tui/shared/header.tsx';
import { initialState, type State } from '../../../source/tui/state/model.ts';
import { comments, inspectedWith } from '../../helpers/counters.ts';

const lines = (change: Partial<State>, now = 0, columns = 80) => {
  const state = { ...initialState({ columns, rows: 24 }), ...change };
  return renderToString(<Header state={state} now={now} />, { columns }).split('\n');
};
const firstLine = (change: Partial<State>) => lines(change)[0];
const inspected = inspectedWith(comments);

test('the name of the context stands before the database, also while there is none yet', () => {
  const context = { name: 'shop-prod', color: 'red' };
  expect(firstLine({ inspected, context })).toMatch(/^ \w+ {2}shop-prod {2}\S+ at /);
  expect(firstLine({ context })).toBe('preset-usage shop-prod');
  expect(firstLine({})).toBe('preset-usage');
});

describe('the age of the last audit stands beside its sums', () => {
  const totals = {
    rows: 18_700,
    accurate: 18_600,
    mismatched: 100,
    tooHigh: 60,
    tooLow: 40,
    records: 1_421_200,
  };
  const sums = (minutes: number, columns: number, change: Partial<State> = {}) =>
    lines({ inspected, totals, auditedAt: 1_000, ...change }, 1_000 + minutes * 60_000, columns)[2];
  const all = '18,700 posts  18,600 accurate  100 mismatched (60↑ 40↓)';

  test.each([
    // It does not change with every second.
    [0.9, 120, `${all}  1,421,200 comments  audited < 1 min ago`],
    [3, 120, `${all}  1,421,200 comments  audited 3 min ago`],
    [3, 88, `${all}  1,421,200 comments  3 min old`],
    // A new one goes without saying, an old one does not.
    [0.9, 80, `${all}  1,421,200 comments`],
    [200, 80, `${all}  audited 3 h ago`],
  ])('%d minutes in %d cells', (minutes, columns, line) => {
    expect(sums(minutes, columns)).toBe(line);
  });

  test('also where a later one failed, and not before the first', () => {
    const auditFailure = { message: 'It took too long.' } as State['auditFailure'];
    expect(sums(200, 120, { auditFailure })).toBe(
      `${all}  1,421,200 comments  audited 3 h ago  last audit failed: It too…`,
    );
    expect(sums(200, 120, { auditedAt: null })).toBe(`${all}  1,421,200 comments`);
  });
});
