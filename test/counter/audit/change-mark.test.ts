import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import {
  type AuditMemory,
  auditCounters,
  isUnchanged,
  repeatAudit,
} from '../../../source/counter/audit/audit-counters.ts';
import { readChangeMark } from '../../../source/counter/audit/change-mark.ts';
import { readTables } from '../../../source/counter/discovery/tables.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../../helpers/database.ts';
import { type EmbeddedServer, startEmbedded } from '../../helpers/server.ts';
import { waitFor } from '../../helpers/wait.ts';
import { migration, runFile } from '../../psql/files.ts';

// A server of its own: the tests beside this one write all the time.
let server: EmbeddedServer;
let own: TestDatabase;
let database: Database;
let other: postgres.Sql;
let id: string;

beforeAll(async () => {
  server = await startEmbedded(['-c', 'autovacuum=off', '-c', 'max_prepared_transactions=2']);
  own = await createDatabase('template1', server.url);
  database = connectTo(own.url);
  other = postgres(own.url, { max: 1, onnotice: () => {} });
  for (const file of ['demo-schema.sql', migration]) await runFile(own.url, file);
  [id = ''] = await insertPresets(own.sql, ['Noir']);
  await insertRecords(own.sql, id, 3);
}, 120_000);
afterAll(async () => {
  await database.close();
  await other.end();
  await own.drop();
  await server.stop();
});

const readMark = () =>
  database.read(async reader => readChangeMark(reader, await readTables(reader, 'public')));

async function audit(): Promise<AuditMemory> {
  const tables = await database.read(reader => readTables(reader, 'public'));
  return (await auditCounters(database, tables, { scope: 'all', memory: null })).memory;
}

describe('the mark of what was written', () => {
  test('stays the same while sessions only read', async () => {
    const before = await readMark();
    expect(before).not.toBeNull();
    await other`SELECT count(*) FROM preset_usage`;
    await other`SET statement_timeout = 0`;
    expect(await readMark()).toBe(before);
  });

  test.each<[what: string, write: () => Promise<unknown>]>([
    ['a use', () => other`SELECT track_preset_usage(${id}, 'test')`],
    ['a count', () => other`UPDATE presets SET usage_count = usage_count + 0`],
    ['a table', () => other`CREATE TABLE scratch (n int)`],
    [
      'a column',
      () => other.unsafe('ALTER TABLE presets ADD COLUMN extra int; ALTER TABLE presets DROP COLUMN extra'),
    ],
    ['a right', () => other`GRANT SELECT ON presets TO PUBLIC`],
    [
      'another database',
      async () => {
        const elsewhere = postgres(server.url, { max: 1 });
        await elsewhere`CREATE TABLE IF NOT EXISTS written (n int)`;
        await elsewhere.end();
      },
    ],
  ])('differs after %s was written', async (_, write) => {
    const before = await readMark();
    await write();
    expect(await readMark()).not.toBe(before);
  });

  test('differs after a transaction that was under way has committed, whichever began first', async () => {
    const second = postgres(own.url, { max: 1 });
    const third = postgres(own.url, { max: 1 });
    try {
      await other`BEGIN`.simple();
      await other`INSERT INTO scratch VALUES (1)`;
      await second`BEGIN`.simple();
      await second`INSERT INTO scratch VALUES (1)`;
      const one = await readMark();
      await third`INSERT INTO scratch VALUES (1)`;
      const two = await readMark();
      await second`COMMIT`.simple();
      const three = await readMark();
      await other`PREPARE TRANSACTION 'held'`.simple();
      expect(await readMark()).toBe(three);
      await other`COMMIT PREPARED 'held'`.simple();
      const four = await readMark();
      expect(new Set([one, two, three, four])).toHaveLength(4);
    } finally {
      await second.end();
      await third.end();
    }
  });

  test.each<[what: string, make: string, undo: string]>([
    [
      'a foreign table',
      'CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE far (n int) SERVER s',
      'DROP FOREIGN DATA WRAPPER w CASCADE',
    ],
    [
      'records that are not logged',
      'ALTER TABLE preset_usage SET UNLOGGED',
      'ALTER TABLE preset_usage SET LOGGED',
    ],
  ])('is none with %s', async (_, make, undo) => {
    await own.sql.unsafe(make);
    try {
      expect(await readMark()).toBeNull();
    } finally {
      await own.sql.unsafe(undo);
    }
    expect(await readMark()).not.toBeNull();
  });

  test('is none for a role to which policies apply', async () => {
    await own.sql.unsafe(`CREATE ROLE under_policies LOGIN PASSWORD 'under';
      GRANT SELECT ON presets, preset_usage TO under_policies; GRANT USAGE ON SCHEMA public TO under_policies;
      ALTER TABLE presets ENABLE ROW LEVEL SECURITY; CREATE POLICY shown ON presets USING (true)`);
    const under = connectTo(own.urlAs('under_policies', 'under'));
    try {
      const mark = await under.read(async reader =>
        readChangeMark(reader, await readTables(reader, 'public')),
      );
      expect(mark).toBeNull();
      expect(await readMark()).not.toBeNull();
    } finally {
      await under.close();
      await own.sql.unsafe(
        'ALTER TABLE presets DISABLE ROW LEVEL SECURITY; DROP POLICY shown ON presets; DROP OWNED BY under_policies; DROP ROLE under_policies',
      );
    }
  });

  test('is none on a standby, whose snapshots do not list what is under way', async () => {
    const standby = await server.startStandby();
    const url = new URL(own.url);
    url.port = String(standby.port);
    const far = connectTo(url.href);
    try {
      const read = () => far.read(async reader => readChangeMark(reader, await readTables(reader, 'public')));
      expect(await read()).toBeNull();
    } finally {
      await far.close();
      await standby.stop();
    }
  });

  test('differs after a crash, although no number of a transaction does', async () => {
    const before = await readMark();
    await own.sql`CHECKPOINT`;
    const victim = postgres(own.url, { max: 1, onnotice: () => {} });
    const [{ pid }] = (await victim`SELECT pg_backend_pid() AS pid`) as unknown as [{ pid: number }];
    process.kill(pid, 'SIGKILL');
    await victim.end({ timeout: 0 }).catch(() => {});
    // It answers as before until it notices, and then not at all for a while.
    await waitFor(
      () =>
        readMark().then(
          mark => mark !== before,
          () => false,
        ),
      'the server to be back with another mark',
    );
  });
});

describe('an audit again', () => {
  test('reads no page if nothing was written, and says the same', async () => {
    const memory = await audit();
    expect(await isUnchanged(database, memory)).toBe(true);
    const now = performance.now();
    const at = { sent: 10, answered: 12, sentAt: now, answeredAt: now };
    const pages: unknown[] = [];
    const again = repeatAudit(memory, at, ({ range, isSame, last }) => pages.push({ range, isSame, last }));
    expect(again).toMatchObject({ ...memory.found, takenAt: 10, durationMs: 2, memory });
    expect(pages).toEqual(
      memory.plan.ranges.map((range, place, { length }) => ({
        range,
        isSame: true,
        last: place === length - 1,
      })),
    );
  });

  test('is needed after a write, also one that was committed while the last audit ran', async () => {
    const memory = await audit();
    await other`SELECT track_preset_usage(${id}, 'test')`;
    expect(await isUnchanged(database, memory)).toBe(false);
    const beside = await audit();
    expect(await isUnchanged(database, { ...beside, mark: memory.mark })).toBe(false);
    expect(await isUnchanged(database, beside)).toBe(true);
    expect(await isUnchanged(database, { ...beside, mark: null })).toBe(false);
  });
});
