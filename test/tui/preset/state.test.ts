import { beforeEach, describe, expect, test } from 'vitest';
import { observe } from '../../../source/counter/count-change.ts';
import type { Counter } from '../../../source/counter/counter.ts';
import type { ShownHealth } from '../../../source/trigger/defined/shown-health.ts';
import { isWatching, keepWorst } from '../../../source/tui/preset/state.ts';
import type { Seen } from '../../../source/tui/preset/watching-model.ts';
import { type Action, initialState, type State } from '../../../source/tui/state/model.ts';
import { reduce } from '../../../source/tui/state/state.ts';
import { createStore } from '../../../source/tui/store.ts';
import type { WatchEvent } from '../../../source/watch/watch-event.ts';

const counter = (usageCount: number, records: number | null = usageCount, id = 'a'): Counter => ({
  id,
  name: `name ${id}`,
  usageCount,
  records,
  lastUsedAt: usageCount * 1000,
});

const trigger = { healthy: true, findings: [], others: [] } as unknown as ShownHealth;
const server = {
  database: 'd',
  user: 'u',
  version: '18.4',
  address: null,
  readOnly: false,
  standby: false,
  superuser: false,
  bypassesRls: false,
  encryption: 'none',
};
const inspectedWith = (hiddenBy: string[], indexed: boolean, lastUsed: string | null) => ({
  server,
  host: 'h',
  label: 'local' as const,
  source: null,
  link: null,
  now: 0,
  tables: { presets: { lastUsed }, records: { indexed, pairs: null, bytes: 1e9 }, hiddenBy } as never,
});

interface Given {
  hiddenBy?: string[];
  indexed?: boolean;
  lastUsed?: string | null;
  asked?: string[];
}
const tick = (
  counters: Counter[],
  at: number,
  { hiddenBy = [], indexed = true, lastUsed = 'last_used_at', asked = ['a'] }: Given = {},
): WatchEvent => ({
  type: 'tick',
  inspected: inspectedWith(hiddenBy, indexed, lastUsed),
  asked,
  counters,
  trigger,
  detail: null,
  newest: null,
  schemaReport: null,
  contention: null,
  at,
  serverNow: at,
  pace: 500,
});

const play = (actions: Action[], from: State): State => actions.reduce(reduce, from);
const w: Action = { type: 'watch-use' };
const help: Action = { type: 'open', screen: 'help' };
let open: State;
let watched: State;
// Only the newest state has its rows.
beforeEach(() => {
  open = play(
    [
      {
        type: 'connected',
        inspected: inspectedWith([], true, 'last_used_at'),
        counters: [counter(10), counter(5, 5, 'b')],
        at: 1,
        serverNow: 1,
      },
      { type: 'open', screen: 'preset' },
    ],
    initialState({ columns: 80, rows: 24 }),
  );
  watched = play([w, tick([counter(10)], 2)], open);
});
const kinds = ({ watching }: State) => watching?.changes.map(({ at, change }) => [at, change.kind]);

