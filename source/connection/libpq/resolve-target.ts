import { existsSync } from 'node:fs';
import { isIP, Socket } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { applicationName } from '../../config/operation-marks.ts';
import { usageError } from '../../errors/errors.ts';
import { readConninfo } from './conninfo.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { type Keywords, unsupportedKeyword } from './keywords.ts';
import { namesServer, ownSecrets, refuseOtherFiles } from './own-secrets.ts';
import { usualSocketDirectories } from './password-file.ts';
import { readService } from './service-file.ts';
import {
  type Host,
  type KeepAlive,
  type ServerTarget,
  type SslMode,
  sessionAttributes,
  sslModes,
  type TlsSettings,
} from './target.ts';
import { readUrl } from './url.ts';

/** The description of a connection: a URL or a connection string and its source, or only the environment. */
interface Described {
  text: string | null;
  source: string;
  /** The file in the working directory that contains the text: others may have written it. */
  file?: string | undefined;
}

/**
 * Makes a target from the description of a connection, with libpq's precedence: the text, then the service, then the
 * environment, then the defaults. Throws a usage error (exit code 2) for anything unsupported, which never repeats the text.
 */
export function resolveTarget(
  { text, source, file: named }: Described,
  environment: Environment,
  home: string,
): ServerTarget {
  const written = text === null ? new Map<string, string>() : readText(text, source);
  if (named !== undefined) refuseOtherFiles(written, source);
  const variables = readEnvironment(environment);
  const service = written.get('service') ?? variables.get('service');
  const file = written.get('servicefile') ?? variables.get('servicefile');
  const served: Keywords = service === undefined ? new Map() : readService(service, file, environment, home);
  const keywords: Keywords = new Map([...variables, ...served, ...written]);
  const origin = service === undefined ? source : `${source}, service "${service}"`;
  refuseOthers(keywords, origin);
  const user = keywords.get('user') || userInfo().username;
  const hosts = readHosts(keywords, origin);
  const [first] = hosts;
  const tls = readTls(keywords, origin, home);
  const foreign = named !== undefined && namesServer(written);
  const secrets = foreign ? ownSecrets({ written, served, variables }, source) : null;
  const passwordFile = keywords.get('passfile') || join(home, '.pgpass');
  return {
    kind: 'server',
    host: first.name,
    port: first.port,
    hosts,
    sessionAttributes: oneOf(sessionAttributes, keywords.get('target_session_attrs') ?? 'any', {
      name: 'target_session_attrs',
      origin,
    }),
    database: keywords.get('dbname') || user,
    user,
    password: secrets ? secrets.password : keywords.get('password') || undefined,
    passwordFrom:
      secrets || [written, served].some(given => given.get('password'))
        ? undefined
        : variables.get('password') && 'PGPASSWORD',
    passwordFile: secrets?.passwordFile === false ? undefined : passwordFile,
    ...(secrets ? { namedBy: named, withheld: secrets.withheld } : {}),
    sslmode: readSslMode(keywords, origin),
    tls,
    connectTimeout: readSeconds(keywords, origin),
    keepAlive: readKeepAlive(keywords, origin),
    options: keywords.get('options') || undefined,
    applicationName:
      keywords.get('application_name') || keywords.get('fallback_application_name') || applicationName,
    source: origin,
  };
}

function readText(text: string, source: string): Map<string, string> {
  return /^\s*[a-z_]+\s*=/.test(text) ? readConninfo(text, source) : readUrl(text, source);
}

