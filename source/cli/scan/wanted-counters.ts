import type { Config } from '../../config/config.ts';
import type { Database } from '../../connection/transactions.ts';
import { type FoundCounters, placeOfCount } from '../../counter/configured/merge-config.ts';
import { type ConfiguredCounter, readConfig } from '../../counter/configured/read-config.ts';
import {
  chooseCounters,
  type NamedCounter,
  namedCounters,
} from '../../counter/definition/choose-counters.ts';
import { parseCounterId } from '../../counter/definition/counter-id.ts';
import { isOfPresets } from '../../counter/definition/counter-nouns.ts';
import type { CounterDefinition, NotCheckable } from '../../counter/definition/definition.ts';
import { presetNames } from '../../counter/definition/preset-names.ts';
import { inspectServer } from '../../counter/inspect-database.ts';
import { knownCounters } from '../../counters/run-choose.ts';
import { type ConsoleError, exitCodes, isConsoleError, usageError } from '../../errors/errors.ts';
import { soundsLikeCounting } from '../../scan/names.ts';
import { type ScanSubject, scanningFor } from '../../scan/subject.ts';
import { subjectOf, subjectOfConfigured } from '../../scan/subject-of.ts';
import { nothingFound, whyPresetsAreUnread } from '../commands/check-counters.ts';
import { databaseInfo } from '../output/database-info.ts';

/** How a scan reaches the database, if it needs one. */
export interface ScanDatabase {
  /** The command line or the environment names one. */
  isNamed: boolean;
  /** The configuration with its address, also that of a file. Throws a usage error (exit code 2) for one that cannot be used. */
  locate(): Config;
  /** Opens it for `work`. With `asks` a person at the terminal is asked what it needs, such as a password. */
  open<Value>(config: Config, asks: boolean, work: (database: Database) => Promise<Value>): Promise<Value>;
}

/** What a scan looks for. */
export interface Wanted {
  /** Null is the counter of presets by its usual names. */
  subjects: readonly (ScanSubject | null)[];
  /** What the database said; null if it was not asked. */
  searched: Searched | null;
  /** Why it could not be asked, although it was named. */
  failed: ConsoleError | null;
}

/** The counters of a database that are looked for. */
interface Searched {
  database: ReturnType<typeof databaseInfo>;
  /** Their ids. */
  counters: readonly string[];
  /** The id of that of presets, which findings leave out; null if it is not looked for. */
  presets: string | null;
  /** Those for which only their names speak. */
  guesses: readonly string[];
  notCheckable: readonly NotCheckable[];
  /** False if nothing was found, so that only that of presets is looked for. */
  found: boolean;
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
  const { wanted, unread } = await database.open(asked, true, opened => search(opened, asked, signal));
  const { found, notCheckable = [] } = wanted.searched ?? {};
  if (!found && !unread) throw nothingFound(notCheckable);
  return wanted;
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
  return database.open(asked, true, async opened => {
    const { counters, notCheckable, ...found } = await knownCounters(opened, asked, signal);
    const chosen = chooseCounters(named, counters, notCheckable, asked.schema);
    return lookedFor(chosen, { ...found, notCheckable: [] }, await infoOf(opened, signal), asked.schema);
  });
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
    return (await database.open(asked, false, opened => search(opened, asked, signal))).wanted;
  } catch (error) {
    if (!isConsoleError(error) || !beyondReach.includes(error.exitCode)) throw error;
    return { ...otherwise, failed: error };
  }
}

const beyondReach: readonly number[] = [exitCodes.usage, exitCodes.unreachable];

/** Every counter of a database. That of presets is looked for too if its tables cannot be read, or if there is nothing else. */
async function search(
  database: Database,
  config: Config,
  signal: AbortSignal,
): Promise<{ wanted: Wanted; unread: boolean }> {
  const { counters, ...found } = await knownCounters(database, config, signal);
  const info = await infoOf(database, signal);
  const unread = await database.read(reader => whyPresetsAreUnread(reader, config.schema), { signal });
  const wanted = lookedFor(counters, found, info, config.schema);
  const isUnread = unread !== null && !counters.some(({ id }) => id === unread.id);
  if (counters.length > 0 && !isUnread) return { wanted, unread: false };
  const presets = [config.schema, presetNames.rows, presetNames.count].join('.');
  const { searched, subjects } = wanted;
  return {
    wanted: {
      ...wanted,
      subjects: [null, ...subjects],
      searched: searched && { ...searched, counters: [presets, ...searched.counters], presets },
    },
    unread: isUnread,
  };
}

async function infoOf(database: Database, signal: AbortSignal) {
  return databaseInfo(await database.read(reader => inspectServer(reader, database), { signal }), database);
}

function lookedFor(
  counters: readonly CounterDefinition[],
  { notCheckable, functions = new Map() }: Omit<FoundCounters, 'counters'>,
  database: ReturnType<typeof databaseInfo>,
  schema: string,
): Wanted {
  return {
    subjects: subjectsByName(counters, schema).map(({ subject, places }) =>
      withInnocent(subject, places, functions),
    ),
    searched: {
      database,
      counters: counters.map(({ id }) => id),
      presets: counters.find(isOfPresets)?.id ?? null,
      guesses: counters.filter(({ confidence }) => confidence === 'guess').map(({ id }) => id),
      notCheckable,
      found: counters.length > 0,
    },
    failed: null,
  };
}

/**
 * Each name once: of counters that differ in their schema alone, as where every tenant has a schema, code does not say which is
 * meant. The one of `schema`, or else the first, stands for them.
 */
function subjectsByName(
  counters: readonly CounterDefinition[],
  schema: string,
): { subject: ScanSubject; places: readonly string[] }[] {
  const alike = Map.groupBy(counters, counter => {
    const { table, column, records, reference } = subjectOf(counter);
    // No name contains this character.
    return [table, column, records ?? '', ...reference].join('\0');
  });
  return [...alike.values()].flatMap(group => {
    const chosen = group.find(({ row, via }) => (via ?? row).schema === schema) ?? group[0];
    if (!chosen) return [];
    const subject = subjectOf({
      ...chosen,
      writers: group.flatMap(({ writers }) => writers),
      besides: group.flatMap(besidesOf),
    });
    return [{ subject, places: group.map(placeOfCount) }];
  });
}

/** The subject with the functions that sound like it and, as the database says, write none of these columns. */
function withInnocent(
  subject: ScanSubject,
  places: readonly string[],
  functions: ReadonlyMap<string, ReadonlySet<string>>,
): ScanSubject {
  const { writers } = subject;
  const innocent = scanningFor(subject, () =>
    [...functions].flatMap(([name, columns]) =>
      soundsLikeCounting(name) && !places.some(place => columns.has(place)) ? [name] : [],
    ),
  );
  return writers && innocent.length > 0 ? { ...subject, writers: { ...writers, innocent } } : subject;
}

const besidesOf = ({ besides = [] }: CounterDefinition) => besides;
