import { once } from 'node:events';
import { setTimeout as pass } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { connectTo } from '../helpers/connect.ts';
import { doRepair, mismatches, request, stateDirectory } from '../helpers/repair.ts';
import { type BenchDatabase, createBenchDatabase, vacuum } from './database.ts';
import { atMost, type Figure, none } from './figure.ts';
import { benchLargeRepairs } from './large-repairs.ts';
import { benchPlans } from './plans.ts';
import { median, percentile } from './statistics.ts';
import type { WritersAnswer, WritersData } from './writers.ts';

const presets = 50;
const records = 200_000;
const clients = 8;
const rounds = 10;
// In milliseconds: a repair is begun at the beginning of a window. Before and after it the writers are left alone for `alone`.
const window = 1_500;
const alone = 1_000;

// `bare` is the least that whoever finds wrong counts and mends them asks of the server: one count of all records, and the plain UPDATE.
type Way = 'sync' | 'plain' | 'bare';

/** What the writers saw in one round: undisturbed, in the window, and in the part of it in which something was repaired. */
interface Seen {
  /** Uses a second before and after the window, and both together. */
  before: number;
  after: number;
  undisturbed: number;
  inWindow: number;
  during: number;
  /** How long the repair took, in milliseconds. */
  took: number;
  p99Undisturbed: number;
  p99: number;
  failed: number;
  wrong: number;
}

/**
 * Measures what a sync costs eight clients that use presets all the while, against the UPDATE that one would type and against
 * nothing: every window is held against the same writers right before and after it, because a machine is not as fast in one
 * minute as in the next. And how long a plan and large repairs take. `url` is a superuser's URL.
 */
export async function benchRepair(
  url: string,
  say: (line: string) => void,
  { large: isLarge }: { large: boolean },
): Promise<Figure[]> {
  const figures = await benchPlans(url, isLarge ? 20_000_000 : 1_000_000, say);
  for (const drifting of [5, presets]) {
    say(
      `${clients} writers, ${presets} presets, ${records} records, ${drifting} drift: ${rounds} rounds of each`,
    );
    figures.push(...(await compare(url, drifting)));
  }
  say('Large repairs without traffic');
  figures.push(...(await benchLargeRepairs(url)));
  return figures;
}

async function compare(url: string, drifting: number): Promise<Figure[]> {
  const bench = await createBenchDatabase(url, { presets, records, spread: 'even' });
  try {
    await vacuum(bench);
    const ids = (await bench.sql<{ id: string }[]>`SELECT id FROM presets ORDER BY id`).map(({ id }) => id);
    const ways: Way[] = drifting < presets ? ['sync', 'plain', 'bare'] : ['sync', 'plain'];
    const seen: Record<Way, Seen[]> = { sync: [], plain: [], bare: [] };
    // The first round is not counted: in it our own program is still being compiled, on cores that are the server's as well.
    for (let round = 0; round <= rounds; round += 1) {
      for (const way of ways) {
        const one = await measure(bench, ids, drifting, way);
        if (round > 0) seen[way].push(one);
      }
    }
    const middle = (way: Way, of: (seen: Seen) => number) => median(seen[way].map(of));
    const sum = (way: Way, of: (seen: Seen) => number) =>
      seen[way].reduce((total, one) => total + of(one), 0);
    const ratio = middle('sync', one => one.during / one.undisturbed);
    const label = `${drifting} of ${presets} drift`;
    return [
      {
        name: `${label}: uses a second while a sync is planned and done / undisturbed`,
        value: ratio,
        unit: 'times',
        ...(drifting < presets ? { target: 'at least 0.95', met: ratio >= 0.95 } : {}),
      },
      { name: `${label}: how long that takes`, value: middle('sync', one => one.took), unit: 'ms' },
      {
        name: `${label}: uses a second in ${window / 1000} s with a sync / undisturbed`,
        value: middle('sync', one => one.inWindow / one.undisturbed),
        unit: 'times',
      },
      {
        name: `${label}: uses a second in such a window with the plain UPDATE / undisturbed`,
        value: middle('plain', one => one.inWindow / one.undisturbed),
        unit: 'times',
      },
      ...(drifting < presets
        ? [
            {
              name: `${label}: uses a second in such a window with one count of all records and that UPDATE / undisturbed`,
              value: middle('bare', one => one.inWindow / one.undisturbed),
              unit: 'times' as const,
            },
            {
              name: `${label}: p99 beside those two / undisturbed`,
              value: middle('bare', one => one.p99 / one.p99Undisturbed),
              unit: 'times' as const,
            },
          ]
        : []),
      {
        name: `${label}: uses a second undisturbed after / before, which is noise`,
        value: median(
          Object.values(seen)
            .flat()
            .map(one => one.after / one.before),
        ),
        unit: 'times',
      },
      {
        name: `${label}: undisturbed`,
        value: middle('sync', one => one.undisturbed),
        unit: 'uses a second',
      },
      { name: `${label}: p99 undisturbed`, value: middle('sync', one => one.p99Undisturbed), unit: 'ms' },
      { name: `${label}: p99 beside a sync`, value: middle('sync', one => one.p99), unit: 'ms' },
      ...(drifting < presets
        ? [
            atMost(1.2, {
              name: `${label}: p99 beside a sync / undisturbed`,
              value: middle('sync', one => one.p99 / one.p99Undisturbed),
              unit: 'times',
            }),
          ]
        : []),
      { name: `${label}: p99 beside the plain UPDATE`, value: middle('plain', one => one.p99), unit: 'ms' },
      none(
        `${label}: uses that failed beside ${rounds} syncs`,
        sum('sync', one => one.failed),
      ),
      none(
        `${label}: presets wrong after ${rounds} syncs`,
        sum('sync', one => one.wrong),
      ),
      {
        name: `${label}: presets wrong after ${rounds} plain UPDATEs`,
        value: sum('plain', one => one.wrong),
        unit: '',
      },
    ];
  } finally {
    await bench.drop();
  }
}

