import { describe, expect, test } from 'vitest';
import type { Counter } from '../../../source/counter/counter.ts';
import { bindingFor } from '../../../source/tui/keys/keymap.ts';
import { chosenRow, isMarked, markedIds } from '../../../source/tui/state/marks.ts';
import { type Action, initialState, type State } from '../../../source/tui/state/model.ts';
import { selectedRow } from '../../../source/tui/state/selectors.ts';
import { reduce } from '../../../source/tui/state/state.ts';
import { comments, inspectedWith } from '../../helpers/counters.ts';

const counter = (id: string, usageCount: number, records = usageCount): Counter => ({
  id,
  name: `name ${id}`,
  usageCount,
  records,
  lastUsedAt: null,
});
const five = ['a', 'b', 'c', 'd', 'e'].map((id, index) => counter(id, 50 - index * 10));
const inspected = inspectedWith(comments);
const connected: Action = { type: 'connected', inspected, counters: five, at: 1, serverNow: 1 };
const tick = (asked: string[], counters: Counter[]): Action => ({
  type: 'tick',
  inspected,
  asked,
  counters,
  trigger: null,
  detail: null,
  newest: null,
  schemaReport: null,
  contention: null,
  at: 2,
  serverNow: 2,
  pace: 2000,
});
const mark: Action = { type: 'mark' };
const all: Action = { type: 'mark-listed' };
const filter = (text: string): Action => ({ type: 'type-filter', text });
const open = (action: 'sync' | 'reset'): Action => ({ type: 'repair', step: { kind: 'open', action } });
// A new one each time: rows are changed in place.
const begin = () => initialState({ columns: 80, rows: 24 });
const play = (...actions: Action[]): State => [connected, ...actions].reduce(reduce, begin());

describe('marks', () => {
  test('are set by Space, which moves on, and taken away by it', () => {
    const two = play(mark, mark);
    expect(markedIds(two)).toEqual(['a', 'b']);
    expect([two.marked, selectedRow(two)?.id]).toEqual([2, 'c']);
    const one = [{ type: 'move', move: { to: 'start' } } as Action, mark].reduce(reduce, two);
    expect([markedIds(one), one.marked]).toEqual([['b'], 1]);
  });

  test('are of rows, wherever these are listed and whatever their counts become', () => {
    const state = [tick(['a'], [counter('a', 1, 7)]), { type: 'sort' } as Action, filter('name c')].reduce(
      reduce,
      play(mark),
    );
    expect(markedIds(state)).toEqual(['a']);
    expect([isMarked(state, 'a'), isMarked(state, 'c')]).toEqual([true, false]);
  });

  test('go with their rows, and a row that comes back is another', () => {
    const gone = reduce(play(mark, mark), tick(['a'], []));
    expect([markedIds(gone), gone.marked]).toEqual([['b'], 1]);
    const back = [tick([], [counter('z', 3)]), tick([], [counter('a', 1)])].reduce(reduce, gone);
    expect(markedIds(back)).toEqual(['b']);
  });

  test('are set on all that are listed, and taken away from them alone', () => {
    const filtered = play(mark, filter('name b'), all);
    expect(markedIds(filtered)).toEqual(['a', 'b']);
    expect(markedIds(reduce(filtered, all))).toEqual(['a']);
    expect(markedIds(play(mark, all))).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(play(all, all).marked).toBe(0);
  });

  test('outlive the filter, which Escape clears first', () => {
    const filtered = play(mark, filter('name b'), { type: 'keep-filter' }, { type: 'back' });
    expect([filtered.filter, filtered.marked]).toEqual(['', 1]);
    const cleared = reduce(filtered, { type: 'back' });
    expect([markedIds(cleared), cleared.marked]).toEqual([[], 0]);
    const binding = bindingFor('escape', 'list');
    expect(binding?.disabled?.(filtered)).toBeNull();
    expect(binding?.disabled?.(cleared)).toBe('There is no filter, and nothing is marked.');
  });

  test('do not stay for another counter', () => {
    expect(reduce(play(all), { type: 'watch-counter', counter: comments }).marked).toBe(0);
  });

  test('are set in place: a million rows are not copied for a key', () => {
    const state = play();
    const marked = reduce(state, all);
    expect(marked.rows).toBe(state.rows);
    expect(marked).not.toBe(state);
  });
});

describe('what is marked', () => {
  test.each(['sync', 'reset'] as const)('is what a %s is of, also where a filter lists others', action => {
    const { repair } = [filter('name c'), open(action)].reduce(reduce, play(mark, mark));
    expect(repair?.scope).toEqual({ ids: ['a', 'b'], title: '2 marked posts' });
    const { repair: of } = [open(action)].reduce(reduce, play(mark));
    expect(of?.scope?.title).toBe('1 marked post');
  });

  test('is not what a sync of the open row is of', () => {
    const state = [{ type: 'open', screen: 'preset' } as Action, open('sync')].reduce(
      reduce,
      play(mark, mark),
    );
    expect(state.repair?.scope).toEqual({ ids: ['c'], title: 'name c' });
  });

  test('is simulated if it is one row; of several a key says why it does nothing', () => {
    const one = play(mark);
    expect([selectedRow(one)?.id, chosenRow(one)?.id]).toEqual(['b', 'a']);
    const key = bindingFor('u', 'list');
    expect(key?.disabled?.(one)).toBeNull();
    const simulating = reduce(one, { type: 'simulate' });
    expect(simulating.simulation.use?.preset.id).toBe('a');
    expect(selectedRow(simulating)?.id).toBe('a');
    const back = reduce(simulating, { type: 'back' });
    expect([selectedRow(back)?.id, back.cursor]).toEqual(['a', 0]);
    const hidden = [filter('name c'), { type: 'simulate' } as Action].reduce(reduce, play(mark));
    expect(hidden.simulation.use?.preset.id).toBe('a');
    expect(selectedRow(reduce(hidden, { type: 'back' }))?.id).toBe('c');
    expect(key?.disabled?.(play(mark, mark))).toBe(
      'A simulation is of one post: 2 are marked, and Esc unmarks them.',
    );
    const open = reduce(play(mark, mark), { type: 'open', screen: 'preset' });
    expect(bindingFor('u', 'preset')?.disabled?.(open)).toBeNull();
    expect(chosenRow(open)?.id).toBe('c');
  });
});

test('Space marks on the list and pages elsewhere', () => {
  expect(bindingFor(' ', 'list')?.does).toEqual(mark);
  expect(bindingFor(' ', 'help')?.does).toEqual({ type: 'move', move: { page: 1 } });
  expect(bindingFor('pagedown', 'list')?.does).toEqual({ type: 'move', move: { page: 1 } });
  expect(bindingFor('*', 'list')?.does).toEqual(all);
});
