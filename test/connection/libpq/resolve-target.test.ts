import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { resolveTarget } from '../../../source/connection/libpq/resolve-target.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'preset-usage-home-'));
  writeFileSync(
    join(home, '.pg_service.conf'),
    [
      '# of the user',
      '[app]',
      'host=service.example',
      'port=6000',
      'user=served',
      'password="quoted # and ; all"',
      '[broken]',
      'host',
      '[nested]',
      'service=app',
      '[odd]',
      'sslcrl=x',
      '[twice]',
      'host=first.example',
      'host=second.example',
      'password= a\u00a0',
      '[spaced]',
      'host = h',
    ].join('\n'),
  );
  mkdirSync(join(home, 'system'));
  writeFileSync(
    join(home, 'system', 'pg_service.conf'),
    '[system]\nhost=system.example\n[app]\nhost=not.this\n',
  );
});

const resolve = (text: string | null, environment: Record<string, string> = {}) =>
  resolveTarget({ text, source: 'test' }, { PGSYSCONFDIR: join(home, 'system'), ...environment }, home);

describe('a URL', () => {
  test.each<[string, object]>([
    ['postgres://u:p%40ss%2F@h:1/d', { user: 'u', password: 'p@ss/', host: 'h', port: 1, database: 'd' }],
    ['postgresql://u@[::1]:5433/d', { host: '::1', port: 5433 }],
    ['postgres://u@%2Fvar%2Frun/d', { host: '/var/run' }],
    ['postgres:///d?host=/var/run/postgresql', { host: '/var/run/postgresql', database: 'd' }],
    ['postgres://u@/d?host=/tmp&port=6543', { host: '/tmp', port: 6543 }],
    ['postgres://u@h?dbname=x', { database: 'x' }],
    ['postgres://u@h', { database: 'u', port: 5432, sslmode: 'prefer' }],
    ['postgres://u@h/d?ssl=true', { sslmode: 'require' }],
    [
      'postgres://u@h/d?sslmode=verify-ca&sslrootcert=/r.crt',
      { sslmode: 'verify-ca', tls: { rootCertificate: '/r.crt' } },
    ],
    ['postgres://u@h/d?sslrootcert=system', { sslmode: 'verify-full' }],
    [
      'postgres://u@h/d?sslmode=require&sslnegotiation=direct&sslsni=0',
      { tls: { direct: true, tellName: false } },
    ],
    [
      'postgres://u@h/d?sslcert=c&sslkey=k&sslpassword=p',
      { tls: { certificate: 'c', key: 'k', keyPassword: 'p' } },
    ],
    ['postgres://u@h/d?ssl_min_protocol_version=TLSv1.3', { tls: { leastVersion: 'TLSv1.3' } }],
    ['postgres://u@h/d?pgbouncer=true&connection_limit=1&application_name=me', { applicationName: 'me' }],
    ['postgres://u@h/d?fallback_application_name=other', { applicationName: 'other' }],
    ['postgres://u@h/d?ssl_min_protocol_version=TLSv1', { tls: { leastVersion: 'TLSv1.2' } }],
    ['postgres://u@h/d?ssl_min_protocol_version=', { tls: { leastVersion: undefined } }],
    ['postgres://u@h/d?replication=false', { host: 'h' }],
    ['postgres://u@%40%2Frun%2Fpg/d', { host: '@/run/pg' }],
    ['postgres://u@h/d', { keepAlive: { enabled: true, idle: 60, interval: undefined, count: undefined } }],
    [
      'postgres://u@h/d?keepalives=1&keepalives_idle=30&keepalives_interval=10&keepalives_count=5',
      { keepAlive: { enabled: true, idle: 30, interval: 10, count: 5 } },
    ],
    ['postgres://u@h/d?keepalives=0', { keepAlive: { enabled: false } }],
    ['postgres://u@h/d?options=-c%20jit%3Doff', { options: '-c jit=off' }],
    ['postgres://u@h/d?connect_timeout=7', { connectTimeout: 7 }],
    ['postgres://u@h/d?connect_timeout=1', { connectTimeout: 2 }],
    ['postgres://u@h/d?channel_binding=prefer&gssencmode=disable&client_encoding=UTF8', { host: 'h' }],
    ['postgres://u@h/d?target_session_attrs=read-write', { sessionAttributes: 'read-write' }],
    [
      'postgres://u@a:1,b,[::1]:3/d',
      {
        host: 'a',
        port: 1,
        hosts: [
          { name: 'a', port: 1 },
          { name: 'b', port: 5432 },
          { name: '::1', port: 3 },
        ],
      },
    ],
    [
      'postgres://u@h/d?hostaddr=10.0.0.1',
      { host: 'h', hosts: [{ name: 'h', address: '10.0.0.1', port: 5432 }] },
    ],
    [
      'postgres://u@%2Frun/d?hostaddr=10.0.0.1',
      { host: '', hosts: [{ name: '', address: '10.0.0.1', port: 5432 }] },
    ],
  ])('%s', (url, expected) => {
    expect(resolve(url)).toMatchObject(expected);
  });

  test.each([
    ['hello', 'bad-url'],
    ['http://h/d', 'bad-url'],
    ['postgres://u:p#w@h/d', 'bad-url'],
    ['postgres://u:p%zz@h/d', 'bad-url'],
    ['postgres://u:p@h:x/d', 'bad-url'],
    ['postgres://u@[::1/d', 'bad-url'],
    ['postgres://u@h/d?nope=1', 'bad-url'],
    ['postgres://u@h/d?schema=app', 'bad-url'],
    ['postgres://u@h:0/d', 'bad-port'],
    ['postgres://u@h:65536/d', 'bad-port'],
    ['postgres://u@a,b,c/d?port=1,2', 'bad-hosts'],
    ['postgres://u@a,b/d?hostaddr=10.0.0.1', 'bad-hosts'],
    ['postgres://u@h/d?hostaddr=name', 'bad-hosts'],
    ['postgres://u@h/d?keepalives_idle=long', 'bad-value'],
    ['postgres://u@h/d?tcp_user_timeout=1000', 'unsupported-parameter'],
    ['postgres://u@h/d?ssl_min_protocol_version=TLSv1.3&ssl_max_protocol_version=TLSv1.2', 'bad-value'],
    ['postgres://u@h/d?sslmode=sometimes', 'bad-sslmode'],
    ['postgres://u@h/d?sslmode=require&sslrootcert=system', 'bad-sslmode'],
    ['postgres://u@h/d?sslnegotiation=direct', 'bad-sslmode'],
    ['postgres://u@h/d?target_session_attrs=any-old', 'bad-value'],
    ['postgres://u@h/d?connect_timeout=soon', 'bad-timeout'],
    ['postgres://u@h/d?channel_binding=require', 'unsupported-parameter'],
    ['postgres://u@h/d?gssencmode=require', 'unsupported-parameter'],
    ['postgres://u@h/d?sslcrl=x', 'unsupported-parameter'],
    ['postgres://u@h/d?require_auth=scram-sha-256', 'unsupported-parameter'],
    ['postgres://u@h/d?client_encoding=LATIN1', 'unsupported-parameter'],
    ['postgres://u@h/d?ssl_max_protocol_version=TLSv1.1', 'unsupported-parameter'],
    ['postgres://u@h/d?replication=database', 'unsupported-parameter'],
  ])('%s is refused: %s', (url, code) => {
    expect(() => resolve(url)).toThrow(expect.objectContaining({ code, exitCode: 2 }));
  });

  test.each(['postgresql+asyncpg://h/d', 'jdbc:postgresql://h/d', 'POSTGRES://h/d', 'prisma://h/d'])(
    '%s is told how it has to begin',
    url => {
      expect(() => resolve(url)).toThrow(/does not begin with postgres:/);
    },
  );

  test.each([
    'postgres://u:secret@h:x/d',
    'postgres://u:secret@h/d?nope=1',
    'secret',
    'password=secret nope',
    "password='secret",
  ])('the message about %s repeats nothing of it', text => {
    expect(() => resolve(text)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    );
  });
});

