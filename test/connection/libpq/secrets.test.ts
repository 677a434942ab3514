import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadConfig, type ServerTarget } from '../../../source/config/config.ts';
import { connect, type Database } from '../../../source/connection/transactions.ts';
import { openAuthorities } from '../../helpers/certificates.ts';
import { authentication, serverMessage } from '../../helpers/fake-server.ts';
import {
  type Asking,
  needsOuterAddress,
  outerAddress,
  type PasswordOptions,
  type PasswordServer,
  startPasswordServer,
} from '../../helpers/password-server.ts';

const root = mkdtempSync(join(tmpdir(), 'preset-usage-secrets-'));
const authorities = openAuthorities();
afterAll(() => {
  rmSync(root, { recursive: true });
  authorities.remove();
});

const servers: PasswordServer[] = [];
const databases: Database[] = [];
afterAll(async () => {
  await Promise.all(databases.map(each => each.close()));
  await Promise.all(servers.map(each => each.close()));
});
const start = async (asking: Asking, options?: PasswordOptions) => {
  const server = await startPasswordServer(asking, options);
  servers.push(server);
  return server;
};

interface Person {
  /** DATABASE_URL in the `.env` of the working directory. */
  file?: string;
  passwords?: string;
  services?: string;
  environment?: Record<string, string>;
  flag?: string;
}

/** The target that a user's files and environment lead to. */
function targetOf({ file, passwords = '', services = '', environment = {}, flag }: Person): ServerTarget {
  const home = mkdtempSync(join(root, 'home-'));
  const directory = mkdtempSync(join(root, 'clone-'));
  writeFileSync(join(home, '.pgpass'), passwords, { mode: 0o600 });
  writeFileSync(join(home, '.pg_service.conf'), services);
  if (file !== undefined) writeFileSync(join(directory, '.env'), `DATABASE_URL="${file}"\n`);
  return loadConfig({ databaseUrl: flag }, { HOME: home, ...environment }, directory).target as ServerTarget;
}

/** Connects, and waits until the server got its answer or the console gave up; returns the error, or null. */
async function meet(
  server: PasswordServer,
  person: Person,
  lets = false,
): Promise<{ code?: string; message?: string; hint?: string } | null> {
  const database = connect({ ...targetOf(person), connectTimeout: 20 }, { timeout: 5, lockTimeout: 1 });
  const gaveUp = database
    .read(reader => reader.rows('SELECT 1'))
    .then(
      () => null,
      (error: { code: string }) => error,
    );
  // A successful login is not awaited.
  const used = lets ? gaveUp : server.used.then(() => null);
  databases.push(database);
  return Promise.race([gaveUp, used]);
}

const everyWay: Asking[] = ['cleartext', 'md5', 'scram'];

describe('an address from a .env gets no password from elsewhere', () => {
  test.each(everyWay)('not PGPASSWORD, whose host is another (%s)', async asking => {
    const server = await start(asking);
    const error = await meet(server, {
      file: `postgres://me@127.0.0.1:${server.port}/d`,
      environment: { PGPASSWORD: 'of the environment' },
    });
    expect(server.passwordUsed).toBe(false);
    expect(error).toMatchObject({
      code: 'password-wanted',
      hint: expect.stringMatching(
        /connection URL[\s\S]*PGPASSWORD was not used, because DATABASE_URL in \.env/,
      ),
    });
    expect(error?.hint).not.toMatch(/into [^.]*PGPASSWORD/);
  });

  test.each<[string, (port: number) => Person]>([
    ['as a connection string', port => ({ file: `host=127.0.0.1 port=${port} user=me` })],
    ['which names a port alone', port => ({ file: `postgres://me@/d?port=${port}&host=127.0.0.1` })],
    ['as an address', port => ({ file: `postgres://me@/d?hostaddr=127.0.0.1&port=${port}` })],
    [
      'beside the host of the environment',
      port => ({ file: `host=127.0.0.1 port=${port} user=me`, environment: { PGHOST: 'prod.example' } }),
    ],
    [
      'with a service of its own choice',
      port => ({
        file: `postgres://me@127.0.0.1:${port}/d?service=prod`,
        services: '[prod]\nhost=prod.example\npassword=of the service\n',
      }),
    ],
    [
      'with the service of the environment',
      port => ({
        file: `postgres://me@127.0.0.1:${port}/d`,
        services: '[prod]\nhost=prod.example\npassword=of the service\n',
        environment: { PGSERVICE: 'prod' },
      }),
    ],
    [
      'which leads a service elsewhere',
      port => ({
        file: `postgres:///d?service=prod&hostaddr=127.0.0.1&port=${port}`,
        services: '[prod]\nhost=prod.example\npassword=of the service\n',
      }),
    ],
    [
      'which leads a line of the password file elsewhere',
      port => ({
        file: `postgres://me@prod.example:${port}/d?hostaddr=127.0.0.1`,
        passwords: 'prod.example:*:*:*:of the file\n',
      }),
    ],
    [
      'for which a line of the password file is not meant',
      port => ({ file: `postgres://me@127.0.0.1:${port}/d`, passwords: '*:*:*:*:of the file\n' }),
    ],
    [
      'and another host comes first',
      port => ({
        file: `postgres://me@prod.example:1,127.0.0.1:${port}/d?hostaddr=127.0.0.1,127.0.0.1`,
        passwords: 'prod.example:*:*:*:of the file\n',
      }),
    ],
    [
      'which asks for less than the environment',
      port => ({
        file: `postgres://me@127.0.0.1:${port}/d?sslmode=disable`,
        passwords: '127.0.0.1:*:*:*:of the file\n',
        environment: { PGSSLMODE: 'verify-full' },
      }),
    ],
  ])('%s', async (_, person) => {
    const server = await start('cleartext');
    const { environment, ...rest } = person(server.port);
    const error = await meet(server, {
      ...rest,
      environment: { PGPASSWORD: 'of the environment', ...environment },
    });
    expect(server.answers).toEqual([]);
    expect(error).toMatchObject({ code: 'password-wanted' });
  });

  test.each(['passfile', 'servicefile'])('and cannot choose where passwords are read from (%s)', name => {
    expect(() => targetOf({ file: `postgres://me@h/d?service=s&${name}=/x` })).toThrow(
      expect.objectContaining({ code: 'unsupported-parameter', exitCode: 2 }),
    );
  });
});

