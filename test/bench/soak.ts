import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { mismatches } from '../helpers/repair.ts';
import { createBenchDatabase, vacuum } from './database.ts';
import { atMost, type Figure, none } from './figure.ts';
import { hasProc, memory, processorSeconds } from './process-figures.ts';
import { consoleOn } from './programs.ts';
import { startProgram } from './pseudo-terminal.ts';
import { median } from './statistics.ts';

const presets = 1_000_000;
const records = 2_000_000;
const clients = 8;
// In milliseconds.
const turn = 10;
const minute = 60_000;
// The first audits and the names that are sorted ahead are part of the start.
const settled = 5;

/** Minutes and uses a second, unless the environment names others. */
const { SOAK_MINUTES: minutes = '60', SOAK_USES: usesASecond = '1000' } = process.env;

/**
 * Leaves the console open on a million rows for an hour while `SOAK_USES` uses a second are made, each of a row of its own choice, and
 * every count is right all the while. Only run by its name.
 */
export async function benchSoak(url: string, say: (line: string) => void): Promise<Figure[]> {
  say(`Filling ${presets} presets, ${records} records`);
  const bench = await createBenchDatabase(url, { presets, records, spread: 'even' });
  const directory = await mkdtemp(join(tmpdir(), 'bench-soak-'));
  const log = join(directory, 'drift.jsonl');
  try {
    await bench.sql`UPDATE presets SET usage_count = usage_count - 3 WHERE substr(name, 8)::int % 1000 = 0`;
    // The server cleans up as it would in production.
    await bench.sql`ALTER TABLE presets RESET (autovacuum_enabled)`;
    await bench.sql`ALTER TABLE preset_usage RESET (autovacuum_enabled)`;
    await vacuum(bench);
    const ids = (await bench.sql<{ id: string }[]>`SELECT id FROM presets`).map(({ id }) => id);
    const ours = await consoleOn(bench.url);
    const running = startProgram(
      { ...ours, args: [...ours.args, '--drift-log', log] },
      { columns: 200, rows: 50 },
    );
    await running.until(ours.ready);
    let wrong = '';
    // It waits for as long as the soak lasts; that nothing comes is what is hoped for.
    running.until(/[1-9][\d,]*(?:\u001b\[[\d;]*m)* mismatched/, 2 ** 31 - 1).then(
      ({ text }) => {
        wrong ||= text.slice(-200);
      },
      () => {},
    );
    const uses = new Uses(bench.url, ids, Number(usesASecond));
    const sizes: number[] = [];
    const began = performance.now();
    for (let passed = 1; passed <= Number(minutes); passed += 1) {
      await sleep(began + passed * minute - performance.now());
      if (!hasProc) continue;
      const { now, peak } = memory(running.pid);
      sizes.push(now);
      const cpu = (100 * processorSeconds(running.pid)) / ((performance.now() - began) / 1000);
      say(
        `minute ${passed}: ${now.toFixed(0)} MB, at most ${peak.toFixed(0)}, ${cpu.toFixed(1)} % of a core, ${uses.done} uses, ${uses.failures.length} aborted`,
      );
    }
    const elapsed = (performance.now() - began) / 1000;
    await uses.stop();
    const { done, failures } = uses;
    for (const failure of new Set(failures)) say(failure);
    const inTheEnd = await mismatches(bench.sql);
    await running.leave();
    const events = (await readFile(log, 'utf8').catch(() => '')).split('\n').filter(line => line !== '');
    for (const event of events.slice(0, 3)) say(event);
    const early = median(sizes.slice(settled, 2 * settled));
    return [
      { name: 'uses a second', value: done / elapsed, unit: '' },
      none('uses that were aborted', failures.length),
      none('counts wrong in the end, by one query', inTheEnd),
      none('false drift events in the log', events.length),
      none('frames with a mismatch', wrong === '' ? 0 : 1),
      { name: `memory after ${settled} to ${2 * settled} minutes`, value: early, unit: 'MB' },
      atMost(1.1, {
        name: `memory in the last ${settled} minutes / then`,
        value: median(sizes.slice(-settled)) / early,
        unit: 'times',
      }),
    ].filter(({ value }) => !Number.isNaN(value));
  } finally {
    await rm(directory, { recursive: true, force: true });
    await bench.drop();
  }
}

/** Makes uses at a steady pace until it is stopped; what is late is made up for. */
class Uses {
  done = 0;
  readonly failures: string[] = [];
  readonly #sql: postgres.Sql;
  readonly #timer: NodeJS.Timeout;
  readonly #open = new Set<Promise<void>>();

  constructor(url: string, ids: readonly string[], perSecond: number) {
    this.#sql = postgres(url, { max: clients, onnotice: () => {} });
    const began = performance.now();
    let begun = 0;
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - began) / 1000) * perSecond);
      // More would only wait in a queue here.
      while (begun < due && this.#open.size < 50 * clients) {
        begun += 1;
        const use = this.#use(ids[Math.floor(Math.random() * ids.length)] ?? '').finally(() =>
          this.#open.delete(use),
        );
        this.#open.add(use);
      }
    }, turn);
  }

  async #use(id: string): Promise<void> {
    try {
      await this.#sql`SELECT track_preset_usage(${id}, 'soak')`;
      this.done += 1;
    } catch (error) {
      this.failures.push((error as Error).message);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
    await this.#sql.end();
  }
}
