import type { ErrorRow } from './error-row.ts';

/** The SQLSTATE with which a block of this console says that policies hide rows now. */
export const hiddenNow = 'PU002';

const otherService = 'another service may be listening there.';

/** What the driver and the server say, in words; a row that asks for a text stands before the one that takes any. */
export const serverErrors: readonly ErrorRow[] = [
  {
    on: 'ENOTFOUND EAI_AGAIN',
    code: 'host-not-found',
    message: ({ place }) => `No host named ${place.host} could be found.`,
    hint: ({ from }) => `Check the host${from}, and that this machine is online.`,
  },
  {
    on: 'ECONNREFUSED ENOENT',
    code: 'connection-refused',
    message: ({ at }) => `Nothing accepts connections at ${at}.`,
    hint: ({ from }) => `Check host and port${from}, and that PostgreSQL is running there.`,
  },
  {
    on: 'EACCES EPERM',
    code: 'connection-refused',
    message: ({ at, error }) => `This machine does not allow a connection to ${at} (${error}).`,
    hint: 'Check the permissions of the socket and its directory, and the firewall of this machine.',
  },
  {
    on: 'CONNECT_TIMEOUT ETIMEDOUT EHOSTUNREACH ENETUNREACH',
    code: 'connection-timeout',
    message: ({ at }) => `${at} did not answer in time.`,
    hint: 'Check host and port, the network, and whether a firewall or an IP allow list is in the way.',
  },
  {
    on: 'CONNECTION_CLOSED CONNECTION_ENDED CONNECTION_DESTROYED ECONNRESET EPIPE 57P01 57P02 08006 08003 08001 08000',
    code: 'connection-lost',
    message: ({ at }) => `The connection to ${at} was lost.`,
    hint: 'The console reconnects by itself; run a command again.',
  },
  // Both of these timeouts close the connection, so they count as a lost connection.
  {
    on: '25P03',
    code: 'connection-lost',
    message: ({ at }) =>
      `The server at ${at} ended a transaction that was idle for longer than idle_in_transaction_session_timeout allows.`,
    hint: allowMore('idle_in_transaction_session_timeout'),
  },
  {
    on: '25P04',
    code: 'connection-lost',
    message: ({ at }) =>
      `The server at ${at} ended a transaction that took longer than transaction_timeout allows.`,
    hint: allowMore('transaction_timeout'),
  },
  // Its words alone tell the two apart.
  {
    on: '57P03',
    code: 'server-starting',
    message: ({ at, own }) => `The server at ${at} does not accept connections: ${own}.`,
    hint: 'Wait until it has started, then try again. A standby with hot_standby off never accepts any: connect to the primary.',
  },
  {
    on: '53300',
    code: 'too-many-connections',
    message: ({ at, place }) => `The server at ${at} has no free connection for ${place.user}.`,
    hint: 'Close another client or raise the limit; this console uses at most three connections.',
  },
  {
    on: '28P01 28000',
    saying: /pg_hba\.conf/,
    when: ({ place }) => place.encrypted === false && !/^[/@]/.test(place.host),
    code: 'authentication-failed',
    message: ({ at, place, own }) => `The server at ${at} did not let ${place.user} in: ${own}.`,
    hint: 'Its pg_hba.conf may require encryption: try sslmode=require.',
  },
  {
    on: '28P01 28000',
    saying: /pg_hba\.conf/,
    code: 'authentication-failed',
    message: ({ at, place, own }) => `The server at ${at} did not let ${place.user} in: ${own}.`,
    hint: 'Have a line for this user, database and address added to its pg_hba.conf.',
  },
  {
    on: '28P01 28000',
    code: 'authentication-failed',
    message: ({ at, place, own }) => `The server at ${at} did not let ${place.user} in: ${own}.`,
    hint: ({ from, notice }) =>
      `Check user and password${from}; percent-encode characters such as @ : / # in a URL.${notice}`,
  },
  {
    on: 'PASSWORD_WANTED',
    code: 'password-wanted',
    message: ({ at, place }) =>
      `The server at ${at} asks for the password of ${place.user}, and none was given.`,
    hint: ({ place, notice }) =>
      place.namedBy === undefined
        ? `Put it into the password file (~/.pgpass), PGPASSWORD or the connection URL.${notice}`
        : `Put it into the connection URL, or into the password file (~/.pgpass) on a line that names this host.${notice}`,
  },
  {
    on: 'AUTHENTICATION_FOREIGN',
    code: 'authentication-failed',
    message: ({ at, own }) =>
      `The server at ${at} asks for a login that this console does not support: ${own}.`,
    hint: 'Connect as a role that pg_hba.conf lets in by password or certificate.',
  },
  {
    on: 'PROTOCOL_PROBLEM',
    code: 'protocol-violation',
    message: ({ at, own }) => `What answers at ${at} does not speak PostgreSQL's protocol: ${own}.`,
    hint: ({ from }) => `Check host and port${from}: ${otherService}`,
  },
  // The driver fails on these in a message whose length was right.
  {
    on: 'ERR_OUT_OF_RANGE ERR_BUFFER_OUT_OF_BOUNDS',
    code: 'protocol-violation',
    message: ({ at }) =>
      `What answers at ${at} does not speak PostgreSQL's protocol: a message ends too early.`,
    hint: ({ from }) => `Check host and port${from}: ${otherService}`,
  },
  {
    on: 'ANSWER_TOO_LARGE',
    code: 'answer-too-large',
    message: ({ at, own }) => `The server at ${at} sent more than this console accepts: ${own}.`,
    hint: 'The connection was closed. Look for values of that size in the tables; if there are none, check what listens there.',
  },
  {
    on: 'PASSWORD_IN_CLEAR',
    code: 'password-in-clear',
    message: ({ at, place }) =>
      `The server at ${at} asks for the password of ${place.user} in clear text over an unencrypted connection, so no password was sent.`,
    hint: 'Connect with sslmode=verify-full (or at least require), or have the server ask for scram-sha-256.',
  },
  {
    on: 'SASL_SIGNATURE_MISMATCH',
    code: 'authentication-failed',
    message: ({ at, place }) =>
      `The server at ${at} could not prove that it knows the password of ${place.user}.`,
    hint: 'Somebody may be answering in its place. Check the host before you try again.',
  },
  {
    on: '3D000',
    code: 'no-such-database',
    message: ({ at, place }) => `There is no database "${place.database}" at ${at}.`,
    hint: 'Check the name at the end of the connection URL; psql -l lists the databases.',
  },
  {
    on: `42501 ${hiddenNow}`,
    when: ({ error, routine }) => error === hiddenNow || routine === 'check_enable_rls',
    code: 'rows-hidden',
    message: ({ place, own }) => `${place.user} may not see every row, so nothing is counted: ${own}.`,
    hint: 'A policy was just added, or row_security is off for this role. Connect as the owner of the tables, or as a role with BYPASSRLS.',
  },
  {
    on: '42501',
    code: 'permission-denied',
    message: ({ place, own }) => `${place.user} may not read everything that is needed: ${own}.`,
    hint: 'Grant SELECT on the tables of the counter to this role, or connect as one that has it.',
  },
  {
    on: '25006',
    code: 'server-read-only',
    message: ({ at, own }) => `The server at ${at} no longer accepts writes: ${own}.`,
    hint: 'After a failover this may be the standby: connect to the primary, and look at the counts first.',
  },
  {
    on: '42P01 42703',
    code: 'schema-changed',
    message: ({ own }) => `The tables have just changed: ${own}.`,
    hint: 'A migration may be running. Try again.',
  },
  {
    on: '57014',
    // By its code, it may also be the timeout.
    when: ({ early }) => early,
    code: 'cancelled',
    message: ({ own }) => `Somebody cancelled a statement of this console: ${own}.`,
    hint: 'Try again. A watchdog on this server may be calling pg_cancel_backend().',
  },
  {
    on: '57014',
    code: 'statement-timeout',
    message: ({ own }) => `The server cancelled a statement: ${own}.`,
    hint: ({ place }) =>
      `Allow more than ${place.timeout} seconds with --timeout, which replaces this role's statement_timeout.`,
  },
  {
    on: '40001',
    when: ({ routine }) => /^ProcessInterrupts$|Recovery_?Conflict/i.test(routine),
    code: 'recovery-conflict',
    message: ({ at, own }) => `The standby at ${at} ended a read to apply changes from its primary: ${own}.`,
    hint: 'Try again, or connect to the primary. max_standby_streaming_delay and hot_standby_feedback allow longer reads on a standby.',
  },
  {
    on: '55P03',
    code: 'lock-timeout',
    message: ({ own }) => `Another session held a lock for too long: ${own}.`,
    hint: 'Try again; --lock-timeout allows a longer wait.',
  },
];

function allowMore(setting: string): ErrorRow['hint'] {
  return ({ place }) =>
    `It is set for ${place.user}, the database or the server. ALTER ROLE ... SET ${setting} = '60s' allows a minute.`;
}
