import type { ServerTarget } from '../../connection/libpq/target.ts';

/** A database that the user has given a name. */
export interface Context {
  name: string;
  /** A URL or a connection string, without a password. */
  connection: string;
  /** The colour of its name; null for none. */
  color: string | null;
  /** Whether nothing may be written; null if that depends on the names. */
  readOnly: boolean | null;
  /** The names of its counters, as --counter takes them; none means that of presets. */
  counters: readonly string[];
}

// Rather once too often: whoever means to write says so.
const production = /production|(?:^|[^a-z])(?:prod|prd|live)(?:[^a-z]|$)/i;

/** Whether nothing may be written there: what the context says, else whether a name says production. */
export function isReadOnly(
  { name, connection, readOnly }: Context,
  { host, hosts = [], database }: Pick<ServerTarget, 'host' | 'hosts' | 'database'>,
): boolean {
  const service = /^service=/.test(connection) ? connection : '';
  const names = [name, service, database, host, ...hosts.map(each => each.name)];
  return readOnly ?? names.some(each => production.test(each));
}
