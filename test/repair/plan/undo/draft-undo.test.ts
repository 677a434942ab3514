import { describe, expect, test } from 'vitest';
import { draftUndo } from '../../../../source/repair/plan/undo/draft-undo.ts';
import { undoableChanges, undosOf } from '../../../../source/repair/plan/undo/undoable-changes.ts';
import type { Receipt, ReceiptBatch, ReceiptChange } from '../../../../source/repair/receipts/receipt.ts';
import type { CounterState } from '../../../../source/repair/sql/counter-state.ts';
import { fakeTables } from '../../../helpers/fake-database.ts';
import { sampleChange } from '../../receipts/samples.ts';
import { batch, receipt } from './receipts.ts';

const state = (id: string, count: number | null, records: number, other: Partial<CounterState> = {}) => ({
  id,
  name: `Preset ${id}`,
  count,
  exact: null,
  records,
  lastUsed: null,
  newest: null,
  ...other,
});

/** The draft of an undo of a receipt, with these states of presets and these other receipts. */
function draft(own: Receipt, states: CounterState[], ...others: Receipt[]) {
  const all = [own, ...others];
  return draftUndo(
    own,
    all,
    undoableChanges(own, undosOf(all)),
    new Map(states.map(each => [each.id, each])),
    { tables: fakeTables, facts: { whyNoRow: null } },
  );
}

/** A sync that took 5 off a count that was 8 over 3 records. */
const sync = (other: Partial<ReceiptChange> = {}) =>
  receipt({ action: 'sync', at: '2026-11-23T04:00:00.000Z' }, [
    batch(1, [sampleChange('a', { before: 8, drift: 5, delta: -5, lastUsedBefore: null, ...other })]),
  ]);
/** A reset that took 8 and all 3 records from a count that was 5 too high. */
const reset = (other: Partial<ReceiptChange> = {}) =>
  receipt({ action: 'reset', at: '2026-11-23T04:00:00.000Z' }, [
    batch(1, [
      sampleChange('a', { before: 8, drift: 5, delta: -8, deletes: 3, lastUsedBefore: null, ...other }),
    ]),
  ]);

describe('a sync', () => {
  test('is taken back by the difference, whatever uses have come since', () => {
    const { changes, tasks, left, recordsToRestore, remarks } = draft(sync(), [state('a', 10, 10)]);
    expect(changes).toEqual([
      {
        id: 'a',
        name: 'Preset a',
        before: 10,
        after: 15,
        delta: 5,
        drift: 0,
        records: 10,
        deletes: 0,
        lastUsedBefore: null,
      },
    ]);
    expect(tasks).toEqual([
      {
        id: 'a',
        name: 'Preset a',
        drift: 0,
        weight: 0,
        undo: {
          records: null,
          state: { moved: -5, wasNull: false, lowest: 0, lastUsed: null },
          lastUsed: null,
        },
      },
    ]);
    expect([left, recordsToRestore, remarks]).toEqual([[], 0, []]);
  });

  test('says nothing of records that are not counted', () => {
    const [change] = draft(sync(), [state('a', 10, 10, { sums: true })]).changes;
    expect(change).not.toHaveProperty('worth');
    expect(change).not.toHaveProperty('many');
  });

  test('of a preset that is gone, or whose count is no number, is left', () => {
    expect(draft(sync(), []).left).toEqual([
      { id: 'a', name: 'Preset a', reason: 'gone', message: 'The preset no longer exists.' },
    ]);
    const { left, changes } = draft(sync(), [state('a', Number.NaN, 3, { exact: 'NaN' })]);
    expect(left).toMatchObject([{ id: 'a', reason: 'refused', message: expect.stringContaining('is NaN') }]);
    expect(changes).toEqual([]);
  });

  test('that something else has changed since is left, and the plan says by how much', () => {
    const { left, tasks, remarks } = draft(sync(), [state('a', 12, 10)]);
    expect(left).toEqual([
      {
        id: 'a',
        name: 'Preset a',
        reason: 'moved',
        message: 'Something else has changed it since: the sync left a drift of 0, and it is 2 now.',
      },
    ]);
    expect([tasks, remarks]).toEqual([[], []]);
  });

  test('that would take a count below zero is left, unless it was below before', () => {
    // It was 7 too low.
    const low = { before: 3, drift: -7, delta: 7 };
    expect(draft(sync(low), [state('a', 2, 2)]).left).toEqual([
      {
        id: 'a',
        name: 'Preset a',
        reason: 'moved',
        message: 'Restoring the difference of -7 from before the sync would take its count of 2 below zero.',
      },
    ]);
    expect(draft(sync(low), [state('a', 7, 7)]).changes).toMatchObject([{ after: 0, delta: -7 }]);
    expect(draft(sync({ before: -5, drift: -7, delta: 7 }), [state('a', 2, 2)]).changes).toMatchObject([
      { after: -5 },
    ]);
    expect(draft(sync({ before: -4, drift: -7, delta: 7 }), [state('a', 2, 2)]).changes).toEqual([]);
  });

  test('makes a count NULL again that was, where it comes to nothing', () => {
    const wasNull = { before: null, drift: -3, delta: 3 };
    expect(draft(sync(wasNull), [state('a', 3, 3)]).changes).toMatchObject([{ after: null, delta: -3 }]);
    expect(draft(sync(wasNull), [state('a', 5, 5)]).changes).toMatchObject([{ after: 2 }]);
    expect(draft(sync({ before: 0, drift: -3, delta: 3 }), [state('a', 3, 3)]).changes).toMatchObject([
      { after: 0 },
    ]);
    const none = draft(sync({ before: null, drift: 0, delta: 0 }), [state('a', null, 0)]);
    expect(none.changes).toMatchObject([{ before: null, after: null, delta: 0, drift: 0 }]);
  });

  test('sets the last use back only where nothing has set it since', () => {
    const times = { lastUsedBefore: 'then', lastUsedAfter: 'now' };
    expect(draft(sync(times), [state('a', 3, 3, { lastUsed: 'now' })]).changes).toMatchObject([
      { lastUsedBefore: 'now', lastUsedAfter: 'then' },
    ]);
    const [change] = draft(sync(times), [state('a', 3, 3, { lastUsed: 'later' })]).changes;
    expect(change).not.toHaveProperty('lastUsedAfter');
  });
});

