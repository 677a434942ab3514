import type { ErrorRow } from './error-row.ts';

/** pgbouncer has one SQLSTATE for all it says. Where it only passes on what its server said, the row is that one's. */
export const poolerErrors: readonly ErrorRow[] = [
  {
    on: '08P01',
    saying: /startup parameter/,
    code: 'startup-options',
    message: ({ at, own }) => `The pooler at ${at} rejects an option of this connection: ${own}.`,
    hint: 'Leave out options and PGOPTIONS, or connect to the server itself.',
  },
  {
    on: '08P01',
    saying: /query_wait_timeout|max_client_conn|max_db_client|max_user_client|no more connections/,
    code: 'too-many-connections',
    message: ({ at, place, own }) => `The pooler at ${at} has no free connection for ${place.user}: ${own}.`,
    hint: "Try again, or raise the pooler's limit; this console uses at most three connections at a time.",
  },
  {
    on: '08P01',
    saying: /^no such database|^database ".*" (does not exist|is disabled)|^db is disabled/,
    code: 'no-such-database',
    message: ({ at, place, own }) => `The pooler at ${at} has no database "${place.database}": ${own}.`,
    hint: 'Check the name of the database, and the databases that the pooler is set up for.',
  },
  {
    on: '08P01',
    saying: /authentication failed|no such user|SASL|password/i,
    code: 'authentication-failed',
    message: ({ at, place, own }) => `The pooler at ${at} did not let ${place.user} in: ${own}.`,
    hint: ({ from, notice }) =>
      `Check user and password${from}, and the users that the pooler knows.${notice}`,
  },
  {
    on: '08P01',
    saying:
      /server_login|login failed|login has been failing|cannot connect|server conn|connect(ion)? (refused|timeout)/i,
    code: 'server-starting',
    message: ({ at, own }) => `The pooler at ${at} cannot reach its server: ${own}.`,
    hint: 'Wait until the server is back, then try again.',
  },
];
