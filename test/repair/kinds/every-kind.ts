import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { toQuantity } from '../../../source/counter/quantity.ts';
import { planRepair } from '../../../source/repair/plan/read-plan.ts';
import type { RepairRequest } from '../../../source/repair/plan/repair-plan.ts';
import { noOptions, type RepairAction, type RepairOutcome } from '../../../source/repair/repair.ts';
import { type Kind, kinds } from '../../counter/kinds/kinds.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';
import { doRepair, request, stateDirectory } from '../../helpers/repair.ts';
import { scaled } from '../../helpers/scale.ts';
import { setTraps } from '../../helpers/traps.ts';

/** A row as plain SQL sees it: its count as text, and whether that is what it should be. */
interface Plain {
  id: string;
  count: string | null;
  right: boolean;
  /** A count, or a sum, to which no difference can be added: it is left alone, with the reason. */
  beyond: boolean;
}

// Together they have every operator, function and branch that the statements need.
const few: ReadonlySet<string> = new Set([
  'a sum of amounts of which some are not a number',
  'a sum kept in double precision',
  'a key of several columns, of types that differ from those that refer to them',
  'a count in another table, of rows with several columns in their key',
  'conditions on types that compare in their own way',
  'everything there is, in a table of one row',
]);

/** A few kinds, which are repaired in npm test too where all of them take long, and the others. */
export const [someKinds, otherKinds] = [true, false].map(isOne =>
  kinds.filter(({ name }) => few.has(name) === isOne),
) as [Kind[], Kind[]];

/**
 * Repairs each kind on the server at `url`, and takes it back: plain SQL must find every count right, and then every count as it
 * was.
 */
export function everyKind(
  url: () => string,
  { trapped = false, of = kinds }: { trapped?: boolean; of?: readonly Kind[] } = {},
): void {
  describe('sync, reset and undo of', () => {
    let own: TestDatabase;
    let database: Database;
    let directory: string;
    beforeAll(async () => {
      own = await createDatabase('template1', url());
      database = connectTo(trapped ? (await setTraps(own)).url : own.url);
      directory = stateDirectory();
    });
    afterAll(async () => {
      await database.close();
      await own.drop();
      rmSync(directory, { recursive: true });
    });

    const arrange = async ({ sql, definition: { row } }: Kind) => {
      await own.sql
        .unsafe(`DROP SCHEMA IF EXISTS ext CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${sql}`)
        .simple();
      // A table with code of its own is read by the role's own path.
      const check = `CREATE FUNCTION public.is_fine() RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN true; END'; ALTER TABLE "${row.table}" ADD CHECK (public.is_fine())`;
      if (trapped) await own.sql.unsafe(check).simple();
    };
    const look = async ({ truth }: Kind): Promise<Plain[]> => {
      const rows = await own.sql.unsafe<Plain[]>(
        // Of a double precision the fifteen digits that it holds for certain.
        `SELECT id::text, CASE WHEN odd THEN count::text ELSE count::numeric::text END AS count,
                CASE WHEN odd THEN count::text = truth::text ELSE coalesce(count::numeric, 0) = coalesce(truth, 0) END AS right,
                odd OR truth::text IN ('NaN', 'Infinity', '-Infinity') AS beyond
           FROM (${truth}) t, LATERAL (SELECT coalesce(count::text, '') IN ('NaN', 'Infinity') AS odd) o ORDER BY 1`,
      );
      // 1 and 1.0 are the same numeric.
      return rows.map(row => ({ ...row, count: row.count && String(toQuantity(row.count) ?? row.count) }));
    };
    const ask = (kind: Kind, action: RepairAction, over: Partial<RepairRequest> = {}) =>
      request(action, directory, { counter: kind.definition, ...over });
    const records = async ({ definition: { record } }: Kind): Promise<string[]> => {
      const rows = await own.sql<{ text: string }[]>`SELECT r::text AS text FROM ${own.sql(record.table)} r`;
      return rows.map(({ text }) => text).sort();
    };

    /** What plain SQL must see after an undo: a row that was added stays, with a count of 0. */
    const asBefore = ({ definition }: Kind, before: readonly Plain[], outcome: readonly Plain[]) =>
      before.map((row, place) =>
        definition.via && row.count === null && outcome[place]?.count !== null ? { ...row, count: '0' } : row,
      );

    async function expectBack(kind: Kind, before: readonly Plain[], { receiptId }: RepairOutcome) {
      const between = await look(kind);
      const undone = await doRepair(database, ask(kind, 'undo', { receipt: receiptId }));
      expect(undone).toMatchObject({ left: [], error: null });
      expect(await look(kind)).toEqual(asBefore(kind, before, between));
      const again = await planRepair(database, ask(kind, 'undo', { receipt: receiptId }));
      expect(again).toMatchObject({ changes: [], recordsToRestore: 0 });
    }

    test.each(of)('$name', async kind => {
      await arrange(kind);
      const before = await look(kind);
      const wrong = before.filter(({ right }) => !right);
      const isAble = ({ beyond }: Plain) => !beyond;
      const able = wrong.filter(isAble);
      const plan = await planRepair(database, ask(kind, 'sync'));
      expect(plan.changes.map(({ id }) => id).sort()).toEqual(able.map(({ id }) => id).sort());
      expect(plan.left).toHaveLength(wrong.length - able.length);
      const synced = await doRepair(database, ask(kind, 'sync'));
      expect(synced).toMatchObject({ changed: able.length, ended: 'finished', error: null });
      expect((await look(kind)).filter(({ right }) => !right)).toHaveLength(wrong.length - able.length);
      await expectBack(kind, before, synced);

      const start = await look(kind);
      // What a reset writes is the same for all, and so npm test resets few of them.
      if (few.has(kind.name) || scaled(0, 1) === 1) {
        const reset = await doRepair(database, ask(kind, 'reset'));
        expect(reset).toMatchObject({ ended: 'finished', deleted: 0, error: null });
        expect((await look(kind)).filter(isAble).filter(({ count }) => Number(count) !== 0)).toEqual([]);
        await expectBack(kind, start, reset);
      }

      const all = await records(kind);
      const asked = ask(kind, 'reset', { options: { ...noOptions, deleteHistory: true } });
      if (staysWhole(kind)) {
        await expect(planRepair(database, asked)).rejects.toMatchObject({
          code: 'history-not-apart',
          exitCode: 4,
        });
        expect([await look(kind), await records(kind)]).toEqual([start, all]);
        return;
      }
      const counted = kind.definition.record.where === null && kind.orphans === 0 ? all.length : undefined;
      const emptied = await doRepair(database, asked);
      expect(emptied).toMatchObject({ ended: 'finished', error: null });
      expect(emptied.deleted).toBeGreaterThan(0);
      if (counted !== undefined && wrong.every(isAble)) expect(emptied.deleted).toBe(counted);
      const rows = await look(kind);
      expect(rows.filter(isAble).filter(({ count, right }) => Number(count) !== 0 || !right)).toEqual([]);
      const kept = await records(kind);
      expect(kept).toHaveLength(all.length - emptied.deleted);
      expect(all).toEqual(expect.arrayContaining(kept));
      await expectBack(kind, start, emptied);
      expect(await records(kind)).toEqual(all);
    });
  });
}

/** Records that are not deleted with their counts. */
function staysWhole({ definition: { row, record } }: Kind): boolean {
  return row.key.length !== 1 || record.through !== null || record.table === row.table;
}
