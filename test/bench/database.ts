import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import postgres from 'postgres';

/** What a database for measuring holds. */
export interface Contents {
  presets: number;
  records: number;
  /** How uses are spread: over all presets alike, or the n-th preset 1/n times as often as the first (Zipf). */
  spread: 'even' | 'zipf';
  /** Records are indexed once they are all there, by their key and by the preset alone: a fifth of the time for many millions. */
  indexedLater?: boolean;
}

/** A database to measure on; `sql` is a superuser's connection to it. */
export interface BenchDatabase {
  url: string;
  sql: postgres.Sql;
  drop(): Promise<void>;
}

/** What the names of all databases made for measuring begin with. */
export const prefix = 'bench_';

/**
 * Makes a database on the server at `server` (a superuser's URL) and fills it as years of use would: records of all
 * presets lie mixed in the table, every count is right but for one preset in a thousand. It is analysed and not
 * vacuumed, and stays so: see `vacuum`. Rejects with the driver's error, and leaves no database behind then.
 */
export async function createBenchDatabase(server: string, contents: Contents): Promise<BenchDatabase> {
  const name = `${prefix}${contents.spread}_${randomBytes(4).toString('hex')}`;
  await asAdmin(server, admin => admin`CREATE DATABASE ${admin(name)}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const sql = postgres(url.href, { max: 1, onnotice: () => {} });
  const drop = async () => {
    await sql.end({ timeout: 1 });
    await asAdmin(server, admin => admin`DROP DATABASE IF EXISTS ${admin(name)} WITH (FORCE)`);
  };
  try {
    for (const file of ['demo-schema.sql', '20250930000001_fix_usage_tracking.sql']) {
      await sql.unsafe(await readFile(new URL(`../../sql/${file}`, import.meta.url), 'utf8')).simple();
    }
    await fill(sql, contents);
  } catch (error) {
    await drop();
    throw error;
  }
  return { url: url.href, sql, drop };
}

/** Vacuums both tables, as autovacuum does in the long run. */
export async function vacuum({ sql }: BenchDatabase): Promise<void> {
  await sql`VACUUM ANALYZE presets, preset_usage`;
}

/**
 * Replaces the demo schema's index on preset and time by the plain one that a foreign key usually has. Equal keys share
 * an entry there: a seventh of the size, and quicker to count.
 */
export async function indexForeignKey(bench: BenchDatabase): Promise<void> {
  await bench.sql`CREATE INDEX IF NOT EXISTS idx_preset_usage_preset_id ON preset_usage (preset_id)`;
  await bench.sql`DROP INDEX IF EXISTS idx_preset_usage_preset_created`;
  await vacuum(bench);
}

/** Drops the databases made for measuring that are not in `before`: what an interrupted run leaves. */
export async function dropLeftovers(server: string, before: ReadonlySet<string>): Promise<void> {
  for (const name of await benchDatabases(server)) {
    if (before.has(name)) continue;
    await asAdmin(server, admin => admin`DROP DATABASE IF EXISTS ${admin(name)} WITH (FORCE)`);
  }
}

/** The names of the databases for measuring that are on the server now. */
export async function benchDatabases(server: string): Promise<Set<string>> {
  const rows = await asAdmin(
    server,
    admin => admin<{ datname: string }[]>`
      SELECT datname FROM pg_database WHERE starts_with(datname, ${prefix})`,
  );
  return new Set(rows.map(({ datname }) => datname));
}

/** What the server calls itself, such as "PostgreSQL 18.4". */
export async function serverVersion(server: string): Promise<string> {
  const [row] = await asAdmin(
    server,
    admin => admin<{ version: string }[]>`SELECT current_setting('server_version') AS version`,
  );
  return `PostgreSQL ${row?.version}`;
}

/** The `limit` presets with the highest count: the ids that the first window shows. */
export async function mostUsed({ sql }: BenchDatabase, limit: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`SELECT id FROM presets ORDER BY usage_count DESC LIMIT ${limit}`;
  return rows.map(({ id }) => id);
}

async function fill(sql: postgres.Sql, { presets, records, spread, indexedLater }: Contents): Promise<void> {
  const weight = sql.unsafe(spread === 'even' ? '1' : '1.0 / n');
  // Autovacuum would turn one kind of table into the other in the middle of a run.
  await sql`ALTER TABLE presets SET (autovacuum_enabled = false)`;
  await sql`ALTER TABLE preset_usage SET (autovacuum_enabled = false)`;
  // Without triggers and foreign keys: a million uses one by one take many minutes.
  await sql`SET session_replication_role = replica`;
  if (indexedLater) {
    await sql`ALTER TABLE preset_usage DROP CONSTRAINT preset_usage_pkey`;
    await sql`DROP INDEX idx_preset_usage_preset_created`;
  }
  // The same numbers every time.
  await sql`SELECT setseed(0.5)`;
  await sql`INSERT INTO presets (name) SELECT 'preset ' || n FROM generate_series(1, ${presets}) n`;
  await sql`
    WITH weighted AS (SELECT n, sum(${weight}) OVER (ORDER BY n) AS upto FROM generate_series(1, ${presets}) n),
         lots AS MATERIALIZED (SELECT array_agg((upto - ${weight})::float8 ORDER BY n) AS edges, max(upto)::float8 AS total FROM weighted),
         keys AS MATERIALIZED (SELECT array_agg(id ORDER BY substr(name, 8)::int) AS ids FROM presets)
    INSERT INTO preset_usage (preset_id, usage_type, created_at)
    SELECT ids[width_bucket(random() * total, edges)], 'generation',
           now() - interval '3 days' - interval '1 year' * (1 - n::float8 / ${records})
      FROM lots, keys, generate_series(1, ${records}) n`;
  if (indexedLater) {
    await sql`ALTER TABLE preset_usage ADD PRIMARY KEY (id)`;
    await sql`CREATE INDEX idx_preset_usage_preset_id ON preset_usage (preset_id)`;
  }
  await sql`
    UPDATE presets p SET usage_count = r.records, last_used_at = r.last
      FROM (SELECT preset_id, count(*) AS records, max(created_at) AS last FROM preset_usage GROUP BY 1) r
     WHERE r.preset_id = p.id`;
  await sql`UPDATE presets SET usage_count = usage_count + 3 WHERE substr(name, 8)::int % 1000 = 0`;
  await sql`RESET session_replication_role`;
  await sql`ANALYZE presets, preset_usage`;
}

async function asAdmin<T>(server: string, run: (admin: postgres.Sql) => Promise<T>): Promise<T> {
  const admin = postgres(server, { max: 1, onnotice: () => {} });
  try {
    return await run(admin);
  } finally {
    await admin.end({ timeout: 1 });
  }
}
