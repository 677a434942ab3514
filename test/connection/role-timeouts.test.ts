import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { holdRepairLock } from '../../source/repair/run/repair-lock.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { waitFor } from '../helpers/wait.ts';

let own: TestDatabase;
let role: string;
let database: Database;
/** The next read, of a session that the limit does not end before a slow machine has sent its statements. */
const readNext = async (setting: string) => {
  await own.sql.unsafe(`ALTER ROLE ${role} RESET ${setting}`);
  return database.read(reader => reader.rows('SELECT 1 AS one'));
};

beforeEach(async () => {
  own = await createDatabase();
  role = `limits_${own.name}`;
  await own.sql.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
});
afterEach(async () => {
  await database.close();
  await own.sql.unsafe(`DROP ROLE ${role}`);
  await own.drop();
});

const limited = async (setting: string, value: string, timeout = 30) => {
  await own.sql.unsafe(`ALTER ROLE ${role} SET ${setting} = '${value}'`);
  database = connectTo(own.urlAs(role, 'secret'), { timeout });
};
const since17 = async () => Number((await own.sql`SHOW server_version_num`)[0]?.server_version_num) >= 170000;

test('statement_timeout: --timeout replaces it, and is named if it ends a statement', async () => {
  await limited('statement_timeout', '250ms', 2);
  const slow = (seconds: number) => database.read(reader => reader.rows(`SELECT pg_sleep(${seconds})`));
  expect(await slow(0.5)).toHaveLength(1);
  await expect(slow(60)).rejects.toMatchObject({
    code: 'statement-timeout',
    hint: expect.stringContaining("--timeout, which replaces this role's statement_timeout"),
  });
});

test('a statement that somebody cancels is not called slow', async () => {
  await limited('statement_timeout', '0');
  const read = database.read(reader => reader.rows('SELECT pg_sleep(60)'));
  const cancelled = expect(read).rejects.toMatchObject({
    code: 'cancelled',
    message: expect.stringContaining('Somebody cancelled'),
  });
  await waitFor(async () => {
    const [row] = await own.sql`SELECT count(pg_cancel_backend(pid))::int AS n FROM pg_stat_activity
      WHERE usename = ${role} AND query LIKE 'SELECT pg_sleep%'`;
    return row?.n === 1;
  }, 'the statement to be cancelled');
  await cancelled;
});

test('transaction_timeout: the lost connection is explained, and the next read works', async ({ skip }) => {
  if (!(await since17())) skip('transaction_timeout came with PostgreSQL 17. Run the tests on 17 or later.');
  await limited('transaction_timeout', '200ms');
  await expect(database.read(reader => reader.rows('SELECT pg_sleep(60)'))).rejects.toMatchObject({
    code: 'connection-lost',
    exitCode: 3,
    message: expect.stringContaining('transaction_timeout'),
    hint: expect.stringMatching(/ALTER ROLE \.\.\. SET transaction_timeout/),
  });
  expect(await readNext('transaction_timeout')).toEqual([{ one: 1 }]);
});

test('idle_in_transaction_session_timeout: the lost connection is explained, and the next read works', async () => {
  await limited('idle_in_transaction_session_timeout', '50ms');
  const read = database.read(async reader => {
    await reader.rows('SELECT 1');
    // As if this machine had been asleep: the server's message is only read after the next statement was sent.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
    return reader.rows('SELECT 1');
  });
  await expect(read).rejects.toMatchObject({
    code: 'connection-lost',
    message: expect.stringContaining('idle_in_transaction_session_timeout'),
  });
  expect(await readNext('idle_in_transaction_session_timeout')).toEqual([{ one: 1 }]);
});

test('neither ends the claim of a repair, which waits in a transaction', async () => {
  if (await since17()) await own.sql.unsafe(`ALTER ROLE ${role} SET transaction_timeout = '1500ms'`);
  await limited('idle_in_transaction_session_timeout', '1s');
  const release = await holdRepairLock(database, { timeout: 30, lockTimeout: 2 });
  try {
    await waitFor(async () => {
      const rows = await own.sql<{ long: boolean }[]>`
        SELECT clock_timestamp() - xact_start > interval '2 s' AS long FROM pg_stat_activity
         WHERE usename = ${role} AND state = 'idle in transaction'`;
      return rows.length === 0 || rows.some(({ long }) => long);
    }, 'the claim to be old');
    const again = connectTo(own.url);
    await expect(holdRepairLock(again, { timeout: 30, lockTimeout: 2 })).rejects.toMatchObject({
      code: 'another-write',
    });
    await again.close();
  } finally {
    await release();
  }
});
