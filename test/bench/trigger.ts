import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import postgres from 'postgres';
import { startEmbedded } from '../helpers/server.ts';
import { prefix } from './database.ts';
import type { Figure } from './figure.ts';
import { inWords } from './report.ts';
import { median } from './statistics.ts';

// Enough for a lookup by key to go through the index: reading 200 presets in full hides what the rest of a use costs.
const presetsForUses = 5_000;
const presetsForBulk = 200;
const pairs = 100;
const usesPerBatch = 100;
const rounds = 10;

// The counter as one would type it, with the same protection as ours, so that only the way of counting differs.
const rowTrigger = `
  CREATE FUNCTION public.count_use() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  BEGIN
    UPDATE public.presets SET usage_count = COALESCE(usage_count, 0) + 1, last_used_at = now() WHERE id = NEW.preset_id;
    RETURN NULL;
  END $$;
  CREATE TRIGGER count_use AFTER INSERT ON public.preset_usage FOR EACH ROW EXECUTE FUNCTION public.count_use();`;

/** A database with one of the two triggers. */
interface Arm {
  /** One connection, so that a session's settings and cached plans hold from statement to statement. */
  sql: postgres.Sql;
  other: postgres.Sql;
}

/**
 * Measures the migration's trigger against a plain row trigger in the same run. `url` is a superuser's URL; two databases
 * are made there and dropped again. `scale.records` is the size of the bulk insert; the row trigger gets a tenth of it,
 * because its time grows with the square.
 */
export async function benchTrigger(
  url: string,
  say: (line: string) => void,
  scale: { records?: number } = {},
): Promise<Figure[]> {
  const large = scale.records ?? 200_000;
  const small = large / 10;
  const migration = await readSql('20250930000001_fix_usage_tracking.sql');
  return withArm(url, migration, ours =>
    withArm(url, rowTrigger, async row => {
      say(`Single uses: ${pairs} pairs of batches of ${usesPerBatch}, with and without the connection`);
      const uses = await compareBatches(ours, row, connectedUses);
      const inside = await compareBatches(ours, row, serverSideUses);
      say(`Bulk inserts over ${presetsForBulk} presets: ${large} records, then ${small} for both`);
      const bulk = await bulkInsert(ours, large);
      const smallBulk = await bulkInsert(ours, small);
      const rowBulk = await bulkInsert(row, small);
      say(`Bulk inserts in opposite orders: ${rounds} rounds for both`);
      const deadlocks = await countDeadlocks(ours);
      const rowDeadlocks = await countDeadlocks(row);
      const statement = 'statement trigger';
      const plain = 'row trigger';
      return [
        { name: 'single use, statement / row trigger', value: uses.ratio, unit: 'times' },
        { name: `single use, ${statement}`, value: uses.ours, unit: 'µs' },
        { name: `single use, ${plain}`, value: uses.row, unit: 'µs' },
        asked(
          'single use in the server alone, statement / row trigger',
          inside.ratio,
          'times',
          'at most 1.05, or the choice explained: docs/repairs.md',
          inside.ratio <= 1.05,
        ),
        { name: `single use in the server alone, ${statement}`, value: inside.ours, unit: 'µs' },
        { name: `single use in the server alone, ${plain}`, value: inside.row, unit: 'µs' },
        asked(`${large} records at once, ${statement}`, bulk.seconds, 's', 'at most 10', bulk.seconds <= 10),
        asked(
          `${large} records at once, updates per preset`,
          bulk.updates,
          '',
          'exactly 1',
          bulk.updates === 1,
        ),
        { name: `${small} records at once, ${statement}`, value: smallBulk.seconds, unit: 's' },
        { name: `${small} records at once, ${plain}`, value: rowBulk.seconds, unit: 's' },
        { name: `${small} records at once, updates per preset, ${plain}`, value: rowBulk.updates, unit: '' },
        asked(
          `deadlocks in ${rounds} opposite bulk inserts, ${statement}`,
          deadlocks,
          '',
          'none',
          deadlocks === 0,
        ),
        { name: `deadlocks in ${rounds} opposite bulk inserts, ${plain}`, value: rowDeadlocks, unit: '' },
      ];
    }),
  );
}

/**
 * Single uses in batches that alternate between the two, each use a transaction. Two neighbouring batches give a ratio;
 * the median of the ratios is free of what else the machine does now and then.
 */
async function compareBatches(
  ours: Arm,
  row: Arm,
  batch: (arm: Arm, keys: string[]) => Promise<number>,
): Promise<{ ratio: number; ours: number; row: number }> {
  const keys = new Map([
    [ours, await fill(ours, presetsForUses)],
    [row, await fill(row, presetsForUses)],
  ]);
  const measure = (arm: Arm) => batch(arm, keys.get(arm)!);
  const times: { ours: number; row: number }[] = [];
  // The first two pairs warm caches and plans.
  for (let pair = -2; pair < pairs; pair += 1) {
    const oursFirst = pair % 2 === 0;
    const first = await measure(oursFirst ? ours : row);
    const second = await measure(oursFirst ? row : ours);
    if (pair >= 0) times.push(oursFirst ? { ours: first, row: second } : { ours: second, row: first });
  }
  return {
    ratio: median(times.map(time => time.ours / time.row)),
    ours: median(times.map(time => time.ours)),
    row: median(times.map(time => time.row)),
  };
}

