import { renderToString } from 'ink';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { Health } from '../../../source/tui/shared/health-line.tsx';
import { initialState, type State } from '../../../source/tui/state/model.ts';
import { comments, inspectedWith } from '../../helpers/counters.ts';
import { finding, healthOf } from '../../helpers/shown-counters.ts';

const long = { ...comments, row: { ...comments.row, table: 'marketplace_listings_of_the_year' } };
const error = finding('move-not-counted', 'error');
const sick = healthOf(comments, [], { healthy: false, findings: [error, error, error] });

const waited = { name: 'Noir', table: 'public.presets', waiting: 2 };

const lineOf = (change: Partial<State> = {}, columns = 80) => {
  const state: State = {
    ...initialState({ columns, rows: 24 }),
    inspected: inspectedWith(comments),
    freshAt: 0,
    pace: 2_000,
    trigger: sick,
    ...change,
  };
  return renderToString(<Health state={state} now={1_000} />, { columns });
};

describe('the line of the header about a counter', () => {
  test('names it, and tells whether it is kept and how old the numbers are', () => {
    expect(lineOf({ trigger: healthOf(comments) })).toBe(
      'posts.comments_count ● Trigger enabled (origin)   rows live, at most 2 s old',
    );
  });

  test.each<[string, Partial<State>, number, RegExp]>([
    ['the age is shortened first', {}, 80, /^posts\.comments_count ○ .*, 3 problems: press t {3}live$/],
    [
      'all of it where there is room',
      {},
      100,
      /^posts\.comments_count .* press t {3}rows live, at most 2 s old$/,
    ],
    [
      'a long name is cut then',
      { inspected: inspectedWith(long) },
      80,
      /^marketplace_\S+… ○ .*: press t {3}live$/,
    ],
    [
      'news of the drift log stay',
      { drift: { ...initialState({ columns: 80, rows: 24 }).drift, unread: 3 } },
      80,
      /3 new in the drift log: d$/,
    ],
    [
      'a row that sessions wait for again and again is told, but not one that they met at once',
      { contention: [null, waited, waited, waited] },
      80,
      /Sessions wait for a row: t$/,
    ],
    [
      'problems come first',
      { paused: true },
      80,
      /^PAUSED, numbers 1 s old: p resumes {3}posts\.comments_count ○ /,
    ],
    [
      'what failed is said',
      { trigger: null, triggerFailure: {} as never },
      80,
      /Trigger: not known, press t/,
    ],
  ])('%s', (_, change, columns, wanted) => {
    const line = lineOf(change, columns);
    expect(line).toMatch(wanted);
    expect(line).not.toContain('\n');
    expect(stringWidth(line)).toBeLessThanOrEqual(columns);
  });
});
