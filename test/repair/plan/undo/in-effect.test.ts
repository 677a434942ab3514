import { expect, test } from 'vitest';
import {
  isAllBack,
  recordsOfNone,
  undoableChanges,
  undosOf,
} from '../../../../source/repair/plan/undo/undoable-changes.ts';
import type { Receipt, ReceiptBatch, ReceiptChange } from '../../../../source/repair/receipts/receipt.ts';
import { sampleChange } from '../../receipts/samples.ts';
import { batch, receipt } from './receipts.ts';

// Five too high; it loses three records and becomes 0.
const reset = (id: string, other: Partial<ReceiptChange> = {}) =>
  sampleChange(id, { before: 8, drift: 5, delta: -8, deletes: 3, ...other });

const effectOf = (own: Receipt, ...others: Receipt[]) => undoableChanges(own, undosOf([own, ...others]));
const undoOf = (own: Receipt, changes: ReceiptChange[], outcome: 'committed' | 'aborted' = 'committed') =>
  receipt({ action: 'undo', undoes: own.head.id }, [batch(1, changes, { outcome })]);

test('what was committed is in effect, with the drift that it left', () => {
  const own = receipt({ action: 'reset' }, [batch(1, [reset('a'), reset('b', { drift: 0, delta: -3 })])]);
  const { presets, orphans } = effectOf(own);
  expect([...presets.values()]).toEqual([
    {
      id: 'a',
      name: 'Preset a',
      records: [{ batch: own.batches[0], id: 'a', count: 3, back: [] }],
      state: { moved: -5, wasNull: false, lowest: 0, lastUsed: null },
      drift: 0,
    },
    // Its count and its records went together, so nothing but records is in effect.
    { id: 'b', name: 'Preset b', records: [expect.objectContaining({ count: 3 })], state: null, drift: 0 },
  ]);
  expect(orphans).toEqual([]);
});

test.each(['aborted', 'unknown', null] as const)('what is %s is not in effect', outcome => {
  const own = receipt({}, [batch(1, [reset('a')], { outcome })]);
  expect(isAllBack(effectOf(own))).toBe(true);
});

test('a preset that took several batches has all of them, the newest first', () => {
  const own = receipt({ action: 'reset' }, [
    batch(1, [reset('a', { delta: -3, deletes: 3 })]),
    batch(2, [reset('a', { before: 5, delta: -5, deletes: 2 })]),
  ]);
  const effect = effectOf(own).presets.get('a');
  expect(effect?.records.map(({ batch: of, count }) => [of.batch, count])).toEqual([
    [2, 2],
    [1, 3],
  ]);
  // The last batch says what there was before it: 5, from which it took 3.
  expect(effect).toMatchObject({ state: { moved: -3 }, drift: 2 });
});

test('a count that was NULL, or below 0, or a last use that was set, is in effect too', () => {
  const still = { drift: 0, delta: 0, deletes: 0 };
  const of = (other: Partial<ReceiptChange>) =>
    effectOf(receipt({}, [batch(1, [sampleChange('a', { ...still, ...other })])])).presets.get('a')?.state;
  expect(of({ before: 0 })).toBeUndefined();
  expect(of({ before: null })).toEqual({ moved: 0, wasNull: true, lowest: 0, lastUsed: null });
  expect(of({ before: -4, delta: 4 })).toMatchObject({ moved: 4, lowest: -4 });
  expect(of({ before: 0, lastUsedBefore: 'x', lastUsedAfter: null })).toMatchObject({
    lastUsed: { before: 'x', after: null },
  });
});

test('a count that was NULL in one of its batches was NULL', () => {
  const step = (before: number | null) => sampleChange('a', { before, drift: 0, delta: 0 });
  const own = receipt({}, [batch(1, [step(null)]), batch(2, [step(0)])]);
  expect(effectOf(own).presets.get('a')?.state?.wasNull).toBe(true);
});

test('of last uses that were set more than once the oldest is what was, and the newest what is', () => {
  const set = (before: string, after: string | null) =>
    sampleChange('a', { drift: 0, delta: 0, lastUsedBefore: before, lastUsedAfter: after });
  const own = receipt({}, [batch(1, [set('x', 'y')]), batch(2, [set('y', 'z')])]);
  expect(effectOf(own).presets.get('a')?.state?.lastUsed).toEqual({ before: 'x', after: 'z' });
});

