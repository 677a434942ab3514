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
  ['28000', 'client-certificate', 'connection requires a valid client certificate'],
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
  ['40001', 'recovery-conflict', 'canceling statement due to conflict with recovery'],
  ['40001', 'server-error', 'could not serialize access due to concurrent update'],
  ['3D000', 'no-such-database'],
  ['42501', 'permission-denied', 'permission denied for table presets'],
  ['42501', 'rows-hidden', 'query would be affected by row-level security policy for table "presets"'],
  ['42P01', 'schema-changed', 'relation "presets" does not exist'],
  ['42703', 'schema-changed', 'column "x" does not exist'],
  ['25006', 'server-read-only', 'cannot execute UPDATE in a read-only transaction'],
  ['57014', 'statement-timeout', 'canceling statement due to statement timeout'],
  ['57014', 'cancelled', 'canceling statement due to user request'],
  ['55P03', 'lock-timeout', 'canceling statement due to lock timeout'],
  ['XX000', 'server-error'],
  ['TLS_UNAVAILABLE', 'tls-unavailable'],
  ['TLS_UNKNOWN_CA', 'tls-unknown-ca', 'it signed itself'],
  ['TLS_EXPIRED', 'tls-expired', 'it expired on 2020-01-01'],
  ['TLS_WRONG_NAME', 'tls-wrong-name', 'other.example'],
  ['TLS_ODD_ANSWER', 'tls-failed', 'it speaks another protocol'],
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

test('a standby that never takes connections is not waited for', () => {
  expect(words('57P03', 'the database system is not accepting connections').hint).toMatch(/primary/);
  expect(words('57P03', 'the database system is starting up').hint).toMatch(/^Wait/);
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
