import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { resolveTarget } from '../../source/connection/libpq/resolve-target.ts';
import { connect, type Database } from '../../source/connection/transactions.ts';
import { needsLinux } from '../helpers/needs.ts';
import { type EmbeddedServer, freePort, startEmbedded } from '../helpers/server.ts';
import { waitFor } from '../helpers/wait.ts';

// Only Linux has abstract sockets.
const abstract = process.platform === 'linux';

let directory: string;
let primary: EmbeddedServer;
let standby: EmbeddedServer;
let dead: number;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'preset-usage-hosts-'));
  chmodSync(directory, 0o777);
  dead = await freePort();
  [primary, standby] = await Promise.all([
    startEmbedded(['-c', `unix_socket_directories=${abstract ? `${directory},@${directory}` : directory}`]),
    startEmbedded(),
  ]);
  for (const server of [primary, standby]) {
    const sql = postgres(server.url, { max: 1, onnotice: () => {} });
    await sql.unsafe(
      `CREATE ROLE "user" LOGIN PASSWORD 'secret'; CREATE ROLE reader LOGIN PASSWORD 'secret';
       ALTER ROLE reader SET default_transaction_read_only = on; GRANT pg_read_all_stats TO "user"`,
    );
    if (server === standby) {
      const [row] = await sql`SELECT current_setting('data_directory') AS directory`;
      await sql.end();
      await server.kill();
      writeFileSync(join(row?.directory, 'standby.signal'), '');
      // Not awaited: it waits for the messages of a primary.
      void server.start();
      await waitFor(() => isStandby(server.url), 'the standby to answer');
    }
    await sql.end();
  }
});
afterAll(async () => {
  await Promise.all([primary?.stop(), standby?.stop()]);
  rmSync(directory, { recursive: true, force: true });
});

async function isStandby(address: string): Promise<boolean> {
  const sql = postgres(address, { max: 1, onnotice: () => {} });
  try {
    const [row] = await sql`SELECT pg_is_in_recovery() AS standby`;
    return row?.standby;
  } catch {
    return false;
  } finally {
    await sql.end();
  }
}

const open = (text: string, environment: Record<string, string> = {}) =>
  connect(resolveTarget({ text, source: 'test' }, environment, directory), { timeout: 30, lockTimeout: 2 });

/** A URL of `ports` on this machine. */
const url = (ports: number[], attributes: string, user = 'user', password = 'secret') =>
  `postgres://${user}:${password}@${ports.map(port => `127.0.0.1:${port}`).join(',')}/postgres?target_session_attrs=${attributes}`;

