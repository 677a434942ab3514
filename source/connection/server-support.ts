import { ConsoleError, exitCodes } from '../errors/errors.ts';

// The oldest version that has what the queries use: pg_current_xact_id(), tgparentid, xid8.
const oldest = 13;

// Servers that speak PostgreSQL's protocol but are something else, by the names they report.
const others: [RegExp, string][] = [
  [/CockroachDB/i, 'CockroachDB'],
  [/Redshift/i, 'Amazon Redshift'],
  [/-YB-|Yugabyte/i, 'YugabyteDB'],
  [/Greenplum/i, 'Greenplum'],
  [/Materialize/i, 'Materialize'],
];

/**
 * The error for a server that this console does not work with; null if it does. `words` is how the server describes itself, such
 * as the answer to version(), and `version` is its server_version.
 */
export function unsupportedServer(words: string, version: string): ConsoleError | null {
  const other = others.find(([says]) => says.test(words))?.[1];
  const major = Number.parseInt(version, 10);
  if (!other && !(major < oldest)) return null;
  return new ConsoleError({
    code: 'unsupported-server',
    message: other
      ? `This server is ${other}, not PostgreSQL.`
      : `This server is PostgreSQL ${version.split(' ')[0]}, but this console needs ${oldest} or later.`,
    hint: other
      ? `The console relies on PostgreSQL's catalogs and locks: connect to PostgreSQL ${oldest} or later.`
      : 'Upgrade the server: PostgreSQL 12 and older get no more security fixes.',
    exitCode: exitCodes.unreachable,
  });
}

/**
 * The same for a server that answered with an error, based on what it reported while connecting: a server of another kind may
 * not even understand the query for its version.
 */
export function unsupportedParameters(parameters: Readonly<Record<string, unknown>>): ConsoleError | null {
  const { server_version: version, crdb_version: cockroach } = parameters;
  if (typeof version !== 'string') return null;
  return unsupportedServer(typeof cockroach === 'string' ? cockroach : version, version);
}
