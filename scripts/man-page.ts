import { exitCodeWords, summary } from '../source/cli/help.ts';
import { type CommandName, commandTable, typedCommands } from '../source/config/commands.ts';
import { commandsOf, flagTable, shortFlags, spellings } from '../source/config/flags.ts';
import { applicationName, programName } from '../source/config/operation-marks.ts';

// What neither commands nor flags say.
const environment: readonly [name: string, words: string][] = [
  ['DATABASE_URL, SUPABASE_DB_URL', 'the database, where --database-url does not name it'],
  ['PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSERVICE ...', "libpq's variables, as for psql"],
  ['NO_COLOR, FORCE_COLOR', 'no colours, or colours also where output is no terminal'],
  ['PRESET_USAGE_SORT', "what the console's list is sorted by, where --sort does not say it"],
  ['XDG_STATE_HOME', `the directory of ${applicationName}/, which has the receipts (default ~/.local/state)`],
  ['XDG_CONFIG_HOME', `the directory of ${programName}/config.json (default ~/.config)`],
  ['PRESET_USAGE_DEBUG', 'where it is set, errors come with their details'],
];
const files: readonly [name: string, words: string][] = [
  ['.env', 'in the working directory: DATABASE_URL, where neither a flag nor the environment has it'],
  [`~/.config/${programName}/config.json`, 'the databases that --context names'],
  ['counters.json', 'in the working directory: counters that are not found by themselves'],
];

/** The manual page of this version, in the language of man(7). Commands and flags come from their tables, as those of --help do. */
export function manPage(version: string): string {
  const names = Object.keys(flagTable);
  const groups = [...new Set(names.map(name => flagTable[name]?.group ?? ''))];
  return [
    `.TH ${programName.toUpperCase()} 1 "" "${applicationName} ${version}" "User Commands"`,
    // No hyphens of its own: they would cut the words that are typed.
    '.nh',
    '.ad l',
    '.SH NAME',
    `${[programName, applicationName].map(escaped).join(', ')} \\- ${roff(summary)}`,
    '.SH SYNOPSIS',
    `.B ${escaped(programName)}`,
    '[\\fICOMMAND\\fR] [\\fIFLAGS\\fR]',
    '.SH COMMANDS',
    entry(bold('(none)'), commandTable.console?.help ?? ''),
    ...typedCommands.map(name => entry(usageOf(name), commandTable[name]?.help ?? '')),
    entry(bold('help [COMMAND]'), 'list the flags, of that command alone'),
    '.SH FLAGS',
    ...groups.flatMap(group => [
      `.SS ${group}`,
      ...names.filter(name => flagTable[name]?.group === group).map(flagEntry),
    ]),
    '.SH EXIT STATUS',
    ...exitCodeWords.map(([code, words]) => entry(bold(String(code)), words)),
    '.SH ENVIRONMENT',
    ...environment.map(([name, words]) => entry(bold(name), words)),
    '.SH FILES',
    ...files.map(([name, words]) => entry(bold(name), words)),
    '',
  ].join('\n');
}

/** The page for the program's other name, which shows the same. */
export const otherManPage = `.so man1/${programName}.1\n`;

function usageOf(name: CommandName): string {
  const { argument } = commandTable[name] ?? {};
  return argument ? `${bold(name)} ${italic(argument.name)}` : bold(name);
}

function flagEntry(name: string): string {
  const { value, help = '', for: own } = flagTable[name] ?? {};
  const typed = [...spellings(name), ...(shortFlags.get(name) ?? [])].map(bold).join(', ');
  const belongs = own ? ` (${commandsOf(name).map(called).join(', ')})` : '';
  return entry(value === undefined ? typed : `${typed} ${italic(value)}`, `${help}${belongs}`);
}

const called = (command: CommandName) => (command === 'console' ? 'the console' : command);

const entry = (name: string, words: string) => `.TP\n${name}\n${roff(words)}`;
const bold = (text: string) => `\\fB${escaped(text)}\\fR`;
const italic = (text: string) => `\\fI${escaped(text)}\\fR`;

/** A text as it is read: a line that begins with a dot or a quote would be a request. */
const roff = (text: string) => escaped(text).replace(/^[.']/, '\\&$&');

// An unescaped hyphen may be broken at, or shown as another character that cannot be pasted into a shell.
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('"', '\\(dq')
    .replaceAll('~', '\\(ti')
    .replaceAll('^', '\\(ha');
}
