import type { Database } from '../../connection/transactions.ts';
import type { InspectedServer } from '../../counter/inspect-database.ts';
import { displayText } from '../../format/text.ts';

/** The `database` object of every JSON document, and the line that stands for it in text. */
export function databaseInfo({ server, label, host, source, link }: InspectedServer, { place }: Database) {
  return {
    json: {
      name: server.database,
      host: place.demo ? 'embedded' : place.host,
      port: place.demo ? null : place.port,
      user: server.user,
      serverVersion: server.version,
      label,
      source,
      // Null where there is a pooler in between: the server knows of the pooler's connection only.
      encrypted: server.encryption === null ? null : server.encryption !== 'none',
      /** The console's own connection, to the server or to the pooler before it. */
      link,
      standby: server.standby,
      readOnly: server.readOnly,
      superuser: server.superuser,
      bypassesRls: server.bypassesRls,
    },
    line: displayText(
      `${server.database} at ${host} as ${server.user}, PostgreSQL ${server.version} (${label})${source === null ? '' : `, from ${source}`}`,
    ),
  };
}
