import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Action, initialState } from '../../source/tui/state/model.ts';
import { createStore } from '../../source/tui/store.ts';
import { comments, inspectedWith } from '../helpers/counters.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const minute = 60_000;
const began = 1_800_000_000_000;

/** A store with one row that was used 5 minutes ago, and how many frames were asked for. */
function storeWithFrames() {
  const store = createStore(
    initialState({ columns: 100, rows: 30 }),
    () => {},
    () => {},
  );
  const inspected = inspectedWith(comments);
  const counters = [
    { id: 'a', name: 'a', usageCount: 1, records: 1, lastUsedAt: began - 5 * minute },
    { id: 'b', name: 'b', usageCount: 1, records: 1, lastUsedAt: null },
  ];
  const read = { inspected, counters };
  store.dispatch({ type: 'connected', ...read, at: began, serverNow: began });
  let frames = 0;
  store.subscribe(() => {
    frames += 1;
  });
  const tick = (after: number): Action => ({
    type: 'tick',
    ...read,
    asked: ['a', 'b'],
    trigger: null,
    detail: null,
    newest: null,
    schemaReport: null,
    contention: null,
    at: began + after,
    serverNow: began + after,
    pace: 2_000,
  });
  const audited = (after: number): Action => ({
    type: 'audit-done',
    summary: { orphans: 0, durationMs: 1 } as never,
    at: began + after,
  });
  store.dispatch(audited(0));
  return {
    store,
    framesOf(actions: Action[]): number {
      frames = 0;
      for (const action of actions) {
        store.dispatch(action);
        vi.advanceTimersByTime(1_000);
      }
      return frames;
    },
    tick,
    audited,
  };
}

test('the list is drawn again when an age on it is another, and not before', () => {
  const { framesOf, tick, audited } = storeWithFrames();
  framesOf([tick(2_000), tick(18_000)]);
  // The row was used 6 minutes ago, if seconds are rounded.
  expect(framesOf([tick(34_000)])).toBe(1);
  expect(framesOf([audited(40_000), tick(50_000), tick(66_000), tick(82_000)])).toBe(0);
  // And then 7.
  expect(framesOf([tick(98_000)])).toBe(1);
  // The audit is no longer new.
  expect(framesOf([tick(114_000)])).toBe(1);
  expect(framesOf([audited(115_000)])).toBe(1);
});

test('another screen is drawn every 15 s, whatever ages it shows', () => {
  const { store, framesOf, tick } = storeWithFrames();
  framesOf([{ type: 'open', screen: 'tables' }, tick(2_000)]);
  expect(store.get().screen).toBe('tables');
  expect(framesOf([tick(4_000), tick(19_000), tick(21_000), tick(36_000)])).toBe(2);
});

test('what is read while keys come is drawn with the next key, or once they rest', () => {
  const { store } = storeWithFrames();
  const drawn: unknown[] = [];
  store.subscribe(() => drawn.push(store.get().recentUses.get('a')?.[0] ?? null));
  const key = (by: number) => store.dispatch({ type: 'move', move: { by } });
  const answer = (uses: number) => store.dispatch({ type: 'recent-uses', uses: new Map([['a', [uses]]]) });
  const wait = (milliseconds: number) => vi.advanceTimersByTime(milliseconds);
  answer(1);
  answer(2);
  expect(drawn).toEqual([1, 2]);
  key(1);
  answer(3);
  answer(4);
  wait(60);
  expect(drawn).toEqual([1, 2, 2]);
  key(-1);
  expect(drawn).toEqual([1, 2, 2, 4]);
  answer(5);
  wait(99);
  expect(drawn).toEqual([1, 2, 2, 4]);
  wait(1);
  expect(drawn).toEqual([1, 2, 2, 4, 5]);
  wait(1_000);
  expect(drawn).toHaveLength(5);
  key(1);
  store.dispatch({ type: 'failure', error: { code: 'connection-lost' } as never, at: 0, retryAt: 0 });
  expect(drawn).toHaveLength(7);
});
