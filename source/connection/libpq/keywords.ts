import { usageError } from '../../errors/errors.ts';

/** What a connection is described by, in libpq's keywords; values as they were written. */
export type Keywords = ReadonlyMap<string, string>;

/** libpq's keywords that this program honours, or can tell that there is nothing to honour. */
const known: ReadonlySet<string> = new Set([
  'host',
  'hostaddr',
  'port',
  'dbname',
  'user',
  'password',
  'passfile',
  'service',
  'servicefile',
  'application_name',
  'fallback_application_name',
  'connect_timeout',
  'client_encoding',
  'options',
  'sslmode',
  'requiressl',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'sslpassword',
  'sslcertmode',
  'sslnegotiation',
  'sslsni',
  'sslcompression',
  'ssl_min_protocol_version',
  'ssl_max_protocol_version',
  'channel_binding',
  'gssencmode',
  'keepalives',
  'keepalives_idle',
  'keepalives_interval',
  'keepalives_count',
  'replication',
  'target_session_attrs',
  'load_balance_hosts',
]);

/** libpq's keywords that the driver has no way to honour: better an error than another connection than the one asked for. */
const beyond: Readonly<Record<string, string>> = {
  sslcrl: 'certificate revocation lists are not read',
  sslcrldir: 'certificate revocation lists are not read',
  requirepeer: 'the owner of a socket is not checked',
  require_auth: "the way of authentication is the server's choice",
  krbsrvname: 'Kerberos is not spoken',
  gsslib: 'Kerberos is not spoken',
  gssdelegation: 'Kerberos is not spoken',
  tcp_user_timeout:
    'no socket of this program can be told it; keepalives_idle, keepalives_interval and keepalives_count can',
  min_protocol_version: 'protocol 3.0 is spoken',
  max_protocol_version: 'protocol 3.0 is spoken',
  sslkeylogfile: 'keys are not logged',
  scram_client_key: 'SCRAM keys are not taken',
  scram_server_key: 'SCRAM keys are not taken',
};

/**
 * What an application's own library is told beside: how it pools and prepares, which says nothing of the server. `schema` is
 * not among them: it would name other tables than the ones that are meant.
 */
const hints: ReadonlySet<string> = new Set([
  'pgbouncer',
  'connection_limit',
  'pool_timeout',
  'socket_timeout',
  'max_idle_connection_lifetime',
  'statement_cache_size',
  'supa',
  'workaround',
]);

/** Takes one keyword in. Throws a usage error for what cannot be honoured; `where` names what it was read from. */
export function takeKeyword(keywords: Map<string, string>, name: string, value: string, where: string): void {
  if (known.has(name)) {
    keywords.set(name, value);
    return;
  }
  if (hints.has(name)) return;
  const why = beyond[name];
  if (why !== undefined) throw unsupportedKeyword(name, where, why);
  if (name === 'schema') {
    throw usageError(
      'bad-url',
      `${capital(where)} has the parameter "schema", which PostgreSQL does not know.`,
      'Take it out, and name the schema with --schema.',
    );
  }
  throw usageError(
    'bad-url',
    // A stray "?" in a password makes the rest of it look like a parameter.
    `${capital(where)} has ${/^\w+$/.test(name) ? `the parameter "${name}"` : 'a parameter'}, which is none of libpq's.`,
    "Take it out; libpq's own parameters are known, such as sslmode, sslrootcert, host and application_name.",
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A value of libpq's that this program cannot honour: exit code 2. */
export function unsupportedKeyword(name: string, where: string, why: string): Error {
  return usageError(
    'unsupported-parameter',
    `${name} of ${where} cannot be honoured: ${why}.`,
    `Leave ${name} out, or connect with psql.`,
  );
}
