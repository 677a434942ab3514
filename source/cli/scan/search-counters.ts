import type { Config } from '../../config/config.ts';
import type { Database } from '../../connection/transactions.ts';
import { type FoundCounters, placeOfCount } from '../../counter/configured/merge-config.ts';
import { chooseCounters, type NamedCounter } from '../../counter/definition/choose-counters.ts';
import { isOfPresets } from '../../counter/definition/counter-nouns.ts';
import type { CounterDefinition, NotCheckable } from '../../counter/definition/definition.ts';
import { presetNames } from '../../counter/definition/preset-names.ts';
import { inspectServer } from '../../counter/inspect-database.ts';
import { knownCounters } from '../../counters/run-choose.ts';
import type { ConsoleError } from '../../errors/errors.ts';
import { soundsLikeCounting } from '../../scan/names.ts';
import { type ScanSubject, scanningFor } from '../../scan/subject.ts';
import { subjectOf } from '../../scan/subject-of.ts';
import { nothingFound, whyPresetsAreUnread } from '../commands/check-counters.ts';
import { databaseInfo } from '../output/database-info.ts';

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

/** Does what `search` does, but rejects with a usage error (exit code 2) if the database has no counter. */
export async function searchAll(database: Database, config: Config, signal: AbortSignal): Promise<Wanted> {
  const { wanted, unread } = await searchWith(database, config, signal);
  const { found, notCheckable = [] } = wanted.searched ?? {};
  if (!found && !unread) throw nothingFound(notCheckable);
  return wanted;
}

/** The counters that were named, as a database has them. Rejects with a usage error (exit code 2) for one that it does not have. */
export async function searchNamed(
  named: readonly NamedCounter[],
  database: Database,
  config: Config,
  signal: AbortSignal,
): Promise<Wanted> {
  const { counters, notCheckable, ...found } = await knownCounters(database, config, signal);
  const chosen = chooseCounters(named, counters, notCheckable, config.schema);
  return lookedFor(chosen, { ...found, notCheckable: [] }, await infoOf(database, signal), config.schema);
}

/** Every counter of a database. That of presets is looked for too if its tables cannot be read, or if there is nothing else. */
export async function search(database: Database, config: Config, signal: AbortSignal): Promise<Wanted> {
  return (await searchWith(database, config, signal)).wanted;
}

async function searchWith(
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
