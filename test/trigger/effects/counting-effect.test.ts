import { describe, expect, test } from 'vitest';
import { countsAgain, whyOff } from '../../../source/diagnosis/catalog-evidence.ts';
import type { SqlColumn } from '../../../source/sql/sql-effects.ts';
import { countingEffectOf } from '../../../source/trigger/effects/counting-effect.ts';
import type { Effect, Effects } from '../../../source/trigger/effects/effects.ts';
import { describeType } from '../../../source/trigger/trigger-type.ts';

const effect = (column: SqlColumn | null, on: Effect['on'] = 'count'): Effect => ({
  on,
  verb: 'update',
  action: 'update',
  table: 'public.presets',
  column,
  statement: '',
  via: [],
});
const adds = (by: number | null): SqlColumn => ({ name: 'usage_count', how: 'adds', by });
const column = (how: SqlColumn['how']): SqlColumn => ({ name: 'usage_count', how });
const counting = (columns: (SqlColumn | null)[], more: Partial<Effects> = {}) =>
  countingEffectOf({
    writes: columns.map(each => effect(each)),
    unreadable: [],
    unknownCalls: [],
    ...more,
  } as Effects);

describe('what a function adds to the count', () => {
  test.each<[string, (SqlColumn | null)[], 'one' | 'rows' | 'either' | 'other']>([
    ['one for each row', [adds(1)], 'one'],
    ['as many as it computes', [adds(null)], 'rows'],
    ['another number', [adds(2)], 'other'],
    ['what it sets', [column('sets')], 'other'],
    ['what cannot be read', [null], 'other'],
    ['one in two places', [adds(1), adds(1)], 'one'],
    ['one here and a number there', [adds(1), adds(null)], 'either'],
    ['one here and what it sets there', [adds(1), column('sets')], 'other'],
    ['one, and takes back what goes', [adds(1), column('subtracts')], 'one'],
    ['nothing but what it takes back', [column('subtracts')], 'other'],
  ])('%s', (_, columns, expected) => {
    expect(counting(columns)).toEqual({ writes: true, adds: expected, unreadable: null });
  });

  test('is nothing if it writes something else and everything can be read', () => {
    expect(counting([], { writes: [effect(adds(1), 'records')] })).toEqual({
      writes: false,
      adds: null,
      unreadable: null,
    });
  });

  test('is not known if it cannot be read, or calls a missing function', () => {
    const unreadable = [{ why: 'is written in C', via: [] }];
    expect(counting([], { unreadable, unknownCalls: ['f'] }).unreadable).toBe('is written in C');
    expect(counting([], { unknownCalls: ['f', 'g'] }).unreadable).toBe(
      'calls f(), which does not exist or cannot be read',
    );
    expect(counting([adds(1)], { unreadable }).unreadable).toBeNull();
  });
});

test.each([
  [4, 'AFTER', ['INSERT'], 'statement'],
  [1 | 2 | 4 | 16, 'BEFORE', ['INSERT', 'UPDATE'], 'row'],
  [1 | 64 | 8, 'INSTEAD OF', ['DELETE'], 'row'],
  [32, 'AFTER', ['TRUNCATE'], 'statement'],
])('a trigger of type %i fires %s %j for each %s', (type, timing, events, level) => {
  expect(describeType(type)).toEqual({ timing, events, level });
});

describe('findings as evidence', () => {
  const finding = (code: string) => ({ code, severity: 'error' as const, message: `${code}!`, hint: '' });

  test.each([
    'trigger-missing',
    'trigger-wrong-table',
    'trigger-disabled',
    'trigger-off-in-partition',
    'trigger-replica-only',
    'trigger-not-on-insert',
    'function-does-not-count',
  ])('%s is why uses are not counted', code => {
    expect(whyOff([finding('second-counter'), finding(code)])).toBe(`${code}!`);
  });

  test('others say nothing about that', () => {
    expect(whyOff([finding('second-counter'), finding('daily-limit'), finding('')])).toBeNull();
  });

  test('only a second counter is certain to count twice', () => {
    expect(countsAgain([finding('daily-limit'), finding('second-counter'), finding('other-writer')])).toEqual(
      ['second-counter!'],
    );
  });
});