describe('a password from the same source as the address is used', () => {
  test.each<[string, (port: number) => Person, string]>([
    ['its own', port => ({ file: `postgres://me:own@127.0.0.1:${port}/d` }), 'own'],
    [
      'the line for this host in the password file',
      port => ({
        file: `postgres://me@127.0.0.1:${port}/d`,
        passwords: `*:*:*:*:any\n127.0.0.1:${port}:*:me:named\n`,
      }),
      'named',
    ],
    [
      'of several hosts the line for the one that asks',
      port => ({
        file: `postgres://me@127.0.0.1:1,127.0.0.1:${port}/d`,
        passwords: `127.0.0.1:1:*:*:first\n127.0.0.1:${port}:*:*:second\n`,
      }),
      'second',
    ],
    [
      'of a service that leads there by itself',
      port => ({
        file: 'postgres:///d?service=prod',
        services: `[prod]\nhost=127.0.0.1\nport=${port}\nuser=me\npassword=of the service\n`,
      }),
      'of the service',
    ],
    [
      'PGPASSWORD for the address of the environment',
      port => ({
        file: 'postgres:///d',
        environment: { PGHOST: '127.0.0.1', PGPORT: String(port), PGPASSWORD: 'of the environment' },
      }),
      'of the environment',
    ],
    [
      'PGPASSWORD for DATABASE_URL of the environment',
      port => ({
        environment: { DATABASE_URL: `postgres://me@127.0.0.1:${port}/d`, PGPASSWORD: 'of the environment' },
      }),
      'of the environment',
    ],
    [
      'PGPASSWORD for what was typed',
      port => ({
        flag: `postgres://me@127.0.0.1:${port}/d`,
        environment: { PGPASSWORD: 'of the environment' },
      }),
      'of the environment',
    ],
    [
      'any line of the password file for what was typed',
      port => ({ flag: `postgres://me@127.0.0.1:${port}/d`, passwords: '*:*:*:*:any\n' }),
      'any',
    ],
  ])('%s', async (_, person, password) => {
    const server = await start('cleartext');
    expect(await meet(server, person(server.port))).toBeNull();
    expect(server.answers).toEqual([`${password}\0`]);
  });
});

describe('a password in clear', needsOuterAddress(), () => {
  const host = outerAddress ?? '';
  const own = (server: PasswordServer, more = '') => ({
    flag: `postgres://me:own@${host}:${server.port}/d${more}`,
  });

  test.each<[string, PasswordOptions, string?]>([
    ['', {}],
    [', asked for piece by piece', { pieces: 1 }],
    [', asked for after a word', { before: serverMessage('N', 'SNOTICE\0C00000\0Mhello\0\0') }],
    [', asked for after another question', { before: authentication(5, 'salt') }, 'authentication-failed'],
  ])('is refused without TLS to another machine%s', async (_, options, code = 'password-in-clear') => {
    const server = await start('cleartext', { host, ...options });
    expect(await meet(server, own(server))).toMatchObject({
      code,
      exitCode: 3,
      message: expect.stringContaining(`${host}:${server.port}`),
    });
    expect(server.answers.join()).not.toContain('own');
  });

  test('is not reported as known if there is none', async () => {
    const server = await start('cleartext', { host });
    const error = await meet(server, { flag: `postgres://me@${host}:${server.port}/d` });
    expect(error).toMatchObject({
      code: 'password-in-clear',
      message: expect.stringMatching(/unencrypted connection, so no password was sent\.$/),
    });
  });

  test('is sent through TLS', async () => {
    const certificate = authorities.make('ca', 'Authority').issue('fake', 'fake');
    const server = await start('cleartext', { host, certificate });
    expect(await meet(server, own(server, '?sslmode=require'))).toBeNull();
    expect(server.answers).toEqual(['own\0']);
  });

  test.each<Asking>(['md5', 'scram'])('is not what %s asks for', async asking => {
    const server = await start(asking, { host, pieces: 1 });
    expect(await meet(server, own(server))).toBeNull();
    expect(server.passwordUsed).toBe(true);
  });
});

test('a password typed for one host is sent to no other', async () => {
  const [asked, other] = [await start('cleartext'), await start('cleartext')];
  const target = targetOf({ flag: `postgres://me@127.0.0.1:${asked.port},127.0.0.1:${other.port}/d` });
  const typed = [{ host: { name: '127.0.0.1', port: asked.port }, password: 'typed' }];
  await asked.close();
  const database = connect({ ...target, typed }, { timeout: 5, lockTimeout: 1 });
  databases.push(database);
  await expect(database.read(reader => reader.rows('SELECT 1'))).rejects.toMatchObject({
    code: 'password-wanted',
  });
  expect(other.answers).toEqual([]);
});

test('a server that lets in without showing that it knows the password is not believed', async () => {
  const server = await start('scram', { lets: true });
  expect(await meet(server, { flag: `postgres://me:own@127.0.0.1:${server.port}/d` }, true)).toMatchObject({
    code: 'authentication-failed',
    message: expect.stringMatching(/could not prove/),
  });
});
