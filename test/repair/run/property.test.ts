import fc from 'fast-check';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import { planRepair } from '../../../source/repair/plan/read-plan.ts';
import { listReceipts } from '../../../source/repair/receipts/list-receipts.ts';
import type { RepairOutcome, RepairProgress } from '../../../source/repair/repair.ts';
import { runRepair } from '../../../source/repair/run/run.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../../helpers/database.ts';
import { doRepair, request, stateDirectory } from '../../helpers/repair.ts';
import { scaled } from '../../helpers/scale.ts';

/** One step of an interleaving; presets are told by their place. */
type Step =
  | { does: 'use'; preset: number }
  | { does: 'open' | 'open again'; preset: number }
  | { does: 'commit' | 'roll back'; which: number }
  | { does: 'begin'; action: 'sync' | 'reset' | 'reset with history'; presets: number[] }
  | { does: 'undo'; which: number }
  /** One batch, with uses made while it is done. */
  | { does: 'batch'; uses: number[] }
  | { does: 'stop' }
  /** Something else writes the count. */
  | { does: 'meddle'; preset: number; by: number };

// The first drifts upwards, the second downwards, the third is right, the fourth has never been counted.
const begin = [
  { drift: 4, records: 3 },
  { drift: -2, records: 5 },
  { drift: 0, records: 4 },
  { drift: null, records: 2 },
] as const;

const preset = fc.nat({ max: begin.length - 1 });
const quiet: fc.Arbitrary<Step>[] = [
  fc.record({ does: fc.constant('use' as const), preset }),
  fc.record({ does: fc.constantFrom('open' as const, 'open again' as const), preset }),
  fc.record({ does: fc.constantFrom('commit' as const, 'roll back' as const), which: fc.nat({ max: 1 }) }),
  fc.record({
    does: fc.constant('begin' as const),
    action: fc.constantFrom('sync' as const, 'reset' as const, 'reset with history' as const),
    // None means all of them.
    presets: fc.uniqueArray(preset),
  }),
  fc.record({ does: fc.constant('undo' as const), which: fc.nat({ max: 3 }) }),
  fc.record({ does: fc.constant('batch' as const), uses: fc.array(preset, { maxLength: 3 }) }),
  fc.record({ does: fc.constant('stop' as const) }),
];
const meddling = fc.record({
  does: fc.constant('meddle' as const),
  preset,
  by: fc.integer({ min: -2, max: 2 }),
});
const interleaving = fc.array(fc.oneof(...quiet), { minLength: 5, maxLength: 25 });
const interleavingWithMeddling = fc.array(fc.oneof(...quiet, meddling), { minLength: 5, maxLength: 25 });

let own: TestDatabase;
let database: Database;
let side: postgres.Sql;

beforeAll(async () => {
  own = await createDatabase();
  database = connectTo(own.url);
  side = postgres(own.url, { max: 2, onnotice: () => {} });
});
afterAll(async () => {
  await database.close();
  await side.end();
  await own.drop();
});

/** The tables at the beginning of an interleaving; answers with the ids. */
async function arrange(): Promise<string[]> {
  await own.sql`TRUNCATE presets, preset_usage CASCADE`;
  const ids: string[] = [];
  for (const [place, { records, drift }] of begin.entries()) {
    const [row] = await own.sql<
      { id: string }[]
    >`INSERT INTO presets (name) VALUES (${`Preset ${place}`}) RETURNING id`;
    const id = row?.id ?? '';
    ids.push(id);
    await own.sql`INSERT INTO preset_usage (preset_id, usage_type) SELECT ${id}, 'history' FROM generate_series(1, ${records})`;
    await own.sql`UPDATE presets SET usage_count = ${drift === null ? null : records + drift} WHERE id = ${id}`;
  }
  return ids;
}

/** A use whose transaction stays open until it is told how to end. */
interface OpenUse {
  place: number;
  finish(commit: boolean): Promise<void>;
}

