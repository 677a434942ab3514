import { thisUser } from '../../config/files/this-user.ts';
import type { InspectedDatabase } from '../../counter/inspect-database.ts';
import type { ReceiptHead } from './receipt.ts';
import { newReceiptId } from './receipt-id.ts';

/** The beginning of a receipt: who does what, now, to which database. */
export function receiptHead(
  place: { demo: boolean },
  { server, host, tables }: InspectedDatabase,
  { action, identity, fingerprint }: Pick<ReceiptHead, 'action' | 'identity' | 'fingerprint'>,
): ReceiptHead {
  const at = new Date();
  return {
    version: 1,
    id: newReceiptId(action, at),
    at: at.toISOString(),
    action,
    by: thisUser(),
    database: {
      name: server.database,
      host: place.demo ? 'embedded' : host,
      user: server.user,
      serverVersion: server.version,
    },
    identity,
    schema: tables.schema,
    fingerprint,
    options: {},
    undoes: null,
  };
}
