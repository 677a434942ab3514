import { homedir } from 'node:os';
import { join } from 'node:path';
import { namesDatabase } from '../connection/libpq/environment.ts';
import { resolveTarget } from '../connection/libpq/resolve-target.ts';
import type { ServerTarget } from '../connection/libpq/target.ts';
import type { CounterChoice } from '../counter/definition/counter-choice.ts';
import { usageError } from '../errors/errors.ts';
import { type ColumnChoice, readColumnChoice } from './column-choice.ts';
import { type Context, isReadOnly } from './contexts/context.ts';
import { ownDirectory } from './directories.ts';
import { readEnvFile, refuseReference } from './env-file.ts';
import { type FlagValues, type Format, flagTable, invalidValue, isValid, type Sort, sorts } from './flags.ts';
import { type JwtClaims, readJwtClaims } from './jwt-claims.ts';
import { otherVariables, refuseMistakes } from './url-mistakes.ts';

export type { ServerTarget };

type Target = ServerTarget | { kind: 'demo'; source: string };

/** Who named the database: the command line, the environment, or a file of the working directory. */
type AddressFrom = 'flag' | 'environment' | 'file';

/** How the program was asked to run, checked once and frozen. */
export interface Config
  extends Omit<
    FlagValues,
    | 'databaseUrl'
    | 'context'
    | 'replica'
    | 'demo'
    | 'preset'
    | 'mapColumn'
    | 'dropColumn'
    | 'jwtClaims'
    | 'format'
    | 'sort'
  > {
  target: Target;
  /** The context that names it; null without --context. */
  context: Context | null;
  /** The standby that large reads go to. */
  replica: ServerTarget | null;
  /** What is printed; `json` is true for JSON. */
  format: Format;
  /** What the console's list is sorted by at first. */
  sort: Sort;
  /** Null if nobody named a database. */
  addressFrom: AddressFrom | null;
  /** The counter that is meant: that of presets in `schema`, until --counter or the database says otherwise. */
  choice: CounterChoice;
  /** Ids or names; empty means every preset. */
  presets: readonly string[];
  /** undo: the receipt's id or file. */
  receipt: string | null;
  /** undo: what becomes of columns that have changed since. */
  columns: ColumnChoice;
  /** All claims of the token that a simulated use is made with; null for those that this program finds. */
  claims: JwtClaims | null;
  /** Where receipts and their journal are kept. */
  stateDirectory: string;
}

/** The flags that were given, with the words that stand after the command. */
export type Flags = { [Name in keyof FlagValues]?: FlagValues[Name] | undefined } & {
  receipt?: string;
  shell?: string;
};

type Environment = Record<string, string | undefined>;

/**
 * Turns flags, environment and `.env` into one frozen configuration. Sources of the database are tried in the order that
 * docs/connecting.md gives; `context` is what --context names. Throws a usage error (exit code 2) for anything that cannot be honoured: nothing is ignored
 * silently.
 */
export function loadConfig(
  given: Flags,
  environment: Environment,
  directory: string,
  context: Context | null = null,
): Config {
  const {
    demo,
    preset,
    databaseUrl,
    context: _,
    replica,
    mapColumn,
    dropColumn,
    jwtClaims,
    ...rest
  } = valuesOf(given);
  const { target, addressFrom } = demo
    ? { target: { kind: 'demo', source: '--demo' } as const, addressFrom: 'flag' as const }
    : findTarget(databaseUrl, context, environment, directory);
  return Object.freeze({
    ...rest,
    ...formatOf(rest),
    context,
    readOnly: rest.readOnly || (context !== null && target.kind === 'server' && isReadOnly(context, target)),
    choice: rest.schema,
    presets: Object.freeze([...preset]),
    receipt: given.receipt || null,
    columns: readColumnChoice(mapColumn, dropColumn),
    sort: rest.sort ?? sortOf(environment) ?? 'drift',
    color: rest.color ?? colorOf(environment),
    claims: readJwtClaims(jwtClaims, rest.asRole),
    stateDirectory: ownDirectory('state', environment, homedir()),
    target: Object.freeze(target),
    replica: replica === null ? null : Object.freeze(findReplica(replica, target, environment)),
    addressFrom,
  });
}