/** Plays an interleaving, and answers with the uses that were committed of each preset. */
class Play {
  readonly ids: string[];
  readonly directory = stateDirectory();
  readonly uses = begin.map(() => 0);
  readonly meddled = begin.map(() => 0);
  readonly #open: (OpenUse | null)[] = [null, null];
  #run: AsyncGenerator<RepairProgress, RepairOutcome> | null = null;
  #stop = new AbortController();

  constructor(ids: string[]) {
    this.ids = ids;
  }

  async step(step: Step): Promise<void> {
    switch (step.does) {
      case 'use':
        // A row that an open use holds would have this one wait for it.
        if (this.#open.some(use => use?.place === step.preset)) return;
        await own.sql`SELECT track_preset_usage(${this.ids[step.preset]!}, 'use')`;
        this.uses[step.preset]! += 1;
        return;
      case 'open':
      case 'open again':
        return this.#openUse(step.does === 'open' ? 0 : 1, step.preset);
      case 'commit':
      case 'roll back':
        return this.#finishUse(step.which, step.does === 'commit');
      case 'begin':
        return this.#begin(step.action, step.presets);
      case 'undo':
        return this.#undo(step.which);
      case 'batch':
        return this.#batch(step.uses);
      case 'stop':
        this.#stop.abort();
        return this.#drain();
      case 'meddle':
        if (this.#open.some(use => use?.place === step.preset)) return;
        await own.sql`UPDATE presets SET usage_count = coalesce(usage_count, 0) + ${step.by} WHERE id = ${this.ids[step.preset]!}`;
        this.meddled[step.preset]! += step.by;
    }
  }

  /** Lets everything come to its end. */
  async finish(): Promise<void> {
    await this.#finishUse(0, true);
    await this.#finishUse(1, true);
    await this.#drain();
  }

  async #openUse(which: number, place: number): Promise<void> {
    if (this.#open.some(use => use?.place === place) || this.#open[which]) return;
    const begun = Promise.withResolvers<void>();
    const end = Promise.withResolvers<boolean>();
    const transaction = side
      .begin(async inside => {
        await inside`SELECT track_preset_usage(${this.ids[place]!}, 'open')`;
        begun.resolve();
        if (!(await end.promise)) throw new Error('rolled back');
      })
      .then(
        () => true,
        () => false,
      );
    await begun.promise;
    this.#open[which] = {
      place,
      finish: async commit => {
        end.resolve(commit);
        if (await transaction) this.uses[place]! += 1;
      },
    };
  }

  async #finishUse(which: number, commit: boolean): Promise<void> {
    const use = this.#open[which];
    this.#open[which] = null;
    await use?.finish(commit);
  }

  async #begin(action: 'sync' | 'reset' | 'reset with history', places: number[]): Promise<void> {
    await this.#drain();
    const asked = request(action === 'sync' ? 'sync' : 'reset', this.directory, {
      presets: places.map(place => this.ids[place]!),
      options: { lastUsed: false, deleteHistory: action === 'reset with history', suppressTriggers: false },
    });
    this.#start(await planRepair(database, asked));
  }

  async #undo(which: number): Promise<void> {
    await this.#drain();
    const { receipts } = await listReceipts(this.directory);
    const undoable = receipts.filter(({ head }) => head.action !== 'undo');
    const receipt = undoable[which % Math.max(1, undoable.length)];
    if (!receipt) return;
    this.#start(await planRepair(database, request('undo', this.directory, { receipt: receipt.head.id })));
  }

  #start(plan: Awaited<ReturnType<typeof planRepair>>): void {
    this.#stop = new AbortController();
    this.#run = runRepair(database, plan, {
      timeout: 30,
      // A row that an open use holds is given up soon: nobody ends that use meanwhile.
      lockTimeout: 0.02,
      directory: this.directory,
      fresh: true,
      signal: this.#stop.signal,
      most: { presets: 2, records: 3 },
    });
  }

  async #batch(uses: number[]): Promise<void> {
    const free = uses.filter(place => !this.#open.some(use => use?.place === place));
    await Promise.all([
      this.#next(),
      ...free.map(async place => {
        await own.sql`SELECT track_preset_usage(${this.ids[place]!}, 'beside')`;
        this.uses[place]! += 1;
      }),
    ]);
  }

  async #next(): Promise<boolean> {
    if (!this.#run) return false;
    const { done } = await this.#run.next();
    if (done) this.#run = null;
    return !done;
  }

  async #drain(): Promise<void> {
    while (await this.#next());
  }
}

