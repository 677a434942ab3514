import type { Words } from './server-address.ts';

/** Puts an error of TLS into words, by the code of TlsProblem or of OpenSSL; undefined for any other. */
export function tlsWords(
  { code = '', message, reason = message }: { code?: string | undefined; message: string; reason?: string },
  at: string,
): Words | undefined {
  switch (code) {
    case 'TLS_UNAVAILABLE':
      return {
        code: 'tls-unavailable',
        message: `The server at ${at} does not offer TLS, and sslmode asks for it.`,
        hint: 'Turn ssl on at the server; sslmode=prefer goes on without encryption, for networks that you trust.',
      };
    case 'TLS_UNKNOWN_CA':
      return {
        code: 'tls-unknown-ca',
        message: `The certificate of ${at} is not signed by an authority that is trusted here: ${message}.`,
        hint: 'Name the file with the authority of this server with sslrootcert, if it is the right server.',
      };
    case 'TLS_EXPIRED':
      return {
        code: 'tls-expired',
        message: `The certificate of ${at} is not valid now: ${message}.`,
        hint: "Check this machine's clock, then have the server's certificate renewed.",
      };
    case 'TLS_WRONG_NAME':
      return {
        code: 'tls-wrong-name',
        message: `The certificate of ${at} is for another host: ${message}.`,
        hint: 'Connect by a name that it is for, if it is the right server; sslmode=verify-ca compares no names.',
      };
    case 'TLS_CERTIFICATE_UNANSWERED':
      return certificateWords(at, 'it hung up on seeing it');
    case 'TLS_ODD_ANSWER':
    case 'TLS_NO_ALPN':
      return {
        code: 'tls-failed',
        message: `${at} does not begin TLS as PostgreSQL does: ${message}.`,
        hint: 'Check host and port; sslnegotiation=direct needs PostgreSQL 17 or newer.',
      };
  }
  // What the server thinks of a certificate comes as an alert.
  if (/ALERT_.*(CERT|UNKNOWN_CA)/.test(code)) return certificateWords(at, alert(code));
  if (!/CERT|ERR_SSL|ERR_TLS|^TLS_/.test(code)) return undefined;
  return {
    code: 'tls-failed',
    message: `No TLS connection to ${at} could be made: ${reason.trim()}.`,
    hint: 'Check host and port, and that the server offers TLS 1.2 or newer.',
  };
}

function alert(code: string): string {
  return code
    .replace(/^.*ALERT_/, '')
    .replaceAll('_', ' ')
    .toLowerCase();
}

/** What is told where the server does not take the client's certificate; `own` is what it says of it. */
export function certificateWords(at: string, own: string): Words {
  return {
    code: 'client-certificate',
    message: `The server at ${at} did not accept this client's certificate: ${own}.`,
    hint: 'Name a certificate that the server trusts, made for this user, with sslcert, and its key with sslkey.',
  };
}