describe('a reset with records', () => {
  test('puts them back, and what else it did with the last of them', () => {
    const { changes, tasks, recordsToRestore, left } = draft(reset(), [state('a', 2, 2)]);
    expect(changes).toMatchObject([{ before: 2, after: 10, delta: 8, drift: 0, records: 2, deletes: -3 }]);
    expect(tasks).toMatchObject([
      { id: 'a', drift: 0, weight: 3, undo: { records: { count: 3 }, state: { moved: -5 }, lastUsed: null } },
    ]);
    expect([recordsToRestore, left]).toEqual([3, []]);
  });

  test('that took several batches gives each back by itself', () => {
    const own = receipt({ action: 'reset' }, [
      batch(1, [sampleChange('a', { before: 8, drift: 5, delta: -2, deletes: 2 })]),
      batch(2, [sampleChange('a', { before: 6, drift: 5, delta: -6, deletes: 1 })]),
    ]);
    const { tasks } = draft(own, [state('a', 0, 0)]);
    expect(
      tasks.map(({ weight, undo }) => [weight, undo?.records?.batch.batch, undo?.state?.moved ?? null]),
    ).toEqual([
      [1, 2, null],
      [2, 1, -5],
    ]);
  });

  test('says how many records there are where amounts are added up, and what theirs come to', () => {
    const [change] = draft(reset({ worth: 7.5 }), [state('a', 2, 2, { sums: true, many: 4 })]).changes;
    expect(change).toMatchObject({ worth: -7.5, many: 4, deletes: -3 });
    const [counted] = draft(reset(), [state('a', 2, 2)]).changes;
    expect(counted).not.toHaveProperty('worth');
  });

  test('puts them back whatever has become of the drift, which stays', () => {
    const { left, changes, tasks, remarks } = draft(reset(), [state('a', 4, 2)]);
    expect(left).toEqual([
      {
        id: 'a',
        name: 'Preset a',
        reason: 'moved',
        message:
          'Something else has changed it since: the reset left a drift of 0, and it is 2 now. Its records come back and are counted, but that difference is not restored.',
      },
    ]);
    expect(changes).toMatchObject([{ delta: 3, deletes: -3, after: 7 }]);
    expect(tasks).toMatchObject([{ undo: { state: null } }]);
    expect(remarks).toEqual([
      {
        code: 'difference-stays',
        severity: 'warning',
        message: 'Something has changed 1 preset since. That stays, and the undo comes on top of it.',
      },
    ]);
  });

  test('that moved no drift goes back whole, and says what else has', () => {
    const right = reset({ before: 3, drift: 0, delta: -3, lastUsedBefore: 'then', lastUsedAfter: null });
    const { left, changes } = draft(right, [state('a', 1, 2)]);
    expect(left).toMatchObject([
      {
        reason: 'moved',
        message:
          'Something else has changed it since: compared with its records, its count is 1 lower than the reset left it, and stays that way. Its records come back and are counted.',
      },
    ]);
    expect(changes).toMatchObject([{ delta: 3, deletes: -3, lastUsedAfter: 'then' }]);
    expect(draft(right, [state('a', 4, 2)]).left[0]?.message).toContain('its count is 2 higher than');
    // What was left of the drift then is no part of that.
    const left3 = reset({ before: 6, drift: 3, delta: -3 });
    expect(draft(left3, [state('a', 7, 2)]).left[0]?.message).toContain('its count is 2 higher than');
  });

  test('has records of no preset, which come back too', () => {
    const records = { offset: 0, length: 9, count: 5 } as ReceiptBatch['records'];
    const own = receipt({ action: 'reset' }, [batch(1, [], { records })]);
    const { tasks, recordsToRestore } = draft(own, []);
    expect(tasks).toMatchObject([
      {
        id: null,
        name: '',
        drift: 0,
        weight: 5,
        undo: { records: { count: 5 }, state: null, lastUsed: null },
      },
    ]);
    expect(recordsToRestore).toBe(5);
  });
});