async function portOf(database: Database): Promise<number | string> {
  try {
    const [row] = await database.read(reader => reader.rows(`SELECT current_setting('port')::int AS port`));
    return (row as { port: number }).port;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('of several hosts', () => {
  test.each<[string, ('primary' | 'standby' | 'dead')[], 'primary' | 'standby' | string, string?]>([
    ['any', ['dead', 'primary'], 'primary'],
    ['any', ['standby', 'primary'], 'standby'],
    ['primary', ['standby', 'primary'], 'primary'],
    ['read-write', ['standby', 'dead', 'primary'], 'primary'],
    ['standby', ['primary', 'standby'], 'standby'],
    ['read-only', ['primary', 'standby'], 'standby'],
    ['prefer-standby', ['primary', 'standby'], 'standby'],
    ['prefer-standby', ['dead', 'primary'], 'primary'],
    ['read-only', ['primary', 'standby'], 'primary', 'reader'],
    ['read-write', ['primary', 'standby'], 'no-suitable-server', 'reader'],
    ['primary', ['standby'], 'no-suitable-server'],
    ['standby', ['primary', 'dead'], 'no-suitable-server'],
    ['any', ['dead', 'dead'], 'connection-refused'],
  ])('%s in %j is %s', async (attributes, names, expected, user) => {
    const ports = { primary: primary.port, standby: standby.port, dead };
    const database = open(
      url(
        names.map(name => ports[name]),
        attributes,
        user,
      ),
    );
    expect(await portOf(database)).toBe(ports[expected as 'dead'] ?? expected);
    if (expected in ports) expect(database.place.port).toBe(ports[expected as 'dead']);
    await database.close();
  });

  test('each that failed is named', async () => {
    const other = await freePort();
    const database = open(url([dead, other], 'any'));
    await expect(database.read(reader => reader.rows('SELECT 1'))).rejects.toMatchObject({
      code: 'connection-refused',
      message: expect.stringMatching(new RegExp(`${dead}.*${other}`)),
      hint: expect.stringContaining('(from test)'),
    });
    await database.close();
  });

  test('one that refuses the password ends the search', async () => {
    const database = open(url([primary.port, standby.port], 'any', 'user', 'wrong'));
    expect(await portOf(database)).toBe('authentication-failed');
    expect(database.place.port).toBe(primary.port);
    await database.close();
  });

  test('what the driver itself reads from the environment has no effect', async () => {
    const before = process.env.PGTARGETSESSIONATTRS;
    process.env.PGTARGETSESSIONATTRS = 'any';
    const database = open(url([standby.port], 'any'));
    expect(await portOf(database)).toBe(standby.port);
    expect(process.env.PGTARGETSESSIONATTRS).toBe('any');
    await database.close();
    if (before === undefined) delete process.env.PGTARGETSESSIONATTRS;
    else process.env.PGTARGETSESSIONATTRS = before;
  });

  test('the cancel goes to the one in use', async () => {
    const database = open(url([dead, standby.port, primary.port], 'primary'));
    const sql = postgres(primary.url, { max: 1 });
    const running = async () => {
      const [row] = await sql`SELECT count(*)::int AS n FROM pg_stat_activity
         WHERE query = 'SELECT pg_sleep(61)' AND state = 'active'`;
      return row?.n;
    };
    const controller = new AbortController();
    const read = database.read(reader => reader.rows('SELECT pg_sleep(61)'), { signal: controller.signal });
    const interrupted = expect(read).rejects.toMatchObject({ code: 'interrupted' });
    await waitFor(async () => (await running()) === 1, 'the statement to run');
    controller.abort();
    await interrupted;
    await waitFor(async () => (await running()) === 0, 'the statement to end');
    await sql.end();
    await database.close();
  });
});

test('a socket that is no file is found by its name', needsLinux(), async () => {
  const database = open(
    `host=@${directory} port=${primary.port} user=user password=secret dbname=postgres sslmode=require`,
  );
  expect(await portOf(database)).toBe(primary.port);
  expect(database.encryption()).toEqual({ encrypted: false, protocol: null, verified: 'none' });
  await database.close();
});

test('an address comes before a socket', async () => {
  const database = open(
    `host=${directory} hostaddr=127.0.0.1 port=${primary.port} user=user password=secret dbname=postgres`,
  );
  const [row] = await database.read(reader => reader.rows('SELECT host(inet_client_addr()) AS client'));
  expect(row).toEqual({ client: '127.0.0.1' });
  expect(database.place.host).toBe('127.0.0.1');
  await database.close();
});

test('a connection is probed as it was asked for', async () => {
  const set = vi.spyOn(Socket.prototype, 'setKeepAlive');
  for (const [parameters, expected] of [
    ['', [true, 60_000, undefined, undefined]],
    ['keepalives=1&keepalives_idle=30&keepalives_interval=10&keepalives_count=5', [true, 30_000, 10_000, 5]],
    ['keepalives=0', [false, 60_000, undefined, undefined]],
  ] as const) {
    set.mockClear();
    const database = open(`postgres://user:secret@127.0.0.1:${primary.port}/postgres?${parameters}`);
    expect(await portOf(database)).toBe(primary.port);
    expect(set.mock.calls).toEqual([expected]);
    await database.close();
  }
  set.mockRestore();
});

test('a unix socket is spoken to without TLS, whatever sslmode says', async () => {
  const text = `host=${directory} port=${primary.port} user=user password=secret dbname=postgres sslmode=require`;
  const database = open(text);
  expect(await portOf(database)).toBe(primary.port);
  expect(database.encryption()).toEqual({ encrypted: false, protocol: null, verified: 'none' });
  await database.close();
});

describe('a password', () => {
  const text = () => `host=127.0.0.1 port=${primary.port} user=user dbname=postgres`;
  const file = () => join(directory, '.pgpass');

  test('that is unknown is reported as missing', async () => {
    const database = open(text());
    for (let round = 0; round < 4; round += 1) expect(await portOf(database)).toBe('password-wanted');
    await database.close();
  });

  test('that is wrong is reported with its source', async () => {
    writeFileSync(file(), `127.0.0.1:${primary.port}:*:user:wrong\n`, { mode: 0o600 });
    for (const [environment, place] of [
      [{}, file()],
      [{ PGPASSWORD: 'wrong' }, 'PGPASSWORD'],
    ] as const) {
      const database = open(text(), environment);
      await expect(database.read(reader => reader.rows('SELECT 1'))).rejects.toMatchObject({
        code: 'authentication-failed',
        hint: expect.stringContaining(`The password is the one in ${place}.`),
      });
      await database.close();
    }
    rmSync(file());
  });

  test('comes from the password file, and one that others may read is not used, and said', async () => {
    writeFileSync(file(), `127.0.0.1:*:postgres:user:secret\n`);
    chmodSync(file(), 0o600);
    const database = open(text());
    expect(await portOf(database)).toBe(primary.port);
    await database.close();
    chmodSync(file(), 0o644);
    const careless = open(text());
    await expect(careless.read(reader => reader.rows('SELECT 1'))).rejects.toMatchObject({
      code: 'password-wanted',
      hint: expect.stringContaining('chmod 600'),
    });
    await careless.close();
    rmSync(file());
  });

  test.each([
    ['a ligature and unusual spaces', '\ufb01x\u00aa\u00a0y'],
    ['the same in plain letters', 'fixa y'],
    ['a letter of its own', 'zo\u00eb'],
    ['the same in two parts', 'zoe\u0308'],
  ])('with %s is what the server takes it for', async (_what, password) => {
    const plain = password.startsWith('z') ? 'zo\u00eb' : '\ufb01x\u00aa\u00a0y';
    const sql = postgres(primary.url, { max: 1, onnotice: () => {} });
    await sql.unsafe(`DROP ROLE IF EXISTS lettered; CREATE ROLE lettered LOGIN PASSWORD '${plain}'`);
    await sql.end();
    const database = open(`host=127.0.0.1 port=${primary.port} user=lettered dbname=postgres`, {
      PGPASSWORD: password,
    });
    expect(await portOf(database)).toBe(primary.port);
    await database.close();
  });

  test('with a letter that SASLprep does not know is used unchanged', async () => {
    const sql = postgres(primary.url, { max: 1, onnotice: () => {} });
    await sql.unsafe(`CREATE ROLE young LOGIN PASSWORD '\ufb01\u{1f600}'`);
    await sql.end();
    const database = open(`host=127.0.0.1 port=${primary.port} user=young dbname=postgres`, {
      PGPASSWORD: '\ufb01\u{1f600}',
    });
    expect(await portOf(database)).toBe(primary.port);
    await database.close();
  });

  test('and options reach the server', async () => {
    const database = open(text(), { PGPASSWORD: 'secret', PGOPTIONS: '-c work_mem=5MB', PGAPPNAME: 'me' });
    const [row] = await database.read(reader =>
      reader.rows(
        `SELECT current_setting('work_mem') AS memory, current_setting('application_name') AS name`,
      ),
    );
    expect(row).toEqual({ memory: '5MB', name: 'me' });
    await database.close();
  });
});

// Last, because the standby is promoted.
test('after a failover the next read finds the new primary', async () => {
  const database = open(url([primary.port, standby.port], 'primary'));
  expect(await portOf(database)).toBe(primary.port);
  await primary.kill();
  expect(await portOf(database)).toMatch(/no-suitable-server|connection-lost/);
  const sql = postgres(standby.url, { max: 1 });
  await sql`SELECT pg_promote()`;
  await sql.end();
  expect(await portOf(database)).toBe(standby.port);
  await database.close();
  await primary.start();
});
