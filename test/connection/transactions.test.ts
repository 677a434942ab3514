import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database, Reader } from '../../source/connection/transactions.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { startProxy } from '../helpers/proxy.ts';
import { type EmbeddedServer, startEmbedded } from '../helpers/server.ts';
import { waitFor } from '../helpers/wait.ts';

describe('a read', () => {
  let own: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    own = await createDatabase();
    database = connectTo(own.url, { timeout: 1.5, lockTimeout: 0.25 });
  });
  afterAll(async () => {
    await database.close();
    await own.drop();
  });

  test('runs in a READ ONLY transaction with both timeouts, and leaves none of them behind', async () => {
    const settings = `SELECT current_setting('transaction_read_only') AS read_only,
      current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock, pg_backend_pid() AS pid`;
    const [inside] = await database.read(reader => reader.rows(settings));
    expect(inside).toMatchObject({ read_only: 'on', statement: '1500ms', lock: '250ms' });
    const [fresh] = await own.sql.unsafe(settings);
    expect(fresh).toMatchObject({ read_only: 'off', statement: '0', lock: '0' });
  });

  test('that takes too long is cancelled by the server, with a hint', async () => {
    await expect(database.read(reader => reader.rows('SELECT pg_sleep(600)'))).rejects.toMatchObject({
      code: 'statement-timeout',
      exitCode: 3,
      hint: expect.stringContaining('--timeout'),
    });
    expect(await database.read(reader => reader.rows('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
  });

  test('right after another runs on the same connection, though nobody waited for the COMMIT', async () => {
    const pids = new Set<unknown>();
    for (let n = 0; n < 5; n += 1) {
      const [row] = await database.read(reader => reader.rows('SELECT pg_backend_pid() AS pid'));
      pids.add((row as { pid: number }).pid);
    }
    expect(pids.size).toBe(1);
  });

  test('binds its values, so that a hostile one stays a value', async () => {
    const hostile = "'); DROP TABLE presets; --";
    expect(await database.read(reader => reader.rows('SELECT $1::text AS value', [hostile]))).toEqual([
      { value: hostile },
    ]);
  });

  test('sends a statement with its values in one piece, and waits once', async () => {
    const heard: Buffer[] = [];
    const proxy = await startProxy(own.url, {
      received: data => {
        heard.push(data);
        return data;
      },
    });
    const through = connectTo(proxy.url);
    const read = through.read(reader =>
      reader.rows('SELECT $1::int + 1 AS number, $2::bool AS flag, $3::text AS text, $4::text AS none', [
        41,
        true,
        'é',
        null,
      ]),
    );
    try {
      expect(await read).toEqual([{ number: 42, flag: true, text: 'é', none: null }]);
      // A flush, by which a client that waits in the middle of a statement makes the server answer.
      expect(Buffer.concat(heard).toString('latin1')).not.toContain('H\0\0\0\u0004');
    } finally {
      await through.close();
      await proxy.close();
    }
  });

  test('whose backend is terminated is a lost connection, and the next read works', async () => {
    const database = connectTo(own.url);
    const sleeping = database.read(reader => reader.rows('SELECT pg_sleep(60)'));
    // With the reason, which the driver would not pass on.
    const lost = expect(sleeping).rejects.toMatchObject({
      code: 'connection-lost',
      cause: { code: '57P01', severity: 'FATAL' },
    });
    await waitFor(async () => {
      const [row] = await own.sql`
        SELECT count(pg_terminate_backend(pid))::int AS n FROM pg_stat_activity
         WHERE datname = ${own.name} AND query LIKE 'SELECT pg_sleep(60)%'`;
      return row?.n === 1;
    }, 'the backend to be terminated');
    await lost;
    // All connections of the pool, including the lost one.
    const reads = Array.from({ length: 3 }, () => database.read(reader => reader.rows('SELECT 1 AS one')));
    expect(await Promise.all(reads)).toEqual(reads.map(() => [{ one: 1 }]));
    await database.close();
  });
});

describe('a transaction whose backend is terminated between two statements', () => {
  let own: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    own = await createDatabase();
    await own.sql`CREATE TABLE strays (n int)`;
    database = connectTo(own.url);
  });
  afterAll(async () => {
    await database.close();
    await own.drop();
  });

  test.each([
    ['another statement', (reader: Reader) => reader.rows('INSERT INTO strays VALUES (1)')],
    ['its end', async () => []],
    ['an error of its own', () => Promise.reject(new Error('of its own'))],
  ])('is lost, and %s goes to nobody else', async (_what, next) => {
    const after = Promise.withResolvers<void>();
    const read = database.read(async reader => {
      const [row] = (await reader.rows('SELECT pg_backend_pid() AS pid')) as { pid: number }[];
      await own.sql`SELECT pg_terminate_backend(${row?.pid ?? 0})`;
      await after.promise;
      return next(reader);
    });
    await expect(read).rejects.toMatchObject({ code: 'connection-lost' });
    after.resolve();
    // By then the driver has sent everything that it would send.
    for (let round = 0; round < 3; round += 1) {
      expect(await database.read(reader => reader.rows('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
    }
    expect(await own.sql`SELECT FROM strays`).toHaveLength(0);
  });
});

describe('a write', () => {
  test('keeps rows locked no longer for JIT, whatever the database has set', async () => {
    const own = await createDatabase();
    await own.sql.unsafe(`ALTER DATABASE ${own.name} SET jit = on`);
    const database = connectTo(own.url);
    const setting = (reader: Reader) => reader.rows("SELECT current_setting('jit') AS jit");
    expect(await database.read(setting)).toEqual([{ jit: 'on' }]);
    expect(await database.write(setting, { timeout: 30, lockTimeout: 2 })).toEqual([{ jit: 'off' }]);
    await database.close();
    await own.drop();
  });
});

describe('a server that is killed in the middle of a read', () => {
  let server: EmbeddedServer;
  beforeAll(async () => {
    server = await startEmbedded();
  });
  afterAll(() => server.stop());

  // Without our handling the driver throws an exception that cannot be caught, which would fail the test run.
  test('rejects that read and concurrent ones, and nothing else happens', async () => {
    for (let round = 0; round < 5; round += 1) {
      const database = connectTo(server.url);
      const asking = async () => {
        for (;;) await database.read(reader => reader.rows('SELECT count(*) FROM generate_series(1, 20000)'));
      };
      await database.read(reader => reader.rows('SELECT 1'));
      const reads = [asking(), asking(), asking()];
      const outcome = Promise.allSettled(reads);
      await server.kill();
      for (const result of await outcome) {
        expect(result).toMatchObject({ status: 'rejected', reason: { exitCode: 3 } });
      }
      await database.close();
      await server.start();
    }
  });
});
