import { usageError } from '../../errors/errors.ts';

/** The description of a connection in libpq's keywords; values as written. */
export type Keywords = ReadonlyMap<string, string>;

/** libpq's keywords that this program supports, or knows to have no effect. */
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

/** libpq's keywords that the driver does not support: an error is better than a different connection from the requested one. */
const beyond: Readonly<Record<string, string>> = {
  sslcrl: 'certificate revocation lists are not read',
  sslcrldir: 'certificate revocation lists are not read',
  requirepeer: 'the owner of a socket cannot be checked',
  require_auth: "the way of authentication is the server's choice",
  krbsrvname: 'Kerberos is not supported',
  gsslib: 'Kerberos is not supported',
  gssdelegation: 'Kerberos is not supported',
  tcp_user_timeout:
    'sockets have no such setting here; use keepalives_idle, keepalives_interval and keepalives_count',
  min_protocol_version: 'the protocol is always 3.0',
  max_protocol_version: 'the protocol is always 3.0',
  sslkeylogfile: 'keys are not logged',
  scram_client_key: 'SCRAM keys are not accepted',
  scram_server_key: 'SCRAM keys are not accepted',
};

/**
 * Parameters for the libraries of applications, about pooling and prepared statements, which are ignored here. `schema` is not
 * among them: ignoring it could select the wrong tables.
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

/** Adds one keyword. Throws a usage error if it is not supported; `where` says where it was read. */
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
      'Remove it, and name the schema with --schema.',
    );
  }
  throw usageError(
    'bad-url',
    // A stray "?" in a password makes the rest of it look like a parameter.
    `${capital(where)} has ${/^\w+$/.test(name) ? `the parameter "${name}"` : 'a parameter'}, which libpq does not know.`,
    "Remove it. libpq's own parameters are known, such as sslmode, sslrootcert, host and application_name.",
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The error for a keyword or value of libpq's that this program does not support: exit code 2. */
export function unsupportedKeyword(name: string, where: string, why: string): Error {
  return usageError(
    'unsupported-parameter',
    `${name} of ${where} is not supported: ${why}.`,
    `Leave ${name} out, or connect with psql.`,
  );
}
