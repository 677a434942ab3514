import { presetNames } from '../counter/definition/preset-names.ts';
import { type ConsoleError, usageError } from '../errors/errors.ts';
import { type CommandName, typedCommands } from './commands.ts';

interface Flag {
  /**
   * `texts` may be given more than once; `seconds` is a number above 0; an `either` can be turned on
   * and off, and is null where it was not given; a `number` is whole and not below 0; a `choice` is one of `choices`; a
   * `question` is answered instead of doing anything.
   */
  kind: 'switch' | 'either' | 'text' | 'texts' | 'seconds' | 'number' | 'choice' | 'question';
  group: 'Database' | 'What to do' | 'Output';
  help: string;
  /** What a choice is between. */
  choices?: readonly string[];
  /** The same for a command that does not take all of them. */
  fewer?: Partial<Record<CommandName, readonly string[]>>;
  /** What stands for the value in `--help`. */
  value?: string;
  /** The commands it belongs to; all that open a database or read files, if left out. */
  for?: readonly CommandName[];
  /** What to give, where the value is not valid. */
  give?: string;
  /** What it is where it was not given; null, false or nothing if left out. */
  standard?: string | number;
  /** An empty text is a value like any other. */
  mayBeEmpty?: true;
  /** What a shell completes the value with. */
  path?: 'file' | 'directory';
}

/** What the output can be: of a check any, of a checklist what tells of steps. */
const formats = ['text', 'json', 'csv', 'junit', 'github', 'prometheus', 'markdown'] as const;

const formatsOfSteps = ['text', 'json', 'junit', 'github', 'markdown'] as const satisfies readonly Format[];

export type Format = (typeof formats)[number];

/** What the console can sort its list by, in the order of the key that goes through them. */
export const sorts = ['drift', 'uses', 'name', 'last-used', 'cause'] as const;

export type Sort = (typeof sorts)[number];

