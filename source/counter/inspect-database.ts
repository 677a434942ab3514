import { networkInterfaces } from 'node:os';
import { readServer, type Server } from '../connection/server.ts';
import type { Encryption } from '../connection/tls.ts';
import type { Database, Reader } from '../connection/transactions.ts';
import { addressOf } from '../errors/server-address.ts';
import type { CounterChoice } from './definition/counter-choice.ts';
import { readCounterTables, readTables, type Tables } from './discovery/tables.ts';
import { type HostKind, hostKindOf } from './host-kind.ts';

/** What is known about a database before its counts are read. */
export interface InspectedDatabase extends InspectedServer {
  tables: Tables;
}

/** What is known about a server. */
export interface InspectedServer {
  server: Server;
  /** Where the console connected to, as opposed to what the server calls itself. */
  host: string;
  /** What named this database, such as `DATABASE_URL in .env`; null in the demo. */
  source: string | null;
  label: HostKind;
  /** The encryption of the console's connection, to the server or to a pooler before it; null if unknown. */
  link: Encryption | null;
  /** The server's clock in milliseconds since 1970. */
  now: number;
}

/**
 * Reads which server this is and what the tables of a counter look like, in the transaction of `reader`. Also sets whether later reads
 * through `database` apply row-level security.
 */
export async function inspectDatabase(
  reader: Reader,
  database: Database,
  counter: CounterChoice,
): Promise<InspectedDatabase> {
  const inspected = await inspectServer(reader, database);
  const tables =
    typeof counter === 'string'
      ? await readTables(reader, counter)
      : await readCounterTables(reader, counter);
  // Until now policies were errors. If they apply, the rows they show are read and marked as incomplete.
  if (tables.policiesApply) await reader.rows('SET LOCAL row_security = on');
  database.policiesApply(tables.policiesApply);
  return { ...inspected, tables };
}

/** The same without the tables. */
export async function inspectServer(reader: Reader, database: Database): Promise<InspectedServer> {
  const { server, now } = await readServer(reader);
  const { host, port, demo } = database.place;
  return {
    now,
    server,
    host: demo ? 'embedded' : addressOf(host, port),
    source: demo ? null : (database.place.source ?? null),
    link: demo ? null : database.encryption(),
    label: demo ? 'demo' : hostKindOf(host, server.address, ownAddresses),
  };
}

function ownAddresses(): ReadonlySet<string> {
  return new Set(
    Object.values(networkInterfaces()).flatMap(list => list?.map(({ address }) => address) ?? []),
  );
}
