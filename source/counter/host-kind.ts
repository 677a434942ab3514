/** How near a database is: `demo` is embedded, `local` on this machine, `remote` anywhere else. */
export type HostKind = 'demo' | 'local' | 'remote';

/**
 * Says whether a database is on this machine. Both ends have to agree: a tunnel makes a remote server look like
 * localhost, and a pooler here makes a remote server's own address the only hint. In doubt it is remote, because the
 * label is a warning. `own` lists this machine's addresses.
 */
export function hostKindOf(host: string, address: string | null, own: ReadonlySet<string>): HostKind {
  const hostIsHere = /^[/@]/.test(host) || host === 'localhost' || isHere(host, own);
  return hostIsHere && (address === null || isHere(address, own)) ? 'local' : 'remote';
}

function isHere(address: string, own: ReadonlySet<string>): boolean {
  return address === '::1' || address.startsWith('127.') || own.has(address);
}
