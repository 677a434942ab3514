import type { Database, Reader } from '../connection/transactions.ts';
import { isOfOneCounter } from '../counter/audit/one-counter.ts';
import { type FoundCounters, placeOfCount } from '../counter/configured/merge-config.ts';
import type { CounterDefinition } from '../counter/definition/definition.ts';
import { readTables } from '../counter/discovery/tables.ts';
import { isConsoleError } from '../errors/errors.ts';
import { addingFunctions } from './find/adding-functions.ts';
import { assemble, type Seen } from './find/assemble.ts';
import { countersByName, type NamedCounter } from './find/by-name.ts';
import { knownFunctions } from './find/known-functions.ts';
import { resetSentence } from './find/resets.ts';
import { setByQuery } from './find/set-by-query.ts';
import { countsInOtherLanguages, dynamicCounts } from './find/unread.ts';
import { type Readings, type Writing, writingsOf } from './find/writings.ts';
import { type Judged, type UncheckableColumn, writtenCounters } from './find/written-counters.ts';
import { readAgreement, readCrowded } from './read-agreement.ts';
import { readBodies } from './read-bodies.ts';
import { readCatalog } from './read-catalog.ts';

/**
 * Finds every counter of a database: by the bodies that write it, by foreign keys and names, and the one of `schema` that this
 * console knows. Reads the catalog, and a few rows where only names speak for a counter.
 */
export async function findCounters(
  database: Database,
  schema: string,
  signal?: AbortSignal,
): Promise<FoundCounters> {
  const { catalog, builtIn } = await database.read(
    async reader => ({
      catalog: await readCatalog(reader),
      builtIn: await builtInCounter(reader, schema),
    }),
    { signal },
  );
  const readings = await readBodies(catalog);
  const writings = writingsOf(readings);
  const byBodies = judgeBodies(readings, writings);
  const byNames = countersByName(catalog.tables, certain(byBodies));
  const refused = refusedNames(writings, byNames);
  const judged = [...byBodies, ...refused.values()];
  const named = byNames
    .filter(each => !refused.has(each))
    .map(each => ({ ...each, set: setByQuery(writings, each) }));
  const seen = await lookAtRows(database, judged, named, signal);
  const { counters, notCheckable } = assemble(catalog, judged, named, { ...seen, builtIn });
  return {
    counters: withBesides(counters, writings),
    notCheckable,
    functions: knownFunctions(readings, writings),
  };
}

/** The counters, each with the functions that add to it besides what keeps it. */
function withBesides(
  counters: readonly CounterDefinition[],
  writings: readonly Writing[],
): readonly CounterDefinition[] {
  const adding = new Map(
    addingFunctions(writings).map(({ table, column, functions }) => [
      JSON.stringify([table.schema, table.name, column]),
      functions,
    ]),
  );
  return counters.map(counter => {
    const kept = new Set(counter.writers.map(({ name }) => name));
    const besides = [...(adding.get(placeOfCount(counter)) ?? [])].filter(name => !kept.has(name));
    return besides.length === 0 ? counter : { ...counter, besides };
  });
}

/** The counter that this console knows by its names; null if its tables are not there, or do not fit. */
async function builtInCounter(reader: Reader, schema: string): Promise<CounterDefinition | null> {
  try {
    return (await readTables(reader, schema)).definition;
  } catch (error) {
    if (!isConsoleError(error)) throw error;
    return null;
  }
}

/** What the bodies of a database say of counts; where one column is told twice, what is known comes before what is not. */
export function judgeBodies(readings: Readings, writings: readonly Writing[]): Judged[] {
  const written = writtenCounters(writings);
  const known = new Set(written.map(keyOf));
  const unread = [...dynamicCounts(writings, readings), ...countsInOtherLanguages(readings.catalog)];
  return [...written, ...unread.filter(each => !known.has(keyOf(each)))];
}

const keyOf = ({ table, column }: Pick<Judged, 'table' | 'column'>) => `${table.oid} ${column}`;

/** What only has the name of a counter: a column that the server computes, or that a body sets to a number. */
function refusedNames(writings: readonly Writing[], named: readonly NamedCounter[]) {
  const found = new Map<NamedCounter, UncheckableColumn>();
  for (const each of named) {
    const { table, column, reference, generated } = each;
    const reason = generated
      ? 'The server computes it from other columns of the row.'
      : resetSentence(writings, { ...each, columns: new Set(reference) });
    if (reason !== null) found.set(each, { table, column, reason, unlogged: false });
  }
  return found;
}

/** The columns for which names have nothing to add. */
function certain(judged: readonly Judged[]): Set<string> {
  return new Set(judged.filter(each => !('reason' in each && each.unlogged)).map(keyOf));
}

async function lookAtRows(
  database: Database,
  judged: readonly Judged[],
  named: readonly NamedCounter[],
  signal: AbortSignal | undefined,
): Promise<Omit<Seen, 'builtIn'>> {
  const single = judged.flatMap(each => (!('reason' in each) && each.link === null ? [each.table] : []));
  const read = async <T>(work: Parameters<typeof database.read<T>>[0], otherwise: T): Promise<T> => {
    try {
      return await database.read(work, { signal });
    } catch (error) {
      // The search goes on without what could not be read: a timeout, a table that was just dropped.
      if (!signal?.aborted && isOfOneCounter(error)) return otherwise;
      throw error;
    }
  };
  return {
    agreement: await read(reader => readAgreement(reader, named), new Map()),
    crowded: await read(
      reader => readCrowded(reader, [...new Set(single)]),
      new Set(single.map(({ oid }) => oid)),
    ),
  };
}
