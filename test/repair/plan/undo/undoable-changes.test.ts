import { describe, expect, test } from 'vitest';
import { draftUndo } from '../../../../source/repair/plan/undo/draft-undo.ts';
import { isAllBack, undoableChanges, undosOf } from '../../../../source/repair/plan/undo/undoable-changes.ts';
import type {
  BatchOutcome,
  Receipt,
  ReceiptChange,
  ReceiptHead,
} from '../../../../source/repair/receipts/receipt.ts';
import { lineSchema } from '../../../../source/repair/receipts/receipt-line.ts';
import type { CounterState } from '../../../../source/repair/sql/counter-state.ts';
import { fakeTables } from '../../../helpers/fake-database.ts';
import { sampleChange, sampleHead } from '../../receipts/samples.ts';

const writable = { tables: fakeTables, facts: { whyNoRow: null } };

type Done = { changes: ReceiptChange[]; stored?: number; outcome?: BatchOutcome | null };

/** A receipt with one batch for each of `batches`. */
function receiptOf(head: Partial<ReceiptHead>, batches: Done[]): Receipt {
  return {
    head: sampleHead(head),
    file: 'receipt.jsonl',
    batches: batches.map(({ changes, stored = 0, outcome = 'committed' }, index) => ({
      batch: index + 1,
      xid: String(index + 1),
      changes,
      records: stored === 0 ? null : { offset: 0, length: 1, count: stored },
      outcome,
    })),
    end: null,
    origin: 'own',
    doubt: null,
    seal: null,
  };
}

const undoOf = ({ head }: Receipt, changes: ReceiptChange[], outcome: BatchOutcome = 'committed') =>
  receiptOf({ action: 'undo', undoes: head.id }, [{ changes, outcome }]);
const effectOf = (receipt: Receipt, ...undos: Receipt[]) => undoableChanges(receipt, undosOf(undos));

// 7 uses were counted of 5 that were recorded, in two batches; 2 records belonged to no preset.
const reset = receiptOf({ action: 'reset' }, [
  {
    changes: [sampleChange('a', { before: 7, delta: -3, drift: 2, deletes: 3 })],
    stored: 5,
  },
  {
    changes: [sampleChange('a', { before: 4, delta: -4, drift: 2, deletes: 2, lastUsedAfter: null })],
    stored: 2,
  },
  { changes: [sampleChange('b')], outcome: 'aborted' },
]);
const time = '2026-11-20 10:00:00.123456+00';
const back = (batch: number, count: number, more: Partial<ReceiptChange> = {}) =>
  sampleChange('a', { part: 'records', of: batch, delta: count, drift: 0, deletes: -count, ...more });

describe('what is in effect of a reset', () => {
  test('all that was committed, the newest records first', () => {
    const { presets, orphans } = effectOf(reset);
    expect([...presets.values()]).toEqual([
      {
        id: 'a',
        name: 'Preset a',
        drift: 0,
        records: [
          { batch: reset.batches[1], id: 'a', count: 2, back: [] },
          { batch: reset.batches[0], id: 'a', count: 3, back: [] },
        ],
        state: { moved: -2, wasNull: false, lowest: 0, lastUsed: { before: time, after: null } },
      },
    ]);
    expect(orphans).toEqual([{ batch: reset.batches[0], id: null, count: 2, back: [] }]);
  });

  test('the rest, after an undo of some records', () => {
    const { presets } = effectOf(reset, undoOf(reset, [back(1, 2, { places: [[0, 1]] }), back(2, 2)]));
    expect(presets.get('a')).toMatchObject({
      drift: 0,
      records: [{ batch: { batch: 1 }, count: 1, back: [[0, 1]] }],
      state: { moved: -2 },
    });
  });

  test('what an undo did that was not committed changes nothing', () => {
    expect(effectOf(reset, undoOf(reset, [back(1, 3)], 'aborted'))).toEqual(effectOf(reset));
  });

  test('its records, once the state was given back', () => {
    const state = sampleChange('a', { part: 'state', delta: 2, drift: 0 });
    const { presets } = effectOf(reset, undoOf(reset, [state]));
    expect(presets.get('a')).toMatchObject({ drift: 2, records: [{ count: 2 }, { count: 3 }], state: null });
  });

  test('nothing, once all parts are back', () => {
    const orphans: ReceiptChange = { ...back(1, 2), id: null, delta: 0 };
    const undos = [
      undoOf(reset, [back(1, 3)]),
      undoOf(reset, [back(2, 2, { part: 'all', delta: 4 }), orphans]),
    ];
    expect(isAllBack(effectOf(reset, ...undos))).toBe(true);
    expect(isAllBack(effectOf(reset, undos[0]!))).toBe(false);
  });

  test('nothing, after the undo of an older version, which took each batch back whole', () => {
    const whole = (batch: number, delta: number, deletes: number) =>
      sampleChange('a', { of: batch, delta, drift: 0, deletes });
    const none: ReceiptChange = { ...whole(1, 0, -1), id: null };
    // One of its records could not be put back then, and which one is not known.
    expect(isAllBack(effectOf(reset, undoOf(reset, [whole(1, 2, -2), whole(2, 4, -2), none])))).toBe(true);
    const { presets } = effectOf(reset, undoOf(reset, [whole(2, 4, -2)]));
    expect(presets.get('a')).toMatchObject({
      drift: 2,
      records: [{ batch: { batch: 1 }, count: 3 }],
      // The first batch moved no drift.
      state: null,
    });
  });

  test('a NULL is remembered, and how low a count was', () => {
    const states = [null, -5, 3].map(before => {
      const receipt = receiptOf({ action: 'reset' }, [{ changes: [sampleChange('a', { before })] }]);
      return effectOf(receipt).presets.get('a')?.state;
    });
    expect(states).toMatchObject([
      { wasNull: true, lowest: 0 },
      { wasNull: false, lowest: -5 },
      { wasNull: false, lowest: 0 },
    ]);
  });
});