/** Every flag, in the order of `--help`. Parsing, the configuration, errors and completion are made from it. */
export const flags = {
  databaseUrl: {
    kind: 'text',
    value: 'URL',
    group: 'Database',
    help: 'postgres://user:password@host:5432/database, or host=... dbname=... Without it these are tried in this order: DATABASE_URL or SUPABASE_DB_URL (environment, then .env), libpq variables and files (PGHOST, PGSERVICE, ~/.pgpass), at a terminal the embedded demo',
    give: 'a URL such as postgres://user@host:5432/database',
    mayBeEmpty: true,
  },
  context: {
    kind: 'text',
    value: 'NAME',
    group: 'Database',
    help: 'a database that ~/.config/preset-usage/config.json describes',
    give: 'the name of a context in config.json',
  },
  replica: {
    kind: 'text',
    value: 'URL',
    group: 'Database',
    help: 'count on this standby of the database; what is small and every write stay with the server itself',
    for: ['check', 'checklist', 'sync', 'reset'],
    give: 'the URL of a standby such as postgres://user@standby:5432/database',
  },
  schema: {
    kind: 'text',
    value: 'NAME',
    group: 'Database',
    help: 'the schema of both tables (default public)',
    give: 'the name of a schema, such as --schema public',
    standard: 'public',
  },
  demo: { kind: 'switch', group: 'Database', help: 'use the embedded demo, whatever the environment says' },
  readOnly: {
    kind: 'switch',
    group: 'Database',
    help: 'never offer to write, and make no simulations',
  },
  timeout: {
    kind: 'seconds',
    value: 'SECONDS',
    group: 'Database',
    help: 'the longest a statement may run (default 30)',
    give: 'a number of seconds above 0, such as --timeout 30',
    standard: 30,
  },
  lockTimeout: {
    kind: 'seconds',
    value: 'SECONDS',
    group: 'Database',
    help: 'the longest it may wait for a lock (default 2)',
    give: 'a number of seconds above 0, such as --lock-timeout 2',
    standard: 2,
  },
  counter: {
    kind: 'texts',
    value: 'COUNTER',
    group: 'What to do',
    help: `this counter instead of ${presetNames.count}; check and scan take several, and the console opens on it`,
    for: ['console', 'check', 'trigger', 'simulate', 'migrate', 'checklist', 'sync', 'reset', 'undo', 'scan'],
    give: 'schema, table and column of a count, such as public.posts.comments_count',
  },
  all: {
    kind: 'switch',
    group: 'What to do',
    help: 'every counter of the database',
    for: ['check', 'checklist', 'scan'],
  },
  config: {
    kind: 'text',
    value: 'FILE',
    group: 'What to do',
    help: 'describes counters that are not found (default counters.json, where it is)',
    for: [
      'console',
      'check',
      'trigger',
      'simulate',
      'migrate',
      'checklist',
      'counters',
      'sync',
      'reset',
      'undo',
      'scan',
    ],
    give: 'the path of a file such as counters.json',
    path: 'file',
  },
  writeConfig: {
    kind: 'switch',
    group: 'What to do',
    help: 'write what was found to counters.json, or to the file that --config names',
    for: ['counters'],
  },
  preset: {
    kind: 'texts',
    value: 'ID|NAME',
    group: 'What to do',
    help: 'only this preset; check, sync and reset take several, and the console opens on it',
    for: ['console', 'check', 'simulate', 'checklist', 'sync', 'reset'],
    give: 'the id or the name of a preset',
    // The empty text may be a key.
    mayBeEmpty: true,
  },
  asUser: {
    kind: 'text',
    value: 'UUID',
    group: 'What to do',
    help: "the user who makes the use, by the id in the records or the token's subject (default: one of recent records)",
    for: ['console', 'simulate', 'checklist'],
    give: 'the id of a user',
  },
  jwtClaims: {
    kind: 'text',
    value: 'JSON',
    group: 'What to do',
    help: "all claims of the application's token (default: its subject and role, as far as they are found)",
    for: ['console', 'simulate', 'checklist'],
    give: 'the payload of a token, such as \'{"sub": "..."}\'',
  },
  asRole: {
    kind: 'text',
    value: 'NAME',
    group: 'What to do',
    help: 'also simulate as this role (default: authenticated, where it exists)',
    for: ['console', 'simulate', 'checklist'],
    give: 'the name of a role',
  },
  dryRun: {
    kind: 'switch',
    group: 'What to do',
    help: 'print the plan and change nothing',
    for: ['sync', 'reset', 'undo', 'migrate'],
  },
  confirm: {
    kind: 'text',
    value: 'FINGERPRINT',
    group: 'What to do',
    help: 'carry out exactly this plan; for a simulation, accept what a rollback cannot undo',
    for: ['sync', 'reset', 'undo', 'migrate', 'simulate', 'checklist'],
    give: 'the fingerprint that was printed with the plan',
  },
  applicationStopped: {
    kind: 'switch',
    group: 'What to do',
    help: 'the application does not count by itself any more: install although it seemed to',
    for: ['migrate'],
  },
  trustReceipt: {
    kind: 'text',
    value: 'ID',
    group: 'What to do',
    help: 'confirm even though this console may not have written the receipt',
    for: ['undo'],
    give: 'the id of the receipt, as preset-usage receipts lists it',
  },
  putBackAnyway: {
    kind: 'switch',
    group: 'What to do',
    help: 'put records back even if they may already be in the table',
    for: ['undo'],
  },
  deleteHistory: { kind: 'switch', group: 'What to do', help: 'delete the records too', for: ['reset'] },
  lastUsed: {
    kind: 'switch',
    group: 'What to do',
    help: `set ${presetNames.touched} to the newest record too`,
    for: ['sync'],
  },
  except: {
    kind: 'texts',
    value: 'CAUSE',
    group: 'What to do',
    help: 'leave out counts that are wrong for this cause, such as history-deleted',
    for: ['sync'],
    give: 'the code of a diagnosis, such as --except history-deleted',
  },
  mapColumn: {
    kind: 'texts',
    value: 'OLD=NEW',
    group: 'What to do',
    help: 'put the values of column OLD of the receipt into column NEW',
    for: ['undo'],
    give: 'a column of the receipt and one of the table, such as --map-column old_name=new_name',
  },
  dropColumn: {
    kind: 'texts',
    value: 'OLD',
    group: 'What to do',
    help: 'put records back without the values of column OLD',
    for: ['undo'],
    give: 'the name of a column that the receipt has values of',
  },
  suppressTriggers: {
    kind: 'switch',
    group: 'What to do',
    help: 'keep other triggers from firing, where the role may',
    for: ['sync', 'reset', 'undo'],
  },
  sort: {
    kind: 'choice',
    choices: sorts,
    value: 'ORDER',
    group: 'What to do',
    help: `how the list begins: ${sorts.join(', ')} (default PRESET_USAGE_SORT, else drift: what is wrong comes first)`,
    for: ['console'],
    give: `one of ${sorts.join(', ')}`,
  },
  commit: {
    kind: 'switch',
    group: 'What to do',
    help: 'make one real use that stays, instead of a simulation',
    for: ['simulate'],
  },
  takeBack: {
    kind: 'text',
    value: 'WORD',
    group: 'What to do',
    help: 'take that use back; --commit prints the word',
    for: ['simulate'],
    give: 'the word that --commit printed',
  },
  appLog: {
    kind: 'text',
    value: 'FILE',
    group: 'What to do',
    help: "the application's log, for the last step",
    for: ['console', 'checklist'],
    give: "the path of the application's log",
    path: 'file',
  },
  appSource: {
    kind: 'text',
    value: 'DIRECTORY',
    group: 'What to do',
    help: "scan the application's source too",
    for: ['console', 'trigger', 'simulate', 'checklist'],
    give: "the directory with the application's source",
    path: 'directory',
  },
  report: {
    kind: 'text',
    value: 'FILE',
    group: 'What to do',
    help: 'write the evidence to a file, as JSON if its name ends in .json, else as Markdown',
    for: ['checklist'],
    give: 'the path of the file to write',
    path: 'file',
  },
  driftLog: {
    kind: 'text',
    value: 'FILE',
    group: 'What to do',
    help: 'keep the drift log in a file, and show what is in it',
    for: ['console'],
    give: 'the path of a file to append to',
    path: 'file',
  },
  maxDrift: {
    kind: 'number',
    value: 'N',
    group: 'What to do',
    help: 'do not fail for counts that are wrong by at most N',
    for: ['check'],
    give: 'a whole number, such as --max-drift 5',
  },
  maxMismatched: {
    kind: 'number',
    value: 'N',
    group: 'What to do',
    help: 'do not fail where at most N counts are wrong',
    for: ['check'],
    give: 'a whole number, such as --max-mismatched 5',
  },
  failOn: {
    kind: 'texts',
    value: 'CAUSE',
    group: 'What to do',
    help: 'fail only for counts that are wrong for this cause; unknown stands for those without one',
    for: ['check'],
    give: 'the code of a diagnosis, such as --fail-on double-counted',
  },
  watch: {
    kind: 'seconds',
    value: 'SECONDS',
    group: 'What to do',
    help: 'check again and again, this long after the last time, and print what changed',
    for: ['check'],
    give: 'a number of seconds above 0, such as --watch 60',
  },
  json: { kind: 'switch', group: 'Output', help: 'print one JSON document' },
  format: {
    kind: 'choice',
    choices: formats,
    value: 'FORMAT',
    group: 'Output',
    fewer: { checklist: formatsOfSteps },
    help: `one of ${formats.join(', ')}; checklist has neither csv nor prometheus`,
    for: ['check', 'checklist'],
    give: `one of ${formats.join(', ')}`,
  },
  output: {
    kind: 'text',
    value: 'FILE',
    group: 'Output',
    help: 'write to a file instead, whole or not at all',
    for: ['check', 'checklist'],
    give: 'the path of the file to write',
    path: 'file',
  },
  ids: {
    kind: 'switch',
    group: 'Output',
    help: 'show the id of each row',
    for: ['check', 'sync', 'reset', 'undo'],
  },
  quiet: {
    kind: 'switch',
    group: 'Output',
    help: 'print nothing where all is well',
    for: ['check', 'checklist'],
  },
  color: {
    kind: 'either',
    group: 'Output',
    help: 'colours always or never; else as NO_COLOR, FORCE_COLOR and the terminal say',
  },
  ascii: { kind: 'switch', group: 'Output', help: 'no characters beyond ASCII' },
  help: { kind: 'question', group: 'Output', help: 'show this' },
  version: { kind: 'question', group: 'Output', help: 'print the version' },
} as const satisfies Record<string, Flag>;

