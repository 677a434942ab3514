import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { insertPresets, insertRecords } from '../helpers/database.ts';
import { RepairBench } from '../helpers/repair-bench.ts';

let bench: RepairBench;
let noir: string;
const withHistory = { options: { deleteHistory: true } };

beforeEach(async () => {
  bench = await RepairBench.open();
  [noir] = (await insertPresets(bench.own.sql, ['Noir', 'Pastel'])) as [string];
  await insertRecords(bench.own.sql, noir, 3);
});
afterEach(() => bench.close());

describe('a column that became narrower since a reset', () => {
  test.each([
    ['varchar', 'varchar(20)', 'varchar(4)', 'ten letters'],
    ['char', 'char(20)', 'char(4)', 'ten letters'],
    ['bit', 'bit(8)', 'bit(4)', '10101010'],
    ['varbit', 'bit varying(8)', 'bit varying(4)', '10101010'],
    ['varchar[]', 'varchar(20)[]', 'varchar(4)[]', '{ten letters}'],
  ])(
    '%s: the undo is refused; where that is agreed to, the record is, and is not cut',
    async (_, wide, narrow, value) => {
      await bench.arrange(
        `ALTER TABLE preset_usage ADD note ${wide}; UPDATE preset_usage SET note = '${value}'`,
      );
      const before = await bench.tables();
      const reset = await bench.repair('reset', withHistory);
      await bench.arrange(`ALTER TABLE preset_usage ALTER note TYPE ${narrow}`);
      await expect(bench.undo(reset)).rejects.toMatchObject({ code: 'columns-changed', exitCode: 4 });
      const undone = await bench.undo(reset, { columns: { map: [['note', 'note']], drop: [] } });
      expect(undone).toMatchObject({ changed: 0, restored: 0, left: [{ name: 'Noir', reason: 'refused' }] });
      expect(await bench.counts()).toEqual({ Noir: [0, 0], Pastel: [0, 0] });
      // And nothing of it counts as taken back.
      await bench.arrange(`ALTER TABLE preset_usage ALTER note TYPE ${wide}`);
      expect(await bench.undo(reset)).toMatchObject({ changed: 1, restored: 3, left: [] });
      expect(await bench.tables()).toEqual(before);
    },
  );
});
