import type { Duplex } from 'node:stream';
import postgres from 'postgres';
import * as z from 'zod/mini';
import { withDeadline } from './deadlines.ts';
import { findPassword } from './libpq/password-file.ts';
import { type Host, type ServerTarget, sameHost } from './libpq/target.ts';
import {
  cancelSocket,
  defaultConnectTimeout,
  failedSocket,
  type OpenSocket,
  openSocket,
} from './open-socket.ts';
import { type FatalMessage, listenForFatalMessages } from './protocol/fatal-messages.ts';
import { followLogin, loginRequests } from './protocol/login-requests.ts';
import { guardMessages } from './protocol/message-guard.ts';
import { scramPassword } from './protocol/scram-password.ts';
import { EndingTransactions } from './room/ending-transactions.ts';
import { hostsOf, isAway, isChoosy, type ServerState, selectHost } from './select-host.ts';
import type { Encryption } from './tls.ts';

/** What the pools of one database share: where they connect to, with what encryption, and how they log in. */
export interface Opening {
  readonly target: ServerTarget;
  /** The host of the last connection; before there is one, the first host. */
  host: Host;
  /** The host that is being tried, for the error message. */
  tried: Host;
  /** Until when `host` need not be checked again, in the milliseconds of performance.now(). */
  provenUntil: number;
  encryption: Encryption | null;
  /** True if a client certificate was ready for the connection that was opened last. */
  certified: boolean;
  /** Where the password came from, if not from the address, or why the password file was not used. */
  passwordNotice: string | null;
  /** The connection that the driver is reading from. */
  speaking: Speaking | null;
  /** True while the driver opens a connection to cancel something. */
  cancelling: boolean;
  /** The last message with which the server ended a connection, and when, in the milliseconds of performance.now(). */
  lastWords: { words: FatalMessage; at: number } | null;
}

interface Speaking {
  socket: Duplex;
  host: Host;
  scram: boolean;
  /** True once no password may be sent any more: the server has let the client in, or asked for what it must not get. */
  silent: boolean;
}

/** Connections to one database, opened on demand. */
export interface Pool {
  sql: postgres.Sql;
  /** How long connecting may take, in seconds: the time for one host, times the number of hosts. */
  patience: number;
  /** Runs what makes the driver cancel a statement, so that the cancel goes to the host where the statement runs. */
  cancel(cancelling: () => void): void;
  /**
   * With what the server ended a connection since `moment`, in the milliseconds of performance.now(). Between two statements there is
   * nothing that the driver could reject with it.
   */
  lastWordsSince(moment: number): FatalMessage | null;
  /** Those of its transactions whose connection is free in a moment. */
  readonly ending: EndingTransactions;
  /** Gives up connections that are still being opened: the driver would keep them, and nothing would close them. */
  abandon(): void;
}

/** Stores a target; opens nothing yet. */
export function prepareOpening(target: ServerTarget): Opening {
  const [first = { name: target.host, port: target.port }] = hostsOf(target);
  return {
    target,
    host: first,
    tried: first,
    provenUntil: 0,
    encryption: null,
    certified: false,
    passwordNotice: target.passwordFrom === undefined ? null : isFrom(target.passwordFrom),
    speaking: null,
    cancelling: false,
    lastWords: null,
  };
}

/** A warning or notice that the server sent beside its answers. */
export interface ServerNotice {
  /** In English, whatever the server's language: such as `WARNING`. */
  severity: string;
  code: string;
  message: string;
  /** Where it was raised, if the server says so. */
  where: string | null;
}

/** A pool of at most `most` connections; the first query opens the first one. */
export function openPool(opening: Opening, most = 3, onNotice?: (notice: ServerNotice) => void): Pool {
  const { target } = opening;
  const abandoned = new AbortController();
  const { signal } = abandoned;
  const seconds = target.connectTimeout ?? defaultConnectTimeout;
  const open = (host: Host) => {
    opening.tried = host;
    return openSocket(target, host, signal).then(opened => {
      listen(opening, opened, host);
      return opened;
    });
  };
  // The driver asks for a socket here both to connect and to cancel a statement.
  const socket = async () => {
    if (opening.cancelling) {
      const { host } = opening;
      return cancelSocket(() => openSocket(target, host, signal));
    }
    try {
      const { host, opened } = await openSuitable(opening, open, seconds);
      opening.host = host;
      opening.encryption = opened.encryption;
      opening.certified = opened.certified;
      return opened.socket;
    } catch (error) {
      return failedSocket(error);
    }
  };
  return {
    sql: driver(opening, socket, { most, seconds, onNotice }),
    patience: seconds * hostsOf(target).length * (isChoosy(target) ? 2 : 1),
    cancel(cancelling) {
      opening.cancelling = true;
      try {
        cancelling();
      } finally {
        opening.cancelling = false;
      }
    },
    lastWordsSince: moment =>
      opening.lastWords && opening.lastWords.at >= moment ? opening.lastWords.words : null,
    ending: new EndingTransactions(),
    abandon: () => abandoned.abort(),
  };
}

