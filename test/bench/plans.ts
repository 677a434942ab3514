import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { auditTables } from '../../source/counter/audit/audit-counter.ts';
import { auditCounters } from '../../source/counter/audit/audit-counters.ts';
import { readTables } from '../../source/counter/discovery/tables.ts';
import { diagnose } from '../../source/diagnosis/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { stateDirectory } from '../helpers/repair.ts';
import { createBenchDatabase, indexForeignKey, vacuum } from './database.ts';
import { atLeast, atMost, type Figure } from './figure.ts';
import { median } from './statistics.ts';

const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const presets = 100_000;
const rounds = 5;
// In seconds: on a busy machine, what one would type takes more than half a minute for 20,000,000 records.
const timeout = 600;
// Records from which on the targets of large tables hold.
const many = 5_000_000;

// What one would type, and the quickest that we know: it counts before it joins, and the server's parallel workers may do it.
const typed = `SELECT p.id, p.name, p.usage_count, count(u.id) AS records
  FROM public.presets p LEFT JOIN public.preset_usage u ON u.preset_id = p.id GROUP BY p.id`;
const best = `SELECT p.id, p.name, p.usage_count, r.records
  FROM public.presets p FULL JOIN (SELECT preset_id, count(*) AS records FROM public.preset_usage GROUP BY preset_id) r ON r.preset_id = p.id
 WHERE p.usage_count IS DISTINCT FROM coalesce(r.records, 0)`;

/**
 * Measures how long a person waits for the plan of a sync, against `check` on the same tables: both as the built program, in
 * turn. And audit and diagnosis there, against the queries that one would type. `url` is a superuser's; a database is made there and
 * dropped again.
 */
export async function benchPlans(
  url: string,
  records: number,
  say: (line: string) => void,
): Promise<Figure[]> {
  const title = `${presets} presets, ${records} records`;
  say(`Filling ${title}`);
  const bench = await createBenchDatabase(url, { presets, records, spread: 'even', indexedLater: true });
  try {
    await indexForeignKey(bench);
    await vacuum(bench);
    say(`${title}: ${rounds} rounds of check and of the plan of a sync`);
    const times: Record<'check' | 'plan', number[]> = { check: [], plan: [] };
    // The first round warms caches and is not counted.
    for (let round = 0; round <= rounds; round += 1) {
      const check = await run(bench.url, ['check', '--json'], 1);
      const plan = await run(bench.url, ['sync', '--dry-run', '--json'], 0);
      if (round > 0) {
        times.check.push(check);
        times.plan.push(plan);
      }
    }
    const [check, plan] = [median(times.check), median(times.plan)];
    const ratio = plan / check;
    return [
      { name: `${title}: check`, value: check / 1000, unit: 's' },
      { name: `${title}: sync --dry-run`, value: plan / 1000, unit: 's' },
      atMost(1.3, { name: `${title}: sync --dry-run / check`, value: ratio, unit: 'times' }),
      ...(await readings(bench.url, records)).map(figure => ({
        ...figure,
        name: `${title}: ${figure.name}`,
      })),
    ];
  } finally {
    await bench.drop();
  }
}

/** Audit and diagnosis against queries, all over the console's own connection and in turn. */
async function readings(url: string, records: number): Promise<Figure[]> {
  const database = connectTo(url, { timeout });
  try {
    const tables = await database.read(reader => readTables(reader, 'public'));
    const signal = new AbortController().signal;
    const { mismatches, allRecords } = await auditTables(database, tables, { signal, onProgress() {} });
    const ways = {
      typed: () => database.read(reader => reader.rows(typed)),
      best: () => database.read(reader => reader.rows(best)),
      audit: () => auditCounters(database, tables, { scope: 'mismatched' }),
      diagnosis: () => diagnose(database, tables, mismatches, { allRecords }),
    };
    const times = {
      typed: [] as number[],
      best: [] as number[],
      audit: [] as number[],
      diagnosis: [] as number[],
    };
    for (let round = 0; round <= rounds; round += 1) {
      for (const way of Object.keys(ways) as (keyof typeof ways)[]) {
        const start = performance.now();
        await ways[way]();
        if (round > 0) times[way].push(performance.now() - start);
      }
    }
    const [ofTyped, ofBest, audit, diagnosis] = [times.typed, times.best, times.audit, times.diagnosis].map(
      median,
    ) as [number, number, number, number];
    const large = (figure: Figure, target: (figure: Figure) => Figure) =>
      records >= many ? target(figure) : figure;
    return [
      large({ name: 'audit against the typed query', value: ofTyped / audit, unit: 'times faster' }, figure =>
        atLeast(4, figure),
      ),
      large({ name: 'audit against the best query', value: ofBest / audit, unit: 'times faster' }, figure =>
        atLeast(0.95, figure),
      ),
      large(
        { name: `diagnosis of ${mismatches.length} rows / audit`, value: diagnosis / audit, unit: 'times' },
        figure => atMost(1, figure),
      ),
    ];
  } finally {
    await database.close();
  }
}

/** Runs a command of the built program and resolves to its milliseconds; rejects if it ends otherwise than with `code`. */
async function run(url: string, args: string[], code: number): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, DATABASE_URL: url, XDG_STATE_HOME: stateDirectory() },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  child.stderr.on('data', piece => said.push(String(piece)));
  const [ended] = await once(child, 'close');
  if (ended !== code) throw new Error(`${args.join(' ')} ended with ${ended}: ${said.join('')}`);
  return performance.now() - start;
}
