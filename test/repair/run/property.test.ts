import fc from 'fast-check';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';
import {
  beginning,
  correctSteps,
  keylessSteps,
  Play,
  Stage,
  type Step,
  straySteps,
  Tally,
} from '../../helpers/interleaving.ts';
import { doRepair, mismatches, request } from '../../helpers/repair.ts';
import { scaled, timeLimit } from '../../helpers/scale.ts';

let own: TestDatabase;
let stage: Stage;
let database: Database;
let side: postgres.Sql;

const tally = new Tally();

beforeAll(async () => {
  own = await createDatabase();
  stage = await Stage.set(own);
  database = connectTo(own.url);
  side = postgres(own.url, { max: 2, onnotice: () => {} });
});
afterEach(() => vi.useRealTimers());
afterAll(async () => {
  console.log('Met by the interleavings:', tally.met);
  await database.close();
  await side.end();
  await own.drop();
});

async function played(steps: readonly Step[], keyed: boolean): Promise<Play> {
  vi.useRealTimers();
  const play = new Play(stage, database, side, await stage.arrange(keyed), tally);
  for (const step of steps) await play.step(step);
  await play.finish();
  await play.check();
  return play;
}

const found = async (ids: readonly string[]) => {
  const rows = await own.sql<{ id: string; count: number | null; records: number }[]>`
    SELECT p.id, p.usage_count AS count, count(u.id)::int AS records
      FROM presets p LEFT JOIN preset_usage u ON u.preset_id = p.id GROUP BY p.id`;
  return ids.map(id => rows.find(row => row.id === id));
};

const settings = { numRuns: scaled(3, 300), endOnFailure: process.env.TEST_SCALE !== 'full' } as const;
const { numRuns } = settings;

test(`${numRuns} interleavings of uses, sync, reset and undo: taken back, each leaves every use and the same drift as before`, {
  timeout: timeLimit(300_000),
}, async () => {
  await fc.assert(
    fc.asyncProperty(correctSteps, async steps => {
      const play = await played(steps, true);
      expect(await play.takeBack(play.directory)).toEqual([]);
      await play.check();
      const after = await found(play.ids);
      for (const [place, { records, drift }] of beginning.entries()) {
        const uses =
          [...play.records.values()].filter(({ preset }) => preset === play.ids[place]).length - records;
        expect(after[place]).toMatchObject({
          // A count that was NULL is NULL again unless it was used.
          count: drift !== null ? records + drift + uses : uses === 0 ? null : uses,
          records: records + uses,
        });
      }
    }),
    settings,
  );
});

/** Takes everything back in both directories, as often as one of them may have had to leave something to the other. */
async function expectAllBack(play: Play, backwards: boolean): Promise<void> {
  const { directory, elsewhere } = play;
  const left = await play.takeBack(directory, backwards);
  if (elsewhere !== null) {
    left.push(...(await play.takeBack(elsewhere, backwards)), ...(await play.takeBack(directory, backwards)));
  }
  const reasons = ['moved', 'newer', ...(elsewhere === null ? [] : ['there', 'refused'])];
  for (const { reason } of left) expect(reasons).toContain(reason);
  await play.check();
  const [row] = await own.sql<{ records: number }[]>`SELECT count(*)::int AS records FROM preset_usage`;
  expect(row?.records).toBe(play.records.size);
  const outcome = await doRepair(database, request('sync', directory));
  expect(outcome.left).toEqual([]);
  await play.check();
  expect(await mismatches(own.sql)).toBe(0);
}

test.each([
  { title: 'with other columns', steps: straySteps, keyed: true },
  { title: 'of records without a key', steps: keylessSteps, keyed: false },
])(
  `${numRuns} interleavings with stray writes and copied receipts, $title: undone, all history is back once, and a sync puts it right`,
  async ({ steps, keyed }) => {
    await fc.assert(
      fc.asyncProperty(steps, fc.boolean(), async (steps, backwards) => {
        await expectAllBack(await played(steps, keyed), backwards);
      }),
      settings,
    );
  },
  timeLimit(300_000),
);
