import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { withReplica } from '../../source/connection/replica.ts';
import type { Database } from '../../source/connection/transactions.ts';
import { auditTables } from '../../source/counter/audit/audit-counter.ts';
import { inspectDatabase } from '../../source/counter/inspect-database.ts';
import { standbyWords } from '../../source/repair/format-repair.ts';
import { planRepair } from '../../source/repair/plan/read-plan.ts';
import { runRepair } from '../../source/repair/run/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { insertPresets, insertRecords } from '../helpers/database.ts';
import { request, stateDirectory } from '../helpers/repair.ts';
import { run } from '../helpers/run.ts';
import { type EmbeddedServer, startEmbedded } from '../helpers/server.ts';
import { waitFor } from '../helpers/wait.ts';
import { migration, runFile } from '../psql/files.ts';

let server: EmbeddedServer;
let standby: EmbeddedServer;
let sql: postgres.Sql;
let replaying: postgres.Sql;
const databases: Database[] = [];

const open = (replica: string) => {
  const database = withReplica(connectTo(server.url), connectTo(replica));
  databases.push(database);
  return database;
};
const audit = async (database: Database) => {
  const { tables } = await database.read(reader => inspectDatabase(reader, database, 'public'));
  const { totals } = await auditTables(database, tables, {
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  return { rows: totals.rows, records: totals.records, mismatched: totals.mismatched };
};
const caughtUp = async () => {
  const [row] = await sql<{ lsn: string }[]>`SELECT pg_current_wal_lsn()::text AS lsn`;
  await waitFor(async () => {
    const [here] = await replaying`SELECT pg_last_wal_replay_lsn() >= ${row?.lsn ?? ''}::pg_lsn AS so`;
    return here?.so === true;
  }, 'the standby to replay');
};

beforeAll(async () => {
  server = await startEmbedded();
  await runFile(server.url, 'demo-schema.sql');
  await runFile(server.url, migration);
  standby = await server.startStandby(['-c', 'max_standby_streaming_delay=0']);
  sql = postgres(server.url, { max: 2, onnotice: () => {} });
  replaying = postgres(standby.url, { max: 2 });
});
afterAll(async () => {
  await Promise.all([sql?.end(), replaying?.end(), ...databases.map(each => each.close())]);
  await standby?.stop();
  await server?.stop();
});
beforeEach(async () => {
  await replaying`SELECT pg_wal_replay_resume() WHERE pg_is_in_recovery() AND pg_is_wal_replay_paused()`;
  await sql`TRUNCATE presets, preset_usage CASCADE`;
  const [noir = '', pastel = ''] = await insertPresets(sql, ['Noir', 'Pastel']);
  await insertRecords(sql, noir, 4);
  await insertRecords(sql, pastel, 2);
  await caughtUp();
});

test('counts on the standby, and says how far that had come', async () => {
  const database = open(standby.url);
  expect(database.replayed()).toBeNull();
  // Whatever the server itself writes meanwhile is there a moment later.
  await waitFor(async () => {
    expect(await audit(database)).toEqual({ rows: 2, records: 6, mismatched: 0 });
    return database.replayed()?.behindBytes === 0;
  }, 'the standby to be as far');
  expect(database.replayed()).toMatchObject({
    port: standby.port,
    replayedLsn: expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/),
    replayedAt: expect.any(Number),
    behindBytes: 0,
  });
});

describe('a standby that lags', () => {
  beforeEach(() => replaying`SELECT pg_wal_replay_pause()`);

  test('is counted at one moment, so uses that have not come there are no drift', async () => {
    await sql`INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'late' FROM presets`;
    const database = open(standby.url);
    expect(await audit(database)).toEqual({ rows: 2, records: 6, mismatched: 0 });
    expect(database.replayed()?.behindBytes).toBeGreaterThan(0);
  });

  test('and what the command prints says so', async () => {
    await sql`UPDATE presets SET usage_count = 9 WHERE name = 'Noir'`;
    const there = await run(['check', '--json', '--database-url', server.url, '--replica', standby.url]);
    const { database, ...document } = JSON.parse(there.out);
    expect([there.code, document.mismatched]).toEqual([0, 0]);
    expect(database).toMatchObject({ port: server.port, standby: false, replica: { port: standby.port } });
    expect(database.replica.behindBytes).toBeGreaterThan(0);
    const text = await run(['check', '--database-url', server.url, '--replica', standby.url]);
    expect(text.out).toMatch(
      /counted on its standby at 127\.0\.0\.1:\d+ \(replayed to [^,]+, [\d,]+ bytes behind\)/,
    );
    const here = await run(['check', '--json', '--database-url', server.url]);
    expect([here.code, JSON.parse(here.out).mismatched]).toEqual([1, 1]);
  });

  test('leads to no write that the server itself does not confirm', async () => {
    await sql`UPDATE presets SET usage_count = 9 WHERE name = 'Noir'`;
    await replaying`SELECT pg_wal_replay_resume()`;
    await caughtUp();
    await replaying`SELECT pg_wal_replay_pause()`;
    // Mended since, which the standby does not know.
    await sql`UPDATE presets SET usage_count = 4 WHERE name = 'Noir'`;
    const asked = ['sync', '--json', '--database-url', server.url, '--replica', standby.url];
    const env = { XDG_STATE_HOME: stateDirectory() };
    const planned = await run([...asked, '--dry-run'], env);
    const { plan } = JSON.parse(planned.out);
    const done = await run([...asked, '--confirm', plan.fingerprint], env);
    expect(await sql`SELECT name, usage_count FROM presets ORDER BY name`).toEqual([
      { name: 'Noir', usage_count: 4 },
      { name: 'Pastel', usage_count: 2 },
    ]);
    expect(done.code).not.toBe(70);
  });
});

describe('a repair', () => {
  // Each row is a batch, and every write is more than a standby may be behind.
  const begin = async (standbys: { patience: number }) => {
    await sql`UPDATE presets SET usage_count = 9`;
    await caughtUp();
    await replaying`SELECT pg_wal_replay_pause()`;
    const database = connectTo(server.url);
    databases.push(database);
    const plan = await planRepair(database, request('sync', stateDirectory()));
    const options = { timeout: 60, lockTimeout: 5, directory: stateDirectory() };
    return runRepair(database, plan, {
      ...options,
      most: { presets: 1 },
      standbys: { bytes: 1, ...standbys },
    });
  };

  test('waits until the standby has replayed what it wrote', async () => {
    const repair = await begin({ patience: 60_000 });
    let step = await repair.next();
    const seen: number[] = [];
    while (!step.done) {
      seen.push(step.value.standbyBehind);
      if (step.value.standbyBehind > 0) await replaying`SELECT pg_wal_replay_resume()`;
      step = await repair.next();
    }
    expect(seen.some(bytes => bytes > 0)).toBe(true);
    expect(step.value).toMatchObject({ changed: 2, cost: { standbysLeft: 0 } });
    expect(step.value.cost.standbyWait).toBeGreaterThan(0);
  });

  test('goes on if the standby comes no closer, and says so', async () => {
    const repair = await begin({ patience: 200 });
    let step = await repair.next();
    while (!step.done) step = await repair.next();
    expect(step.value).toMatchObject({ changed: 2, left: [], cost: { standbysLeft: 1 } });
    expect(standbyWords(step.value.cost)).toMatch(
      /^waited .+ for standbys; 1 of them came no closer, so it went on$/,
    );
  });
});

describe('a read that the standby ends for its primary is named', () => {
  // What locks the table here locks it there too.
  const conflict = () => sql.begin(other => other`LOCK TABLE preset_usage IN ACCESS EXCLUSIVE MODE`);
  const isNamed = (read: Promise<unknown>) =>
    expect(read).rejects.toMatchObject({ code: 'recovery-conflict', exitCode: 3 });
  const sessions = (asked: string) =>
    replaying<{ pid: number }[]>`SELECT pid FROM pg_stat_activity WHERE query LIKE ${`${asked}%`}`;

  test('while a statement runs', async () => {
    const read = open(standby.url).read(
      reader => reader.rows('SELECT count(*), pg_sleep(60) FROM public.preset_usage'),
      { large: true },
    );
    const named = isNamed(read);
    await waitFor(async () => (await sessions('SELECT count(*), pg_sleep')).length > 0, 'the read');
    await conflict();
    await named;
  });

  test('and while none runs', async () => {
    const read = open(standby.url).read(
      async reader => {
        await reader.rows('SELECT count(*) AS idle FROM public.preset_usage');
        await conflict();
        await waitFor(async () => (await sessions('SELECT count(*) AS idle')).length === 0, 'the end');
        await reader.rows('SELECT 1');
      },
      { large: true },
    );
    await isNamed(read);
  });
});

describe('what is no standby of the database is not used:', () => {
  test('the server itself', async () => {
    await expect(audit(open(server.url))).rejects.toMatchObject({ code: 'not-a-standby', exitCode: 3 });
  });

  test('another server', async () => {
    const other = await startEmbedded();
    try {
      await expect(audit(open(other.url))).rejects.toMatchObject({ code: 'not-a-standby' });
    } finally {
      await other.stop();
    }
  });

  test('another database of the standby', async () => {
    await sql`CREATE DATABASE another`;
    await caughtUp();
    const another = standby.url.replace(/postgres$/, 'another');
    await expect(audit(open(another))).rejects.toMatchObject({ code: 'not-a-standby' });
  });

  test('one of which the role may not see what it is', async () => {
    await sql`CREATE ROLE reader LOGIN PASSWORD 'secret'`;
    await sql`GRANT SELECT ON presets, preset_usage TO reader`;
    await sql`REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC`;
    try {
      await caughtUp();
      const as = (text: string) =>
        Object.assign(new URL(text), { username: 'reader', password: 'secret' }).href;
      const database = withReplica(connectTo(as(server.url)), connectTo(as(standby.url)));
      databases.push(database);
      await expect(audit(database)).rejects.toMatchObject({ code: 'replica-not-proved' });
    } finally {
      await sql`GRANT EXECUTE ON FUNCTION pg_control_system() TO PUBLIC`;
    }
  });

  // The last one: afterwards it is a server of its own.
  test('one that is promoted in the middle', async () => {
    const database = open(standby.url);
    await audit(database);
    const read = database.read(
      async reader => {
        await replaying`SELECT pg_promote()`;
        return reader.rows('SELECT count(*) FROM public.preset_usage');
      },
      { large: true },
    );
    await expect(read).rejects.toMatchObject({ code: 'not-a-standby', message: /promoted/ });
  });
});
