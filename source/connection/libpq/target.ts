/** How strictly the connection is encrypted, in libpq's words. */
export const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof sslModes)[number];

/** Which of several servers is acceptable, in libpq's words. */
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
 * One place where the server may be. A name that begins with a slash is the directory of a unix socket; one that begins with
 * an at sign is an abstract socket. If an address is given too, neither applies.
 */
export interface Host {
  /** The name that the certificate must have. */
  name: string;
  /** The address to connect to instead of looking up the name: libpq's hostaddr. */
  address?: string | undefined;
  port: number;
}

/** How a silent TCP connection is probed. Seconds; undefined means the system's default. */
export interface KeepAlive {
  enabled: boolean;
  /** Idle time before the first probe. */
  idle?: number | undefined;
  /** Between two probes. */
  interval?: number | undefined;
  /** How many unanswered probes end the connection. */
  count?: number | undefined;
}

/** libpq's settings for TLS other than sslmode; paths as they were given. */
export interface TlsSettings {
  /** A file of trusted certificates, or `system` for those of the operating system. */
  rootCertificate?: string | undefined;
  certificate?: string | undefined;
  key?: string | undefined;
  keyPassword?: string | undefined;
  /** False if a client certificate is never sent: sslcertmode=disable. */
  sendCertificate?: boolean | undefined;
  /** True if TLS begins at once: sslnegotiation=direct. */
  direct?: boolean | undefined;
  /** False if the host name is not sent to the server: sslsni=0. */
  tellName?: boolean | undefined;
  /** ssl_min_protocol_version and ssl_max_protocol_version. */
  leastVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  mostVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  /** Where libpq looks for files that are not named: `~/.postgresql`. If absent, no such file is read. */
  directory?: string | undefined;
}

/** True if a host is a unix socket. */
export function isSocket({ name, address }: Host): boolean {
  return !address && /^[/@]/.test(name);
}

/** True for a loopback address: what is sent there stays off the network. */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address);
}

/** True if a host's name says that it is on this machine: a unix socket, `localhost` or a loopback address. */
export function isHere(host: Host): boolean {
  return (
    isSocket(host) || isLoopback(host.address ?? host.name) || (!host.address && host.name === 'localhost')
  );
}

/** A password that the user typed for one host. */
export interface TypedPassword {
  host: Host;
  password: string;
}

/** A host as shown to the user: its name, with its address if that was given too. */
export function shownHost({ name, address }: Host): string {
  return name && address ? `${name} (${address})` : name || (address ?? '');
}

/** True if two hosts are the same place to connect to. */
export function sameHost(one: Host, other: Host): boolean {
  return one.name === other.name && one.address === other.address && one.port === other.port;
}

/** A server to connect to. The password is kept apart from everything that may be shown. */
export interface ServerTarget {
  kind: 'server';
  /** The first host; `hosts` has all of them. */
  host: string;
  port: number;
  /** The hosts to try, in this order; absent if `host` is the only one. */
  hosts?: readonly Host[] | undefined;
  sessionAttributes?: SessionAttributes | undefined;
  database: string;
  user: string;
  password: string | undefined;
  /** Where the password came from, if not from the source of the address. */
  passwordFrom?: string | undefined;
  /** Where to look for a password if none was given: libpq's ~/.pgpass or passfile. */
  passwordFile?: string | undefined;
  /** The file in the working directory that names the server, such as `/home/me/clone/.env`; absent if the user did. */
  namedBy?: string | undefined;
  /** Why a known password was not used for a server that such a file names, as a sentence. */
  withheld?: string | null | undefined;
  /** What the user typed, only for the host that asked. */
  typed?: readonly TypedPassword[] | undefined;
  /** libpq's options: settings that the server is started with, as `-c name=value`. */
  options?: string | undefined;
  sslmode: SslMode;
  tls?: TlsSettings | undefined;
  /** For TCP and TLS together, per host, in seconds; 10 if absent. */
  connectTimeout?: number | undefined;
  keepAlive?: KeepAlive | undefined;
  applicationName: string;
  /** True if this is the embedded demo. */
  demo?: boolean | undefined;
  /** Where the address came from, to explain why it is this database. */
  source: string;
}
