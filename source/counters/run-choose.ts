import type { Config } from '../config/config.ts';
import type { Database } from '../connection/transactions.ts';
import { type FoundCounters, mergeConfig } from '../counter/configured/merge-config.ts';
import { readConfig } from '../counter/configured/read-config.ts';
import { chooseCounters, namedCounters } from '../counter/definition/choose-counters.ts';
import type { CounterDefinition } from '../counter/definition/definition.ts';
import { readReservedWords } from '../counter/definition/read-reserved-words.ts';
import { ConsoleError, exitCodes, usageError } from '../errors/errors.ts';
import { findCounters } from './run.ts';

type Asked = Pick<Config, 'schema' | 'config' | 'writeConfig'>;

/** The counters of a database, found and configured. */
export interface KnownCounters extends FoundCounters {
  /** The words that SQL needs quoted, for writing names. */
  reserved: ReadonlySet<string>;
}

/**
 * Finds every counter, as the configuration has them. Rejects with a usage error (exit code 2), before anything is sent to the
 * database, for a configuration that is not understood.
 */
export async function knownCounters(
  database: Database,
  { schema, config, writeConfig }: Asked,
  signal?: AbortSignal,
): Promise<KnownCounters> {
  // The file is about to be written.
  const configured = writeConfig ? [] : await readConfig(config, process.cwd());
  const reserved = await database.read(readReservedWords, { signal });
  return { ...mergeConfig(configured, await findCounters(database, schema, signal), reserved), reserved };
}

/**
 * The names of the counters that are meant: those of `--counter`, else the one that the file of `--config` describes. Rejects with a
 * usage error (exit code 2) if that file does not say which one is meant.
 */
export async function namesOfCounters({
  counter,
  config,
}: Pick<Config, 'counter' | 'config'>): Promise<readonly string[]> {
  if (counter.length > 0 || config === null) return counter;
  const described = (await readConfig(config, process.cwd())).map(({ written }) => written.counter);
  if (described.length === 1) return described;
  throw usageError(
    'several-counters',
    described.length === 0
      ? `${config} describes no counter.`
      : `${config} describes ${described.length} counters: ${listed(described)}.`,
    described.length === 0
      ? 'Describe one in it, or leave --config out.'
      : 'Name one with --counter, or leave --config out.',
  );
}

/**
 * The counter that `--counter` names, for a command that takes one. Rejects with a usage error (exit code 2) where several are
 * named, and with exit code 3 where none has that name or it cannot be checked.
 */
export async function namedCounter(
  database: Database,
  asked: Asked & Pick<Config, 'counter'>,
  signal?: AbortSignal,
): Promise<CounterDefinition> {
  const named = namedCounters(asked.counter);
  if (named.length > 1)
    throw usageError('bad-flag', '--counter is given more than once.', 'Give one counter to this command.');
  const { counters, notCheckable } = await knownCounters(database, asked, signal);
  const [counter] = chooseCounters(named, counters, notCheckable, asked.schema);
  if (!counter) throw new TypeError('no counter is named');
  return counter;
}

const mostNamed = 10;

function listed(ids: readonly string[]): string {
  const more = ids.length - mostNamed;
  return `${ids.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/**
 * The counter of a database without presets: the only one of which more than its name speaks; null if there is no such counter.
 * Rejects with exit code 3 if there are several.
 */
export async function onlyCounter(
  database: Database,
  asked: Asked,
  signal?: AbortSignal,
): Promise<CounterDefinition | null> {
  const { counters } = await knownCounters(database, asked, signal);
  const sure = counters.filter(({ confidence }) => confidence !== 'guess');
  const [only = null] = sure;
  if (sure.length <= 1) return only;
  throw new ConsoleError({
    code: 'several-counters',
    message: `This database has ${sure.length} counters: ${listed(sure.map(({ id }) => id))}.`,
    hint: 'Name one with --counter. preset-usage counters lists them with their sums.',
    exitCode: exitCodes.unreachable,
  });
}
