import { usageError } from '../../errors/errors.ts';
import { takeKeyword } from './keywords.ts';

const shape =
  'It looks like postgres://user@host:5432/database, with :password after the user; percent-encode @ : / # ? in it.';

/**
 * Reads a `postgres://` URL into libpq's keywords. Throws a usage error that never repeats the URL: it may hold a password.
 * Node's URL parses the parts; the list of hosts, which the URL standard does not allow, is cut out first.
 */
export function readUrl(text: string, source: string): Map<string, string> {
  const [, scheme = '', user = '', hosts = '', rest = ''] =
    /^([a-z][a-z\d+.:-]*:\/\/)([^/?#]*@)?([^/?#@]*)(.*)$/is.exec(text.trim()) ?? [];
  if (scheme !== '' && scheme !== 'postgres://' && scheme !== 'postgresql://') {
    throw usageError('bad-url', `The connection URL of ${source} does not begin with postgres://.`, shape);
  }
  let url: URL;
  try {
    url = new URL(`${scheme}${user}${user === '' ? '' : 'host'}${rest}`);
  } catch {
    throw usageError('bad-url', `The connection URL of ${source} cannot be read.`, shape);
  }
  if (url.hash) {
    throw usageError('bad-url', `The connection URL of ${source} has a "#" in it, which ends a URL.`, shape);
  }
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
  const keywords = new Map<string, string>();
  const take = (name: string, value: string) => {
    if (value !== '') keywords.set(name, decode(value));
  };
  const { names, ports } = readHosts(hosts, source);
  take('host', names.join(','));
  if (ports.some(port => port !== '')) take('port', ports.join(','));
  take('user', url.username);
  take('password', url.password);
  take('dbname', url.pathname.replace(/^\//, ''));
  // Not searchParams, which reads a "+" as a space: it may belong to a password.
  for (const part of url.search.slice(1).split('&')) {
    if (part === '') continue;
    const sign = part.indexOf('=');
    const name = decode(sign < 0 ? part : part.slice(0, sign));
    const value = sign < 0 ? '' : decode(part.slice(sign + 1));
    // As in JDBC, and later in libpq: `ssl=true` asks for encryption.
    if (name === 'ssl' && value === 'true') keywords.set('sslmode', 'require');
    else takeKeyword(keywords, name, value, source);
  }
  return keywords;
}

/** Hosts with their ports, as `h1:5432,h2,[::1]:5433`. */
function readHosts(text: string, source: string): { names: string[]; ports: string[] } {
  const names: string[] = [];
  const ports: string[] = [];
  for (const part of text.split(',')) {
    // An IPv6 address has brackets in a URL, but nowhere else.
    const found = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d*))?$/.exec(part);
    if (!found) {
      throw usageError('bad-url', `The connection URL of ${source} has a host that cannot be read.`, shape);
    }
    const [, bracketed, name = '', port = ''] = found;
    names.push(bracketed ?? name);
    ports.push(port);
  }
  return { names, ports };
}
