import { renderToString } from 'ink';
import { expect, test } from 'vitest';
import { noTotals } from '../../../source/counter/counter.ts';
import { Header } from '../../../source/tui/shared/header.tsx';
import { Title } from '../../../source/tui/shared/title.tsx';
import { initialState, type State } from '../../../source/tui/state/model.ts';
import type { Screen } from '../../../source/tui/state/screens.ts';
import { comments, inspectedWith } from '../../helpers/counters.ts';

const totals = { ...noTotals, rows: 1_400, accurate: 200, mismatched: 1_200, tooHigh: 1_200 };
const right = { ...totals, accurate: 1_400, mismatched: 0, tooHigh: 0 };
const stateOf = (change: Partial<State> = {}): State => ({
  ...initialState({ columns: 80, rows: 24 }),
  inspected: inspectedWith(comments),
  totals,
  ...change,
});
const titleOf = (change: Partial<State>) =>
  renderToString(<Title state={stateOf(change)} />, { columns: 80 });

test.each<[Screen, Partial<State>, string]>([
  ['trigger', {}, 'Trigger  posts.comments_count in d  1,200 wrong'],
  ['drift', { totals: right }, 'Drift log  posts.comments_count in d  Accurate'],
  ['help', { totals: null }, 'Help  posts.comments_count in d'],
  ['history', { totals: { ...right, accurate: 1_399 } }, 'History  posts.comments_count in d'],
  ['counters', {}, 'Counters  in d'],
  ['tables', { inspected: null }, 'Tables'],
  // These have titles of their own.
  ['list', {}, ''],
  ['repair', {}, ''],
])('the title of the %s screen says where one is', (screen, change, title) => {
  expect(titleOf({ screen, ...change })).toBe(title);
});

test('nothing is said of counts of which some are hidden', () => {
  const inspected = inspectedWith(comments);
  const tables = { ...inspected.tables, hiddenBy: ['row-level security'] };
  expect(titleOf({ screen: 'help', inspected: { ...inspected, tables } })).not.toMatch(/wrong|Accurate/);
});

test('the sums say that all are accurate in a word, once all are', () => {
  const sumsOf = (sums: State['totals']) =>
    renderToString(<Header state={stateOf({ totals: sums })} now={1} />, { columns: 80 }).split('\n')[2];
  expect(sumsOf(totals)).toMatch(/^1,400 posts {2}200 accurate {2}1,200 mismatched \(/);
  expect(sumsOf(right)).toMatch(/^1,400 posts {2}Accurate {2}/);
  expect(sumsOf({ ...right, accurate: 1_399 })).toMatch(/1,399 accurate {2}0 mismatched/);
});
