import { hostname, userInfo } from 'node:os';
import type { Database } from '../database/connection.ts';
import type { ReceiptHead } from '../receipts/receipt.ts';
import { newReceiptId } from '../receipts/receipt-id.ts';
import type { Look } from './look.ts';

/** How a receipt begins: who does what, now, to which database. */
export function receiptHead(
  database: Database,
  { server, host, tables }: Look,
  { action, identity, fingerprint }: Pick<ReceiptHead, 'action' | 'identity' | 'fingerprint'>,
): ReceiptHead {
  const at = new Date();
  return {
    version: 1,
    id: newReceiptId(action, at),
    at: at.toISOString(),
    action,
    by: { user: userName(), host: hostname() },
    database: {
      name: server.database,
      host: database.place.demo ? 'embedded' : host,
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

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry, as containers have them.
    return String(process.getuid?.() ?? 'unknown');
  }
}