type FlagName = keyof typeof flags;

/** The flags, for looking one up by any name. */
export const flagTable: Readonly<Record<string, Flag>> = flags;

type ValueOf<Row extends Flag> = Row['kind'] extends 'switch'
  ? boolean
  : Row['kind'] extends 'either'
    ? boolean | null
    : Row['kind'] extends 'seconds' | 'number'
      ? Row extends { standard: number }
        ? number
        : number | null
      : Row['kind'] extends 'texts'
        ? readonly string[]
        : Row extends { choices: readonly (infer Choice)[] }
          ? Choice | null
          : Row extends { standard: string }
            ? string
            : string | null;

/** The values of all flags. */
export type FlagValues = {
  [Name in FlagName as (typeof flags)[Name]['kind'] extends 'question' ? never : Name]: ValueOf<
    (typeof flags)[Name]
  >;
};

/** What is typed so often that a letter does. */
export const shortFlags: ReadonlyMap<string, readonly string[]> = new Map([
  ['help', ['-h']],
  ['version', ['-v']],
]);

/** Every way to type a flag: one that is turned on and off has two. */
export function spellings(name: string): string[] {
  const typed = spelled(name);
  return flagTable[name]?.kind === 'either' ? [typed, typed.replace('--', '--no-')] : [typed];
}