const now = () => performance.timeOrigin + performance.now();

/** One round: counts are made to drift, writers write, and something is repaired beside them. */
async function measure(bench: BenchDatabase, ids: string[], drifting: number, way: Way): Promise<Seen> {
  const { sql, url } = bench;
  // Every round begins with the same size and the same drift, whatever the one before has left.
  await sql`DELETE FROM preset_usage WHERE usage_type = 'bench'`;
  await sql`UPDATE presets p SET usage_count = (SELECT count(*) FROM preset_usage u WHERE u.preset_id = p.id)`;
  await sql`UPDATE presets SET usage_count = usage_count + 3 WHERE id = ANY (${ids.slice(0, drifting)}::uuid[])`;
  await vacuum(bench);
  const database = connectTo(url);
  const data: WritersData = { url, presets: ids, clients };
  const writers = new Worker(new URL('./writers.ts', import.meta.url), { workerData: data });
  try {
    // Connections are made and code is compiled in the first moments.
    await pass(1_500);
    const begin = now();
    await pass(alone);
    const from = now();
    if (way === 'sync') await doRepair(database, request('sync', stateDirectory()));
    if (way === 'bare') await sql`SELECT preset_id, count(*) FROM preset_usage GROUP BY 1`;
    if (way !== 'sync') {
      await sql`UPDATE presets SET usage_count = (SELECT count(*) FROM preset_usage u WHERE u.preset_id = presets.id)`;
    }
    const repaired = now();
    const to = Math.max(from + window, repaired);
    await pass(to + alone - now());
    const before = await ask(writers, begin, from);
    const within = await ask(writers, from, to);
    const during = await ask(writers, from, repaired);
    const after = await ask(writers, to, to + alone);
    writers.postMessage('stop');
    await once(writers, 'exit');
    const rate = ({ durations }: WritersAnswer, took: number) => (durations.length / took) * 1000;
    const undisturbed = [...before.durations, ...after.durations];
    return {
      before: rate(before, from - begin),
      after: rate(after, alone),
      undisturbed: (undisturbed.length / (from - begin + alone)) * 1000,
      inWindow: rate(within, to - from),
      during: rate(during, repaired - from),
      took: repaired - from,
      p99Undisturbed: percentile(undisturbed, 0.99),
      p99: percentile(within.durations, 0.99),
      failed: [before, within, after].reduce((sum, { failures }) => sum + failures.length, 0),
      wrong: await mismatches(sql),
    };
  } finally {
    await writers.terminate();
    await database.close();
  }
}

async function ask(writers: Worker, from: number, to: number): Promise<WritersAnswer> {
  writers.postMessage({ from, to });
  const [answer] = (await once(writers, 'message')) as [WritersAnswer];
  return answer;
}