interface Found {
  count: number | null;
  records: number;
  history: number;
}

async function tables(ids: readonly string[]): Promise<Found[]> {
  const rows = await own.sql<(Found & { id: string })[]>`
    SELECT p.id, p.usage_count AS count, count(u.id)::int AS records,
           (count(u.id) FILTER (WHERE u.usage_type = 'history'))::int AS history
      FROM presets p LEFT JOIN preset_usage u ON u.preset_id = p.id GROUP BY p.id`;
  return ids.map(id => {
    const { count, records, history } = rows.find(row => row.id === id)!;
    return { count, records, history };
  });
}

const settings = { numRuns: scaled(25, 300), endOnFailure: false } as const;

test(`${settings.numRuns} interleavings of uses, sync, reset and undo: taken back, each leaves every use and the very drift there was`, async () => {
  await fc.assert(
    fc.asyncProperty(interleaving, async steps => {
      const play = new Play(await arrange());
      for (const step of steps) await play.step(step);
      await play.finish();
      // At any time the drift is what the receipts say.
      const { receipts } = await listReceipts(play.directory);
      const found = await tables(play.ids);
      for (const [place, id] of play.ids.entries()) {
        const moved = receipts
          .flatMap(({ batches }) => batches)
          .filter(({ outcome }) => outcome === 'committed')
          .flatMap(({ changes }) => changes)
          .filter(change => change.id === id)
          .reduce((sum, { delta, deletes }) => sum + delta + deletes, 0);
        const { records, drift } = begin[place]!;
        const { count, records: now } = found[place]!;
        expect((count ?? 0) - now).toBe((drift ?? -records) + moved);
      }
      for (const { head } of receipts.filter(receipt => receipt.head.action !== 'undo')) {
        const outcome = await doRepair(database, request('undo', play.directory, { receipt: head.id }));
        expect(outcome.left).toEqual([]);
      }
      const after = await tables(play.ids);
      for (const [place, { records, drift }] of begin.entries()) {
        const uses = play.uses[place]!;
        const expected = drift === null ? uses : records + drift + uses;
        expect(after[place]).toEqual({
          // A count that was NULL is NULL again unless it was used.
          count: drift === null && uses === 0 ? null : expected,
          records: records + uses,
          history: records,
        });
      }
    }),
    settings,
  );
}, 900_000);

test(`${settings.numRuns} interleavings with something else that writes the count: undone, all history is back; a sync puts it right`, async () => {
  await fc.assert(
    fc.asyncProperty(interleavingWithMeddling, fc.boolean(), async (steps, backwards) => {
      const play = new Play(await arrange());
      for (const step of steps) await play.step(step);
      await play.finish();
      const { receipts } = await listReceipts(play.directory);
      const undoable = receipts.filter(({ head }) => head.action !== 'undo');
      // In any order: what came since, and what was written beside, keeps no record away.
      for (const { head } of backwards ? undoable.reverse() : undoable) {
        const lowest = Math.min(0, ...(await tables(play.ids)).map(({ count }) => count ?? 0));
        const outcome = await doRepair(database, request('undo', play.directory, { receipt: head.id }));
        for (const { reason } of outcome.left) expect(['moved', 'newer']).toContain(reason);
        for (const { count } of await tables(play.ids)) expect(count ?? 0).toBeGreaterThanOrEqual(lowest);
      }
      const history = (await tables(play.ids)).map(found => found.history);
      expect(history).toEqual(begin.map(({ records }) => records));
      const outcome = await doRepair(database, request('sync', play.directory));
      expect(outcome.left).toEqual([]);
      const after = await tables(play.ids);
      for (const place of play.ids.keys()) {
        const records = begin[place]!.records + play.uses[place]!;
        expect({ count: after[place]?.count ?? 0, records: after[place]?.records }).toEqual({
          count: records,
          records,
        });
      }
    }),
    settings,
  );
}, 900_000);
