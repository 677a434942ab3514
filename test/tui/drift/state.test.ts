import { describe, expect, test } from 'vitest';
import { driftAtCursor } from '../../../source/tui/drift/state.ts';
import { driftSummary, lastDrift } from '../../../source/tui/exit-summary.ts';
import { presetsWritten } from '../../../source/tui/repair/pending-writes.ts';
import { type Action, initialState, type State } from '../../../source/tui/state/model.ts';
import { reduce } from '../../../source/tui/state/state.ts';
import { driftChange } from '../../../source/watch/drift-event.ts';
import { noSessions } from '../../../source/watch/session-activity.ts';
import type { WatchEvent } from '../../../source/watch/watch-event.ts';
import { comments } from '../../helpers/counters.ts';

const counter = (id: string, usageCount: number, records: number) => ({
  id,
  name: `name ${id}`,
  usageCount,
  records,
  lastUsedAt: null,
});
const event = (id: string, at = 1): WatchEvent => ({
  type: 'drift',
  more: 0,
  events: [
    {
      preset: { id, name: `name ${id}` },
      change: driftChange(counter(id, 10, 10), counter(id, 11, 10))!,
      since: at - 1,
      at,
      writers: noSessions,
    },
  ],
});
const connected: WatchEvent = {
  type: 'connected',
  inspected: { server: {}, tables: { presets: {}, hiddenBy: [] } } as never,
  counters: [counter('a', 1, 1), counter('b', 2, 2)],
  at: 5,
  serverNow: 5,
};
const open = { type: 'open', screen: 'drift' } as const;
const play = (...actions: Action[]): State => actions.reduce(reduce, initialState({ columns: 80, rows: 24 }));
const down: Action = { type: 'move', move: { by: 1 } };

describe('the drift log on screen', () => {
  test('says since when it has been watching: the first read, however often the connection is lost', () => {
    expect(play(connected, { ...connected, at: 99 }).drift.since).toBe(5);
  });

  test('counts unread events until its screen is open', () => {
    const some = play(connected, event('a'), event('b'), event('a'));
    expect(some.drift).toMatchObject({ total: 3, unread: 3 });
    expect(some.drift.entries).toHaveLength(2);
    expect(reduce(some, { ...event('a'), more: 7 } as Action).drift).toMatchObject({ total: 11, unread: 11 });
    const opened = reduce(some, open);
    expect(opened.drift).toMatchObject({ total: 3, unread: 0 });
    expect(reduce(opened, event('a')).drift).toMatchObject({ total: 4, unread: 0 });
    const underHelp = [{ type: 'open', screen: 'help' } as const, event('a')].reduce<State>(reduce, opened);
    expect(underHelp.drift.unread).toBe(1);
    expect(reduce(underHelp, { type: 'back' }).drift.unread).toBe(0);
  });

  test('keeps the cursor on its entry, and on the newest until it is moved', () => {
    const opened = play(connected, event('a'), open, event('b'));
    expect(driftAtCursor(opened)?.preset.id).toBe('b');
    const moved = reduce(opened, down);
    expect(driftAtCursor(moved)?.preset.id).toBe('a');
    expect(driftAtCursor(reduce(moved, event('c')))?.preset.id).toBe('a');
    expect(driftAtCursor([down, down, down].reduce(reduce, moved))?.preset.id).toBe('a');
    expect(driftAtCursor(reduce(moved, { type: 'move', move: { to: 'start' } }))?.preset.id).toBe('b');
  });

  test('opens the preset of an entry if it still exists', () => {
    const opened = play(connected, event('gone'), event('b'), open);
    expect(reduce(opened, { type: 'open-drifted' })).toMatchObject({ screen: 'preset', selected: 'b' });
    const gone = reduce(opened, down);
    expect(reduce(gone, { type: 'open-drifted' })).toBe(gone);
  });

  test('is summed up in a line after the console is left', () => {
    const { total, entries } = play(connected, event('a'), event('a'), event('b')).drift;
    expect(lastDrift(total, entries)).toMatch(/^3 drift events of 2 presets while the console watched\./);
  });

  test('has events of earlier runs below, which are no news and in no sum', () => {
    const before = (event('a', 1) as Extract<WatchEvent, { type: 'drift' }>).events;
    const older = (event('b', 0) as Extract<WatchEvent, { type: 'drift' }>).events;
    const kept = { type: 'kept-drift', events: [...older, ...before], problem: 'One line.' } as const;
    const { drift, ...rest } = play(connected, kept, event('a', 7));
    expect(drift).toMatchObject({ total: 1, unread: 1, kept: { events: 2, problem: 'One line.' } });
    expect(drift.entries).toMatchObject([
      { preset: { id: 'a' }, times: 2, firstAt: 1 },
      { preset: { id: 'b' }, times: 1 },
    ]);
    expect(drift.changes).toEqual([
      { id: 'b', at: 0, drift: 1 },
      { id: 'a', at: 1, drift: 1 },
      { id: 'a', at: 7, drift: 1 },
    ]);
    const state = { ...rest, counter: comments };
    const summed = driftSummary({ ...state, drift, driftLog: 'drift\u001b.jsonl' });
    expect(summed.split('\n')).toEqual([
      expect.stringMatching(/^public\.posts\.comments_count: 1 drift event of 1 post while/),
      'The drift log is in drift .jsonl.',
    ]);
    expect(driftSummary({ ...state, drift, driftLog: 'x' }, '1 of them is lost.')).toMatch(
      /\n1 of them is lost\.$/,
    );
  });
});

test('a repair that moves records may change any preset, another only those of its plan', () => {
  const plan = { changes: [{ id: 'a' }, { id: 'b' }], recordsToDelete: 0, recordsToRestore: 0 } as never;
  expect(presetsWritten(plan)).toEqual(['a', 'b']);
  expect(presetsWritten({ ...(plan as object), recordsToDelete: 1 } as never)).toBe('all');
  expect(presetsWritten({ id: 'c', name: '' })).toEqual(['c']);
});
