import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { inject } from 'vitest';
import { template } from './global-setup.ts';

/** A database for one test file, with a superuser's connection to arrange and inspect it. */
export interface TestDatabase {
  name: string;
  /** A superuser's URL to this database. */
  url: string;
  /** The same URL as another role. */
  urlAs(role: string, password: string): string;
  sql: postgres.Sql;
  drop(): Promise<void>;
}

/**
 * Clones a database for one test file. Tests wrap it in `beforeAll`/`afterAll`; two files never share one. `from` is
 * `template1` if a test makes its own tables, or brings its own `server`.
 */
export async function createDatabase(from: string = template, server?: string): Promise<TestDatabase> {
  const place = server ?? inject('serverUrl');
  // What a program outside the tests brings is its own.
  const asAdmin = server === undefined ? asSharedAdmin : asOwnAdmin;
  const name = `t_${randomBytes(6).toString('hex')}`;
  await asAdmin(place, async admin => {
    // Without fsync copying the files costs half of writing every page to the log; older servers know no other way.
    const [row] = await admin`
      SELECT current_setting('fsync') = 'off' AND current_setting('server_version_num')::int >= 150000 AS copies`;
    await admin`CREATE DATABASE ${admin(name)} TEMPLATE ${admin(from)} ${row?.copies ? admin`STRATEGY FILE_COPY` : admin``}`;
  });
  const url = withPath(place, name);
  const sql = postgres(url, { max: 4, onnotice: () => {} });
  return {
    name,
    url,
    sql,
    urlAs(role, password) {
      const other = new URL(url);
      other.username = role;
      other.password = password;
      return other.href;
    },
    async drop() {
      await sql.end({ timeout: 1 });
      await asAdmin(place, admin => admin`DROP DATABASE IF EXISTS ${admin(name)} WITH (FORCE)`);
    },
  };
}

/** Inserts presets named `names`, each counted 0; returns their ids in that order. */
export async function insertPresets(sql: postgres.Sql, names: string[]): Promise<string[]> {
  const rows = await sql<{ id: string; name: string }[]>`
    INSERT INTO presets (name) SELECT unnest(${names}::text[]) RETURNING id, name`;
  return names.map(name => rows.find(row => row.name === name)!.id);
}

/** Inserts `uses` records of a preset in one statement, through the trigger like any other insert. */
export async function insertRecords(sql: postgres.Sql, preset: string, uses: number): Promise<void> {
  await sql`
    INSERT INTO preset_usage (preset_id, usage_type)
    SELECT ${preset}, 'generation' FROM generate_series(1, ${uses})`;
}

/** This process's connection to the server that all share: a new one costs more than what is asked of it. */
let shared: postgres.Sql | undefined;

const open = (server: string) =>
  postgres(server, { max: 1, onnotice: () => {}, fetch_types: false, idle_timeout: 10 });

async function asSharedAdmin(server: string, run: (admin: postgres.Sql) => Promise<unknown>): Promise<void> {
  shared ??= open(server);
  await run(shared);
}

async function asOwnAdmin(server: string, run: (admin: postgres.Sql) => Promise<unknown>): Promise<void> {
  const admin = open(server);
  try {
    await run(admin);
  } finally {
    await admin.end();
  }
}

function withPath(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
