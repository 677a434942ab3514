import { fromOf, noticeOf, type Place, type Words } from './server-address.ts';

/** pgbouncer has one SQLSTATE for all it says; where it only passes on what its server said, the words are that one's. */
export function poolerWords(own: string, at: string, place: Place): Words | undefined {
  if (/startup parameter/.test(own)) {
    return {
      code: 'startup-options',
      message: `A pooler at ${at} does not take what the connection is to be started with: ${own}.`,
      hint: 'Leave options and PGOPTIONS out, or connect to the server itself.',
    };
  }
  if (/query_wait_timeout|max_client_conn|max_db_client|max_user_client|no more connections/.test(own)) {
    return {
      code: 'too-many-connections',
      message: `The pooler at ${at} has no connection left for ${place.user}: ${own}.`,
      hint: "Try again, or raise the pooler's limit; this console uses at most three connections at a time.",
    };
  }
  if (/^no such database|^database ".*" (does not exist|is disabled)|^db is disabled/.test(own)) {
    return {
      code: 'no-such-database',
      message: `The pooler at ${at} does not lead to the database "${place.database}": ${own}.`,
      hint: 'Check the name of the database, and the databases that the pooler is set up for.',
    };
  }
  if (/authentication failed|no such user|SASL|password/i.test(own)) {
    return {
      code: 'authentication-failed',
      message: `The pooler at ${at} did not let ${place.user} in: ${own}.`,
      hint: `Check user and password${fromOf(place)}, and the users that the pooler knows.${noticeOf(place)}`,
    };
  }
  if (
    /server_login|login failed|login has been failing|cannot connect|server conn|connect(ion)? (refused|timeout)/i.test(
      own,
    )
  ) {
    return {
      code: 'server-starting',
      message: `The pooler at ${at} does not get through to its server: ${own}.`,
      hint: 'Wait until the server is there again, then try again.',
    };
  }
  return undefined;
}
