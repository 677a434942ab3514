import { connect as connectSocket, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type Host, isLoopback, isSocket, type ServerTarget } from './libpq/target.ts';
import { askForTls, type Encryption, encrypt, planTls, TlsProblem } from './tls.ts';

/** A connection on which the PostgreSQL protocol can begin, and its encryption. */
export interface OpenSocket {
  socket: Socket;
  encryption: Encryption;
  /** True if a client certificate is ready for a server that asks for one. */
  certified: boolean;
  /** True if what is sent never leaves this machine: a unix socket, or a loopback address. */
  loopback: boolean;
}

// In seconds, as in libpq's connect_timeout; libpq itself would wait forever.
export const defaultConnectTimeout = 10;

/**
 * Opens a connection to one host, up to the startup message: TCP or a unix socket, with TLS according to sslmode. Gives up
 * after the target's connect timeout, or when `signal` is aborted. `allow` and `prefer` encrypt if the server can; only a
 * server that says it has no TLS is used without. This is stricter than libpq, whose `allow` tries without encryption first,
 * and whose `prefer` falls back to none after a failed handshake: neither justifies sending a password in the clear.
 */
export async function openSocket(target: ServerTarget, host: Host, signal: AbortSignal): Promise<OpenSocket> {
  const local = isSocket(host);
  const { sslmode } = target;
  const plan = local || sslmode === 'disable' ? undefined : await planTls(target, host);
  const seconds = target.connectTimeout ?? defaultConnectTimeout;
  const late = AbortSignal.timeout(seconds * 1000);
  const socket = local
    ? connectSocket(pathOf(host))
    : connectSocket({ host: host.address ?? host.name, port: host.port, noDelay: true });
  const ended = Promise.withResolvers<never>();
  const giveUp = () => {
    const problem = late.aborted
      ? Object.assign(new Error(`no connection within ${seconds} s`), { code: 'CONNECT_TIMEOUT' })
      : Object.assign(new Error('the connection is not wanted any more'), { code: 'CONNECTION_ENDED' });
    socket.destroy();
    ended.reject(problem);
  };
  ended.promise.catch(() => {});
  const either = AbortSignal.any([signal, late]);
  either.addEventListener('abort', giveUp, { once: true });
  // An error that nothing waits for must not end the process.
  const ignore = () => {};
  socket.on('error', ignore);
  const negotiate = async (): Promise<OpenSocket> => {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
    });
    if (!local) keepAlive(socket, target);
    const loopback = local || isLoopback(socket.remoteAddress ?? '');
    if (!plan) return { socket, encryption: plain, certified: false, loopback };
    if (!target.tls?.direct && !(await askForTls(socket))) {
      if (sslmode === 'allow' || sslmode === 'prefer') {
        return { socket, encryption: plain, certified: false, loopback };
      }
      throw new TlsProblem('TLS_UNAVAILABLE', 'the server has no TLS');
    }
    const secure = await encrypt(socket, host, target.tls ?? {}, plan);
    const encryption = { encrypted: true, protocol: secure.getProtocol(), verified: plan.verify };
    return { socket: secure, encryption, certified: plan.certified, loopback };
  };
  try {
    return await Promise.race([negotiate(), ended.promise]);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    either.removeEventListener('abort', giveUp);
  }
}

/** The file of a unix socket; an abstract one begins with a zero byte where libpq writes an at sign. */
function pathOf({ name, port }: Host): string {
  return `${name.replace(/^@/, '\0')}/.s.PGSQL.${port}`;
}

function keepAlive(socket: Socket, { keepAlive: wanted = { enabled: true, idle: 60 } }: ServerTarget): void {
  const { enabled, idle = 0, interval, count } = wanted;
  socket.setKeepAlive(enabled, idle * 1000, interval === undefined ? undefined : interval * 1000, count);
}

const plain: Encryption = { encrypted: false, protocol: null, verified: 'none' };

/**
 * A socket that fails with `error` at the first write. The driver can only handle a failure at that point. If its `socket`
 * option rejects, it keeps the connection as "being opened" forever. If the failure comes before the first write, the unsent
 * data disturbs the next connection.
 */
export function failedSocket(error: unknown): Duplex {
  const problem = error instanceof Error ? error : new Error(String(error));
  return new Duplex({ read() {}, write: (_chunk, _encoding, done) => done(problem) });
}

// In milliseconds: how long a server may take to close the connection after a message that it does not answer.
const messagePatience = 5_000;

/**
 * A socket for one message without an answer: it opens the connection when it has the message, and closes it. It never fails,
 * because the driver does not handle the failure of a cancel, which would end the process.
 */
export function cancelSocket(open: () => Promise<OpenSocket>): Duplex {
  const send = async (message: Buffer) => {
    const { socket } = await open();
    const closed = new Promise(resolve => socket.on('error', () => {}).once('close', resolve));
    // Reads until the server closes, which it does when it has handled the message. Closing earlier is dangerous: pgbouncer 1.18
    // drops the message of a client that is gone, and crashes.
    socket.resume().write(message);
    const late = setTimeout(() => socket.destroy(), messagePatience);
    await closed;
    clearTimeout(late);
  };
  return new Duplex({
    read() {},
    write(message, _encoding, done) {
      send(message)
        .catch(() => {})
        .then(() => {
          done();
          this.destroy();
        });
    },
  });
}
