import type { Database } from '../../connection/transactions.ts';
import { readReservedWords } from '../../counter/definition/read-reserved-words.ts';
import type { InspectedDatabase, InspectedServer } from '../../counter/inspect-database.ts';
import { jsonVersion } from '../../format/json-text.ts';
import { counterJson } from './counter-json.ts';
import { databaseInfo } from './database-info.ts';

/** What every document begins with that is about one database. */
export function databaseHead(inspected: InspectedServer, database: Database) {
  return { version: jsonVersion, database: databaseInfo(inspected, database).json };
}

/** What every document begins with that is about one counter. */
export async function counterHead(inspected: InspectedDatabase, database: Database, signal: AbortSignal) {
  const reserved = await database.read(readReservedWords, { signal });
  return {
    ...databaseHead(inspected, database),
    counter: counterJson(inspected.tables.definition, reserved),
  };
}