/** Refuses values that ask for anything other than what is done anyway. */
function refuseOthers(keywords: Keywords, origin: string): void {
  const refuse = (name: string, allowed: readonly string[], why: string) => {
    const value = keywords.get(name);
    if (value !== undefined && !allowed.includes(value.toLowerCase())) {
      throw unsupportedKeyword(`${name}=${value}`, origin, why);
    }
  };
  refuse('channel_binding', ['disable', 'prefer'], 'the driver does not bind SCRAM to the channel');
  refuse('gssencmode', ['disable', 'prefer'], 'GSSAPI is not supported');
  refuse('client_encoding', ['auto', 'utf8', 'utf-8', 'unicode'], 'text is always read as UTF-8');
  refuse('sslcompression', ['0'], 'TLS is never compressed');
  refuse('sslcertmode', ['disable', 'allow'], 'whether the server asks for a certificate is not checked');
  refuse('load_balance_hosts', ['disable', 'random'], 'libpq only knows disable and random');
  refuse('replication', ['', '0', 'off', 'no', 'false'], 'a replication connection accepts no queries');
  // TLS is always at least 1.2, so older minimums are met too.
  const versions = ['', 'tlsv1.2', 'tlsv1.3'];
  const older = 'nothing older than TLS 1.2 is supported';
  refuse('ssl_min_protocol_version', [...versions, 'tlsv1', 'tlsv1.1'], older);
  refuse('ssl_max_protocol_version', versions, older);
}

/** Hosts with their addresses and ports, paired as in libpq. */
function readHosts(keywords: Keywords, origin: string): [Host, ...Host[]] {
  const names = keywords.get('host')?.split(',') ?? [];
  const addresses = keywords.get('hostaddr')?.split(',') ?? [];
  const ports = (keywords.get('port') ?? '').split(',');
  const number = Math.max(names.length, addresses.length, 1);
  const unequal = (list: readonly string[], few: number) => list.length > few && list.length !== number;
  if (unequal(names, 0) || unequal(addresses, 0) || unequal(ports, 1)) {
    throw usageError(
      'bad-hosts',
      `${origin} names ${number === 1 ? '1 host' : `${number} hosts`}, but a different number of names, addresses or ports.`,
      'Give one port for all hosts, or one for each.',
    );
  }
  const hosts = Array.from({ length: number }, (_, place): Host => {
    const port = readPort(ports.length === 1 ? ports[0] : ports[place], origin);
    const address = addresses[place] || undefined;
    const named = names[place] || (address ? '' : usualHost(port));
    // As in libpq the address decides; a directory is not the name of a server.
    const name = address && /^[/@]/.test(named) ? '' : named;
    if (address && !isIP(address)) {
      throw usageError(
        'bad-hosts',
        `The hostaddr of ${origin} is not an IP address.`,
        'Give an address such as 10.0.0.1 or ::1; a name goes into host.',
      );
    }
    return { name, ...(address ? { address } : {}), port };
  });
  if (keywords.get('load_balance_hosts') === 'random') shuffle(hosts);
  return hosts as [Host, ...Host[]];
}

/** The default host: as in libpq, the socket in a package's default directory, else this machine over TCP. */
function usualHost(port: number): string {
  return usualSocketDirectories.find(directory => existsSync(`${directory}/.s.PGSQL.${port}`)) ?? 'localhost';
}

function shuffle(hosts: Host[]): void {
  for (let place = hosts.length - 1; place > 0; place -= 1) {
    const other = Math.floor(Math.random() * (place + 1));
    [hosts[place], hosts[other]] = [hosts[other] as Host, hosts[place] as Host];
  }
}

function readPort(text: string | undefined, origin: string): number {
  if (!text) return 5432;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw usageError(
    'bad-port',
    `The port of ${origin} is not a port number.`,
    'Set it to a number from 1 to 65535, usually 5432.',
  );
}

function readSslMode(keywords: Keywords, origin: string): SslMode {
  const roots = keywords.get('sslrootcert');
  // As in libpq: trusting the system's certificates proves nothing unless the host name is verified too.
  const usual =
    roots === 'system' ? 'verify-full' : keywords.get('requiressl') === '1' ? 'require' : 'prefer';
  const mode = oneOf(sslModes, keywords.get('sslmode') || usual, { name: 'sslmode', origin });
  if (roots === 'system' && mode !== 'verify-full') {
    throw usageError(
      'bad-sslmode',
      `sslrootcert=system of ${origin} requires sslmode=verify-full, not ${mode}.`,
      'Set sslmode=verify-full: anyone can get a certificate that the system trusts, so the host name must be verified.',
    );
  }
  if (
    keywords.get('sslnegotiation') === 'direct' &&
    !['require', 'verify-ca', 'verify-full'].includes(mode)
  ) {
    throw usageError(
      'bad-sslmode',
      `sslnegotiation=direct of ${origin} requires sslmode=require or stricter, not ${mode}.`,
      'Set sslmode=require, or leave sslnegotiation out.',
    );
  }
  return mode;
}

