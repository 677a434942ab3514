import { describe, expect, test } from 'vitest';
import { glyphs } from '../../../source/format/badges.ts';
import { columnWidths, roomForWhy, rowCells } from '../../../source/tui/list/row-cells.ts';
import { diagnosisOf } from '../../../source/tui/preset/diagnoses.ts';
import { type Action, initialState, type State } from '../../../source/tui/state/model.ts';
import { reduce } from '../../../source/tui/state/state.ts';
import type { Diagnosed, WatchEvent } from '../../../source/watch/watch-event.ts';

const counter = (usageCount: number | null, records: number) => ({
  id: 'a',
  name: 'Noir',
  usageCount,
  records,
  lastUsedAt: null,
});
const connected = (counters: ReturnType<typeof counter>[], hiddenBy: string[] = []): WatchEvent => ({
  type: 'connected',
  inspected: { server: {}, tables: { presets: {}, hiddenBy } } as never,
  counters,
  at: 5,
  serverNow: 5,
});
const found = (drift: number): Diagnosed => ({
  diagnosis: {
    code: 'double-counted',
    certainty: 'likely',
    evidence: ['Because.'],
    stretch: null,
    against: [],
    next: [],
  },
  drift,
});
const diagnosed = (drift: number): Action => ({
  type: 'diagnosed',
  diagnoses: new Map([['a', found(drift)]]),
});
const play = (...actions: Action[]): State => actions.reduce(reduce, initialState({ columns: 80, rows: 24 }));
const why = (state: State) => diagnosisOf(state, state.rows.get('a')!)?.code ?? null;

describe('why a count is wrong', () => {
  test('is valid while the drift stays the same, through correct uses', () => {
    const state = play(connected([counter(12, 10)]), diagnosed(2));
    expect(why(state)).toBe('double-counted');
    expect(why(reduce(state, connected([counter(15, 13)])))).toBe('double-counted');
    expect(why(reduce(state, connected([counter(16, 13)])))).toBeNull();
    expect(why(reduce(state, connected([counter(13, 13)])))).toBeNull();
  });

  test('is not shown while rows are hidden', () => {
    expect(why(play(connected([counter(12, 10)], ['a policy']), diagnosed(2)))).toBeNull();
  });

  test('redraws nothing if it has not changed', () => {
    const state = play(connected([counter(12, 10)]), diagnosed(2));
    expect(reduce(state, diagnosed(2)).diagnoses.get('a')).toBe(state.diagnoses.get('a'));
    expect(reduce(state, diagnosed(3)).diagnoses.get('a')).not.toBe(state.diagnoses.get('a'));
  });

  test('has a column if there is room for it', () => {
    const row = { ...counter(12, 10), change: 0, changedAt: 0 };
    const cells = (columns: number) =>
      rowCells(
        row,
        row.name,
        columnWidths(columns),
        { diagnosis: found(2).diagnosis, uses: null },
        {
          now: 0,
          fresh: false,
          complete: true,
          glyphs: glyphs(false),
        },
      );
    const width = (columns: number) =>
      Object.entries(cells(columns)).reduce(
        (sum, [key, cell]) => sum + (key === 'badgeKind' ? 0 : cell.length),
        2,
      );
    expect(cells(80).why).toBe('');
    expect(cells(roomForWhy).why.trim()).toBe('counted twice');
    expect(width(80)).toBe(80);
    expect(width(roomForWhy)).toBe(roomForWhy);
  });
});
