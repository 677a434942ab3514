import meow from 'meow';
import type { Flags } from './config.ts';

export const helpText = `
  preset-usage: watch, verify and repair preset usage counters in PostgreSQL

  Usage
    preset-usage [flags]            the console
    preset-usage check [flags]      audit every preset: usage_count against its records
    preset-usage trigger [flags]    health of the trigger, and what else writes the count
    preset-usage simulate [PRESET]  use a preset twice, confirm +1 each time, roll it all back
    preset-usage checklist [flags]  the six steps of the testing checklist, with evidence
    preset-usage sync [flags]       set every wrong count to its number of records
    preset-usage reset [flags]      set every count to 0; --delete-history empties preset_usage too
    preset-usage receipts           what this console has changed, newest first
    preset-usage undo RECEIPT       take a sync or a reset back
    preset-usage migrate [flags]    install or repair the trigger and its functions
    preset-usage scan DIRECTORY     find application code that writes usage_count itself

  Which database
    --database-url URL    postgres://user:password@host:5432/database
                          (or host=... dbname=...), else DATABASE_URL or SUPABASE_DB_URL
                          (environment, then .env), else libpq's variables and files
                          (PGHOST, PGSERVICE, ~/.pgpass ...), else the embedded demo
    --schema NAME         the schema of both tables (default public)
    --demo                the embedded demo, whatever the environment says

  What to do
    --preset ID|NAME      only this preset (check, sync, reset: can be repeated; the console
                          begins with it)
    --read-only           never offer to write; no simulation either
    --as-user UUID        simulate: the user who makes the use (else one of recent records)
    --as-role NAME        simulate: also as this role (else authenticated, where it exists)
    --dry-run             sync, reset, undo, migrate: print the plan and change nothing
    --confirm FINGERPRINT sync, reset, undo, migrate: do exactly that plan
                          simulate: yes, although a use runs what no rollback takes back
    --trust-receipt ID    undo: with --confirm, although the receipt may not be what this
                          console wrote
    --delete-history      reset: delete the records too
    --last-used           sync: set last_used_at to the newest record too
    --map-column OLD=NEW  undo: put the values of the receipt's column OLD into NEW
    --drop-column OLD     undo: put records back without the values of OLD
    --put-back-anyway     undo: put records back also where the console cannot tell whether
                          they are in the table already
    --suppress-triggers   sync, reset, undo: keep other triggers from firing, where the role may
    --commit              simulate: make one real use instead, that stays
    --take-back WORD      simulate: take that use back again; --commit prints the word
    --app-log FILE        checklist: the application's log, for its last step
    --app-source DIRECTORY  checklist: scan the application's source as well
    --report FILE         checklist: write the evidence as Markdown, or JSON by its ending
    --timeout SECONDS     the longest a statement may run (default 30)
    --lock-timeout SECONDS  the longest it may wait for a lock (default 2)

  How to show it
    --json                one JSON document on standard output
    --no-color            no colours (NO_COLOR does the same)
    --ascii               no characters beyond ASCII
    --help, --version

  Exit codes
    0 healthy   1 something is wrong   2 bad usage   3 no database, or not readable
    4 refused   70 a fault of this program   130 interrupted
`;

const flags = {
  databaseUrl: { type: 'string' },
  schema: { type: 'string' },
  readOnly: { type: 'boolean' },
  preset: { type: 'string', isMultiple: true },
  asUser: { type: 'string' },
  asRole: { type: 'string' },
  confirm: { type: 'string' },
  trustReceipt: { type: 'string' },
  dryRun: { type: 'boolean' },
  deleteHistory: { type: 'boolean' },
  lastUsed: { type: 'boolean' },
  suppressTriggers: { type: 'boolean' },
  mapColumn: { type: 'string', isMultiple: true },
  dropColumn: { type: 'string', isMultiple: true },
  putBackAnyway: { type: 'boolean' },
  commit: { type: 'boolean' },
  takeBack: { type: 'string' },
  appLog: { type: 'string' },
  appSource: { type: 'string' },
  report: { type: 'string' },
  json: { type: 'boolean' },
  timeout: { type: 'number' },
  lockTimeout: { type: 'number' },
  color: { type: 'boolean' },
  ascii: { type: 'boolean' },
  demo: { type: 'boolean' },
  help: { type: 'boolean' },
  version: { type: 'boolean' },
} as const;

/** The command line as it was typed, or what is wrong with it. */
export interface Invocation {
  command: string | undefined;
  flags: Flags;
  help: boolean;
  version: boolean;
  /** What to tell the user instead of doing anything: plain data, because this file is built apart from the program. */
  problem: { code: string; message: string; hint: string } | null;
}

/** Commands whose first word is a value: `simulate NAME` is `simulate --preset NAME`. */
const takesPreset: ReadonlySet<string> = new Set(['simulate']);
const takesReceipt: ReadonlySet<string> = new Set(['undo']);
const takesDirectory: ReadonlySet<string> = new Set(['scan']);

const commandNames: ReadonlySet<string> = new Set(
  'console check trigger simulate checklist sync reset undo migrate receipts scan'.split(' '),
);

