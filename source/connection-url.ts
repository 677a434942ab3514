import { type SslMode, sslModes } from './connecting/target.ts';
import { usageError } from './errors.ts';

/** What a connection URL says; what it leaves out is undefined. */
export interface ConnectionUrl {
  host?: string;
  port?: number;
  database?: string;
  user?: string;
  password?: string;
  sslmode?: SslMode;
  applicationName?: string;
}

/**
 * Reads a `postgres://` URL the way libpq does, as far as the driver goes. Throws a usage error that never repeats the
 * URL: it may hold a password. A parameter that is not understood is refused, because the driver would pass it on
 * to the server, which answers with an error about something else (42704).
 */
export function parseConnectionUrl(text: string, source: string): ConnectionUrl {
  const shape =
    'It looks like postgres://user:password@host:5432/database; percent-encode @ : / # ? in a password.';
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    throw usageError('bad-url', `The connection URL of ${source} cannot be read.`, shape);
  }
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') {
    throw usageError('bad-url', `The connection URL of ${source} does not begin with postgres://.`, shape);
  }
  if (url.hash) {
    throw usageError('bad-url', `The connection URL of ${source} has a "#" in it, which ends a URL.`, shape);
  }
  const result: ConnectionUrl = {};
  const decode = (part: string) => {
    try {
      return decodeURIComponent(part);
    } catch {
      throw usageError(
        'bad-url',
        `The connection URL of ${source} has a stray "%" in it.`,
        'Write a "%" as %25.',
      );
    }
  };
  // An IPv6 address stands in brackets in a URL and without them everywhere else.
  if (url.hostname) result.host = decode(url.hostname).replace(/^\[(.*)\]$/, '$1');
  if (url.port) result.port = Number(url.port);
  if (url.username) result.user = decode(url.username);
  if (url.password) result.password = decode(url.password);
  const database = decode(url.pathname.replace(/^\//, ''));
  if (database) result.database = database;
  for (const [name, value] of url.searchParams) readParameter(result, name, value, source);
  return result;
}

function readParameter(result: ConnectionUrl, name: string, value: string, source: string): void {
  switch (name) {
    case 'sslmode':
      result.sslmode = readSslMode(value, source);
      return;
    case 'host':
      result.host = value;
      return;
    case 'application_name':
      result.applicationName = value;
      return;
    // Prisma's way of saying that a transaction pooler stands between; every query here is fit for one.
    case 'pgbouncer':
      return;
  }
  throw usageError(
    'bad-url',
    // A stray "?" in a password makes the rest of it look like a parameter.
    `The connection URL of ${source} has ${/^\w+$/.test(name) ? `the parameter "${name}"` : 'a parameter'}, which this version does not know.`,
    'Take it out of the URL; known are sslmode, host, application_name and pgbouncer.',
  );
}

/** Reads an sslmode; `where` names what it was read from. */
export function readSslMode(text: string, where: string): SslMode {
  if ((sslModes as readonly string[]).includes(text)) return text as SslMode;
  throw usageError(
    'bad-sslmode',
    `The sslmode "${text}" of ${where} cannot be honoured.`,
    `Use one of ${sslModes.join(', ')}; verify-full is the one that verifies.`,
  );
}
