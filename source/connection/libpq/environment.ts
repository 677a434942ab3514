import { unsupportedKeyword } from './keywords.ts';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

const variables: Readonly<Record<string, string>> = {
  PGHOST: 'host',
  PGHOSTADDR: 'hostaddr',
  PGPORT: 'port',
  PGDATABASE: 'dbname',
  PGUSER: 'user',
  PGPASSWORD: 'password',
  PGPASSFILE: 'passfile',
  PGSERVICE: 'service',
  PGSERVICEFILE: 'servicefile',
  PGAPPNAME: 'application_name',
  PGCONNECT_TIMEOUT: 'connect_timeout',
  PGCLIENTENCODING: 'client_encoding',
  PGOPTIONS: 'options',
  PGSSLMODE: 'sslmode',
  PGREQUIRESSL: 'requiressl',
  PGSSLROOTCERT: 'sslrootcert',
  PGSSLCERT: 'sslcert',
  PGSSLKEY: 'sslkey',
  PGSSLCERTMODE: 'sslcertmode',
  PGSSLNEGOTIATION: 'sslnegotiation',
  PGSSLSNI: 'sslsni',
  PGSSLMINPROTOCOLVERSION: 'ssl_min_protocol_version',
  PGSSLMAXPROTOCOLVERSION: 'ssl_max_protocol_version',
  PGCHANNELBINDING: 'channel_binding',
  PGGSSENCMODE: 'gssencmode',
  PGTARGETSESSIONATTRS: 'target_session_attrs',
  PGLOADBALANCEHOSTS: 'load_balance_hosts',
};

const beyond: Readonly<Record<string, string>> = {
  PGSSLCRL: 'certificate revocation lists are not read',
  PGSSLCRLDIR: 'certificate revocation lists are not read',
  PGREQUIREPEER: 'the owner of a socket cannot be checked',
  PGREQUIREAUTH: "the way of authentication is the server's choice",
  PGKRBSRVNAME: 'Kerberos is not supported',
  PGGSSLIB: 'Kerberos is not supported',
  PGGSSDELEGATION: 'Kerberos is not supported',
};

/** libpq's variables as its keywords; empty ones count as unset. Throws a usage error for one that is not supported. */
export function readEnvironment(environment: Environment): Map<string, string> {
  for (const [name, why] of Object.entries(beyond)) {
    if (environment[name]) throw unsupportedKeyword(name, 'the environment', why);
  }
  const keywords = new Map<string, string>();
  for (const [name, keyword] of Object.entries(variables)) {
    const value = environment[name];
    if (value) keywords.set(keyword, value);
  }
  return keywords;
}

/** Whether the environment says which database to use, and not only how to connect to it. */
export function namesDatabase(environment: Environment): boolean {
  return ['PGHOST', 'PGHOSTADDR', 'PGDATABASE', 'PGUSER', 'PGSERVICE'].some(name => environment[name]);
}
