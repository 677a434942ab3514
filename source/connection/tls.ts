import { isIP, type Socket } from 'node:net';
import type { PeerCertificate, SecureContext, TLSSocket } from 'node:tls';
import { usageError } from '../errors/errors.ts';
import type { Host, ServerTarget, TlsSettings } from './libpq/target.ts';
import { readTlsMaterial, type Verified } from './tls-files.ts';

/** The encryption of a connection, as negotiated with the server. */
export interface Encryption {
  encrypted: boolean;
  /** Such as `TLSv1.3`; null without encryption. */
  protocol: string | null;
  verified: Verified;
}

/** How to start TLS with a host. */
interface TlsPlan {
  verify: Verified;
  /** Created on demand: many servers have no TLS, and creating it takes as long as connecting. */
  context: () => Promise<SecureContext>;
  /** True with a client certificate. */
  certified: boolean;
}

/** A connection that could not be made as requested; errors.ts words the message for each code. */
export class TlsProblem extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

// The length of the message (8) and the code in place of a version: 1234.5679.
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/**
 * Asks a server whether it supports TLS. Rejects with a TlsProblem for any answer other than yes or no. Bytes after the answer
 * were injected by somebody in between: they would be read as if they were encrypted.
 */
export async function askForTls(socket: Socket): Promise<boolean> {
  const answer = await unlessClosed<Buffer>(socket, resolve => {
    socket.once('data', resolve);
    socket.write(sslRequest);
  });
  const letter = String.fromCharCode(answer[0] ?? 0);
  if (letter === 'S' || letter === 'N') {
    if (answer.length === 1) return letter === 'S';
    throw new TlsProblem('TLS_ODD_ANSWER', 'unencrypted data came with the answer');
  }
  // Anybody in between could have written the text behind it.
  if (letter === 'E') throw new TlsProblem('TLS_ANSWERED_ERROR', 'it answered with an error');
  throw new TlsProblem('TLS_ODD_ANSWER', 'it speaks another protocol');
}

/**
 * Encrypts an open connection and verifies what sslmode asks for. Rejects with the error of TLS, or with a TlsProblem
 * that says what is wrong with the certificate.
 */
