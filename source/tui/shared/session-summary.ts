import type { InspectedDatabase } from '../../counter/inspect-database.ts';
import { displayText } from '../../format/text.ts';

/**
 * What the server proves of this session in short words, what may be done here first; `readOnly` is `--read-only`. Nothing
 * is said of encryption where there is none to speak of: in the demo and over a unix socket.
 */
export function sessionSummary(
  { server, label, host, link }: Pick<InspectedDatabase, 'server' | 'label' | 'host' | 'link'>,
  readOnly: boolean,
): string[] {
  const { standby, superuser, encryption } = server;
  const local = label === 'demo' || /^[/@]/.test(host);
  return [
    ...(standby ? ['standby'] : []),
    server.readOnly ? 'read-only' : readOnly ? '--read-only' : 'read-write',
    ...(local ? [] : [encryptionWord(encryption, link)]),
    ...(superuser ? ['superuser'] : []),
  ];
}

/**
 * Behind a pooler the server speaks of the pooler's own connection, so what is said is of the one to the pooler. Encryption
 * with nobody knows whom is called so.
 */
function encryptionWord(encryption: string | null, link: InspectedDatabase['link']): string {
  const unverified = link?.encrypted === true && link.verified === 'none';
  const word = (protocol: string | null) =>
    unverified ? 'TLS unverified' : displayText(protocol ?? 'TLS').replace(/^TLSv/, 'TLS ');
  if (encryption !== null) return encryption === 'none' ? 'no TLS' : word(encryption);
  return link?.encrypted ? `pooler, ${word(link.protocol)}` : 'pooler, no TLS';
}