describe('records of no preset in a line of a receipt', () => {
  const lineOf = (change: ReceiptChange) =>
    lineSchema.parse({ kind: 'batch', batch: 1, xid: '1', changes: [change], records: null });

  test('had an empty id once', () => {
    const { changes } = lineOf(sampleChange('', { of: 1, deletes: -1 })) as { changes: ReceiptChange[] };
    expect(changes[0]?.id).toBeNull();
  });

  test('which is that of a preset whose key is empty elsewhere', () => {
    for (const change of [sampleChange(''), sampleChange('', { of: 1, part: 'records' })]) {
      const { changes } = lineOf(change) as { changes: ReceiptChange[] };
      expect(changes[0]?.id).toBe('');
    }
  });
});

describe('an undo', () => {
  const counter = (more: Partial<CounterState> = {}): CounterState => ({
    id: 'a',
    name: 'A',
    count: 0,
    exact: null,
    records: 0,
    lastUsed: null,
    newest: null,
    ...more,
  });
  const draftOf = (state: CounterState, ...others: Receipt[]) =>
    draftUndo(reset, [reset, ...others], effectOf(reset, ...others), new Map([['a', state]]), writable);

  test('gives the state back with the last of the records', () => {
    const { tasks, changes, left, remarks } = draftOf(counter());
    expect(
      tasks.map(({ id, undo }) => [id, undo?.records?.count, undo?.state?.moved, undo?.lastUsed]),
    ).toEqual([
      ['a', 2, undefined, null],
      ['a', 3, -2, { before: time, after: null }],
      [null, 2, undefined, null],
    ]);
    expect(changes).toMatchObject([{ before: 0, after: 7, delta: 7, deletes: -5, lastUsedAfter: time }]);
    expect({ left, remarks }).toEqual({ left: [], remarks: [] });
  });

  test.each([
    [{ count: 1 }, 6],
    [{ records: 1 }, 5],
  ])('of a preset that is %j now gives the records back alone', (now, after) => {
    const { tasks, changes, left, remarks } = draftOf(counter(now));
    expect(tasks.every(({ undo }) => undo?.state === null)).toBe(true);
    expect(changes).toMatchObject([{ after, delta: 5, deletes: -5, lastUsedAfter: time }]);
    expect(left).toMatchObject([{ id: 'a', reason: 'moved' }]);
    expect(remarks.map(({ code }) => code)).toEqual(['difference-stays']);
  });

  test('names the newest of those that changed it since, and leaves alone what they set', () => {
    const at = (year: number, lastUsedAfter?: string) =>
      receiptOf({ action: 'sync', at: `${year}-01-01T00:00:00.000Z` }, [
        { changes: [sampleChange('a', { delta: 1, ...(lastUsedAfter ? { lastUsedAfter } : {}) })] },
      ]);
    const [newest, newer] = [at(2028), at(2027, time)];
    const { changes, left } = draftOf(counter(), newest, newer);
    expect(left).toMatchObject([{ reason: 'newer', message: expect.stringContaining(newest.head.id) }]);
    expect(changes[0]).not.toHaveProperty('lastUsedAfter');
    const [change] = draftOf(counter(), newest).changes;
    expect(change).toMatchObject({ delta: 5, lastUsedAfter: time });
    expect(draftOf(counter(), at(2020)).left).toEqual([]);
  });

  test('is not held back by a newer reset of which only records are in effect', () => {
    const newer = receiptOf({ action: 'reset', at: '2027-01-01T00:00:00.000Z' }, [
      { changes: [sampleChange('a', { delta: -3, drift: 0, deletes: 3 })], stored: 3 },
    ]);
    expect(draftOf(counter(), newer)).toMatchObject({ left: [], changes: [{ after: 7 }] });
  });

  test('leaves alone what is gone or is no number', () => {
    expect(draftUndo(reset, [reset], effectOf(reset), new Map(), writable).left).toMatchObject([
      { reason: 'gone' },
    ]);
    expect(draftOf(counter({ exact: 'NaN' })).left).toMatchObject([{ reason: 'refused' }]);
  });
});