/** The one format of the output. Throws a usage error for two that do not agree. */
function formatOf({ json, format }: Pick<FlagValues, 'json' | 'format'>): Pick<Config, 'json' | 'format'> {
  if (json && format !== null && format !== 'json')
    throw usageError('bad-flag', '--json and --format are both given.', 'Give one of them.');
  return { json: json || format === 'json', format: format ?? (json ? 'json' : 'text') };
}

/** What the environment says about colours (no-color.org, and FORCE_COLOR as Node reads it); null if it says nothing. */
function colorOf({ NO_COLOR: no, FORCE_COLOR: force }: Environment): boolean | null {
  if (no !== undefined && no !== '') return false;
  return force === undefined ? null : force !== '0' && force !== 'false';
}

/** What the environment says about the list; null if it says nothing. */
function sortOf({ PRESET_USAGE_SORT: text }: Environment): Sort | null {
  if (!text) return null;
  const sort = sorts.find(each => each === text);
  if (sort) return sort;
  throw usageError(
    'bad-environment',
    'The value of PRESET_USAGE_SORT is not valid.',
    `Set it to one of ${sorts.join(', ')}, or unset it.`,
  );
}

/** The values of all flags: what was given, if it is valid, else the standard. */
function valuesOf(given: Flags): FlagValues {
  const values = Object.entries(flagTable).map(([name, { kind, standard }]) => {
    const value = given[name as keyof FlagValues];
    if (value === undefined) return [name, standard ?? missing[kind]];
    if (!isValid(name, value)) throw invalidValue(name);
    return [name, value];
  });
  return Object.fromEntries(values) as FlagValues;
}

const missing = {
  switch: false,
  either: null,
  text: null,
  texts: [],
  seconds: null,
  number: null,
  choice: null,
  question: false,
};

const urlNames = ['DATABASE_URL', 'SUPABASE_DB_URL'] as const;

/** Whether the environment names a database, even if in a way that cannot be used. */
export function namesAddress(environment: Environment): boolean {
  return urlNames.some(name => environment[name] !== undefined) || namesDatabase(environment);
}

function findReplica(text: string, target: Target, environment: Environment): ServerTarget {
  const source = '--replica';
  if (target.kind === 'demo')
    throw usageError(
      'replica-of-demo',
      'The demo has no standby.',
      'Leave out --replica, or name a database.',
    );
  refuseMistakes(text, source);
  return resolveTarget({ text, source }, environment, environment.HOME || homedir());
}

function findTarget(
  flag: string | null,
  context: Context | null,
  environment: Environment,
  directory: string,
): { target: Target; addressFrom: AddressFrom | null } {
  const home = environment.HOME || homedir();
  const from = (addressFrom: AddressFrom, text: string | null, source: string, file?: string) => {
    if (text !== null) refuseMistakes(text, source);
    return { target: resolveTarget({ text, source, file }, environment, home), addressFrom };
  };
  if (flag !== null) return from('flag', flag, '--database-url');
  if (context !== null) return from('flag', context.connection, `context ${context.name}`);
  for (const name of urlNames) {
    const text = environment[name];
    if (text !== undefined) return from('environment', text, name);
  }
  const file = readEnvFile(directory) ?? {};
  const named = urlNames.find(name => file[name]) ?? urlNames.find(name => file[name] !== undefined);
  if (named !== undefined) {
    const [text = '', source] = [file[named], `${named} in .env`];
    refuseReference(text, source);
    return from('file', text, source, join(directory, '.env'));
  }
  if (namesDatabase(environment)) return from('environment', null, "libpq's variables");
  const other =
    otherVariables(file, 'The file .env in this directory') ?? otherVariables(environment, 'The environment');
  if (other) throw other;
  return { target: { kind: 'demo', source: 'no database is configured' }, addressFrom: null };
}