/**
 * A statement in a transaction, all of which is sent at once. Left to itself, the driver first asks the server for the types of
 * parameters, and waits for the answer; as texts they need none.
 */
export function statement(
  transaction: postgres.TransactionSql,
  text: string,
  parameters: readonly (string | number | boolean | null)[],
): postgres.PendingQuery<(postgres.Row & Iterable<postgres.Row>)[]> {
  if (parameters.length === 0) return transaction.unsafe(text);
  const options: postgres.UnsafeQueryOptions & { simple: boolean } = { simple: false };
  return Object.assign(transaction.unsafe(text, [], options), {
    parameters: parameters.map(value => (value === null ? null : String(value))),
  });
}

/** Ends a pool, within a second: a connection that hangs must not delay the exit. */
export async function discard({ sql, abandon }: Pool): Promise<void> {
  await withDeadline(
    sql.end({ timeout: 0.5 }).catch(() => {}),
    1_000,
    undefined,
  );
  abandon();
}

// In milliseconds: a pool opens its connections within a moment, and a server does not change that fast.
const proven = 5_000;

type Open = (host: Host) => ReturnType<typeof openSocket>;

async function openSuitable(opening: Opening, open: Open, seconds: number) {
  const { target } = opening;
  if (!isChoosy(target)) return { host: opening.host, opened: await open(opening.host) };
  if (performance.now() < opening.provenUntil) {
    try {
      return { host: opening.host, opened: await open(opening.host) };
    } catch (error) {
      if (!isAway(error)) throw error;
    }
  }
  const host = await selectHost(target, async candidate => ask(opening, open, candidate, seconds));
  const opened = await open(host);
  opening.provenUntil = performance.now() + proven;
  return { host, opened };
}

const stateSchema = z.object({ standby: z.boolean(), readOnly: z.boolean() });

/** Logs in to a host on a separate connection, and closes it: the driver cannot take over an open one. */
async function ask(opening: Opening, open: Open, host: Host, seconds: number): Promise<ServerState> {
  const sql = driver(opening, () => open(host).then(({ socket }) => socket as Duplex, failedSocket), {
    most: 1,
    seconds,
    onNotice: undefined,
  });
  try {
    const answer = sql.unsafe(
      `SELECT pg_catalog.pg_is_in_recovery() AS standby,
              pg_catalog.current_setting('transaction_read_only') OPERATOR(pg_catalog.=) 'on' AS "readOnly"`,
    );
    const rows = await withDeadline(answer, seconds * 2_000, null);
    if (rows === null) throw Object.assign(new Error('no answer'), { code: 'CONNECT_TIMEOUT' });
    return z.parse(stateSchema, rows[0]);
  } finally {
    await sql.end({ timeout: 0.5 }).catch(() => {});
  }
}

function driver(
  opening: Opening,
  socket: () => Promise<Duplex>,
  {
    most,
    seconds,
    onNotice,
  }: { most: number; seconds: number; onNotice: ((notice: ServerNotice) => void) | undefined },
): postgres.Sql {
  const { target } = opening;
  const options: postgres.Options<Record<string, postgres.PostgresType>> & { socket: typeof socket } = {
    // The socket already leads to the right host; without these the driver would read the environment.
    host: 'localhost',
    port: 5432,
    database: target.database,
    username: target.user,
    password: () => findOwnPassword(opening),
    socket,
    // The socket is already encrypted.
    ssl: false,
    max: most,
    // A transaction pooler gives every transaction another server connection: prepared statements would be lost.
    prepare: false,
    // The socket already has the target's settings.
    keep_alive: null,
    fetch_types: false,
    max_lifetime: null,
    connect_timeout: seconds,
    // The callers, which the user sees, decide how long to wait before the next try.
    backoff: () => 0,
    connection: {
      application_name: target.applicationName,
      ...(target.options === undefined ? {} : { options: target.options }),
    },
    onnotice: ({ severity = '', code = '', message = '', where = null }) =>
      onNotice?.({ severity, code, message, where }),
  };
  // The driver always reads this variable, and would then leave hosts that were found to be right.
  const { PGTARGETSESSIONATTRS: attributes } = process.env;
  delete process.env.PGTARGETSESSIONATTRS;
  try {
    return postgres(options);
  } finally {
    if (attributes !== undefined) process.env.PGTARGETSESSIONATTRS = attributes;
  }
}

