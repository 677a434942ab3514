import { connectTo } from '../helpers/connect.ts';
import { doRepair, mismatches, request, stateDirectory } from '../helpers/repair.ts';
import { type BenchDatabase, createBenchDatabase, vacuum } from './database.ts';
import { atLeast, atMost, type Figure, none } from './figure.ts';

/** Repairs of all rows, as they grow, and of a history: how long they take while nobody else writes. */
export async function benchLargeRepairs(url: string): Promise<Figure[]> {
  const few = await drifted(url, 10_000);
  const many = await drifted(url, 100_000);
  const growth = (name: keyof Drifted): Figure => {
    const value = many[name] / few[name];
    const what = `${name} of 100,000 rows / of 10,000`;
    return atMost(12, { name: what, value, unit: 'times' });
  };
  return [
    { name: 'sync of 10,000 rows', value: few.sync, unit: 's' },
    { name: 'undo of that', value: few.undo, unit: 's' },
    atMost(15, { name: 'sync of 100,000 rows', value: many.sync, unit: 's' }),
    atMost(15, { name: 'undo of that', value: many.undo, unit: 's' }),
    growth('sync'),
    growth('undo'),
    ...(await history(url)),
  ];
}

/** Seconds that a repair of all rows took, with its plan. */
interface Drifted {
  sync: number;
  undo: number;
}

async function drifted(url: string, rows: number): Promise<Drifted> {
  const bench = await createBenchDatabase(url, { presets: rows, records: 2 * rows, spread: 'even' });
  const database = connectTo(bench.url);
  const directory = stateDirectory();
  try {
    await bench.sql`UPDATE presets SET usage_count = coalesce(usage_count, 0) + 3`;
    await vacuum(bench);
    const [sync, { receiptId, changed }] = await timed(() => doRepair(database, request('sync', directory)));
    if (changed !== rows) throw new Error(`the sync changed ${changed} of ${rows} rows`);
    const [undo] = await timed(() => doRepair(database, request('undo', directory, { receipt: receiptId })));
    return { sync, undo };
  } finally {
    await database.close();
    await bench.drop();
  }
}

async function timed<T>(work: () => Promise<T>): Promise<[seconds: number, result: T]> {
  const start = performance.now();
  const result = await work();
  return [(performance.now() - start) / 1000, result];
}

const ofHistory = { presets: 10_000, records: 500_000 };
const mostMemory = 200;
/** Records a second. */
const targets = { reset: 150_000, undo: 100_000 };

/** A reset with history and its undo, beside what the server needs to delete and insert as many records by itself. */
async function history(url: string): Promise<Figure[]> {
  const { presets, records } = ofHistory;
  const bench = await createBenchDatabase(url, { presets, records, spread: 'even' });
  const database = connectTo(bench.url);
  const directory = stateDirectory();
  const { sql } = bench;
  try {
    await sql`UPDATE presets SET usage_count = 0`;
    await sql`CREATE TABLE kept AS SELECT * FROM preset_usage`;
    const [plainDelete] = await timed(async () => sql`DELETE FROM preset_usage`);
    const [plainInsert] = await timed(async () => sql`INSERT INTO preset_usage SELECT * FROM kept`);
    await vacuum(bench);
    const memory = new Memory();
    const reset = await doRepair(
      database,
      request('reset', directory, {
        options: { lastUsed: false, deleteHistory: true, suppressTriggers: false },
      }),
    );
    const undo = await doRepair(database, request('undo', directory, { receipt: reset.receiptId }));
    const taken = memory.stop();
    const missing = await differing(bench);
    const wrong = await mismatches(sql);
    // Last, because nothing is left afterwards.
    const [barestReset] = await timed(() => handOut(bench));
    const rate = (seconds: number) => records / seconds;
    const name = (what: string) => `${what} ${records.toLocaleString('en')} records`;
    const barest = (what: string, seconds: number, target: number): Figure => ({
      name: `${what}${rate(seconds) < target ? ', which is the floor and below the target' : ''}`,
      value: rate(seconds),
      unit: 'records a second',
    });
    return [
      { name: name('plain DELETE of'), value: rate(plainDelete), unit: 'records a second' },
      barest(name('plain INSERT of'), plainInsert, targets.undo),
      barest(name('DELETE by rows that returns each of'), barestReset, targets.reset),
      atLeast(targets.reset, {
        name: name('reset of'),
        value: rate(reset.durationMs / 1000),
        unit: 'records a second',
      }),
      atLeast(targets.undo, {
        name: name('undo of a reset of'),
        value: rate(undo.durationMs / 1000),
        unit: 'records a second',
      }),
      {
        name: `${name('reset of')}: its time / the plain DELETE`,
        value: reset.durationMs / 1000 / plainDelete,
        unit: 'times',
      },
      {
        name: `${name('reset of')}: its time / the DELETE that returns them`,
        value: reset.durationMs / 1000 / barestReset,
        unit: 'times',
      },
      {
        name: `${name('undo of a reset of')}: its time / the plain INSERT`,
        value: undo.durationMs / 1000 / plainInsert,
        unit: 'times',
      },
      { name: 'rows held at the longest by that', value: undo.cost.longestHeld, unit: 'ms' },
      atMost(mostMemory, { name: 'memory that both took', value: taken, unit: 'MB' }),
      none('records that are missing or too many afterwards', missing),
      none('presets wrong afterwards', wrong),
    ];
  } finally {
    await database.close();
    await bench.drop();
  }
}

/** The least that a reset needs: one session gets the values of all records as text, and deletes them, in batches of whole rows. */
async function handOut({ sql }: BenchDatabase): Promise<void> {
  const ids = (await sql<{ id: string }[]>`SELECT id FROM presets ORDER BY id`).map(({ id }) => id);
  const atOnce = 400;
  for (let from = 0; from < ids.length; from += atOnce)
    await sql`DELETE FROM preset_usage r WHERE preset_id = ANY (${ids.slice(from, from + atOnce)}) RETURNING r::text`;
}

async function differing({ sql }: BenchDatabase): Promise<number> {
  const [row] = await sql<{ differing: number }[]>`SELECT count(*)::int AS differing FROM (
    (TABLE kept EXCEPT ALL TABLE preset_usage) UNION ALL (TABLE preset_usage EXCEPT ALL TABLE kept)) d`;
  return row?.differing ?? -1;
}

/** How much more memory this process has at its peak than when the measurement began. */
class Memory {
  readonly #before = process.memoryUsage.rss();
  #peak = this.#before;
  readonly #timer = setInterval(() => {
    this.#peak = Math.max(this.#peak, process.memoryUsage.rss());
  }, 20);

  /** In MB. */
  stop(): number {
    clearInterval(this.#timer);
    return (this.#peak - this.#before) / 1e6;
  }
}
