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

/** True for an address that leads to this machine and is no other's: what is sent there is on no network. */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address);
}

/** True where a host is on this machine by what it is called: a unix socket, `localhost` or a loopback address. */
export function isHere(host: Host): boolean {
  return (
    isSocket(host) || isLoopback(host.address ?? host.name) || (!host.address && host.name === 'localhost')
  );
}

/** A password that a person has typed for one host. */
export interface TypedPassword {
  host: Host;
  password: string;
}

/** What a person is shown of a host: where its address was given beside its name, both. */
export function shownHost({ name, address }: Host): string {
  return name && address ? `${name} (${address})` : name || (address ?? '');
}

/** True where two mean the same place to connect to. */
export function sameHost(one: Host, other: Host): boolean {
  return one.name === other.name && one.address === other.address && one.port === other.port;
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
  /** The file of the working directory that names the server, such as `/home/me/clone/.env`; absent where a person did. */
  namedBy?: string | undefined;
  /** Why a password that is known was not used for a server named so, as a sentence. */
  withheld?: string | null | undefined;
  /** What a person has typed, for the host that asked alone. */
  typed?: readonly TypedPassword[] | undefined;
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
