import { addressOf, fromOf, noticeOf, type Place, type Words } from './place.ts';
import { poolerWords } from './pooler-words.ts';
import { withoutPasswords } from './redact.ts';
import { shortened } from './shorten.ts';
import { certificateWords, tlsWords } from './tls-words.ts';

export type { Place };

/** The contract's exit codes; nothing else ends the process with a number of its own. */
export const exitCodes = {
  healthy: 0,
  unhealthy: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  fault: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/**
 * What a user is told: what happened, what to do, and the exit code that goes with it. The words of users and servers are in some
 * of them, so every error leaves passwords out and is of a length that can be read.
 */
export class ConsoleError extends Error {
  override readonly name = 'ConsoleError';
  readonly code: string;
  readonly hint: string;
  readonly exitCode: ExitCode;

  constructor(problem: { code: string; message: string; hint: string; exitCode: ExitCode; cause?: unknown }) {
    super(fitToTell(problem.message), { cause: problem.cause });
    this.code = problem.code;
    this.hint = fitToTell(problem.hint);
    this.exitCode = problem.exitCode;
  }
}

// In characters.
const longestSentence = 4_000;

function fitToTell(text: string): string {
  return withoutPasswords(shortened(text, longestSentence));
}

/** True for what a user can be told as it is; anything else is a fault of this program. */
export function isConsoleError(error: unknown): error is ConsoleError {
  return error instanceof ConsoleError;
}

/** Bad usage or configuration: exit code 2, and nothing was sent to the database. */
export function usageError(code: string, message: string, hint: string): ConsoleError {
  return new ConsoleError({ code, message, hint, exitCode: exitCodes.usage });
}

/**
 * Puts an error of the driver or the server into words (exit code 3). An error that is no database error comes back
 * as it is: a fault of this program must not look like a network problem.
 */
export function databaseError(error: unknown, place: Place): unknown {
  if (isConsoleError(error) || !(error instanceof Error)) return error;
  const words = wordsFor(error as DriverError, place);
  if (!words) return error;
  return new ConsoleError({ ...words, exitCode: exitCodes.unreachable, cause: error });
}

/** True where asking again later may help: the network or the server went away, as opposed to a refusal. */
export function isTransient(error: unknown): boolean {
  return isConsoleError(error) && transient.has(error.code);
}

const transient = new Set([
  'host-not-found',
  'connection-refused',
  'connection-lost',
  'connection-timeout',
  'server-starting',
  'no-suitable-server',
  'too-many-connections',
  'statement-timeout',
  'cancelled',
  'lock-timeout',
  'recovery-conflict',
  'rows-hidden',
  'server-error',
]);

/** True where there was no server to ask, so that waiting for it has cost it nothing. */
export function isOutage(error: unknown): boolean {
  if (!isConsoleError(error) || !outages.has(error.code)) return false;
  // A transaction that a limit has ended may have been hard work.
  return !['25P03', '25P04'].includes((error.cause as DriverError | undefined)?.code ?? '');
}

const outages = new Set([
  'host-not-found',
  'connection-refused',
  'connection-lost',
  'connection-timeout',
  'server-starting',
  'no-suitable-server',
  'too-many-connections',
]);

type DriverError = Error & {
  code?: string;
  hint?: string;
  errors?: DriverError[];
  table_name?: string;
  /** Of NoHost; the error is null where a server answered that is not the one that was asked for. */
  tried?: readonly { host: { name: string; address?: string; port: number }; error: DriverError | null }[];
};

function wordsFor(error: DriverError, place: Place): Words | undefined {
  const at = addressOf(place.host, place.port);
  const own = error.message;
  switch (error.code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        code: 'host-not-found',
        message: `No host named ${place.host} could be found.`,
        hint: `Check the host${fromOf(place)}, and that this machine is online.`,
      };
    case 'ECONNREFUSED':
    case 'ENOENT':
      return {
        code: 'connection-refused',
        message: `Nothing accepts connections at ${at}.`,
        hint: `Check host and port${fromOf(place)}, and that PostgreSQL is running there.`,
      };
    case 'CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return {
        code: 'connection-timeout',
        message: `${at} did not answer in time.`,
        hint: 'Check host and port, the network, and whether a firewall or an IP allow list stands between.',
      };
    case 'CONNECTION_CLOSED':
    case 'CONNECTION_ENDED':
    case 'CONNECTION_DESTROYED':
    case 'ECONNRESET':
    case 'EPIPE':
    case '57P01':
    case '57P02':
    case '08006':
    case '08003':
    case '08001':
    case '08000':
      return {
        code: 'connection-lost',
        message: `The connection to ${at} was lost.`,
        hint: 'The console tries again by itself; a command has to be run again.',
      };
    // Both close the connection, so what has to be done about it is the same as for any other that is lost.
    case '25P03':
      return {
        code: 'connection-lost',
        message: `The server at ${at} ended a transaction that was idle for longer than idle_in_transaction_session_timeout allows.`,
        hint: setFor(place, 'idle_in_transaction_session_timeout'),
      };
    case '25P04':
      return {
        code: 'connection-lost',
        message: `The server at ${at} ended a transaction that took longer than transaction_timeout allows.`,
        hint: setFor(place, 'transaction_timeout'),
      };
    case '08P01': {
      const pooler = poolerWords(own, at, place);
      if (!pooler) break;
      return pooler;
    }
    case '57P03':
      return {
        code: 'server-starting',
        message: `The server at ${at} is not taking connections: ${own}.`,
        hint: /is not accepting/.test(own)
          ? 'It may be a standby with hot_standby off, which never takes any: connect to the primary.'
          : 'Wait until it has started, then try again.',
      };
    case '53300':
      return {
        code: 'too-many-connections',
        message: `The server at ${at} has no connection left for ${place.user}.`,
        hint: 'Close another client or raise the limit; this console uses at most three connections.',
      };
    case '28P01':
    case '28000':
      if (/client certificate|certificate authentication/.test(own)) return certificateWords(at, own);
      if (/pg_hba\.conf/.test(own)) {
        return {
          code: 'authentication-failed',
          message: `The server at ${at} did not let ${place.user} in: ${own}.`,
          hint: /no encryption/.test(own)
            ? 'Its pg_hba.conf may ask for encryption: try sslmode=require.'
            : 'Its pg_hba.conf has no line for this user, database and address, or only one without encryption.',
        };
      }
      return {
        code: 'authentication-failed',
        message: `The server at ${at} did not let ${place.user} in: ${own}.`,
        hint: `Check user and password${fromOf(place)}; characters such as @ : / # in a URL have to be percent-encoded.${noticeOf(place)}`,
      };
    case 'PASSWORD_WANTED':
      return {
        code: 'password-wanted',
        message: `The server at ${at} asks for the password of ${place.user}, and none is known.`,
        hint: `${
          place.namedBy === undefined
            ? 'Put it into the password file (~/.pgpass), PGPASSWORD or the connection URL.'
            : 'Put it into the connection URL, or into the password file (~/.pgpass) on a line that names this host.'
        }${noticeOf(place)}`,
      };
    case 'AUTHENTICATION_FOREIGN':
      return {
        code: 'authentication-failed',
        message: `The server at ${at} cannot be logged in to from here: ${own}, which this console does not speak.`,
        hint: 'Connect as a role that pg_hba.conf lets in by password or certificate.',
      };
    case 'PROTOCOL_PROBLEM':
      return {
        code: 'protocol-violation',
        message: `What answers at ${at} does not speak PostgreSQL's protocol: ${own}.`,
        hint: `Check host and port${fromOf(place)}: another service may be listening there.`,
      };
    // What the driver stumbles over in a message whose length was right.
    case 'ERR_OUT_OF_RANGE':
    case 'ERR_BUFFER_OUT_OF_BOUNDS':
      return {
        code: 'protocol-violation',
        message: `What answers at ${at} does not speak PostgreSQL's protocol: a message ends too early.`,
        hint: `Check host and port${fromOf(place)}: another service may be listening there.`,
      };
    case 'ANSWER_TOO_LARGE':
      return {
        code: 'answer-too-large',
        message: `The server at ${at} sent more than this console takes: ${own}.`,
        hint: 'The connection was closed. Look for values of that size in the tables; if there are none, check what listens there.',
      };
    case 'PASSWORD_IN_CLEAR':
      return {
        code: 'password-in-clear',
        message: `The server at ${at} asks for the password of ${place.user} in clear text, and the connection is not encrypted, so no password was sent.`,
        hint: 'Connect with sslmode=verify-full (or at least require), or have the server ask for scram-sha-256.',
      };
    case 'NO_HOST':
    case 'NO_SUITABLE_HOST':
      return hostsWords(error, place);
    case 'SASL_SIGNATURE_MISMATCH':
      return {
        code: 'authentication-failed',
        message: `The server at ${at} could not prove that it knows the password of ${place.user}.`,
        hint: 'Somebody may be answering in its place. Check the host before trying again.',
      };
    case '3D000':
      return {
        code: 'no-such-database',
        message: `There is no database "${place.database}" at ${at}.`,
        hint: 'Check the name at the end of the connection URL; psql -l lists the databases.',
      };
    case '42501':
      if (/row-level security/.test(own)) {
        return {
          code: 'rows-hidden',
          message: `${place.user} may not see every row, so nothing is counted: ${own}.`,
          hint: 'A policy has come just now, or row_security is off for this role. Connect as the owner of the tables, or as a role with BYPASSRLS.',
        };
      }
      return {
        code: 'permission-denied',
        message: `${place.user} may not read everything that is needed: ${own}.`,
        hint: 'Grant SELECT on presets and preset_usage to this role, or connect as one that has it.',
      };
    case '25006':
      return {
        code: 'server-read-only',
        message: `The server at ${at} takes no writes any more: ${own}.`,
        hint: 'After a failover this may be the standby: connect to the primary, and look at the counts first.',
      };
    case '42P01':
    case '42703':
      return {
        code: 'schema-changed',
        message: `The tables are no longer what they were a moment ago: ${own}.`,
        hint: 'A migration may be running. Try again.',
      };
    case '57014':
      if (/user request/.test(own)) {
        return {
          code: 'cancelled',
          message: `Somebody cancelled a statement of this console: ${own}.`,
          hint: 'Try again; a watchdog of this server may be what calls pg_cancel_backend().',
        };
      }
      return {
        code: 'statement-timeout',
        message: `The server cancelled a statement: ${own}.`,
        hint: `Allow more than ${place.timeout} seconds with --timeout, which stands in for this role's own statement_timeout.`,
      };
    case '40001':
      if (!/conflict with recovery/.test(own)) break;
      return {
        code: 'recovery-conflict',
        message: `The standby at ${at} needed what was being read for the changes of its primary: ${own}.`,
        hint: 'Try again, or connect to the primary; max_standby_streaming_delay and hot_standby_feedback let reads on a standby take longer.',
      };
    case '55P03':
      return {
        code: 'lock-timeout',
        message: `Another session held a lock for too long: ${own}.`,
        hint: 'Try again; --lock-timeout allows a longer wait.',
      };
  }
  const tls = tlsWords(error, at);
  if (tls) return tls;
  // node reports one error per address that it tried; the first tells as much as any.
  if (error.errors?.[0]) return wordsFor(error.errors[0], place);
  if (/^[0-9A-Z]{5}$/.test(error.code ?? '')) {
    return {
      code: 'server-error',
      message: `The server answered with an error: ${own} (SQLSTATE ${error.code}).`,
      hint: 'The server log says more about it.',
    };
  }
  return undefined;
}

