import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { RepairBench } from '../../helpers/repair-bench.ts';

const presets = 1_500;
let bench: RepairBench;

beforeAll(async () => {
  bench = await RepairBench.open();
  await bench.arrange(`INSERT INTO presets (name) SELECT 'Preset ' || n FROM generate_series(1, ${presets}) n;
    CREATE TABLE elsewhere (n int)`);
});
afterAll(() => bench.close());
beforeEach(() => bench.arrange('UPDATE presets SET usage_count = 7'));

/** Repairs all presets beside `others`; the sizes of the batches, and the numbers of their transactions. */
async function repairBeside(quietAfter: number, others: () => Promise<void> = async () => {}) {
  const done = await bench.run(await bench.plan('sync'), { quietAfter }, others);
  expect(done).toMatchObject({ changed: presets, left: [] });
  const { batches } = await bench.receipt(done);
  return {
    sizes: batches.map(({ changes }) => changes.length),
    xids: batches.map(({ xid }) => Number(xid)),
  };
}

const gaps = (xids: readonly number[]) => xids.slice(1).map((xid, place) => xid - xids[place]!);

test('the batches of a repair that has the server to itself become large', async () => {
  const { sizes } = await repairBeside(0);
  expect(Math.max(...sizes)).toBeGreaterThan(100);
});

test('a write of another, whichever table it writes, shows between the numbers of two batches', async () => {
  const { xids } = await repairBeside(60_000, async () => {
    await bench.own.sql`INSERT INTO elsewhere VALUES (1)`;
  });
  expect(Math.min(...gaps(xids))).toBeGreaterThan(1);
});

test('all records of many rows at once go into the receipt and come back', async () => {
  // The trigger tells by the text of a batch how it deletes.
  await bench.arrange(`SET session_replication_role = replica;
    INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'generation' FROM presets, generate_series(1, 3);
    RESET session_replication_role;
    TRUNCATE elsewhere;
    CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
      INSERT INTO public.elsewhere SELECT 1 WHERE current_query() LIKE '%''whole''%'; RETURN NULL; END$$;
    CREATE TRIGGER tell AFTER DELETE ON preset_usage FOR EACH STATEMENT EXECUTE FUNCTION tell()`);
  const { records } = await bench.tables();
  const options = { deleteHistory: true };
  const reset = await bench.run(await bench.plan('reset', { options }), { quietAfter: 0 });
  expect(reset).toMatchObject({ changed: presets, deleted: 3 * presets, left: [] });
  const [told] = await bench.own.sql`SELECT count(*)::int AS batches FROM elsewhere`;
  expect(told?.batches).toBeGreaterThan(0);
  expect(await bench.undo(reset)).toMatchObject({ restored: 3 * presets, left: [] });
  expect((await bench.tables()).records).toEqual(records);
});
