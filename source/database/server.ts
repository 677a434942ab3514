import * as z from 'zod/mini';
import type { Reader } from './connection.ts';

/** What the server says of itself and of this session. */
export interface Server {
  database: string;
  user: string;
  /** Such as `18.4`. */
  version: string;
  /** The address the server was reached at, as it sees it; null over a unix socket. */
  address: string | null;
  /** True on a standby, or where transactions are read-only by default. */
  readOnly: boolean;
  standby: boolean;
}

const server = z.object({
  database: z.string(),
  user: z.string(),
  version: z.string(),
  address: z.nullable(z.string()),
  readOnly: z.boolean(),
  standby: z.boolean(),
});

const text = `SELECT current_database() AS database, current_user::text AS user,
  split_part(current_setting('server_version'), ' ', 1) AS version,
  (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now,
  host(inet_server_addr()) AS address, pg_is_in_recovery() AS standby,
  pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean AS "readOnly"`;

/**
 * Asks the server who and where it is: what a header shows must not come from a configuration file. `now` is its clock in
 * milliseconds since 1970: ages are told by the clock that wrote the times.
 */
export async function readServer(reader: Reader): Promise<{ server: Server; now: number }> {
  const [row] = (await reader.rows(text)) as { now: number }[];
  return { server: server.parse(row), now: z.number().parse(row?.now) };
}
