import { chmodSync, chownSync, copyFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { connect as connectSocket, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServerTarget, SslMode, TlsSettings } from '../../source/connection/libpq/target.ts';
import { connect } from '../../source/connection/transactions.ts';
import { isTransient } from '../../source/errors/errors.ts';
import { type Authority, type Certificate, openAuthorities } from '../helpers/certificates.ts';
import { timeLimit } from '../helpers/scale.ts';
import { type EmbeddedServer, freePort, startEmbedded } from '../helpers/server.ts';
import { waitFor } from '../helpers/wait.ts';

const files = openAuthorities();
let right: Authority;
let wrong: Authority;
let server: EmbeddedServer;
let plain: EmbeddedServer;
let admin: postgres.Sql;
const clients: Record<string, Certificate> = {};

/** If the tests run as root, the embedded server runs as another user, who must own its key. */
async function ownerOf(sql: postgres.Sql): Promise<(file: string) => void> {
  const [row] = await sql`SELECT current_setting('data_directory') AS directory`;
  const { uid, gid } = statSync(row?.directory);
  return file => chownSync(file, uid, gid);
}

async function present(certificate: Certificate): Promise<void> {
  const key = files.forServer(certificate.key, await ownerOf(admin));
  await admin.unsafe(`ALTER SYSTEM SET ssl_cert_file = '${certificate.certificate}'`);
  await admin.unsafe(`ALTER SYSTEM SET ssl_key_file = '${key}'`);
  await reload();
}

async function reload(): Promise<void> {
  const [before] = await admin`SELECT pg_conf_load_time()::text AS at`;
  await admin`SELECT pg_reload_conf()`;
  await waitFor(async () => {
    const [now] = await admin`SELECT pg_conf_load_time()::text AS at`;
    return now?.at !== before?.at;
  }, 'the configuration to be loaded');
}

let good: Certificate;
beforeAll(async () => {
  right = files.make('right', 'Right Authority');
  wrong = files.make('wrong', 'Wrong Authority');
  // OpenSSL's variable for where the system's certificates are; only read once.
  process.env.SSL_CERT_FILE = right.certificate;
  good = right.issue('server', 'localhost', { names: 'DNS:localhost,IP:127.0.0.1' });
  clients.right = right.issue('client', 'certified');
  clients.locked = right.issue('locked', 'certified', { password: 'open sesame' });
  clients.other = right.issue('other', 'somebody-else');
  clients.wrong = wrong.issue('intruder', 'certified');
  [server, plain] = await Promise.all([startEmbedded(), startEmbedded()]);
  admin = postgres(server.url, { max: 1, onnotice: () => {} });
  const [row] = await admin`SELECT current_setting('hba_file') AS hba`;
  writeFileSync(
    row?.hba,
    'hostssl all certified all cert\nhostssl all demanding all scram-sha-256 clientcert=verify-ca\n' +
      'host all postgres all scram-sha-256\nlocal all all scram-sha-256\n',
  );
  await admin.unsafe("CREATE ROLE certified LOGIN; CREATE ROLE demanding LOGIN PASSWORD 'x'");
  await admin.unsafe(`ALTER SYSTEM SET ssl_ca_file = '${right.certificate}'`);
  await admin.unsafe('ALTER SYSTEM SET ssl = on');
  await present(good);
}, timeLimit(300_000));
afterAll(async () => {
  await admin?.end();
  await Promise.all([server?.stop(), plain?.stop()]);
  files.remove();
});

interface Wanted
  extends Partial<Pick<ServerTarget, 'host' | 'user' | 'password' | 'connectTimeout' | 'port'>> {
  at?: EmbeddedServer;
  sslmode?: SslMode;
  tls?: TlsSettings | undefined;
}

function open({ at = server, sslmode = 'prefer', tls, host = 'localhost', user, ...rest }: Wanted) {
  const url = new URL(at.url);
  const target: ServerTarget = {
    kind: 'server',
    host,
    port: at.port,
    database: 'postgres',
    user: user ?? 'postgres',
    password: url.password,
    sslmode,
    tls,
    applicationName: 'test',
    source: 'test',
    ...rest,
  };
  return connect(target, { timeout: 30, lockTimeout: 2 });
}

/** The encryption of a connection according to the client, and according to the server. */
async function agreed(wanted: Wanted) {
  const database = open(wanted);
  try {
    const [row] = await database.read(reader =>
      reader.rows('SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()'),
    );
    const { ssl, version } = row as { ssl: boolean; version: string | null };
    const found = database.encryption();
    expect({ ssl, version }).toEqual({ ssl: found?.encrypted, version: found?.protocol });
    return ssl ? found?.verified : 'plain';
  } finally {
    await database.close();
  }
}

async function refusal(wanted: Wanted) {
  const database = open(wanted);
  try {
    return await database
      .read(reader => reader.rows('SELECT 1'))
      .then(
        () => 'no error',
        error => error as { code: string; message: string; hint: string; exitCode: number },
      );
  } finally {
    await database.close();
  }
}

describe('sslmode', () => {
  test.each<[SslMode, string, string | undefined]>([
    ['disable', 'plain', undefined],
    ['allow', 'none', undefined],
    ['prefer', 'none', undefined],
    ['require', 'none', undefined],
    ['require', 'ca', 'right'],
    ['verify-ca', 'ca', 'right'],
    ['verify-full', 'full', 'right'],
  ])('%s is %s with the certificate of %s', async (sslmode, expected, root) => {
    const tls = root ? { rootCertificate: right.certificate } : undefined;
    expect(await agreed({ sslmode, tls })).toBe(expected);
  });

  test.each<[SslMode, string]>([
    ['disable', 'plain'],
    ['allow', 'plain'],
    ['prefer', 'plain'],
  ])('%s is plain at a server without TLS', async (sslmode, expected) => {
    expect(await agreed({ at: plain, sslmode })).toBe(expected);
  });

  test.each<[SslMode]>([['require'], ['verify-ca'], ['verify-full']])(
    '%s is refused at a server without TLS',
    async sslmode => {
      const tls = { rootCertificate: right.certificate };
      expect(await refusal({ at: plain, sslmode, tls })).toMatchObject({
        code: 'tls-unavailable',
        exitCode: 3,
      });
    },
  );

  test('require verifies if there is a root certificate where libpq looks', async () => {
    const directory = join(files.directory, 'home');
    mkdirSync(directory);
    copyFileSync(wrong.certificate, join(directory, 'root.crt'));
    expect(await refusal({ sslmode: 'require', tls: { directory } })).toMatchObject({
      code: 'tls-unknown-ca',
    });
    copyFileSync(right.certificate, join(directory, 'root.crt'));
    expect(await agreed({ sslmode: 'require', tls: { directory } })).toBe('ca');
  });

  test.each<[SslMode, TlsSettings | undefined, string]>([
    ['verify-ca', undefined, 'no-root-certificate'],
    ['verify-full', undefined, 'no-root-certificate'],
    ['require', { rootCertificate: '/nowhere/root.crt' }, 'unreadable-certificate'],
  ])('%s with %j is a matter of configuration', async (sslmode, tls, code) => {
    expect(await refusal({ sslmode, tls })).toMatchObject({ code, exitCode: 2 });
  });

  test("the system's certificates are those that this process is given", async () => {
    const tls = { rootCertificate: 'system' };
    expect(await agreed({ sslmode: 'verify-full', tls })).toBe('full');
  });

  test('a list of revoked certificates is not passed over', async () => {
    const directory = join(files.directory, 'revoking');
    mkdirSync(directory);
    writeFileSync(join(directory, 'root.crl'), '');
    const tls = { directory, rootCertificate: right.certificate };
    expect(await refusal({ sslmode: 'verify-ca', tls })).toMatchObject({
      code: 'unsupported-parameter',
      exitCode: 2,
    });
  });

  test('a file without a certificate is called so, and not the certificate of the server', async () => {
    const empty = join(files.directory, 'empty.crt');
    writeFileSync(empty, 'not a certificate');
    for (const sslmode of ['require', 'verify-ca'] as const) {
      expect(await refusal({ sslmode, tls: { rootCertificate: empty } })).toMatchObject({
        code: 'unreadable-certificate',
        exitCode: 2,
        message: expect.stringContaining(empty),
      });
    }
  });

  test('disable gets a hint if the server requires encryption', async () => {
    expect(await refusal({ user: 'certified', sslmode: 'disable' })).toMatchObject({
      code: 'authentication-failed',
      hint: expect.stringContaining('sslmode=require'),
    });
  });

  test('TLS may begin at once, without asking', async () => {
    const tls = { rootCertificate: right.certificate, direct: true };
    expect(await agreed({ sslmode: 'verify-full', tls })).toBe('full');
  });
});

describe('a certificate that is not right', () => {
  const verifying = (sslmode: SslMode, more: Wanted = {}) =>
    refusal({ sslmode, tls: { rootCertificate: right.certificate }, ...more });
  afterAll(() => present(good));

  test('of an authority that is not trusted', async () => {
    const tls = { rootCertificate: wrong.certificate };
    for (const sslmode of ['require', 'verify-ca', 'verify-full'] as const) {
      expect(await refusal({ sslmode, tls })).toMatchObject({
        code: 'tls-unknown-ca',
        exitCode: 3,
        message: expect.stringContaining('Right Authority'),
      });
    }
  });

  test('for another host: verify-full says for which, verify-ca does not care', async () => {
    await present(right.issue('elsewhere', 'db.example', { names: 'DNS:db.example' }));
    expect(await verifying('verify-full')).toMatchObject({
      code: 'tls-wrong-name',
      exitCode: 3,
      message: expect.stringContaining('db.example'),
    });
    expect(await verifying('verify-ca')).toBe('no error');
  });

  test('for this address by its common name alone, as libpq takes it', async () => {
    await present(right.issue('address', '127.0.0.1'));
    expect(await verifying('verify-full', { host: '127.0.0.1' })).toBe('no error');
    expect(await verifying('verify-full')).toMatchObject({ code: 'tls-wrong-name' });
  });

  test('for this address among the names of hosts, as libpq takes it', async () => {
    await present(right.issue('odd-address', 'x', { names: 'DNS:127.0.0.1,DNS:x' }));
    expect(await verifying('verify-full', { host: '127.0.0.1' })).toBe('no error');
    expect(await verifying('verify-full')).toMatchObject({ code: 'tls-wrong-name' });
  });

  test('expired, or not valid yet: with the day', async () => {
    await present(right.issue('old', 'localhost', { from: '20200101000000Z', until: '20210203000000Z' }));
    expect(await verifying('verify-ca')).toMatchObject({
      code: 'tls-expired',
      message: expect.stringContaining('2021-02-03'),
    });
    await present(right.issue('new', 'localhost', { from: '20980101000000Z', until: '20990101000000Z' }));
    expect(await verifying('verify-full')).toMatchObject({
      code: 'tls-expired',
      message: expect.stringContaining('2098-01-01'),
    });
    expect(await agreed({ sslmode: 'require' })).toBe('none');
  });
});

describe('a client certificate', () => {
  const as = (name: string, more: TlsSettings = {}, user = 'certified') => ({
    user,
    sslmode: 'require' as const,
    tls: { certificate: clients[name]?.certificate, key: clients[name]?.key, ...more },
  });

  test('that is right opens the door, also with a key behind a password', async () => {
    expect(await refusal(as('right'))).toBe('no error');
    expect(await refusal(as('locked', { keyPassword: 'open sesame' }))).toBe('no error');
  });

  test.each<[string, () => Wanted, number]>([
    ['missing', () => ({ user: 'demanding', sslmode: 'require' }), 3],
    ['of another authority', () => as('wrong'), 3],
    ['of another user', () => as('other'), 3],
    ['kept back', () => as('right', { sendCertificate: false }), 3],
    ['with the key of another', () => as('right', { key: clients.other?.key }), 2],
    ['with the wrong password', () => as('locked', { keyPassword: 'no' }), 2],
    ['without its password', () => as('locked'), 2],
    ['without a key', () => as('right', { key: undefined }), 2],
    ['whose key is not there', () => as('right', { key: '/nowhere/client.key' }), 2],
  ])('%s is told as one', async (_what, wanted, exitCode) => {
    const code = exitCode === 2 ? 'client-key' : 'client-certificate';
    expect(await refusal(wanted())).toMatchObject({ code, exitCode });
  });

  test('whose key others may read is not used', async () => {
    const open = join(files.directory, 'open.key');
    copyFileSync(clients.right?.key ?? '', open);
    chmodSync(open, 0o640);
    expect(await refusal(as('right', { key: open }))).toMatchObject({
      code: 'client-key',
      exitCode: 2,
      hint: expect.stringContaining('chmod 600'),
    });
  });
});

test('a cancel reaches the server over TLS', async () => {
  const database = open({ sslmode: 'verify-full', tls: { rootCertificate: right.certificate } });
  const controller = new AbortController();
  const running = async () => {
    const [row] =
      await admin`SELECT count(*)::int AS n FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'
      AND state = 'active'`;
    return row?.n as number;
  };
  const read = database.read(reader => reader.rows('SELECT pg_sleep(60)'), { signal: controller.signal });
  const interrupted = expect(read).rejects.toMatchObject({ code: 'interrupted' });
  await waitFor(async () => (await running()) === 1, 'the statement to run');
  controller.abort();
  await interrupted;
  await waitFor(async () => (await running()) === 0, 'the statement to end');
  await database.close();
});

test('an unknown password is reported as missing over TLS too, every time', async () => {
  const database = open({ password: undefined, sslmode: 'require' });
  for (let round = 0; round < 4; round += 1) {
    await expect(database.read(reader => reader.rows('SELECT 1'))).rejects.toMatchObject({
      code: 'password-wanted',
      exitCode: 3,
    });
  }
  await database.close();
});

test.each([
  [7, 'Kerberos'],
  // A step of SCRAM that was not begun: without the guard the driver fails with an uncaught error.
  [11, 'number 11'],
  [99, 'number 99'],
])('a server that wants to know who this is in a foreign way (%s) is told as one', async (way, words) => {
  const port = await listening(socket =>
    socket.once('data', () => socket.write(Buffer.from([82, 0, 0, 0, 8, 0, 0, 0, way]))),
  );
  expect(await refusal({ host: '127.0.0.1', port, sslmode: 'disable' })).toMatchObject({
    code: 'authentication-failed',
    exitCode: 3,
    message: expect.stringContaining(words),
  });
});

const impostors: Server[] = [];
afterAll(() => {
  for (const impostor of impostors) impostor.close();
});

/** Starts something that is not a PostgreSQL server; returns its port. */
async function listening(speak: (socket: Socket) => void): Promise<number> {
  const impostor = createServer(socket => speak(socket.on('error', () => {})));
  impostors.push(impostor);
  const port = await freePort();
  await new Promise<void>(resolve => impostor.listen(port, '127.0.0.1', resolve));
  return port;
}

test.each(['nothing', 'S'])('a server that says %s and no more is given up in time', async said => {
  const port = await listening(socket => {
    if (said === 'S') socket.once('data', () => socket.write('S'));
  });
  const order: string[] = [];
  const after = async (connectTimeout: number) => {
    const error = await refusal({ host: '127.0.0.1', port, connectTimeout });
    expect(error).toMatchObject({ code: 'connection-timeout', exitCode: 3 });
    order.push(`after ${connectTimeout} s`);
  };
  await Promise.all([after(3), after(0.5)]);
  expect(order).toEqual(['after 0.5 s', 'after 3 s']);
});

test('a server that does not begin TLS at once is recognized', async () => {
  const port = await listening(socket => socket.once('data', () => socket.end()));
  const wanted = { host: '127.0.0.1', port, sslmode: 'require', tls: { direct: true } } as const;
  expect(await refusal(wanted)).toMatchObject({
    code: 'tls-failed',
    hint: expect.stringContaining('sslnegotiation=direct'),
  });
});

test('a server with another protocol is recognized', async () => {
  const port = await listening(socket => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request')));
  expect(await refusal({ host: '127.0.0.1', port })).toMatchObject({
    code: 'tls-failed',
    message: expect.stringContaining('another protocol'),
  });
});

test('a server that fails before TLS may be going down: it is asked again', async () => {
  const port = await listening(socket => socket.once('data', () => socket.end('Ecould not fork\n\0')));
  const error = await refusal({ host: '127.0.0.1', port });
  expect(error).toMatchObject({
    code: 'server-starting',
    // What somebody in between could have written is not shown.
    message: expect.not.stringContaining('fork'),
  });
  expect(isTransient(error)).toBe(true);
});

test('a failed handshake is reported in words, without the numbers of OpenSSL', async () => {
  const port = await listening(socket =>
    socket.once('data', () => {
      socket.write('S');
      socket.once('data', () => socket.write('this is no TLS at all'));
    }),
  );
  expect(await refusal({ host: '127.0.0.1', port })).toMatchObject({
    code: 'tls-failed',
    message: expect.not.stringMatching(/:error:|\.c:/),
  });
});

test('bytes behind the answer to the question for TLS end the connection', async () => {
  const port = await listening(socket => socket.once('data', () => socket.write('SR')));
  expect(await refusal({ host: '127.0.0.1', port })).toMatchObject({ code: 'tls-failed', exitCode: 3 });
});

test('a server that hangs up silently is reported as lost, and not called again and again', async () => {
  let calls = 0;
  const port = await listening(socket => {
    calls += 1;
    socket.once('data', () => socket.end());
  });
  expect(await refusal({ host: '127.0.0.1', port, sslmode: 'disable' })).toMatchObject({
    code: 'connection-lost',
  });
  expect(calls).toBe(1);
});

test('more failures than connections leave the pool fit for use', async () => {
  const port = await freePort();
  const { password } = new URL(plain.url);
  const database = open({ host: '127.0.0.1', port, password });
  for (let round = 0; round < 5; round += 1) {
    await expect(database.read(reader => reader.rows('SELECT 1'))).rejects.toMatchObject({
      code: 'connection-refused',
    });
  }
  // Something answers there now.
  const { port: there } = new URL(plain.url);
  const proxy = createServer(socket => {
    const other = connectSocket(Number(there), '127.0.0.1');
    for (const end of [socket, other]) end.on('error', () => {});
    socket.pipe(other).pipe(socket);
  });
  await new Promise<void>(resolve => proxy.listen(port, '127.0.0.1', resolve));
  expect(await database.read(reader => reader.rows('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
  await database.close();
  proxy.close();
});
