import type { Database } from '../../source/connection/transactions.ts';
import { type AuditMemory, auditCounters, isUnchanged } from '../../source/counter/audit/audit-counters.ts';
import { readTables } from '../../source/counter/discovery/tables.ts';
import { readCounters } from '../../source/counter/reading/counters.ts';
import { connectTo } from '../helpers/connect.ts';
import { type Bare, bareCounts } from './bare-counts.ts';
import { type BenchDatabase, createBenchDatabase, indexForeignKey, mostUsed, vacuum } from './database.ts';
import { atLeast, atMost, type Figure } from './figure.ts';
import { median } from './statistics.ts';

const rounds = 9;
// The rows of the list in a terminal of 50 rows.
const window = 44;

// What one would type at a prompt to see which counts are wrong.
const typed = (grouping: string) =>
  `SELECT p.id, p.name, p.usage_count, count(u.id) AS records
     FROM public.presets p LEFT JOIN public.preset_usage u ON u.preset_id = p.id GROUP BY ${grouping}`;

/**
 * Measures audits and ticks against the query one would type, all over the console's own connection and in turn, so that
 * what else the machine does meets all of them alike. `url` is a superuser's; databases are made there and dropped again.
 * `scale.records` is the size of the tables.
 */
export async function benchAudit(
  url: string,
  say: (line: string) => void,
  scale: { records?: number } = {},
): Promise<Figure[]> {
  const records = scale.records ?? 1_000_000;
  const figures: Figure[] = [];
  const title = (presets: number) => `${presets} presets, ${records} records`;

  say(`Filling ${title(10_000)}`);
  const even = await createBenchDatabase(url, { presets: 10_000, records, spread: 'even' });
  try {
    say(`${title(10_000)}, never vacuumed: ${rounds} rounds`);
    const unvacuumed = await measure(even);
    figures.push(
      ...describe('never vacuumed', unvacuumed),
      ...ratios('never vacuumed', unvacuumed, { check: 3.5 }),
    );
    await vacuum(even);
    say(`${title(10_000)}, vacuumed: ${rounds} rounds`);
    const times = await measure(even);
    figures.unshift(...describe('vacuumed', times), ...ratios('vacuumed', times, { check: 5 }));
    await indexForeignKey(even);
    say(`${title(10_000)}, vacuumed, index on preset_id alone: ${rounds} rounds`);
    const narrow = await measure(even);
    figures.unshift(
      ...describe('index on preset_id alone', narrow),
      ...ratios('index on preset_id alone', narrow, { check: 6, tick: 100 }),
    );
  } finally {
    await even.drop();
  }

  say(`Filling ${title(200)}, the first used most`);
  const skewed = await createBenchDatabase(url, { presets: 200, records, spread: 'zipf' });
  try {
    await vacuum(skewed);
    say(`${title(200)}, skewed: ${rounds} rounds`);
    const times = await measure(skewed);
    figures.push(
      ...describe('200 presets, skewed', times),
      ...ratios('200 presets, skewed', times, { check: 3 }),
    );
  } finally {
    await skewed.drop();
  }
  return figures;
}

/** Median milliseconds of each way to find out. */
interface Times {
  typed: number;
  typedAllColumns: number;
  check: number;
  first: number;
  again: number;
  unchanged: number;
  tick: number;
  bare: Record<Bare, number>;
}

type Way = Exclude<keyof Times, 'bare'>;

async function measure(bench: BenchDatabase): Promise<Times> {
  const ids = await mostUsed(bench, window);
  const database = connectTo(bench.url);
  const bare = await bareCounts(bench);
  try {
    const tables = await database.read(reader => readTables(reader, 'public'));
    let memory: AuditMemory | null = null;
    const ways: Record<Way, () => Promise<unknown>> = {
      typed: () => rows(database, typed('p.id')),
      typedAllColumns: () => rows(database, typed('p.id, p.name, p.usage_count')),
      check: () => auditCounters(database, tables, { scope: 'mismatched' }),
      first: async () => {
        ({ memory } = await auditCounters(database, tables, { scope: 'all' }));
      },
      again: () => auditCounters(database, tables, { scope: 'all', memory }),
      unchanged: async () => {
        if (!memory || !(await isUnchanged(database, memory))) throw new Error('something was written');
      },
      tick: () => database.read(reader => readCounters(reader, tables, ids)),
    };
    const names = Object.keys(ways) as Way[];
    const times = Object.fromEntries(names.map(name => [name, [] as number[]])) as Record<Way, number[]>;
    let floors = bare.ways.map(way => ({ ...way, times: [] as number[], warm: 0 }));
    // The first round warms caches and is not counted.
    for (let round = 0; round <= rounds; round += 1) {
      for (const name of names) {
        const took = await timed(ways[name]);
        if (round > 0) times[name].push(took);
      }
      for (const floor of floors) {
        const took = await timed(floor.run);
        if (round > 0) floor.times.push(took);
        else floor.warm = took;
      }
      if (round === 0) floors = floors.filter(({ bare, warm }) => warm <= 4 * least(bare, floors));
    }
    const of = (bare: Bare) =>
      Math.min(...floors.filter(floor => floor.bare === bare).map(floor => median(floor.times)));
    return {
      ...(Object.fromEntries(names.map(name => [name, median(times[name])])) as Record<Way, number>),
      bare: { count: of('count'), 'count by key': of('count by key') },
    };
  } finally {
    await bare.close();
    await database.close();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

// By an index of a table that was never vacuumed it takes seconds.
function least(of: Bare, floors: readonly { bare: Bare; warm: number }[]): number {
  return Math.min(...floors.filter(({ bare }) => bare === of).map(({ warm }) => warm));
}

function rows(database: Database, text: string): Promise<unknown[]> {
  return database.read(reader => reader.rows(text));
}

function describe(where: string, times: Times): Figure[] {
  const of = (name: string, value: number): Figure => ({ name: `${where}: ${name}`, value, unit: 'ms' });
  return [
    of('typed query, GROUP BY p.id', times.typed),
    of('typed query, GROUP BY p.id, p.name, p.usage_count', times.typedAllColumns),
    of('bare count(*) of the same records, best path', times.bare.count),
    of('bare count(*) of them by key, best path', times.bare['count by key']),
    of('audit of check', times.check),
    of('audit of the console, first time', times.first),
    of('audit of the console again, only other tables were written', times.again),
    atMost(5, of('audit of the console again, nothing was written', times.unchanged)),
    of(`tick of the ${window} most used presets`, times.tick),
  ];
}

/** How many times faster than the typed query; with the least that is asked for where there is such a target. */
function ratios(
  where: string,
  { typed, check, tick, bare }: Times,
  least: { check: number; tick?: number },
): Figure[] {
  const ratio = (name: string, value: number): Figure => ({
    name: `${where}: ${name} against the typed query`,
    value,
    unit: 'times faster',
  });
  const ofTick = ratio('tick', typed / tick);
  return [
    // No audit can be quicker than these.
    ratio('bare count(*)', typed / bare.count),
    ratio('bare count(*) by key', typed / bare['count by key']),
    atLeast(least.check, ratio('audit of check', typed / check)),
    least.tick === undefined ? ofTick : atLeast(least.tick, ofTick),
  ];
}