/** Reads the server's messages before the driver does: which connection asks for a password, or for something unsupported. */
function listen(opening: Opening, { socket, certified, encryption, loopback }: OpenSocket, host: Host): void {
  const speaking: Speaking = { socket, host, scram: false, silent: false };
  const readFatalMessage = listenForFatalMessages();
  let before: number | null = null;
  const login = followLogin(way => {
    const problem = refusalOf(way, before, encryption.encrypted || loopback);
    before = way;
    if (problem) socket.destroy(problem);
    speaking.silent ||= problem !== null || way === loginRequests.ok;
    speaking.scram = way === loginRequests.scram || way === loginRequests.scramGoesOn;
    return problem !== null;
  });
  let first = true;
  refusePieces(socket, guardMessages());
  // A server that rejects the certificate reports it and hangs up; the hang-up may arrive before the report.
  const code = certified ? 'TLS_CERTIFICATE_UNANSWERED' : 'CONNECTION_CLOSED';
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (first && (error.code === 'ECONNRESET' || error.code === 'EPIPE')) error.code = code;
  });
  // If a connection ends without a message and without an error, the driver reconnects at once, again and again.
  socket.once('end', () => {
    if (first) socket.destroy(Object.assign(new Error('the server hung up'), { code }));
  });
  socket.on('data', (chunk: Buffer) => {
    opening.speaking = speaking;
    login(chunk);
    const fatal = readFatalMessage(chunk);
    if (fatal) {
      opening.lastWords = { words: fatal, at: performance.now() };
      socket.destroy(fatal);
    }
    first = false;
  });
}

/** Ends the connection at a chunk that `guard` rejects, before any listener sees it: the driver would read on. */
function refusePieces(socket: Duplex, guard: (piece: Buffer) => Error | null): void {
  const emit = socket.emit;
  socket.emit = (event, ...values: unknown[]) => {
    const problem = event === 'data' ? guard(values[0] as Buffer) : null;
    if (!problem) return emit.call(socket, event, ...values);
    socket.destroy(problem);
    return true;
  };
}

// The requests that the driver supports, and what may come before each: null is the beginning.
const spoken: ReadonlyMap<number, readonly (number | null)[]> = new Map([
  [loginRequests.ok, [null, loginRequests.cleartext, loginRequests.md5, loginRequests.scramEnds]],
  [loginRequests.cleartext, [null]],
  [loginRequests.md5, [null]],
  [loginRequests.scram, [null]],
  [loginRequests.scramGoesOn, [loginRequests.scram]],
  [loginRequests.scramEnds, [loginRequests.scramGoesOn]],
]);

/** Why a request of the server is refused; null if it is not. `safe` is true if nobody can listen on the way. */
function refusalOf(way: number, before: number | null, safe: boolean): Error | null {
  // A server that does not know the password cannot complete SCRAM. That proves who answers.
  if (way === loginRequests.ok && (before === loginRequests.scram || before === loginRequests.scramGoesOn))
    return new Unproven();
  if (!spoken.get(way)?.includes(before)) return new ForeignAuthentication(way);
  if (way === loginRequests.cleartext && !safe)
    return new PasswordInClear('it asks for the password in clear');
  return null;
}

/** The server asks for an authentication method that the driver does not support. */
class ForeignAuthentication extends Error {
  readonly code = 'AUTHENTICATION_FOREIGN';
  constructor(way: number) {
    const kerberos = way === 2 || way === 7 || way === 9;
    super(kerberos ? 'it asks for Kerberos or GSSAPI' : `it asks for authentication number ${way}`);
  }
}

/** Another machine wants the password in clear text on an unencrypted connection. */
class PasswordInClear extends Error {
  readonly code = 'PASSWORD_IN_CLEAR';
}

/** The server has not shown that it knows the password. */
class Unproven extends Error {
  readonly code = 'SASL_SIGNATURE_MISMATCH';
  constructor() {
    super('it accepts the login without completing SCRAM');
  }
}

function isFrom(place: string): string {
  return `The password is the one in ${place}.`;
}

/** The server wants a password, and none is known. */
class PasswordWanted extends Error {
  readonly code = 'PASSWORD_WANTED';
  readonly host: Host;
  constructor(host: Host) {
    super('no password is known');
    this.host = host;
  }
}

/**
 * The password for the connection that asks: given, typed for this host, or from the password file. Without one the connection
 * ends: an exception here would end the process, and an empty password would be a failed login in the server's log.
 */
function findOwnPassword(opening: Opening): string | Promise<string> {
  const { speaking } = opening;
  const host = speaking?.host ?? opening.host;
  const password = speaking?.silent ? undefined : passwordFor(opening, host);
  if (password !== undefined) return speaking?.scram ? scramPassword(password) : password;
  speaking?.socket.destroy(new PasswordWanted(host));
  return new Promise(() => {});
}

function passwordFor(opening: Opening, host: Host): string | undefined {
  const { password, typed = [], database, user, passwordFile, namedBy, withheld = null } = opening.target;
  const known = password ?? typed.find(each => sameHost(each.host, host))?.password;
  if (known !== undefined) return known;
  opening.passwordNotice = withheld;
  if (passwordFile === undefined) return undefined;
  const { name, address = '', port } = host;
  // Somebody else may have added any address to a name that is in the password file.
  const led = namedBy === undefined ? name || address : address || name;
  const found = findPassword(passwordFile, {
    host: led,
    port,
    database,
    user,
    byName: namedBy !== undefined,
  });
  opening.passwordNotice = found.password ? isFrom(passwordFile) : (found.notice ?? withheld);
  return found.password || undefined;
}