/** The commands that a flag belongs to. */
export function commandsOf(name: string): readonly CommandName[] {
  const { for: own, kind } = flagTable[name] ?? { kind: 'question' };
  const all = ['console', ...typedCommands] as const;
  return own ?? (kind === 'question' ? all : all.filter(each => each !== 'completion'));
}

/** What a choice is between for each of the commands that it belongs to: groups of commands that take the same. */
export function choicesBy(name: string): { commands: readonly CommandName[]; choices: readonly string[] }[] {
  const { choices = [], fewer = {} } = flagTable[name] ?? {};
  const few = Object.entries(fewer).map(([command, choices]) => ({
    commands: [command as CommandName],
    choices,
  }));
  return [{ commands: commandsOf(name).filter(command => !(command in fewer)), choices }, ...few];
}

/** A flag as it is typed: `asUser` is `--as-user`. */
export function spelled(name: string): string {
  return `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
}

/** Whether a flag can have this value. */
export function isValid(name: string, value: unknown): boolean {
  const { kind, mayBeEmpty, choices = [] } = flagTable[name] ?? { kind: 'question' };
  const isText = (text: unknown) => typeof text === 'string' && (mayBeEmpty === true || text !== '');
  // At most a day.
  if (kind === 'seconds') return typeof value === 'number' && value > 0 && value <= 86_400;
  if (kind === 'number') return Number.isSafeInteger(value) && Number(value) >= 0;
  if (kind === 'choice') return choices.some(choice => choice === value);
  if (kind === 'texts') return Array.isArray(value) && value.every(isText);
  return kind === 'text' ? isText(value) : typeof value === 'boolean';
}

/** True for digits, with a decimal point or without: an empty text, 1e3 and 0x10 are numbers for JavaScript alone. */
export function isNumeral(text: string): boolean {
  return /^[+-]?(?:\d+(?:\.\d+)?|\.\d+)$/.test(text);
}

/** The error for a value that is not valid: exit code 2. */
export function invalidValue(name: string): ConsoleError {
  const flag = spelled(name);
  const { give = 'no value' } = flagTable[name] ?? {};
  return usageError('bad-flag', `The value of ${flag} is not valid.`, `Give ${flag} ${give}.`);
}
