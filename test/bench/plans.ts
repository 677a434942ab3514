import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { stateDirectory } from '../helpers/repair.ts';
import { createBenchDatabase, indexForeignKey } from './database.ts';
import type { Figure } from './figure.ts';
import { median } from './statistics.ts';

const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const presets = 100_000;
const rounds = 5;
const most = 1.3;

/**
 * Measures how long a person waits for the plan of a sync, against `check` on the same tables: both as the built program, in
 * turn. `url` is a superuser's; a database is made there and dropped again.
 */
export async function benchPlans(
  url: string,
  records: number,
  say: (line: string) => void,
): Promise<Figure[]> {
  const title = `${presets} presets, ${records} records`;
  say(`Filling ${title}`);
  const bench = await createBenchDatabase(url, { presets, records, spread: 'even' });
  try {
    await indexForeignKey(bench);
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
      {
        name: `${title}: sync --dry-run / check`,
        value: ratio,
        unit: 'times',
        target: `at most ${most}`,
        met: ratio <= most,
      },
    ];
  } finally {
    await bench.drop();
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