export async function encrypt(
  socket: Socket,
  host: Host,
  tls: TlsSettings,
  { context, verify }: TlsPlan,
): Promise<TLSSocket> {
  const { connect } = await import('node:tls');
  const secure = connect({
    socket,
    secureContext: await context(),
    // SNI is only for names, not for addresses (RFC 6066).
    ...(tls.tellName === false || !host.name || isIP(host.name) ? {} : { servername: host.name }),
    ...(tls.direct ? { ALPNProtocols: ['postgresql'] } : {}),
    // Checked below, with clear messages.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
  try {
    await unlessClosed<void>(secure, resolve => secure.once('secureConnect', resolve));
  } catch (error) {
    const { code = '' } = error as { code?: string };
    // A server that expects the request for TLS first hangs up.
    if (tls.direct && ['CONNECTION_CLOSED', 'ECONNRESET'].includes(code)) {
      throw new TlsProblem('TLS_NO_ALPN', 'it hung up');
    }
    throw error;
  }
  if (tls.direct && secure.alpnProtocol !== 'postgresql') {
    throw new TlsProblem('TLS_NO_ALPN', 'the server does not know the protocol postgresql');
  }
  if (verify === 'none') return secure;
  const certificate = secure.getPeerCertificate();
  if (!secure.authorized) throw untrusted(secure, certificate);
  if (verify === 'full') await checkName(host.name, certificate);
  return secure;
}

/** Waits until `listen` calls `resolve`; an error or the end of the socket rejects. */
async function unlessClosed<T>(socket: Socket, listen: (resolve: (value: T) => void) => void): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const closed = () => reject(new TlsProblem('CONNECTION_CLOSED', 'the server closed the connection'));
  socket.once('error', reject).once('close', closed);
  try {
    listen(resolve);
    return await promise;
  } finally {
    socket.off('error', reject).off('close', closed);
  }
}

/**
 * Prepares TLS with a host before anything is sent to it. An unusable file is a mistake in the configuration, and so is a
 * certificate to be verified without a host name (usage errors, exit code 2).
 */
export async function planTls(target: ServerTarget, host: Host): Promise<TlsPlan> {
  const { ca, certificate, key, keyPassword, verify } = await readTlsMaterial(target);
  if (verify === 'full' && !host.name) {
    throw usageError(
      'bad-host',
      'sslmode=verify-full compares the certificate with a host name, but only hostaddr is given.',
      'Give the host as well.',
    );
  }
  const { leastVersion = 'TLSv1.2', mostVersion } = target.tls ?? {};
  const make = async () => {
    const { createSecureContext } = await import('node:tls');
    return createSecureContext({
      minVersion: leastVersion,
      ...(mostVersion ? { maxVersion: mostVersion } : {}),
      // Without any it would read all certificates that Node trusts, which takes 20 ms and is not needed.
      ca: ca ?? [],
      ...(certificate && key ? { cert: certificate, key } : {}),
      ...(keyPassword === undefined ? {} : { passphrase: keyPassword }),
    });
  };
  const certified = certificate !== undefined;
  if (!ca && !certified) return { verify, context: make, certified };
  try {
    const made = await make();
    return { verify, context: async () => made, certified };
  } catch (error) {
    const { code = '' } = error as { code?: string };
    const locked = /BAD_DECRYPT|PASSPHRASE|INTERRUPTED|PASSWORD/.test(code);
    throw usageError(
      'client-key',
      locked
        ? 'The key of the client certificate is encrypted, and the password for it is missing or wrong.'
        : /MISMATCH/.test(code)
          ? 'The client certificate and its key do not belong together.'
          : 'A certificate or key cannot be read: it is not PEM.',
      locked ? 'Give its password with sslpassword.' : 'Check sslcert, sslkey and sslrootcert.',
    );
  }
}

function untrusted(secure: TLSSocket, certificate: PeerCertificate): TlsProblem {
  // The type is Error, but at run time it has a code of OpenSSL.
  const code = String(secure.authorizationError);
  if (code === 'CERT_HAS_EXPIRED') {
    return new TlsProblem('TLS_EXPIRED', `it expired on ${day(certificate.valid_to)}`);
  }
  if (code === 'CERT_NOT_YET_VALID') {
    return new TlsProblem('TLS_EXPIRED', `it is valid only from ${day(certificate.valid_from)} on`);
  }
  const name = certificate.issuer?.CN ?? certificate.issuer?.O;
  const self = code === 'DEPTH_ZERO_SELF_SIGNED_CERT';
  const issuer = self
    ? 'it signed itself'
    : `it was signed by ${name ? `"${name}"` : 'an authority without a name'}`;
  if (/SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(code)) return new TlsProblem('TLS_UNKNOWN_CA', issuer);
  return new TlsProblem('TLS_REFUSED', code);
}

function day(text: string): string {
  const time = Date.parse(text);
  return Number.isNaN(time) ? text : new Date(time).toISOString().slice(0, 10);
}

async function checkName(name: string, certificate: PeerCertificate): Promise<void> {
  const { checkServerIdentity } = await import('node:tls');
  if (!checkServerIdentity(name, certificate)) return;
  const { subjectaltname, subject } = certificate;
  // As in libpq: if there are no other names, the common name may be an address.
  if (!subjectaltname && subject?.CN === name) return;
  // It may also be among the host names.
  if (isIP(name) && subjectaltname?.split(', ').includes(`DNS:${name}`)) return;
  const names = subjectaltname
    ? subjectaltname.replaceAll(/(DNS|IP Address):/g, '')
    : [subject?.CN ?? 'nobody'].flat().join(', ');
  throw new TlsProblem('TLS_WRONG_NAME', names);
}
