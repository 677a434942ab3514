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
  const [row] = (await reader.rows(
    `SELECT (SELECT oid FROM pg_database WHERE datname = current_database())::text AS oid, current_database() AS name,
            has_function_privilege('pg_control_system()', 'EXECUTE') AS may`,
  )) as { oid: string; name: string; may: boolean }[];
  // In a separate statement: inside a CASE the server would still check the right to call it.
  const [system] = row?.may
    ? ((await reader.rows('SELECT system_identifier::text AS id FROM pg_control_system()')) as {
        id: string;
      }[])
    : [];
  const server = place.demo
    ? `demo of ${process.pid} at ${Math.round(performance.timeOrigin)}`
    : (system?.id ?? `${place.host}:${place.port}`);
  const counter = definition.source.kind === 'built-in' ? [] : [definition.id];
  return [server, row?.name, row?.oid, presets.oid, records.oid, ...counter].join('/');
}
