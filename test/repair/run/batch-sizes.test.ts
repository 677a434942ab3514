import { afterAll, beforeAll, expect, test } from 'vitest';
import { RepairBench } from '../../helpers/repair-bench.ts';

const presets = 1_500;
let bench: RepairBench;

beforeAll(async () => {
  bench = await RepairBench.open();
  await bench.arrange(`INSERT INTO presets (name) SELECT 'Preset ' || n FROM generate_series(1, ${presets}) n;
    CREATE TABLE elsewhere (n int)`);
});
afterAll(() => bench.close());
const makeWrong = () => bench.arrange('UPDATE presets SET usage_count = 7');

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
  let largest = 0;
  // While the machine is busy with other work, rows are held for longer, which keeps batches small.
  for (let run = 0; run < 20 && largest <= 100; run += 1) {
    await makeWrong();
    const { sizes } = await repairBeside(0);
    largest = Math.max(...sizes);
  }
  expect(largest).toBeGreaterThan(100);
});

test('a write of another, whichever table it writes, shows between the numbers of two batches', async () => {
  await makeWrong();
  const { xids } = await repairBeside(60_000, async () => {
    await bench.own.sql`INSERT INTO elsewhere VALUES (1)`;
  });
  expect(Math.min(...gaps(xids))).toBeGreaterThan(1);
});
