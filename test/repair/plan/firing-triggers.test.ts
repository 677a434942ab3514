import { describe, expect, test } from 'vitest';
import {
  allPlayed,
  firingTriggers,
  type PlannedWrites,
  recordsPlayed,
} from '../../../source/repair/plan/firing-triggers.ts';
import type { SqlColumn } from '../../../source/sql/sql-effects.ts';
import {
  catalog,
  insert,
  reading,
  remove,
  routine,
  trigger,
  truncate,
  update,
  writes,
} from '../../trigger/catalogs.ts';

const column = (name: string, how: SqlColumn['how']): SqlColumn => ({ name, how });

const adding = {
  verb: 'adds' as const,
  sums: false,
  recordsDoubted: false,
  itself: false,
  also: [] as string[],
  other: [] as SqlColumn[],
};

test.each([
  ['that add to the count alone', adding, 2],
  ['that add to other numbers too', { ...adding, other: [column('level', 'adds')] }, 20],
  [
    'that set others, perhaps to what they were and more',
    { ...adding, other: [column('level', 'sets')] },
    20,
  ],
  ['that keep what a record has', { ...adding, verb: 'sets' as const, also: ['label'] }, allPlayed],
  ['that count anew', { ...adding, verb: 'counts' as const }, allPlayed],
  ['of a sum', { ...adding, sums: true }, allPlayed],
  ['of records that a check may refuse', { ...adding, recordsDoubted: true }, allPlayed],
  ['of records that refer to each other', { ...adding, itself: true }, allPlayed],
])(
  'an undo is tried with a few records or with all: triggers %s',
  (_, { verb, sums, recordsDoubted, itself, also, other }, played) => {
    const keeps = routine('keeps', {
      isTrigger: true,
      reading: reading({
        writes: [writes({ columns: [column('usage_count', verb), ...other] })],
        rows: { new: ['preset_id', ...also], old: [] },
      }),
    });
    const all = catalog({ triggers: [trigger('keeps', keeps, { type: insert })], functions: [keeps] }, own);
    expect(
      recordsPlayed(
        all,
        {
          records: { sums },
          definition: {
            row: { count: 'usage_count', touched: null },
            record: { reference: ['preset_id'], time: 'used_at', where: null },
          },
        } as never,
        { recordsDoubted, referencedBy: [{ table: 'preset_usage', itself, onDelete: 'NO ACTION' }] },
      ),
    ).toBe(played);
  },
);

const nothing: PlannedWrites = { columns: [], deletes: false, truncates: false, inserts: false };
const runs = routine('audit', { isTrigger: true });
const own = { triggers: [], functions: [] };
const fired = (over: Parameters<typeof trigger>[2], planned: Partial<PlannedWrites>, replica = false) => {
  const all = catalog({ triggers: [trigger('audit', runs, over)], functions: [runs] }, own);
  return firingTriggers(all, { ...nothing, ...planned }, replica).map(({ event }) => event);
};

describe('a trigger fires', () => {
  test.each<[string, Parameters<typeof trigger>[2], Partial<PlannedWrites>, string[]]>([
    ['before records go', { type: remove }, { deletes: true }, ['DELETE']],
    ['not by DELETE where all go at once', { type: remove }, { deletes: true, truncates: true }, []],
    ['by TRUNCATE then', { type: truncate }, { deletes: true, truncates: true }, ['TRUNCATE']],
    ['not by TRUNCATE where they go by DELETE', { type: truncate }, { deletes: true }, []],
    ['where records come back', { type: insert }, { inserts: true }, ['INSERT']],
    ['not for what is not written', { type: insert }, { deletes: true }, []],
    ['for a preset', { tableOid: 1, type: update }, { columns: ['usage_count'] }, ['UPDATE']],
    [
      'for its column',
      { tableOid: 1, type: update, updateOf: ['usage_count'] },
      { columns: ['usage_count'] },
      ['UPDATE'],
    ],
    [
      'not for another column',
      { tableOid: 1, type: update, updateOf: ['name'] },
      { columns: ['usage_count'] },
      [],
    ],
    [
      'not for a preset that is deleted',
      { tableOid: 1, type: remove },
      { columns: ['usage_count'], deletes: true },
      [],
    ],
    ['not for another table', { tableOid: 3, type: remove }, { deletes: true }, []],
  ])('%s', (_, over, planned, events) => {
    expect(fired(over, planned)).toEqual(events);
  });

  test('as it is switched on, and as the session is', () => {
    const of = (enabled: 'O' | 'R' | 'A' | 'D', replica: boolean) =>
      fired({ type: remove, enabled }, { deletes: true }, replica).length;
    expect((['O', 'R', 'A', 'D'] as const).map(each => [of(each, false), of(each, true)])).toEqual([
      [1, 0],
      [0, 1],
      [1, 1],
      [0, 0],
    ]);
  });
});

describe('what its function does', () => {
  const effects = (over: Parameters<typeof routine>[1], name = 'audit') => {
    const body = routine('audit', { isTrigger: true, ...over });
    const all = catalog({ triggers: [trigger(name, body, { type: remove })], functions: [body] }, own);
    return firingTriggers(all, { ...nothing, deletes: true })[0]?.effects;
  };

  test('is told by its text, once each', () => {
    const log = writes({ table: 'log', verb: 'insert', action: 'insert' });
    expect(effects({ reading: reading({ writes: [log, log] }) })).toEqual(['writes log']);
    const gone = writes({ schema: 'App', table: 'a"b', verb: 'delete', action: 'delete' });
    expect(effects({ reading: reading({ writes: [gone] }) })).toEqual(['deletes from "App"."a""b"']);
    for (const [table, shown] of [
      ['a1_$', 'a1_$'],
      ['1a', '"1a"'],
      ['a b', '"a b"'],
      ['aB', '"aB"'],
    ] as const) {
      expect(effects({ reading: reading({ writes: [writes({ table })] }) })).toEqual([`writes ${shown}`]);
    }
  });

  test('to the row itself, if it is the new one', () => {
    const field = (row: 'new' | 'old', name: string | null) => ({
      row,
      column: name === null ? null : { name, how: 'sets' as const },
      offset: 0,
      text: '',
    });
    const fields = [field('new', 'kind'), field('new', null), field('old', 'gone')];
    expect(effects({ reading: reading({ fields }) })).toEqual([
      'sets kind of the same row',
      'sets the same row as a whole',
    ]);
  });

  test('is not known where it cannot be read', () => {
    const problem = { message: 'syntax error', offset: 0 };
    expect(effects({ reading: reading({ problem }) })).toEqual(['cannot be read: syntax error']);
    const all = catalog({ triggers: [trigger('audit', null, { type: remove })] }, own);
    expect(firingTriggers(all, { ...nothing, deletes: true })).toMatchObject([
      { function: 'unknown', effects: ['what it does cannot be read'] },
    ]);
  });

  test('is not told of our own', () => {
    const log = reading({ writes: [writes({ table: 'log' })] });
    expect(effects({ reading: log }, 'trigger_auto_increment_preset_usage_count')).toEqual([]);
  });
});
