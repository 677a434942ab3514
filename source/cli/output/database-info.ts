import type { Database } from '../../connection/transactions.ts';
import type { InspectedServer } from '../../counter/inspect-database.ts';
import { addressOf } from '../../errors/server-address.ts';
import { iso } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import { displayText } from '../../format/text.ts';

/** The `database` object of every JSON document, and the line that stands for it in text. */
export function databaseInfo({ server, label, host, source, link }: InspectedServer, database: Database) {
  const { place } = database;
  const replica = database.replayed();
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
      ...(replica ? { replica: { ...replica, replayedAt: iso(replica.replayedAt) } } : {}),
    },
    line: displayText(
      `${server.database} at ${host} as ${server.user}, PostgreSQL ${server.version} (${label})${source === null ? '' : `, from ${source}`}${replica ? `, counted on its standby at ${addressOf(replica.host, replica.port)} (replayed to ${replica.replayedLsn}, ${amount(replica.behindBytes, 'byte')} behind)` : ''}`,
    ),
  };
}