function readTls(keywords: Keywords, origin: string, home: string): TlsSettings {
  const negotiation = oneOf(['postgres', 'direct'], keywords.get('sslnegotiation') ?? 'postgres', {
    name: 'sslnegotiation',
    origin,
  });
  const leastVersion = readVersion(keywords.get('ssl_min_protocol_version'));
  const mostVersion = readVersion(keywords.get('ssl_max_protocol_version'));
  if (leastVersion === 'TLSv1.3' && mostVersion === 'TLSv1.2') {
    throw usageError(
      'bad-value',
      `ssl_min_protocol_version of ${origin} is newer than ssl_max_protocol_version.`,
      'Leave one of them out.',
    );
  }
  return {
    rootCertificate: keywords.get('sslrootcert') || undefined,
    certificate: keywords.get('sslcert') || undefined,
    key: keywords.get('sslkey') || undefined,
    keyPassword: keywords.get('sslpassword') || undefined,
    sendCertificate: keywords.get('sslcertmode') !== 'disable',
    direct: negotiation === 'direct',
    tellName: keywords.get('sslsni') !== '0',
    leastVersion,
    mostVersion,
    directory: join(home, '.postgresql'),
  };
}

// refuseOthers() has already refused anything else.
function readVersion(text: string | undefined): 'TLSv1.2' | 'TLSv1.3' | undefined {
  return !text ? undefined : text.toLowerCase() === 'tlsv1.3' ? 'TLSv1.3' : 'TLSv1.2';
}

/** In seconds; undefined means the default. In libpq 0 means forever (here a day) and 1 means 2. */
function readSeconds(keywords: Keywords, origin: string): number | undefined {
  const text = keywords.get('connect_timeout');
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (!/^-?\d+$/.test(text.trim())) {
    throw usageError(
      'bad-timeout',
      `connect_timeout of ${origin} is not a number of seconds.`,
      'Set it to a number such as 10.',
    );
  }
  return seconds <= 0 ? 86_400 : Math.min(86_400, Math.max(2, seconds));
}

// In seconds: pooled connections are idle for a while, and firewalls drop idle connections.
const usualIdle = 60;

/** As in libpq, 0 means the system's default. */
function readKeepAlive(keywords: Keywords, origin: string): KeepAlive {
  const read = (name: string): number | undefined => {
    const text = keywords.get(name);
    if (text === undefined) return undefined;
    if (/^\s*\d{1,5}\s*$/.test(text)) return Number(text);
    throw usageError(
      'bad-value',
      `${name} of ${origin} is not a valid number.`,
      'Set it to a whole number such as 10, or leave it out.',
    );
  };
  const interval = read('keepalives_interval') || undefined;
  const count = read('keepalives_count') || undefined;
  // Node before 24.19 has no such parameters, and ignores them.
  if ((interval ?? count) !== undefined && Socket.prototype.setKeepAlive.length < 4) {
    throw unsupportedKeyword(
      'keepalives_interval or keepalives_count',
      origin,
      'this version of Node cannot set it',
    );
  }
  return {
    enabled: read('keepalives') !== 0,
    idle: read('keepalives_idle') ?? usualIdle,
    interval,
    count,
  };
}

function oneOf<const Value extends string>(
  values: readonly Value[],
  text: string,
  { name, origin }: { name: string; origin: string },
): Value {
  const found = values.find(value => value === text);
  if (found !== undefined) return found;
  throw usageError(
    name === 'sslmode' ? 'bad-sslmode' : 'bad-value',
    `The ${name} "${text}" of ${origin} is unknown to libpq.`,
    `Use one of ${values.join(', ')}.`,
  );
}
