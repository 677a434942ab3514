import { thisUser } from '../../config/files/this-user.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { fingerprint } from '../../counter/fingerprint.ts';
import type { InspectedDatabase } from '../../counter/inspect-database.ts';
import type { ReceiptHead } from './receipt.ts';
import { newReceiptId } from './receipt-id.ts';

/** What a receipt says of its counter; nothing of that of presets, as older versions knew no other. */
export function counterOf(definition: CounterDefinition): Pick<ReceiptHead, 'counter' | 'counts'> {
  const { id, row, via, record, source } = definition;
  if (source.kind === 'built-in') return {};
  const { schema, table, key, count } = row;
  const { reference, through, where, amount } = record;
  const counted = [record.schema, record.table, reference, through, where, amount];
  return { counter: id, counts: fingerprint([schema, table, key, count, via, ...counted]) };
}

/** The beginning of a receipt: who does what, now, to which database. */
export function receiptHead(
  place: { demo: boolean },
  { server, host, tables }: InspectedDatabase,
  { action, identity, fingerprint: planned }: Pick<ReceiptHead, 'action' | 'identity' | 'fingerprint'>,
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
    ...counterOf(tables.definition),
    fingerprint: planned,
    options: {},
    undoes: null,
  };
}