/** The server's code of an error; empty for an error of the system, whose codes, such as EPIPE and EROFS, can look like one. */
export function sqlState(error: unknown): string {
  const { code = '', syscall } = (error ?? {}) as { code?: string; syscall?: string };
  return syscall === undefined && /^[0-9A-Z]{5}$/.test(code) ? code : '';
}

function setFor({ user }: Place, setting: string): string {
  return `It is set for ${user}, the database or the server: ALTER ROLE ... SET ${setting} = '60s' allows a minute.`;
}

function hostsWords({ code, tried = [], message }: DriverError, place: Place): Words | undefined {
  const each = tried.map(({ host, error }) => {
    const at = { ...place, host: host.name || host.address || '', port: host.port };
    return { at: addressOf(at.host, at.port), words: error && wordsFor(error, at) };
  });
  if (code === 'NO_SUITABLE_HOST') {
    const others = each.flatMap(({ words }) => words?.message ?? []);
    const answered = each.filter(({ words }) => !words).map(({ at }) => at);
    return {
      code: 'no-suitable-server',
      message: [
        `${answered.join(', ')} is not what target_session_attrs=${message} asks for.`,
        ...others,
      ].join(' '),
      hint: 'A failover may be under way; otherwise name the other servers too, or ask for less.',
    };
  }
  const [first] = each;
  if (each.length === 1 || !first?.words) return first?.words ?? undefined;
  return { ...first.words, message: each.map(({ words }) => words?.message ?? '').join(' ') };
}
