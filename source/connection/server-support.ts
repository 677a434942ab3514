import { ConsoleError, exitCodes } from '../errors/errors.ts';

// The oldest version that has what the queries use: pg_current_xact_id(), tgparentid, xid8.
const oldest = 13;

// Servers that speak PostgreSQL's protocol and are something else, by how they call themselves.
const others: [RegExp, string][] = [
  [/CockroachDB/i, 'CockroachDB'],
  [/Redshift/i, 'Amazon Redshift'],
  [/-YB-|Yugabyte/i, 'YugabyteDB'],
  [/Greenplum/i, 'Greenplum'],
  [/Materialize/i, 'Materialize'],
];

/**
 * Why this console does not work with a server, for one that it does not know; null where it does. `words` is what the
 * server says of itself, such as the answer to version(), and `version` its server_version.
 */
export function unsupportedServer(words: string, version: string): ConsoleError | null {
  const other = others.find(([says]) => says.test(words))?.[1];
  const major = Number.parseInt(version, 10);
  if (!other && !(major < oldest)) return null;
  return new ConsoleError({
    code: 'unsupported-server',
    message: other
      ? `This server is ${other}, not PostgreSQL.`
      : `This server is PostgreSQL ${version.split(' ')[0]}, and this console needs ${oldest} or later.`,
    hint: other
      ? `The console goes by PostgreSQL's own catalogs and locks: connect to PostgreSQL ${oldest} or later.`
      : 'Upgrade the server; PostgreSQL 12 and older get no security fixes any more.',
    exitCode: exitCodes.unreachable,
  });
}

/**
 * The same for a server that has answered with an error, from what it said as the connection was made: another server
 * may not even understand the question what it is.
 */
export function unsupportedParameters(parameters: Readonly<Record<string, unknown>>): ConsoleError | null {
  const { server_version: version, crdb_version: cockroach } = parameters;
  if (typeof version !== 'string') return null;
  return unsupportedServer(typeof cockroach === 'string' ? cockroach : version, version);
}
