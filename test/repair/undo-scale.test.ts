import { describe, expect, test } from 'vitest';
import type { FullPlan } from '../../source/repair/plan/draft.ts';
import { draftUndo } from '../../source/repair/plan/undo/draft-undo.ts';
import { undoableChanges, undosOf } from '../../source/repair/plan/undo/undoable-changes.ts';
import type {
  Provenance,
  Receipt,
  ReceiptBatch,
  ReceiptChange,
} from '../../source/repair/receipts/receipt.ts';
import type { CounterState } from '../../source/repair/sql/counter-state.ts';
import { cpuSeconds } from '../helpers/cpu-seconds.ts';
import { fakeTables } from '../helpers/fake-database.ts';
import { RepairBench } from '../helpers/repair-bench.ts';
import { scaled, timeLimit } from '../helpers/scale.ts';
import { sampleChange, sampleHead } from './receipts/samples.ts';

const perBatch = 20;

const asOwn: Provenance = { origin: 'own', doubt: null, seal: null };

/** A receipt of this many presets; `looked` is called for each read of one of its changes. */
function receiptOf(
  presets: number,
  head: Partial<Receipt['head']>,
  change: Partial<ReceiptChange>,
  looked: () => void,
): Receipt {
  const batches: Receipt['batches'] = [];
  for (let from = 0; from < presets; from += perBatch) {
    const batch = from / perBatch + 1;
    const changes = Array.from({ length: perBatch }, (_, index): ReceiptChange => {
      const id = `preset ${from + index}`;
      const of = change.of === undefined ? {} : { of: batch };
      return Object.defineProperty(sampleChange(id, { ...change, ...of }), 'id', {
        enumerable: true,
        get() {
          looked();
          return id;
        },
      });
    });
    const records: ReceiptBatch['records'] =
      change.deletes === undefined || change.deletes < 0
        ? null
        : { offset: 0, length: 1, count: perBatch * change.deletes };
    batches.push({ batch, xid: String(batch), changes, records, outcome: 'committed' });
  }
  return { head: sampleHead(head), file: 'receipt.jsonl', batches, end: null, ...asOwn };
}

/** How often changes are looked at to plan an undo of so many presets, half of it taken back, the other reset again. */
function looksAt(presets: number): number {
  let looks = 0;
  const looked = () => {
    looks += 1;
  };
  const reset = { delta: -7, drift: 2, deletes: 5, lastUsedAfter: null };
  const own = receiptOf(presets, { action: 'reset' }, reset, looked);
  const undo = receiptOf(
    presets / 2,
    { action: 'undo', undoes: own.head.id },
    { of: 0, part: 'records', delta: 5, drift: 0, deletes: -5 },
    looked,
  );
  const later = receiptOf(presets / 2, { action: 'sync', at: '2027-01-01T00:00:00.000Z' }, {}, looked);
  const receipts = [own, undo, later];
  const effect = undoableChanges(own, undosOf(receipts));
  const states = new Map(
    [...effect.presets.keys()].map((id): [string, CounterState] => [
      id,
      { id, name: id, count: 0, exact: null, records: 0, lastUsed: null, newest: null },
    ]),
  );
  const draft = draftUndo(own, receipts, effect, states, { tables: fakeTables, facts: { whyNoRow: null } });
  expect(draft).toMatchObject({ recordsToRestore: (presets / 2) * 5 });
  expect(draft.left).toHaveLength(presets / 2);
  return looks;
}

test('an undo of twice as many presets reads their changes twice as often', () => {
  expect(looksAt(40_000)).toBeLessThanOrEqual(2.1 * looksAt(20_000));
});

describe('on a server', () => {
  const presets = scaled(500, 100_000);

  test(`an undo of ${presets} presets is planned and done`, { timeout: timeLimit(300_000) }, async () => {
    const bench = await RepairBench.open();
    try {
      await bench.own.sql`INSERT INTO presets (name, usage_count)
        SELECT 'Preset ' || n, 7 FROM generate_series(1, ${presets}) n`;
      const before = await bench.tables();
      const reset = await bench.repair('reset');
      const plans: FullPlan[] = [];
      const seconds = await cpuSeconds(async () =>
        plans.push(await bench.plan('undo', { receipt: reset.receiptId })),
      );
      const plan = plans[0]!;
      expect(plan.changes).toHaveLength(presets);
      const undone = await bench.run(plan);
      console.log(
        `${presets} presets: planned in ${seconds.toFixed(1)} s of CPU time, done in ${(undone.durationMs / 1000).toFixed(1)} s`,
      );
      if (presets === 100_000) expect(seconds).toBeLessThan(15);
      expect(undone).toMatchObject({ changed: presets, left: [] });
      expect(await bench.tables()).toEqual(before);
    } finally {
      await bench.close();
    }
  });
});
