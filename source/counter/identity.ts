import { readSystem } from '../connection/server.ts';
import type { Database, Reader } from '../connection/transactions.ts';
import type { Tables } from './discovery/tables.ts';

/**
 * What distinguishes this database from every other, however it is reached: the server's identifier, the database and its
 * tables, and if that is not the one of presets, the counter: two may stand on the same tables. A copy of the server's files has the same identity. Every start of the embedded demo is a new database.
 */
export async function readIdentity(
  reader: Reader,
  { place }: Database,
  { definition, presets, records }: Tables,
): Promise<string> {
  const counter = definition.source.kind === 'built-in' ? [] : [definition.id];
  return [databaseOf(await readSystem(reader), { place }), presets.oid, records.oid, ...counter].join('/');
}

/** What the identity of everything in a database begins with. */
export function databaseOf(
  { system, oid, name }: Awaited<ReturnType<typeof readSystem>>,
  { place }: Pick<Database, 'place'>,
): string {
  const server = place.demo
    ? `demo of ${process.pid} at ${Math.round(performance.timeOrigin)}`
    : (system ?? `${place.host}:${place.port}`);
  return [server, name, oid].join('/');
}
