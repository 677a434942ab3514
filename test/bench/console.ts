import { createBenchDatabase, vacuum } from './database.ts';
import type { Figure } from './figure.ts';
import { measureIdle } from './idle.ts';
import { measureKeys } from './keys.ts';
import { hasProc } from './process-figures.ts';
import { consoleOn, others } from './programs.ts';
import { measureStart } from './start.ts';

const sizes = [
  { columns: 200, rows: 50 },
  { columns: 80, rows: 24 },
];

/**
 * Measures the built console in a pseudo-terminal: its start, its memory, what it costs while nothing changes, and how
 * quickly it answers keys; beside pg_activity and pgcli where those are installed. `url` is a superuser's; databases are
 * made there and dropped again.
 */
export async function benchConsole(url: string, say: (line: string) => void): Promise<Figure[]> {
  if (!hasProc) say('No /proc here: memory and CPU are left out');
  const figures: Figure[] = [];
  const add = (where: string, found: Figure[]) =>
    figures.push(...found.map(figure => ({ ...figure, name: `${where}: ${figure.name}` })));

  say('Filling 10000 presets, 1000000 records');
  const usual = await createBenchDatabase(url, { presets: 10_000, records: 1_000_000, spread: 'even' });
  try {
    await vacuum(usual);
    const ours = await consoleOn(usual.url);
    const { programs, missing } = others(usual.url);
    for (const name of missing) say(`${name} is not installed: measured without it`);
    for (const size of sizes) {
      const where = `${size.columns}x${size.rows}`;
      say(`${where}: starting ${[ours, ...programs].map(({ name }) => name).join(', ')} in turn`);
      add(where, await measureStart([ours, ...programs], size));
      for (const program of [ours, ...programs.filter(({ name }) => name === 'pg_activity')]) {
        say(`${where}: ${program.name} for 30 s`);
        add(where, await measureIdle(program, size, program === ours));
      }
    }
  } finally {
    await usual.drop();
  }

  say('Filling 50000 presets, 200000 records');
  const large = await createBenchDatabase(url, { presets: 50_000, records: 200_000, spread: 'even' });
  try {
    await vacuum(large);
    const ours = await consoleOn(large.url);
    for (const size of sizes) {
      const where = `${size.columns}x${size.rows}, 50000 presets`;
      say(`${where}: pressing keys`);
      add(where, await measureKeys(ours, size));
    }
  } finally {
    await large.drop();
  }
  return figures;
}