/** Microseconds for a use as the application makes it: a prepared INSERT over a connection. */
async function connectedUses({ sql }: Arm, keys: string[]): Promise<number> {
  const began = performance.now();
  for (let use = 0; use < usesPerBatch; use += 1) {
    await sql`INSERT INTO preset_usage (preset_id, usage_type) VALUES (${keys[(use * 37) % keys.length]!}, 'bench')`;
  }
  return ((performance.now() - began) * 1000) / usesPerBatch;
}

/** Microseconds for a use without client and connection, which take longer than the use itself. */
async function serverSideUses({ sql }: Arm, keys: string[]): Promise<number> {
  await sql.unsafe(`
    DO $$
    DECLARE
      keys uuid[] := ARRAY(SELECT id FROM public.presets ORDER BY name);
      began timestamptz := clock_timestamp();
    BEGIN
      FOR use IN 1..${usesPerBatch} LOOP
        INSERT INTO public.preset_usage (preset_id, usage_type) VALUES (keys[1 + use * 37 % ${keys.length}], 'bench');
        COMMIT;
      END LOOP;
      PERFORM set_config('bench.seconds', extract(epoch FROM clock_timestamp() - began)::text, false);
    END $$`);
  const [row] = await sql<{ seconds: string }[]>`SELECT current_setting('bench.seconds') AS seconds`;
  return (Number(row!.seconds) * 1e6) / usesPerBatch;
}

/** Inserts records of all presets in turn, in one statement; the time includes its commit. */
async function bulkInsert(arm: Arm, records: number): Promise<{ seconds: number; updates: number }> {
  await fill(arm, presetsForBulk);
  let began = 0;
  const updates = await arm.sql.begin(async client => {
    const before = await updatesOf(client);
    began = performance.now();
    await client`
      INSERT INTO preset_usage (preset_id, usage_type)
      SELECT p.id, 'bench' FROM generate_series(1, ${records / presetsForBulk}) n, presets p ORDER BY n, p.id`;
    return (await updatesOf(client)) - before;
  });
  return { seconds: (performance.now() - began) / 1000, updates: updates / presetsForBulk };
}

/** How many rows of presets this session has updated; the counter stands still between transactions. */
async function updatesOf(sql: postgres.ISql): Promise<number> {
  const [row] = await sql<{ updates: number }[]>`
    SELECT n_tup_upd::int AS updates FROM pg_stat_xact_user_tables WHERE relid = 'presets'::regclass`;
  return row!.updates;
}

/** How many of the inserts of all rounds end in a deadlock, with two at a time that run over the presets in opposite order. */
async function countDeadlocks(arm: Arm): Promise<number> {
  await fill(arm, presetsForBulk);
  const insert = (connection: postgres.Sql, order: 'ASC' | 'DESC') =>
    connection.unsafe(
      `INSERT INTO preset_usage (preset_id, usage_type)
       SELECT p.id, 'bench' FROM presets p, generate_series(1, 10) ORDER BY p.id ${order}`,
    );
  let deadlocks = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (const result of await Promise.allSettled([insert(arm.sql, 'ASC'), insert(arm.other, 'DESC')])) {
      if (result.status === 'fulfilled') continue;
      if (result.reason?.code !== '40P01') throw result.reason;
      deadlocks += 1;
    }
  }
  return deadlocks;
}

/** Starts over with `presets` presets and no records; returns the presets' ids. */
async function fill({ sql }: Arm, presets: number): Promise<string[]> {
  await sql`TRUNCATE presets, preset_usage`;
  const rows = await sql<{ id: string }[]>`
    INSERT INTO presets (name) SELECT 'preset ' || n FROM generate_series(1, ${presets}) n RETURNING id`;
  await sql`VACUUM ANALYZE presets`;
  return rows.map(row => row.id);
}

async function withArm<T>(url: string, trigger: string, measure: (arm: Arm) => Promise<T>): Promise<T> {
  const name = `${prefix}trigger_${randomBytes(4).toString('hex')}`;
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  await admin`CREATE DATABASE ${admin(name)}`;
  const inside = new URL(url);
  inside.pathname = `/${name}`;
  // Without waiting for the disk, which takes both the same time and would hide the difference.
  const connect = () =>
    postgres(inside.href, { max: 1, onnotice: () => {}, connection: { synchronous_commit: 'off' } });
  const sql = connect();
  const other = connect();
  try {
    await sql.unsafe(await readSql('demo-schema.sql')).simple();
    await sql.unsafe(trigger).simple();
    return await measure({ sql, other });
  } finally {
    await Promise.all([sql.end({ timeout: 1 }), other.end({ timeout: 1 })]);
    await admin`DROP DATABASE ${admin(name)} WITH (FORCE)`;
    await admin.end();
  }
}

function readSql(file: string): Promise<string> {
  return readFile(new URL(`../../sql/${file}`, import.meta.url), 'utf8');
}

function asked(name: string, value: number, unit: string, target: string, met: boolean): Figure {
  return { name, value, unit, target, met };
}

if (import.meta.main) {
  const named = process.env.TEST_DATABASE_URL;
  const server = named ? { url: named, stop: async () => {} } : await startEmbedded();
  try {
    for (const found of await benchTrigger(server.url, line => console.log(`${line} ...`))) {
      console.log(inWords(found));
    }
  } finally {
    await server.stop();
  }
}
