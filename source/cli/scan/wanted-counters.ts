import type { Config } from '../../config/config.ts';
import type { Database } from '../../connection/transactions.ts';
import { type ConfiguredCounter, readConfig } from '../../counter/configured/read-config.ts';
import { type NamedCounter, namedCounters } from '../../counter/definition/choose-counters.ts';
import { parseCounterId } from '../../counter/definition/counter-id.ts';
import { presetNames } from '../../counter/definition/preset-names.ts';
import { exitCodes, isConsoleError, usageError } from '../../errors/errors.ts';
import type { ScanSubject } from '../../scan/subject.ts';
import { subjectOfConfigured } from '../../scan/subject-of.ts';
import type { Wanted } from './search-counters.ts';

/** How a scan reaches the database, if it needs one. */
export interface ScanDatabase {
  /** The command line or the environment names one. */
  isNamed: boolean;
  /** The configuration with its address, also that of a file. Throws a usage error (exit code 2) for one that cannot be used. */
  locate(): Config;
  /** Opens it for `work`. With `asks` a person at the terminal is asked what it needs, such as a password. */
  open<Value>(config: Config, asks: boolean, work: (database: Database) => Promise<Value>): Promise<Value>;
}

/**
 * What to scan for. With --all every counter of the database. With --counter those that are named: by their description in
 * counters.json, else as the database has them. Else every counter of a database that the command line or the environment names,
 * or if it cannot be searched, that of presets and those of counters.json. A database that only a file of the working directory
 * names is not asked for that, because somebody else may have written the file.
 *
 * Rejects with a usage error (exit code 2) where a database is needed and not named, and like every other command where it cannot be
 * read or has no such counter.
 */
export async function wantedCounters(
  config: Config,
  database: ScanDatabase,
  signal: AbortSignal,
): Promise<Wanted> {
  if (config.all && config.counter.length > 0)
    throw usageError('bad-flag', '--all and --counter are both given.', 'Give one of them.');
  const named = namedCounters(config.counter);
  const configured = await readConfig(config.config, process.cwd());
  if (config.all) return everyCounter(database, signal);
  if (named.length === 0) return searchedIfNamed(ofFiles(configured), database, signal);
  const described = named.map(each => ({ each, subject: describedAs(each, configured) }));
  const missing = described.find(({ subject }) => subject === undefined);
  return missing === undefined
    ? inFiles(described.map(({ subject }) => subject ?? null))
    : namedInDatabase(config, named, missing.each, database, signal);
}

// Loading it takes longer than all else that a scan without a database does before it reads.
const searching = () => import('./search-counters.ts');

const inFiles = (subjects: Wanted['subjects']): Wanted => ({ subjects, searched: null, failed: null });

/** The counter of presets, and those of the configuration. */
function ofFiles(configured: readonly ConfiguredCounter[]): Wanted {
  return inFiles([null, ...configured.map(subjectOfConfigured).filter(subject => subject !== null)]);
}

/** What the configuration says of a counter that was named; null for that of presets, undefined if it says nothing. */
function describedAs(
  { schema, table, column }: NamedCounter,
  configured: readonly ConfiguredCounter[],
): ScanSubject | null | undefined {
  if (table === presetNames.rows && column === presetNames.count) return null;
  return configured.map(subjectOfConfigured).find(subject => {
    const own = parseCounterId(subject?.counter ?? '');
    return own?.table === table && own.column === column && (schema === null || own.schema === schema);
  });
}

async function everyCounter(database: ScanDatabase, signal: AbortSignal): Promise<Wanted> {
  const asked = located(
    database,
    'no-database',
    'No database is named, and scan --all finds its counters there.',
    'Set DATABASE_URL, or pass --database-url or --demo. Without a database, describe counters in counters.json.',
  );
  const { searchAll } = await searching();
  return database.open(asked, true, opened => searchAll(opened, asked, signal));
}

async function namedInDatabase(
  { config }: Config,
  named: readonly NamedCounter[],
  missing: NamedCounter,
  database: ScanDatabase,
  signal: AbortSignal,
): Promise<Wanted> {
  const asked = located(
    database,
    'no-such-counter',
    `${config ?? 'counters.json'} does not describe ${missing.text}, and no database is named.`,
    'Set DATABASE_URL or pass --database-url to find it there, or describe it: see preset-usage counters --write-config.',
  );
  const { searchNamed } = await searching();
  return database.open(asked, true, opened => searchNamed(named, opened, asked, signal));
}

function located(database: ScanDatabase, ...problem: Parameters<typeof usageError>): Config {
  const asked = database.locate();
  if (asked.addressFrom !== null) return asked;
  throw usageError(...problem);
}

/** As the database that the user named has them; as the files have them where it cannot be searched. */
async function searchedIfNamed(
  otherwise: Wanted,
  database: ScanDatabase,
  signal: AbortSignal,
): Promise<Wanted> {
  if (!database.isNamed) return otherwise;
  try {
    const asked = database.locate();
    if (asked.addressFrom === 'file') return otherwise;
    const { search } = await searching();
    return await database.open(asked, false, opened => search(opened, asked, signal));
  } catch (error) {
    if (!isConsoleError(error) || !beyondReach.includes(error.exitCode)) throw error;
    return { ...otherwise, failed: error };
  }
}

const beyondReach: readonly number[] = [exitCodes.usage, exitCodes.unreachable];
