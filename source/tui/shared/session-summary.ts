import type { InspectedDatabase } from '../../counter/inspect-database.ts';
import { displayText } from '../../format/text.ts';

/**
 * What the server reports of this session, in a few words, access first; `readOnly` is `--read-only`. Encryption is left
 * out for the demo and for Unix sockets.
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
 * Behind a pooler the server reports the pooler's own connection, so this describes the one to the pooler. Without a
 * verified certificate it says so.
 */
function encryptionWord(encryption: string | null, link: InspectedDatabase['link']): string {
  const unverified = link?.encrypted === true && link.verified === 'none';
  const word = (protocol: string | null) =>
    unverified ? 'TLS unverified' : displayText(protocol ?? 'TLS').replace(/^TLSv/, 'TLS ');
  if (encryption !== null) return encryption === 'none' ? 'no TLS' : word(encryption);
  return link?.encrypted ? `pooler, ${word(link.protocol)}` : 'pooler, no TLS';
}
