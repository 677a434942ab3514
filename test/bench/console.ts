import { windowRows } from '../../source/tui/state/selectors.ts';
import { createBenchDatabase, vacuum } from './database.ts';
import type { Figure } from './figure.ts';
import { measureIdle, measurePeak } from './idle.ts';
import { measureKeys } from './keys.ts';
import { measureLongList } from './long-list.ts';
import { hasProc } from './process-figures.ts';
import { bareClientOn, consoleOn, others } from './programs.ts';
import { measureStart } from './start.ts';
import { measureWaitingMemory } from './waiting-memory.ts';

const sizes = [
  { columns: 200, rows: 50 },
  { columns: 80, rows: 24 },
];

/** Lists whose peak memory has a target, in megabytes. */
const small = [
  { what: '1000 presets', presets: 1_000, wrong: false, most: 90 },
  { what: '10000 presets, 1000 of them wrong', presets: 10_000, wrong: true, most: 100 },
];

/**
 * Measures the built console in a pseudo-terminal: its start, its memory, what it costs while nothing changes, and how
 * quickly it answers keys; beside pg_activity and pgcli where those are installed. `url` is a superuser's; databases are
 * made there and dropped again. With `large` also a list of a million rows.
 */
export async function benchConsole(
  url: string,
  say: (line: string) => void,
  { large: hasLongList }: { large: boolean },
): Promise<Figure[]> {
  if (!hasProc) say('No /proc here: memory and CPU are left out');
  say('Writing memory again after a pause');
  const figures = await measureWaitingMemory(say);
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
      const bare = bareClientOn(usual.url, windowRows(size));
      for (const program of [ours, bare, ...programs.filter(({ name }) => name === 'pg_activity')]) {
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
  for (const { what, presets, wrong, most } of small) {
    say(`Filling ${what}`);
    const bench = await createBenchDatabase(url, { presets, records: presets * 20, spread: 'even' });
    try {
      if (wrong)
        await bench.sql`UPDATE presets SET usage_count = usage_count + 2 WHERE substr(name, 8)::int % 10 = 1`;
      await vacuum(bench);
      say(`200x50: ${what} for 10 s`);
      add(`200x50, ${what}`, await measurePeak(await consoleOn(bench.url), { columns: 200, rows: 50 }, most));
    } finally {
      await bench.drop();
    }
  }
  if (!hasLongList) return figures;

  say('Filling 1000000 presets, 2000000 records, and 1000 presets');
  const long = await createBenchDatabase(url, { presets: 1_000_000, records: 2_000_000, spread: 'even' });
  const short = await createBenchDatabase(url, { presets: 1_000, records: 2_000, spread: 'even' });
  try {
    await vacuum(long);
    await vacuum(short);
    say('200x50: a million presets');
    const size = { columns: 200, rows: 50 };
    add(
      '200x50, 1000000 presets',
      await measureLongList(await consoleOn(long.url), await consoleOn(short.url), {
        size,
        mostUsed: () =>
          long.sql`SELECT id, name, usage_count FROM presets ORDER BY usage_count DESC NULLS LAST LIMIT 44`,
      }),
    );
  } finally {
    await short.drop();
    await long.drop();
  }
  return figures;
}
