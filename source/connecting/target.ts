/** How strictly the connection is encrypted, in libpq's words. */
export const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof sslModes)[number];

/** Which server of several will do, in libpq's words. */
export const sessionAttributes = [
  'any',
  'read-write',
  'read-only',
  'primary',
  'standby',
  'prefer-standby',
] as const;
export type SessionAttributes = (typeof sessionAttributes)[number];

/**
 * One place where the server may be. A name that begins with a slash is the directory of a unix socket, and one that begins with
 * an at sign that of an abstract one; with an address beside it, neither is.
 */
export interface Host {
  /** What the certificate has to be for. */
  name: string;
  /** Where to connect to instead of looking the name up: libpq's hostaddr. */
  address?: string | undefined;
  port: number;
}

/** How a TCP connection is probed that nothing comes from. Seconds; undefined leaves it to the system. */
export interface KeepAlive {
  enabled: boolean;
  /** Without a word, until the first probe. */
  idle?: number | undefined;
  /** Between two probes. */
  interval?: number | undefined;
  /** Probes without an answer, until the connection is lost. */
  count?: number | undefined;
}

/** What libpq lets one say of TLS beside sslmode; paths as they were given. */
export interface TlsSettings {
  /** A file of trusted certificates, or `system` for those of the operating system. */
  rootCertificate?: string | undefined;
  certificate?: string | undefined;
  key?: string | undefined;
  keyPassword?: string | undefined;
  /** False where a client certificate is never sent: sslcertmode=disable. */
  sendCertificate?: boolean | undefined;
  /** True where TLS begins at once: sslnegotiation=direct. */
  direct?: boolean | undefined;
  /** False where the server is not told which name it was called by: sslsni=0. */
  tellName?: boolean | undefined;
  /** ssl_min_protocol_version and ssl_max_protocol_version. */
  leastVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  mostVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  /** Where libpq looks for the files that are not named: `~/.postgresql`. Absent, there are none. */
  directory?: string | undefined;
}

/** True where a host is a unix socket. */
export function isSocket({ name, address }: Host): boolean {
  return !address && /^[/@]/.test(name);
}

/** A server to connect to. The password is kept apart from everything that is ever shown. */
export interface ServerTarget {
  kind: 'server';
  /** The first host; `hosts` has all of them. */
  host: string;
  port: number;
  /** The hosts to try, in this order; absent where `host` is the only one. */
  hosts?: readonly Host[] | undefined;
  sessionAttributes?: SessionAttributes | undefined;
  database: string;
  user: string;
  password: string | undefined;
  /** What gave the password, where that is not what gave the address. */
  passwordFrom?: string | undefined;
  /** Where a password is looked for that is not given: libpq's ~/.pgpass or passfile. */
  passwordFile?: string | undefined;
  /** libpq's options: settings that the server is started with, as `-c name=value`. */
  options?: string | undefined;
  sslmode: SslMode;
  tls?: TlsSettings | undefined;
  /** For TCP and TLS together, for each host, in seconds; 10 where it is absent. */
  connectTimeout?: number | undefined;
  keepAlive?: KeepAlive | undefined;
  applicationName: string;
  /** True where this is the embedded demo behind its socket. */
  demo?: boolean | undefined;
  /** Where the address came from, for the one who wonders why it is this database. */
  source: string;
}
