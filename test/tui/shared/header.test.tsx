import { renderToString } from 'ink';
import { expect, test } from 'vitest';
import { Header } from '../../../source/tui/shared/header.tsx';
import { initialState, type State } from '../../../source/tui/state/model.ts';
import { comments, inspectedWith } from '../../helpers/counters.ts';

const firstLine = (change: Partial<State>) => {
  const state = { ...initialState({ columns: 80, rows: 24 }), ...change };
  return renderToString(<Header state={state} now={0} />, { columns: 80 }).split('\n')[0];
};
const inspected = inspectedWith(comments);

test('the name of the context stands before the database, also while there is none yet', () => {
  const context = { name: 'shop-prod', color: 'red' };
  expect(firstLine({ inspected, context })).toMatch(/^ \w+ {2}shop-prod {2}\S+ at /);
  expect(firstLine({ context })).toBe('preset-usage shop-prod');
  expect(firstLine({})).toBe('preset-usage');
});
