import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { databaseError, isConsoleError, type Place, sqlState } from '../../source/errors/errors.ts';

const place: Place = {
  host: 'db.example',
  port: 5432,
  database: 'app',
  user: 'me',
  timeout: 30,
  demo: false,
  passwordNotice: 'The password file /p was ignored, because others can read it: chmod 600 /p',
};

const hosted = (host: string, user: string, code: string, message: string, port = 5432) => {
  const told = databaseError(Object.assign(new Error(message), { code }), { ...place, host, user, port });
  if (!isConsoleError(told)) throw new Error(`${code} has no sentence`);
  return told;
};

describe('what poolers and proxies of hosts say leads somewhere', () => {
  const pooler = 'aws-0-eu-central-1.pooler.supabase.com';
  const direct = 'db.abcdefghijklmnopqrst.supabase.co';
  const neon = 'ep-cool-rain-123456-pooler.eu-central-1.aws.neon.tech';
  test.each<[string, string, string, string, string, RegExp]>([
    [
      pooler,
      'postgres',
      'XX000',
      'Tenant or user not found',
      'authentication-failed',
      /form postgres\.<project ref>.*region/,
    ],
    [
      pooler,
      'postgres.abc',
      'XX000',
      'Tenant or user not found',
      'authentication-failed',
      /project ref after the dot.*region/,
    ],
    [
      pooler,
      'postgres',
      'XX000',
      '(ENOTFOUND) tenant/user postgres not found',
      'authentication-failed',
      /form postgres\.<project ref>/,
    ],
    [
      pooler,
      'postgres.abc',
      'XX000',
      'MaxClientsInSessionMode: max clients reached',
      'too-many-connections',
      /port 6543/,
    ],
    [
      pooler,
      'postgres.abc',
      'XX000',
      'Unable to check out process from the pool due to timeout',
      'too-many-connections',
      /port 6543/,
    ],
    [
      'pool.example',
      'me',
      '53300',
      'sorry, too many clients already',
      'too-many-connections',
      /Close another client/,
    ],
    [
      'pool.example',
      'me',
      'XX000',
      'Max client connections reached',
      'too-many-connections',
      /raise the server's or the pooler's limit/,
    ],
    [
      pooler,
      'postgres.abc',
      'XX000',
      'Authentication error, reason: "Wrong password"',
      'authentication-failed',
      /Check user and password/,
    ],
    [
      pooler,
      'postgres.abc',
      'XX000',
      '(ESSLREQUIRED) SSL connection is required',
      'authentication-failed',
      /sslmode=require/,
    ],
    [
      pooler,
      'postgres.abc',
      'XX000',
      'Address not in tenant allow_list: {1, 2, 3, 4}',
      'authentication-failed',
      /network restrictions/,
    ],
    [
      neon,
      'me',
      'XX000',
      'Endpoint ID is not specified. Either please upgrade the client',
      'startup-options',
      /options=endpoint%3Dep-cool-rain-123456 /,
    ],
    [
      'proxy.example',
      'me',
      '08P01',
      'Endpoint ID is not specified',
      'startup-options',
      /options=endpoint%3D<endpoint id>/,
    ],
    [
      neon,
      'me',
      'XX000',
      'The requested endpoint could not be found, or you don’t have access to it',
      'no-such-endpoint',
      /dashboard/,
    ],
    [
      direct,
      'postgres',
      'ENOTFOUND',
      'getaddrinfo ENOTFOUND',
      'host-not-found',
      /only IPv6.*postgres\.abcdefghijklmnopqrst/,
    ],
    [direct, 'postgres', 'ENETUNREACH', 'connect ENETUNREACH', 'connection-timeout', /pooler's URL/],
    [direct, 'postgres', 'CONNECT_TIMEOUT', 'write CONNECT_TIMEOUT', 'connection-timeout', /only IPv6/],
    [
      'db.example',
      'me',
      'ENETUNREACH',
      'connect ENETUNREACH 2001:db8::1:5432 - Local (:::0)',
      'connection-timeout',
      /IPv4 address/,
    ],
  ])('%s as %s: %s %s', (host, user, code, message, expected, hint) => {
    expect(hosted(host, user, code, message)).toMatchObject({
      code: expected,
      exitCode: 3,
      hint: expect.stringMatching(hint),
    });
  });

  test('other errors and hosts keep their words', () => {
    expect(hosted(pooler, 'me', 'XX000', 'Max client connections reached', 6543).hint).not.toMatch(/6543/);
    expect(hosted('db.example', 'me', 'ENETUNREACH', 'connect ENETUNREACH 10.0.0.1:5432').hint).not.toMatch(
      /IPv/,
    );
    expect(hosted('db.example', 'me', 'ENOTFOUND', 'getaddrinfo ENOTFOUND').hint).not.toMatch(/IPv6/);
    expect(hosted('db.example', 'me', 'XX000', 'cache lookup failed for relation 7').code).toBe(
      'server-error',
    );
  });
});

const words = (code: string, message = 'words of the server', more: object = {}) => {
  const told = databaseError(Object.assign(new Error(message), { code }, more), place);
  if (!isConsoleError(told)) throw new Error(`${code} has no sentence`);
  return told;
};

/** What a driver or a server says, and the code of the sentence that it becomes. */
const cases: [string, string, string?, object?][] = [
  ['ENOTFOUND', 'host-not-found'],
  ['EAI_AGAIN', 'host-not-found'],
  ['ECONNREFUSED', 'connection-refused'],
  ['ENOENT', 'connection-refused'],
  ['EACCES', 'connection-refused'],
  ['EPERM', 'connection-refused'],
  ['CONNECT_TIMEOUT', 'connection-timeout'],
  ['ETIMEDOUT', 'connection-timeout'],
  ['EHOSTUNREACH', 'connection-timeout'],
  ['ENETUNREACH', 'connection-timeout'],
  ['CONNECTION_CLOSED', 'connection-lost'],
  ['ECONNRESET', 'connection-lost'],
  ['EPIPE', 'connection-lost'],
  ['57P01', 'connection-lost'],
  ['57P02', 'connection-lost'],
  ['08006', 'connection-lost'],
  ['25P03', 'connection-lost'],
  ['25P04', 'connection-lost'],
  ['57P03', 'server-starting', 'the database system is starting up'],
  ['53300', 'too-many-connections'],
  ['28P01', 'authentication-failed', 'password authentication failed for user "me"'],
  [
    '28000',
    'authentication-failed',
    'no pg_hba.conf entry for host "1.2.3.4", user "me", database "app", no encryption',
  ],
  [
    '28000',
    'authentication-failed',
    'no pg_hba.conf entry for host "1.2.3.4", user "me", database "app", SSL encryption',
  ],
  ['28000', 'client-certificate', 'ein Zertifikat', { routine: 'ClientAuthentication' }],
  ['SASL_SIGNATURE_MISMATCH', 'authentication-failed'],
  ['AUTHENTICATION_FOREIGN', 'authentication-failed', 'it wants Kerberos'],
  ['PASSWORD_WANTED', 'password-wanted'],
  ['PROTOCOL_PROBLEM', 'protocol-violation', 'a message has a length of 2'],
  ['ERR_OUT_OF_RANGE', 'protocol-violation'],
  ['ANSWER_TOO_LARGE', 'answer-too-large', 'one row takes 300 MB, but the limit is 256 MB'],
  ['PASSWORD_IN_CLEAR', 'password-in-clear'],
  ['08P01', 'startup-options', 'unsupported startup parameter: options'],
  ['08P01', 'server-error', 'invalid frontend message type 0'],
  ['08P01', 'too-many-connections', 'query_wait_timeout'],
  ['08P01', 'too-many-connections', 'no more connections allowed (max_client_conn)'],
  ['08P01', 'no-such-database', 'no such database: app'],
  ['08P01', 'no-such-database', 'database "app" is disabled'],
  ['08P01', 'authentication-failed', '"trust" authentication failed'],
  ['08P01', 'server-starting', 'server login has been failing, try again later (server_login_retry)'],
  ['40001', 'recovery-conflict', 'Konflikt', { routine: 'ProcessInterrupts' }],
  ['40001', 'recovery-conflict', 'Konflikt', { routine: 'ProcessRecoveryConflictInterrupt' }],
  ['40001', 'server-error', 'could not serialize access', { routine: 'heap_lock_tuple' }],
  ['3D000', 'no-such-database'],
  ['42501', 'permission-denied', 'permission denied for table presets'],
  ['42501', 'permission-denied', 'Regel auf Zeilenebene', { routine: 'ExecWithCheckOptions' }],
  ['42501', 'rows-hidden', 'Sicherheit auf Zeilenebene', { routine: 'check_enable_rls' }],
  ['PU002', 'rows-hidden', 'row-level security hides rows from this role now'],
  ['42P01', 'schema-changed', 'relation "presets" does not exist'],
  ['42703', 'schema-changed', 'column "x" does not exist'],
  ['25006', 'server-read-only', 'cannot execute UPDATE in a read-only transaction'],
  ['57014', 'statement-timeout', 'canceling statement due to statement timeout'],
  ['57014', 'cancelled', 'storniere Anfrage', { early: true }],
  ['55P03', 'lock-timeout', 'canceling statement due to lock timeout'],
  ['XX000', 'server-error'],
  ['TLS_UNAVAILABLE', 'tls-unavailable'],
  ['TLS_UNKNOWN_CA', 'tls-unknown-ca', 'it signed itself'],
  ['TLS_EXPIRED', 'tls-expired', 'it expired on 2020-01-01'],
  ['TLS_WRONG_NAME', 'tls-wrong-name', 'other.example'],
  ['TLS_ODD_ANSWER', 'tls-failed', 'it speaks another protocol'],
  ['TLS_ANSWERED_ERROR', 'server-starting'],
  ['TLS_NO_ALPN', 'tls-failed'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls-failed', 'wrong version number'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'client-certificate'],
  ['NO_HOST', 'connection-refused', '', { tried: [tried('a', 'ECONNREFUSED'), tried('b', 'ENOTFOUND')] }],
  [
    'NO_SUITABLE_HOST',
    'no-suitable-server',
    'read-write',
    { tried: [tried('a', null), tried('b', 'ETIMEDOUT')] },
  ],
];

function tried(name: string, code: string | null) {
  return { host: { name, port: 5432 }, error: code && Object.assign(new Error('x'), { code }) };
}

test('a standby that never takes connections is not waited for, by a hint that holds for every 57P03', () => {
  expect(words('57P03', 'das Datenbanksystem nimmt keine Verbindungen an').hint).toMatch(/^Wait.*primary/);
});

test('a pg_hba.conf that wants encryption is told from how this client came, not from words', () => {
  const refused = 'kein pg_hba.conf-Eintrag';
  const hint = (more: Partial<Place>) => {
    const told = databaseError(Object.assign(new Error(refused), { code: '28000' }), { ...place, ...more });
    return isConsoleError(told) ? told.hint : '';
  };
  expect(hint({ encrypted: false })).toMatch(/sslmode=require/);
  expect(hint({ encrypted: true })).toMatch(/Have a line/);
  expect(hint({ encrypted: false, host: '/run/postgresql' })).toMatch(/Have a line/);
  expect(hint({})).toMatch(/Have a line/);
});

test("a client's certificate is what was refused only where one was shown or is wanted", () => {
  const told = (routine: string, certified: boolean, message = 'fehlgeschlagen') =>
    databaseError(Object.assign(new Error(message), { code: '28000', routine }), { ...place, certified });
  expect(told('auth_failed', true)).toMatchObject({ code: 'client-certificate' });
  expect(told('auth_failed', false)).toMatchObject({ code: 'authentication-failed' });
  expect(told('ClientAuthentication', true, 'kein pg_hba.conf-Eintrag')).toMatchObject({
    code: 'authentication-failed',
  });
});

describe('every error of a server or of the way to it is told in a sentence, and in one on what to do', () => {
  test.each(cases)('%s is %s (%s)', (code, expected, message, more) => {
    const told = words(code, message, more);
    expect(told).toMatchObject({ code: expected, exitCode: 3 });
    // One sentence, or one for each host; it ends as sentences do, and is fit for any terminal.
    for (const text of [told.message, told.hint]) {
      expect(text).toMatch(/^[A-Za-z0-9/][\x20-\x7e]{12,}(\.|chmod 600 \/p)$/);
      expect(text).not.toMatch(/undefined|null|\[object|[^ .]\.\.|:\./);
    }
    expect(told.hint).not.toBe(told.message);
  });

  test('none is left out', () => {
    const source = ['error-words', 'server-errors', 'pooler-errors', 'tls-errors']
      .map(name => readFileSync(new URL(`../../source/errors/${name}.ts`, import.meta.url), 'utf8'))
      .join('');
    const known = [...source.matchAll(/\bcode: '([a-z-]+)'/g)].map(([, code]) => code);
    expect(new Set(cases.map(([, code]) => code))).toEqual(new Set(known));
  });

  test('what is no error of a database is left as it is', () => {
    const fault = new TypeError('x is not a function');
    expect(databaseError(fault, place)).toBe(fault);
  });

  test.each(['ENOENT', 'EACCES', 'EPERM'])(
    '%s of a file is left as it is, and one of a socket is not',
    code => {
      const ofFile = Object.assign(new Error(code), { code, syscall: 'open', path: '/app/part.js' });
      expect(databaseError(ofFile, place)).toBe(ofFile);
      const ofSocket = Object.assign(new Error(code), {
        code,
        syscall: 'connect',
        address: '/run/.s.PGSQL.5432',
      });
      expect(databaseError(ofSocket, place)).toMatchObject({ code: 'connection-refused' });
    },
  );
});

test.each([
  [{ code: '55P03' }, '55P03'],
  [{ code: 'P0001' }, 'P0001'],
  [{ code: 'EPIPE', syscall: 'write' }, ''],
  [{ code: 'EROFS', syscall: 'open' }, ''],
  [{ code: 'ECONNRESET' }, ''],
  [{ code: '55p03' }, ''],
  [new Error('none'), ''],
  [undefined, ''],
])('the code of the server in %j is %j', (error, code) => {
  expect(sqlState(error)).toBe(code);
});