test('records of no preset are those that no change accounts for', () => {
  const own = receipt({ action: 'reset' }, [
    batch(1, [reset('a')], { records: { offset: 0, length: 9, count: 5 } as ReceiptBatch['records'] }),
    batch(2, [{ ...reset('x'), id: null, delta: 0, deletes: 4 }], {
      records: { offset: 9, length: 9, count: 4 } as ReceiptBatch['records'],
    }),
  ]);
  expect(own.batches.map(recordsOfNone)).toEqual([2, 0]);
  expect(effectOf(own).orphans).toMatchObject([{ id: null, count: 2, back: [] }]);
  expect(recordsOfNone(batch(1, [reset('a', { deletes: -3 })]))).toBe(0);
});

test('records of no preset come back the newest batch first, and are not all there is', () => {
  const stored = (count: number) => ({ offset: 0, length: 9, count }) as ReceiptBatch['records'];
  const own = receipt({ action: 'reset' }, [
    batch(1, [], { records: stored(1) }),
    batch(2, [], { records: stored(2) }),
  ]);
  expect(effectOf(own).orphans.map(({ count }) => count)).toEqual([2, 1]);
  expect(isAllBack(effectOf(receipt({}, [batch(1, [reset('a')])])))).toBe(false);
});

test('an undo that took all of a preset back leaves nothing of it in effect', () => {
  const own = receipt({ action: 'reset' }, [batch(1, [reset('a'), reset('b')])]);
  const back = sampleChange('a', { delta: 8, deletes: -3, drift: 0, of: 1, part: 'all' });
  expect([...effectOf(own, undoOf(own, [back])).presets.keys()]).toEqual(['b']);
  expect([...effectOf(own, undoOf(own, [back], 'aborted')).presets.keys()]).toEqual(['a', 'b']);
  // One of another receipt takes nothing of this one back.
  const other = receipt({}, []);
  expect([...effectOf(own, undoOf(other, [back])).presets.keys()]).toEqual(['a', 'b']);
});

test('an undo of an older version took everything of the batch back', () => {
  const own = receipt({ action: 'reset' }, [batch(1, [reset('a')])]);
  const { part: _, ...old } = sampleChange('a', { delta: 8, deletes: -3, drift: 0, of: 1 });
  expect(isAllBack(effectOf(own, undoOf(own, [old])))).toBe(true);
});

test('records that are back in part leave the others, and the drift as it is since', () => {
  const own = receipt({ action: 'reset' }, [batch(1, [reset('a')])]);
  const some = sampleChange('a', {
    delta: 2,
    deletes: -2,
    drift: 0,
    of: 1,
    part: 'records',
    places: [[0, 1]],
  });
  expect(effectOf(own, undoOf(own, [some])).presets.get('a')).toMatchObject({
    records: [{ count: 1, back: [[0, 1]] }],
    state: { moved: -5 },
    drift: 0,
  });
  // What an undo moved of the drift is what the next one has to expect.
  const moved = sampleChange('a', { delta: 4, deletes: -2, drift: 0, of: 1, part: 'records' });
  expect(effectOf(own, undoOf(own, [moved])).presets.get('a')).toMatchObject({
    state: { moved: -3 },
    drift: 2,
  });
});

test('a state that is back leaves the records that are not', () => {
  const own = receipt({ action: 'reset' }, [batch(1, [reset('a')])]);
  const state = sampleChange('a', { delta: 5, deletes: 0, drift: 0, part: 'state' });
  expect(effectOf(own, undoOf(own, [state])).presets.get('a')).toMatchObject({
    records: [{ count: 3 }],
    state: null,
  });
});

test('records of no preset that are back are not in effect', () => {
  const own = receipt({ action: 'reset' }, [
    batch(1, [], { records: { offset: 0, length: 9, count: 5 } as ReceiptBatch['records'] }),
  ]);
  const back = (deletes: number) => ({
    ...sampleChange('x', { delta: 0, drift: 0, deletes, of: 1, part: 'records' }),
    id: null,
  });
  expect(effectOf(own, undoOf(own, [back(-2)])).orphans).toMatchObject([{ count: 3 }]);
  expect(isAllBack(effectOf(own, undoOf(own, [back(-5)])))).toBe(true);
  expect(isAllBack(effectOf(own))).toBe(false);
});
