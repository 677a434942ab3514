import { isIP } from 'node:net';

/** Where a database is: `demo` is embedded, `local` on this machine, `remote` anywhere else. */
export type HostKind = 'demo' | 'local' | 'remote';

/**
 * Whether a database is on this machine. Host and server address must agree: a tunnel makes a remote server look like
 * localhost, and with a local pooler only the server's address shows that it is remote. If in doubt it is remote, because the
 * label is a warning. `own` lists this machine's addresses, which the system has to be
 * asked for: it is called only where they decide.
 */
export function hostKindOf(host: string, address: string | null, own: () => ReadonlySet<string>): HostKind {
  const hostIsHere = /^[/@]/.test(host) || host === 'localhost' || isHere(host, own);
  return hostIsHere && (address === null || isHere(address, own)) ? 'local' : 'remote';
}

function isHere(address: string, own: () => ReadonlySet<string>): boolean {
  return address === '::1' || address.startsWith('127.') || (isIP(address) !== 0 && own().has(address));
}