describe('a newer receipt that has changed the preset', () => {
  const newer = (other: Partial<ReceiptChange> = {}, action: 'sync' | 'undo' = 'sync') =>
    receipt({ action, at: '2026-11-23T05:00:00.000Z' }, [
      batch(7, [sampleChange('a', { before: 9, drift: 6, delta: -6, lastUsedBefore: null, ...other })]),
    ]);

  test('is to be taken back first', () => {
    const other = newer();
    expect(draft(sync(), [state('a', 3, 3)], other).left).toEqual([
      {
        id: 'a',
        name: 'Preset a',
        reason: 'newer',
        message: `${other.head.id} has changed it since: undo that first.`,
      },
    ]);
  });

  test('is so whether it is a sync or a reset', () => {
    const other = receipt({ action: 'reset', at: '2026-11-23T05:00:00.000Z' }, [
      batch(7, [sampleChange('a', { before: 9, drift: 6, delta: -9, deletes: 3 })]),
    ]);
    expect(draft(sync(), [state('a', 0, 0)], other).left).toMatchObject([{ reason: 'newer' }]);
  });

  test('does not keep records from coming back', () => {
    const other = newer();
    const { left, changes, tasks } = draft(reset(), [state('a', 0, 0)], other);
    expect(left).toMatchObject([
      {
        reason: 'newer',
        message: `Its records come back and are counted. ${other.head.id} has changed it since: undo that, then this one again, to take back the rest of the reset.`,
      },
    ]);
    expect(changes).toMatchObject([{ delta: 3, deletes: -3 }]);
    expect(tasks).toMatchObject([{ undo: { state: null } }]);
  });

  test('keeps the last use where it has set that itself', () => {
    const set = { lastUsedBefore: 'then', lastUsedAfter: 'now' };
    const own = reset(set);
    const at = [state('a', 0, 0, { lastUsed: 'now' })];
    expect(draft(own, at, newer()).changes).toMatchObject([{ lastUsedAfter: 'then' }]);
    expect(draft(own, at, newer(set)).changes[0]).not.toHaveProperty('lastUsedAfter');
    // Even if a third one, which set none, came after it.
    const third = receipt({ action: 'sync', at: '2026-11-23T06:00:00.000Z' }, [
      batch(9, [sampleChange('a', { before: 9, drift: 6, delta: -6 })]),
    ]);
    expect(draft(own, at, newer(set), third).changes[0]).not.toHaveProperty('lastUsedAfter');
    expect(draft(own, at, third, newer(set)).changes[0]).not.toHaveProperty('lastUsedAfter');
  });

  test('does not count if it is older, was undone, moved nothing, or is an undo', () => {
    const back = (of: Receipt) =>
      receipt({ action: 'undo', undoes: of.head.id, at: '2026-11-23T06:00:00.000Z' }, [
        batch(8, [sampleChange('a', { delta: 6, drift: 0, part: 'all' })]),
      ]);
    const taken = newer();
    const older = receipt({ action: 'sync', at: '2026-11-23T03:00:00.000Z' }, [
      batch(0, [sampleChange('a', { drift: 6, delta: -6 })], { xid: '1' }),
    ]);
    for (const others of [[older], [taken, back(taken)], [newer({ delta: 0 })], [newer({}, 'undo')]]) {
      expect(draft(sync(), [state('a', 3, 3)], ...others).left).toEqual([]);
    }
  });
});

describe('remarks on the receipt as a whole', () => {
  test('that nothing of it is in effect', () => {
    expect(draft(receipt({}, []), []).remarks).toEqual([
      {
        code: 'nothing-in-effect',
        severity: 'info',
        message: 'Nothing of this receipt is in effect: it was undone already, or never committed anything.',
      },
    ]);
  });

  test('that the server does not remember some of it', () => {
    const unknown = (number: number) => batch(number, [sampleChange('z')], { outcome: 'unknown' });
    const words = (count: string) =>
      `The server no longer knows the outcome of ${count} of this receipt; they are left out.`;
    const of = (batches: Receipt['batches']) => draft(receipt({}, batches), []).remarks[0];
    expect(of([unknown(1)])).toEqual({
      code: 'outcome-unknown',
      severity: 'warning',
      message: words('1 batch'),
    });
    expect(of([unknown(1), unknown(2)])?.message).toBe(words('2 batches'));
  });

  test('how many presets something has changed since', () => {
    const own = receipt({ action: 'reset' }, [
      batch(
        1,
        ['a', 'b'].map(id => sampleChange(id, { before: 8, drift: 5, delta: -8, deletes: 3 })),
      ),
    ]);
    const { remarks } = draft(own, [state('a', 4, 2), state('b', 4, 2)]);
    expect(remarks[0]?.message).toContain('has changed 2 presets since');
  });
});
