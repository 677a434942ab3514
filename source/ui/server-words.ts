import type { Look } from '../actions/look.ts';
import { displayText } from '../present/text.ts';

/**
 * What the server proves of this session in short words, what may be done here first; `readOnly` is `--read-only`. Nothing
 * is said of encryption where there is none to speak of: in the demo and over a unix socket.
 */
export function serverWords(
  { server, label, host }: Pick<Look, 'server' | 'label' | 'host'>,
  readOnly: boolean,
): string[] {
  const { standby, superuser, encryption } = server;
  const local = label === 'demo' || host.startsWith('/');
  return [
    ...(standby ? ['standby'] : []),
    server.readOnly ? 'read-only' : readOnly ? '--read-only' : 'read-write',
    ...(local ? [] : [encryptionWord(encryption)]),
    ...(superuser ? ['superuser'] : []),
  ];
}

/** Behind a pooler the server speaks of the pooler's own connection, so nothing is claimed of this one. */
function encryptionWord(encryption: string | null): string {
  if (encryption === null) return 'pooler';
  return encryption === 'none' ? 'no TLS' : displayText(encryption).replace(/^TLSv/, 'TLS ');
}