describe('a connection string', () => {
  test.each<[string, object]>([
    ['host=h port=1 dbname=d user=u', { host: 'h', port: 1, database: 'd', user: 'u' }],
    [" host = h  password = 'it''s' ", {}],
    ["host=h password='a b\\'c\\\\d'", { password: "a b'c\\d" }],
    ['host=h password=a\\ b', { password: 'a b' }],
    ['host=h password=a\u00a0b user=u', { password: 'a\u00a0b', user: 'u' }],
    [
      'host=a,b port=1,2',
      {
        hosts: [
          { name: 'a', port: 1 },
          { name: 'b', port: 2 },
        ],
      },
    ],
    ["host=h user=''", { host: 'h' }],
  ])('%s', (text, expected) => {
    if (Object.keys(expected).length === 0) {
      // libpq does not accept two adjacent strings either.
      expect(() => resolve(text)).toThrow(expect.objectContaining({ code: 'bad-conninfo' }));
    } else expect(resolve(text)).toMatchObject(expected);
  });
});

describe('the text comes before the service, then the environment, then the defaults', () => {
  test.each<[string, string | null, Record<string, string>, object]>([
    ['written', 'postgres://u@h:1/d?service=app', { PGPORT: '2' }, { host: 'h', port: 1, user: 'u' }],
    [
      'service',
      'postgres:///d?service=app',
      { PGPORT: '2', PGUSER: 'e' },
      { host: 'service.example', port: 6000, user: 'served' },
    ],
    [
      'service of the environment',
      null,
      { PGSERVICE: 'app', PGHOST: 'e' },
      { host: 'service.example', source: 'test, service "app"' },
    ],
    ['service of the system', null, { PGSERVICE: 'system' }, { host: 'system.example' }],
    [
      'environment',
      'postgres:///d',
      { PGHOST: 'e', PGPORT: '2', PGUSER: 'v', PGPASSWORD: 'p' },
      { host: 'e', port: 2, user: 'v', password: 'p' },
    ],
    [
      'PGSSLMODE and its friends',
      'postgres://h',
      { PGSSLMODE: 'require', PGSSLROOTCERT: '/r', PGSSLCERT: '/c' },
      { sslmode: 'require', tls: { rootCertificate: '/r', certificate: '/c' } },
    ],
    ['PGREQUIRESSL', 'postgres://h', { PGREQUIRESSL: '1' }, { sslmode: 'require' }],
    [
      'an empty variable is none',
      'postgres://h',
      { PGSSLMODE: '', PGPORT: '' },
      { sslmode: 'prefer', port: 5432 },
    ],
    ['PGAPPNAME', 'postgres://h', { PGAPPNAME: 'mine' }, { applicationName: 'mine' }],
    [
      'PGTARGETSESSIONATTRS',
      'postgres://h',
      { PGTARGETSESSIONATTRS: 'standby' },
      { sessionAttributes: 'standby' },
    ],
    ['PGPASSFILE', 'postgres://h', { PGPASSFILE: '/p' }, { passwordFile: '/p' }],
  ])('%s', (_, text, environment, expected) => {
    expect(resolve(text, environment)).toMatchObject(expected);
  });

  test('a password in a service file is taken as it stands', () => {
    expect(resolve(null, { PGSERVICE: 'app' }).password).toBe('"quoted # and ; all"');
  });

  test('of two lines of a service the first counts, and a value is all that is behind the sign', () => {
    expect(resolve(null, { PGSERVICE: 'twice' })).toMatchObject({
      host: 'first.example',
      password: ' a\u00a0',
    });
  });

  test.each<[Record<string, string>, string]>([
    [{ PGSERVICE: 'spaced' }, 'bad-service-file'],
    [{ PGSERVICE: 'nobody' }, 'no-such-service'],
    [{ PGSERVICE: 'app', PGSERVICEFILE: '/nowhere' }, 'unreadable-service-file'],
    [{ PGSERVICE: 'broken' }, 'bad-service-file'],
    [{ PGSERVICE: 'nested' }, 'bad-service-file'],
    [{ PGSERVICE: 'odd' }, 'unsupported-parameter'],
    [{ PGSSLCRL: 'x' }, 'unsupported-parameter'],
    [{ PGCHANNELBINDING: 'require' }, 'unsupported-parameter'],
    [{ PGPORT: 'x' }, 'bad-port'],
    [{ PGSSLMODE: 'sometimes' }, 'bad-sslmode'],
  ])('%j is refused: %s', (environment, code) => {
    expect(() => resolve('postgres:///d', environment)).toThrow(
      expect.objectContaining({ code, exitCode: 2, hint: expect.stringMatching(/\.$/) }),
    );
  });

  test('hosts in any order are still the same hosts', () => {
    const { hosts } = resolve('postgres://a,b,c/d?load_balance_hosts=random');
    expect(hosts?.map(({ name }) => name).sort()).toEqual(['a', 'b', 'c']);
  });
});
