import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readHistory } from '../../source/repair/history.ts';
import { insertPresets, insertRecords } from '../helpers/database.ts';
import { RepairBench } from '../helpers/repair-bench.ts';

let bench: RepairBench;
let noir: string;
const history = { options: { deleteHistory: true } };

beforeEach(async () => {
  bench = await RepairBench.open();
  [noir] = (await insertPresets(bench.own.sql, ['Noir', 'Pastel'])) as [string];
  await insertRecords(bench.own.sql, noir, 6);
});
afterEach(async () => {
  vi.useRealTimers();
  await bench.close();
});

/** Sets this machine's clock; the server's goes on as it did. */
function setClock(days: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * 86_400_000 });
}

describe('between two repairs the clock is set', () => {
  test.each([-1, 1, 0])(
    '%i days: the newer one is taken back first, and everything comes back',
    async days => {
      await bench.setCounts({ Noir: 9 });
      const before = await bench.tables();
      const older = await bench.repair('sync');
      const synced = await bench.tables();
      setClock(days);
      const newer = await bench.repair('reset', history);
      const zero = await bench.tables();

      const { identity } = await bench.plan('sync');
      const { receipts } = await readHistory(bench.directory, identity);
      expect(receipts.map(({ id }) => id)).toEqual([newer.receiptId, older.receiptId]);

      expect(await bench.undo(older)).toMatchObject({
        changed: 0,
        left: [{ name: 'Noir', reason: 'newer', message: expect.stringContaining(newer.receiptId) }],
      });
      expect(await bench.tables()).toEqual(zero);
      expect(await bench.undo(newer)).toMatchObject({ changed: 1, restored: 6, left: [] });
      expect(await bench.tables()).toEqual(synced);
      expect(await bench.undo(older)).toMatchObject({ changed: 1, left: [] });
      expect(await bench.tables()).toEqual(before);
    },
  );
});