describe('waiting for a real use', () => {
  test('starts with the first tick after the key, so that earlier changes do not count', () => {
    const waiting = reduce(open, w);
    expect(waiting.watching).toMatchObject({ id: 'a', since: null, base: null });
    const begun = reduce(waiting, tick([counter(12)], 7));
    expect(begun.watching).toMatchObject({ since: 7, until: null, base: { usageCount: 12 }, changes: [] });
  });

  test('reports each change once, with its time, compared with the previous tick', () => {
    const state = play(
      [
        tick([counter(11)], 3),
        tick([counter(11)], 4),
        tick([counter(12, 11)], 5),
        tick([counter(12, 12)], 6),
      ],
      watched,
    );
    expect(kinds(state)).toEqual([
      [3, 'counted'],
      [5, 'count-without-record'],
      [6, 'not-counted'],
    ]);
    expect(state.watching?.changes[1]?.change).toMatchObject({
      before: { usageCount: 11, records: 11 },
      after: { usageCount: 12, records: 11 },
    });
  });

  test('uses only ticks: an audit reads at another time', () => {
    const audit: WatchEvent = {
      type: 'audit-page',
      progress: { done: 1, presets: 1, counters: [counter(99, 10)], last: true },
      at: 3,
    };
    expect(reduce(watched, audit).watching).toBe(watched.watching);
  });

  test('ignores other presets', () => {
    const other = reduce(watched, tick([counter(6, 5, 'b')], 3, { asked: ['b'] }));
    expect(other.watching).toBe(watched.watching);
  });

  test('keeps what was seen when it is stopped, and forgets it when it starts again', () => {
    const stopped = play([tick([counter(11)], 3), w], watched);
    expect(isWatching(stopped)).toBe(false);
    expect(stopped.watching).toMatchObject({ since: 2, until: 3 });
    expect(kinds(reduce(stopped, tick([counter(12)], 4)))).toEqual([[3, 'counted']]);
    expect(reduce(stopped, w).watching).toMatchObject({ since: null, until: null, changes: [] });
    // Nothing was read yet: there is nothing to keep.
    expect(play([w, w], open).watching).toBeNull();
  });

  test('ends with the screen, but not under the help', () => {
    for (const leave of [{ type: 'back' }, { type: 'open', screen: 'trigger' }] as const) {
      expect(reduce(watched, leave).watching).toBeNull();
    }
    const back = play([help, tick([counter(11)], 3), { type: 'back' }], watched);
    expect(back.screen).toBe('preset');
    expect(kinds(back)).toEqual([[3, 'counted']]);
  });

  test('ends when its preset is deleted, and keeps what was seen', () => {
    const gone = play([tick([counter(11)], 3), tick([], 4)], watched);
    expect(gone.watching).toMatchObject({ until: 4, changes: [{ at: 3 }] });
  });

  test('scrolls to where it is shown', () => {
    expect(reduce({ ...open, scroll: 9 }, w).scroll).toBe(0);
  });

  test.each<[Given, string]>([
    [{ indexed: false }, 'no-index'],
    [{ indexed: true }, 'slow'],
    [{ hiddenBy: ['row-level security'] }, 'hidden'],
  ])('if records are not counted (%j), reports only that the count moved, and why', (given, blind) => {
    const uncounted = blind === 'hidden' ? 3 : null;
    const state = play(
      [w, tick([counter(10, uncounted)], 3, given), tick([counter(11, uncounted)], 4, given)],
      open,
    );
    expect(state.watching?.blind).toBe(blind);
    expect(kinds(state)).toEqual([[4, 'count-moved']]);
  });

  test('does not blame a table without a time of the last use', () => {
    const none = { lastUsed: null };
    const at = (usageCount: number) => ({ ...counter(usageCount), lastUsedAt: null });
    const state = play([w, tick([at(1)], 3, none), tick([at(2)], 4, none)], open);
    expect(state.watching?.changes[0]?.change.lastUsedMoved).toBeNull();
  });

  test('redraws nothing while nothing happens', () => {
    const store = createStore(
      watched,
      () => {},
      () => {},
    );
    // The first tick brings the trigger, which was not known.
    store.dispatch(tick([counter(10)], 20_000));
    let frames = 0;
    store.subscribe(() => (frames += 1));
    for (const at of [20_500, 21_000, 21_500]) store.dispatch(tick([counter(10)], at));
    expect(frames).toBe(0);
    expect(store.get().watching).toBe(watched.watching);
    store.dispatch(tick([counter(11)], 22_000));
    expect(frames).toBe(1);
  });
});

describe('which of many changes are kept', () => {
  const right = (at: number): Seen => ({ at, change: observe(counter(1), counter(2))! });
  const wrong = (at: number): Seen => ({ at, change: observe(counter(1), counter(2, 1))! });
  const warning = (at: number): Seen => ({ at, change: observe(counter(2), counter(0, 2))! });
  const times = (kept: readonly Seen[]) => kept.map(({ at }) => at);

  test.each<[string, Seen[], number, number[]]>([
    ['all, where there is room', [right(1), wrong(2)], 2, [1, 2]],
    ['the newest', [right(1), right(2), right(3)], 2, [2, 3]],
    ['errors before right ones', [wrong(1), right(2), right(3), right(4)], 2, [1, 4]],
    ['errors before warnings before right ones', [wrong(1), warning(2), right(3), wrong(4)], 3, [1, 2, 4]],
    ['the newest in any case', [wrong(1), wrong(2), right(3)], 2, [2, 3]],
    ['one at least', [wrong(1), right(2)], 0, [2]],
  ])('%s', (_, changes, most, kept) => {
    expect(times(keepWorst(changes, most))).toEqual(kept);
  });

  test('a hundred, including the error at the start', () => {
    const ticks = Array.from({ length: 150 }, (_, i) => tick([counter(12 + i, 11 + i)], 4 + i));
    const state = play([tick([counter(11, 10)], 3), ...ticks], watched);
    const changes = state.watching?.changes ?? [];
    expect(changes).toHaveLength(100);
    expect(changes[0]).toMatchObject({ at: 3, change: { kind: 'count-without-record' } });
    expect(changes.at(-1)?.at).toBe(153);
  });
});