/** What each flag that is not for everything means something to; `console` is no command at all. */
const meaningTo: Record<string, readonly string[]> = {
  preset: ['console', 'check', 'simulate', 'checklist', 'sync', 'reset'],
  asUser: ['console', 'simulate', 'checklist'],
  asRole: ['console', 'simulate', 'checklist'],
  dryRun: ['sync', 'reset', 'undo', 'migrate'],
  confirm: ['simulate', 'checklist', 'sync', 'reset', 'undo', 'migrate'],
  trustReceipt: ['undo'],
  deleteHistory: ['reset'],
  lastUsed: ['sync'],
  suppressTriggers: ['sync', 'reset', 'undo'],
  mapColumn: ['undo'],
  dropColumn: ['undo'],
  putBackAnyway: ['undo'],
  commit: ['simulate'],
  takeBack: ['simulate'],
  appLog: ['console', 'checklist'],
  appSource: ['console', 'checklist'],
  report: ['checklist'],
};

/** Reads the command line; a flag or a word that means nothing is a `problem`. */
export function readCommandLine(argv: string[]): Invocation {
  const unclear = findUnclear(argv);
  if (unclear) return { command: undefined, flags: {}, help: false, version: false, problem: unclear };
  const parsed = meow({ importMeta: import.meta, argv, pkg: {}, autoHelp: false, autoVersion: false, flags });
  const { help, version, ...given } = parsed.flags as Record<string, unknown>;
  const [command, ...words] = parsed.input;
  const object = takesPreset.has(command ?? '') ? words.shift() : undefined;
  const receipt = takesReceipt.has(command ?? '') ? words.shift() : undefined;
  const directory = takesDirectory.has(command ?? '') ? words.shift() : undefined;
  // Left out is not the same as false or empty: the defaults are config.ts's.
  const typed = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return {
    command,
    flags: {
      ...typed,
      ...(object === undefined ? {} : { preset: [object, ...((typed.preset as string[]) ?? [])] }),
      ...(receipt === undefined ? {} : { receipt }),
      ...(directory === undefined ? {} : { appSource: directory }),
    } as Flags,
    help: help === true,
    version: version === true,
    problem:
      findProblem(Object.keys(given), words[0]) ??
      findIdle(command ?? 'console', namesOf(typed), help === true || version === true),
  };
}

// Flags that say yes or no are there whether typed or not.
function namesOf(typed: Record<string, unknown>): string[] {
  const says = (value: unknown) => value !== false && !(Array.isArray(value) && value.length === 0);
  return Object.keys(typed).filter(name => says(typed[name]));
}

/** A flag that would be ignored is refused instead. */
function findIdle(command: string, given: string[], asksForHelp: boolean): Invocation['problem'] {
  const idle =
    asksForHelp || !commandNames.has(command)
      ? undefined
      : given.find(name => !(meaningTo[name] ?? [command]).includes(command));
  if (idle === undefined) return null;
  return {
    code: 'flag-without-effect',
    message: `${spell(idle)} means nothing to ${command === 'console' ? 'the console' : command}.`,
    hint: 'Leave it out, or run preset-usage --help for what it belongs to.',
  };
}

function spell(flag: string): string {
  return `--${flag.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
}

/** A word as it was typed, unless it may be a URL with a password in it. */
export function quoted(word: string): string {
  return /:\/\/|@/.test(word) ? 'A URL among the words' : `The word "${word}"`;
}

/** meow takes a flag without its value for one that was not typed, and ends the process over one typed twice. */
function findUnclear(argv: string[]): Invocation['problem'] {
  const seen = new Set<string>();
  for (const [index, word] of argv.entries()) {
    const [, spelled = '', value] = /^--([a-z-]+)(=.*)?$/s.exec(word) ?? [];
    const name = spelled.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (!Object.hasOwn(flags, name)) continue;
    const { type, isMultiple = false } = flags[name as keyof typeof flags] as {
      type: string;
      isMultiple?: boolean;
    };
    if (seen.has(name) && !isMultiple) {
      return {
        code: 'repeated-flag',
        message: `There is more than one --${spelled}.`,
        hint: 'Give it once.',
      };
    }
    seen.add(name);
    const next = argv[index + 1];
    if (type !== 'boolean' && value === undefined && (next === undefined || next.startsWith('--'))) {
      return {
        code: 'bad-flag',
        message: `The flag --${spelled} has no value.`,
        hint: `Write it after the flag, as in --${spelled} VALUE.`,
      };
    }
  }
  return null;
}

function findProblem(given: string[], surplus: string | undefined): Invocation['problem'] {
  const unknown = given.find(name => !(name in flags));
  if (unknown !== undefined) {
    const spelled = unknown.length === 1 ? `-${unknown}` : spell(unknown);
    return {
      code: 'unknown-flag',
      // meow cuts a word at its dots and equal signs: what is left of a URL may be a part of its password.
      message: /^[\w-]+$/.test(unknown)
        ? `There is no flag ${spelled}.`
        : 'A word that begins with "-" is no flag.',
      hint: 'Run preset-usage --help for the flags.',
    };
  }
  if (surplus === undefined) return null;
  return {
    code: 'unknown-argument',
    message: `${quoted(surplus)} is one too many.`,
    hint: 'Run preset-usage --help for what goes where.',
  };
}
