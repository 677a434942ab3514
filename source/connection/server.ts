import * as z from 'zod/mini';
import { unsupportedServer } from './server-support.ts';
import type { Reader } from './transactions.ts';

/** What the server reports about itself and this session. */
export interface Server {
  database: string;
  user: string;
  /** Such as `18.4`. */
  version: string;
  /** The address at which the server was reached, as it sees it; null over a unix socket. */
  address: string | null;
  /** True on a standby, or if transactions are read-only by default. */
  readOnly: boolean;
  standby: boolean;
  superuser: boolean;
  /** True if this role has an attribute that bypasses row-level security. */
  bypassesRls: boolean;
  /**
   * How this connection is encrypted, such as `TLSv1.3`; `none` if it is not. Null if the server cannot know: with a pooler in
   * between, it describes the pooler's connection.
   */
  encryption: string | null;
}

const server = z.object({
  database: z.string(),
  user: z.string(),
  version: z.string(),
  address: z.nullable(z.string()),
  readOnly: z.boolean(),
  standby: z.boolean(),
  superuser: z.boolean(),
  bypassesRls: z.boolean(),
  encryption: z.nullable(z.string()),
});

const text = `SELECT current_database() AS database, current_user::text AS user,
  split_part(current_setting('server_version'), ' ', 1) AS version, version() AS words,
  (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now,
  host(inet_server_addr()) AS address, pg_is_in_recovery() AS standby,
  pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean AS "readOnly",
  coalesce(current_setting('is_superuser', true)::boolean, false) AS superuser,
  (SELECT rolbypassrls FROM pg_roles WHERE rolname = current_user) AS "bypassesRls",
  pg_backend_pid() AS pid,
  (SELECT CASE WHEN ssl THEN version ELSE 'none' END FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS encryption`;

const answered = z.object({ now: z.number(), pid: z.number(), words: z.string() });
const connection = z.object({ pid: z.number() });

/**
 * Asks the server which one it is: the header must not show what a configuration file says. `now` is the server's clock in
 * milliseconds since 1970, because ages are measured by the clock that wrote the times. Rejects with exit code 3 if this
 * console does not work with the server.
 */
export async function readServer(reader: Reader): Promise<{ server: Server; now: number }> {
  const rows = await reader.rows(text);
  const { now, pid, words } = answered.parse(rows[0]);
  const reported = server.parse(rows[0]);
  const problem = unsupportedServer(words, reported.version);
  if (problem) throw problem;
  return { server: isOurs(rows, pid) ? reported : { ...reported, encryption: null }, now };
}

/**
 * Which database of which server this is: the server's identifier, which its standbys have in common with it, or null if this role
 * may not read it, and the number and name of the database.
 */
export async function readSystem({
  rows,
}: Pick<Reader, 'rows'>): Promise<z.infer<typeof place> & { system: string | null }> {
  const found = place.parse((await rows(placeText))[0]);
  // In a separate statement: inside a CASE the server would still check the right to call it.
  const [system] = found.may
    ? ((await rows('SELECT system_identifier::text AS id FROM pg_control_system()')) as { id: string }[])
    : [];
  return { ...found, system: system?.id ?? null };
}

const place = z.object({ oid: z.string(), name: z.string(), may: z.boolean() });
const placeText = `SELECT (SELECT oid FROM pg_database WHERE datname = current_database())::text AS oid, current_database() AS name,
  has_function_privilege('pg_control_system()', 'EXECUTE') AS may`;

/**
 * True if the process that answered is the one that the connection was made to. A pooler has its own connections, and gives its
 * clients a different number for cancelling.
 */
function isOurs(rows: unknown[] & { state?: unknown }, pid: number): boolean {
  // The driver attaches it to the array of rows.
  return z.safeParse(connection, rows.state).data?.pid === pid;
}
