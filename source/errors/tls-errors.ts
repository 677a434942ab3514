import type { ErrorRow, Told } from './error-row.ts';

/** Errors of TLS, by the code of TlsProblem or of OpenSSL, and what is said of a client's certificate. */
export const tlsErrors: readonly ErrorRow[] = [
  {
    on: 'TLS_UNAVAILABLE',
    code: 'tls-unavailable',
    message: ({ at }) => `The server at ${at} does not offer TLS, and sslmode requires it.`,
    hint: 'Turn on ssl at the server. In a network that you trust, sslmode=prefer connects without encryption.',
  },
  {
    on: 'TLS_UNKNOWN_CA',
    code: 'tls-unknown-ca',
    message: ({ at, own }) =>
      `The certificate of ${at} is not signed by an authority that is trusted here: ${own}.`,
    hint: 'If it is the right server, name the file with its authority with sslrootcert.',
  },
  {
    on: 'TLS_EXPIRED',
    code: 'tls-expired',
    message: ({ at, own }) => `The certificate of ${at} is not valid now: ${own}.`,
    hint: "Check this machine's clock, then have the server's certificate renewed.",
  },
  {
    on: 'TLS_WRONG_NAME',
    code: 'tls-wrong-name',
    message: ({ at, own }) => `The certificate of ${at} is for another host: ${own}.`,
    hint: 'If it is the right server, connect by a name in the certificate; sslmode=verify-ca compares no names.',
  },
  // A server that cannot start a process for the connection, for example while it goes down.
  {
    on: 'TLS_ANSWERED_ERROR',
    code: 'server-starting',
    message: ({ at }) => `The server at ${at} answered with an error before it said whether it offers TLS.`,
    hint: 'It may be starting, stopping or out of processes: try again. Its log says why.',
  },
  {
    on: 'TLS_ODD_ANSWER TLS_NO_ALPN',
    code: 'tls-failed',
    message: ({ at, own }) => `${at} does not begin TLS as PostgreSQL does: ${own}.`,
    hint: 'Check host and port; sslnegotiation=direct needs PostgreSQL 17 or newer.',
  },
  rejected('TLS_CERTIFICATE_UNANSWERED', () => 'it hung up on seeing it'),
  // One is required, or the one that was shown is for another user. What pg_hba.conf refuses, it refuses whatever was shown.
  rejected(
    '28000',
    ({ own }) => own,
    ({ routine, own, place }) =>
      routine === 'ClientAuthentication'
        ? !/pg_hba\.conf/.test(own)
        : routine === 'auth_failed' && place.certified === true,
  ),
  // What the server thinks of a certificate comes as an alert.
  rejected(/ALERT_.*(CERT|UNKNOWN_CA)/, ({ error }) =>
    error
      .replace(/^.*ALERT_/, '')
      .replaceAll('_', ' ')
      .toLowerCase(),
  ),
  {
    on: /CERT|ERR_SSL|ERR_TLS|^TLS_/,
    code: 'tls-failed',
    message: ({ at, reason }) => `No TLS connection to ${at} could be made: ${reason.trim()}.`,
    hint: 'Check host and port, and that the server offers TLS 1.2 or newer.',
  },
];

function rejected(
  on: ErrorRow['on'],
  why: (told: Told) => string,
  when: ErrorRow['when'] = () => true,
): ErrorRow {
  return {
    on,
    when,
    code: 'client-certificate',
    message: told => `The server at ${told.at} did not accept this client's certificate: ${why(told)}.`,
    hint: 'Name a certificate that the server trusts, made for this user, with sslcert, and its key with sslkey.',
  };
}
