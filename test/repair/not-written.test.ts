import { expect, test } from 'vitest';
import { whyNotWritten } from '../../source/repair/not-written.ts';
import type { CounterState } from '../../source/repair/sql/counter-state.ts';
import { fakeTables } from '../helpers/fake-database.ts';

const state = (over: Partial<CounterState>): CounterState => ({
  id: '7',
  name: 'Warm',
  count: 3,
  exact: null,
  records: 3,
  lastUsed: null,
  newest: null,
  ...over,
});
const why = (over: Partial<CounterState>, whyNoRow: string | null = null) =>
  whyNotWritten(state(over), { tables: fakeTables, facts: { whyNoRow } });

test('a count that is not a number is left alone, with what it is', () => {
  expect(why({ exact: 'NaN' })).toEqual({
    id: '7',
    name: 'Warm',
    reason: 'refused',
    message: expect.stringContaining('Its usage_count is NaN'),
  });
});

test('so is a count whose amounts add up to nothing that is a number', () => {
  expect(why({ exact: 'NaN', exactOf: 'sum' })?.message).toContain('adds up to NaN');
});

test('so is one that has no row, if none can be added', () => {
  expect(why({ missing: true }, 'title needs a value')?.message).toBe(
    'public.presets has no row for it, and none can be added: title needs a value.',
  );
  expect(why({ missing: true })).toBeNull();
});

test('any other count is written', () => {
  expect(why({}, 'title needs a value')).toBeNull();
});
