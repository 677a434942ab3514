import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { isZero, minus, plus, type Quantity, sumOf, toQuantity } from '../../../source/counter/quantity.ts';
import { planRepair } from '../../../source/repair/plan/read-plan.ts';
import { listReceipts } from '../../../source/repair/receipts/list-receipts.ts';
import { noOptions, worthOf } from '../../../source/repair/repair.ts';
import { runRepair } from '../../../source/repair/run/run.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';
import { request, stateDirectory } from '../../helpers/repair.ts';
import { scaled, timeLimit } from '../../helpers/scale.ts';
import { type Stage, stages } from './stages.ts';

let own: TestDatabase;
let database: Database;

beforeAll(async () => {
  own = await createDatabase('template1');
  database = connectTo(own.url);
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

interface Use {
  what: number;
  n: number;
}

type Step = ({ does: 'use' | 'mistake' } & Use) | Repair;

interface Repair {
  does: 'sync' | 'reset' | 'reset with history' | 'undo';
  counter: number;
  which: number;
  /** Come between its batches. */
  uses: Use[];
}

const use = fc.record({ what: fc.nat(20), n: fc.nat(1000) });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: use.map(each => ({ does: 'use' as const, ...each })) },
  { weight: 2, arbitrary: use.map(each => ({ does: 'mistake' as const, ...each })) },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constantFrom('sync', 'reset', 'reset with history', 'undo'),
      counter: fc.nat(2),
      which: fc.nat(5),
      uses: fc.array(use, { maxLength: 4 }),
    }),
  },
);

type Drifts = Map<string, Quantity>;

/** Plays steps on a stage. Whatever comes, a count is as wrong as mistakes and repairs have made it, and no use is lost. */
class Play {
  readonly directory = stateDirectory();
  readonly #stage: Stage;
  /** By counter and row: what was wrong at the beginning, and by how much mistakes have changed that. */
  #made: Drifts[] = [];

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async begin(): Promise<void> {
    await own.sql.unsafe(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${this.#stage.tables}`).simple();
    this.#made = await this.#drifts();
  }

  async step(step: Step): Promise<void> {
    if ('counter' in step) return this.#repair(step);
    if (step.does === 'use') return this.#use(step);
    const before = await this.#drifts();
    await own.sql.unsafe(pick(this.#stage.mistakes, step.what)(step.n));
    const after = await this.#drifts();
    for (const [place, drifts] of after.entries()) {
      for (const [id, drift] of drifts) {
        const by = minus(drift, before[place]?.get(id) ?? 0);
        this.#made[place]?.set(id, plus(this.#made[place]?.get(id) ?? 0, by));
      }
    }
  }

  /** Fails unless every count is wrong by what mistakes and receipts say. */
  async check(): Promise<void> {
    const { receipts, damaged } = await listReceipts(this.directory);
    expect(damaged).toEqual([]);
    for (const [place, drifts] of (await this.#drifts()).entries()) {
      const { id: counter } = pick(this.#stage.counters, place).definition;
      const changes = receipts
        .filter(({ head }) => head.counter === counter)
        .flatMap(({ batches }) => batches.filter(({ outcome }) => outcome === 'committed'))
        .flatMap(batch => batch.changes);
      for (const [id, drift] of drifts) {
        const repaired = changes
          .filter(change => change.id === id)
          .map(change => plus(change.delta, worthOf(change)));
        expect({ counter, id, drift }).toEqual({
          counter,
          id,
          drift: sumOf([this.#made[place]?.get(id) ?? 0, ...repaired]),
        });
      }
    }
  }

  /** Fails unless a sync leaves nothing wrong. */
  async expectSyncedAfterwards(): Promise<void> {
    for (const counter of this.#stage.counters.keys())
      await this.#repair({ does: 'sync', counter, which: 0, uses: [] });
    for (const drifts of await this.#drifts())
      expect([...drifts.values()].filter(drift => !isZero(drift))).toEqual([]);
  }

  async #use({ what, n }: Use): Promise<void> {
    await own.sql.unsafe(pick(this.#stage.uses, what)(n));
  }

  async #repair({ does, counter, which, uses }: Repair): Promise<void> {
    const { definition } = pick(this.#stage.counters, counter);
    const deleteHistory = does === 'reset with history';
    // Where records cannot be deleted with their counts, that is refused: see the kinds.
    const keeps = definition.row.key.length !== 1 || definition.row.table === definition.record.table;
    if (deleteHistory && keeps) return;
    const { receipts } = await listReceipts(this.directory);
    const own = receipts.filter(({ head }) => head.action !== 'undo' && head.counter === definition.id);
    const undone = own[which % Math.max(1, own.length)];
    if (does === 'undo' && !undone) return;
    const plan = await planRepair(
      database,
      request(deleteHistory ? 'reset' : (does as 'sync' | 'reset' | 'undo'), this.directory, {
        counter: definition,
        options: { ...noOptions, deleteHistory },
        receipt: does === 'undo' ? (undone?.head.id ?? null) : null,
      }),
    );
    const run = runRepair(database, plan, {
      timeout: 30,
      lockTimeout: 2,
      directory: this.directory,
      fresh: true,
      most: { presets: 2, records: 3 },
    });
    const left = [...uses];
    for (;;) {
      const { done, value } = await run.next();
      if (done) return expect(value.error).toBeNull();
      const next = left.shift();
      if (next) await this.#use(next);
    }
  }

  #drifts(): Promise<Drifts[]> {
    return Promise.all(
      this.#stage.counters.map(async ({ truth }) => {
        const rows = await own.sql.unsafe<{ id: string; drift: string }[]>(
          `SELECT id::text, (coalesce(count, 0)::numeric - truth)::text AS drift FROM (${truth}) t`,
        );
        return new Map(rows.map(({ id, drift }) => [id, toQuantity(drift) ?? Number.NaN]));
      }),
    );
  }
}

function pick<T>(of: readonly T[], which: number): T {
  return of[which % of.length] as T;
}

test.each(stages)(
  'any order of uses, mistakes, syncs, resets and undos: $name',
  {
    timeout: timeLimit(300_000),
  },
  async stage => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: scaled(6, 25) }), async steps => {
        const play = new Play(stage);
        try {
          await play.begin();
          for (const each of steps) {
            await play.step(each);
            await play.check();
          }
          await play.expectSyncedAfterwards();
          await play.check();
        } finally {
          rmSync(play.directory, { recursive: true });
        }
      }),
      { numRuns: scaled(2, 40), endOnFailure: true },
    );
  },
);
