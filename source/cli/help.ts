import { type CommandName, commandTable, typedCommands } from '../config/commands.ts';
import { commandsOf, flagTable, shortFlags, spellings } from '../config/flags.ts';
import { type ExitCode, exitCodes } from '../errors/errors.ts';
import { wrap } from '../format/wrap.ts';

/** What the program does, in a few words. */
export const summary = 'watch, verify and repair usage counters in PostgreSQL';

/** Every exit code, with what it means. */
export const exitCodeWords: readonly [code: ExitCode, words: string][] = [
  [exitCodes.healthy, 'healthy'],
  [exitCodes.unhealthy, 'something is wrong'],
  [exitCodes.usage, 'bad usage'],
  [exitCodes.unreachable, 'database not readable'],
  [exitCodes.refused, 'refused'],
  [exitCodes.fault, 'a fault of this program'],
  [exitCodes.interrupted, 'interrupted'],
];

// Of the text, where a line has 80 columns.
const indent = 27;
const width = 80 - indent;

/** What `--help` prints: of one command, if that is named, else of all. */
export function helpText(command: CommandName | null = null): string {
  return command === null || command === 'console' ? helpOfAll() : helpOf(command);
}

function helpOf(name: CommandName): string {
  const { help = '', argument } = commandTable[name] ?? {};
  const choices = argument?.choices ? `\n  ${argument.name} is ${argument.choices.join(', ')}.\n` : '';
  return `
${wrap(`preset-usage ${name}: ${help}`, 78)
  .map(line => `  ${line}`)
  .join('\n')}

  Usage: preset-usage ${usageOf(name)} [FLAGS]
${choices}${groupsOf(flag => commandsOf(flag).includes(name), false)}
${exitCodesText}`;
}

function helpOfAll(): string {
  return `
  preset-usage: ${summary}

  Usage: preset-usage [COMMAND] [FLAGS]

${entry('(none)', commandTable.console?.help ?? '')}
${typedCommands.map(name => entry(usageOf(name), commandTable[name]?.help ?? '')).join('\n')}
${groupsOf(() => true, true)}

  preset-usage help COMMAND lists the flags of that command alone.
${exitCodesText}`;
}

const shownCodes = exitCodeWords.map(([code, words]) => `${code} ${words}`);
const exitCodesText = `
  Exit codes
    ${shownCodes.slice(0, 4).join('   ')}
    ${shownCodes.slice(4).join('   ')}
`;

/** The flags that are wanted, by their groups; with the commands they belong to, where that does not go without saying. */
function groupsOf(wanted: (flag: string) => boolean, withCommands: boolean): string {
  const names = Object.keys(flagTable).filter(wanted);
  return [...new Set(names.map(name => flagTable[name]?.group))]
    .map(group => {
      const own = names.filter(name => flagTable[name]?.group === group);
      return `\n  ${group}\n${own.map(name => flagEntry(name, withCommands)).join('\n')}`;
    })
    .join('\n');
}

function usageOf(name: CommandName): string {
  const { argument } = commandTable[name] ?? {};
  return argument ? `${name} ${argument.name}` : name;
}

function flagEntry(name: string, withCommands: boolean): string {
  const { value, help = '', for: own } = flagTable[name] ?? {};
  const commands = withCommands ? (own?.filter(command => command !== 'console') ?? []) : [];
  const words = commands.length === 0 ? help : `${commands.join(', ')}: ${help}`;
  const typed = [...spellings(name), ...(shortFlags.get(name) ?? [])].join(', ');
  return entry(value === undefined ? typed : `${typed} ${value}`, words);
}

function entry(name: string, words: string): string {
  const [first, ...rest] = wrap(words, width);
  return [`    ${name}`.padEnd(indent) + first, ...rest.map(row => ' '.repeat(indent) + row)].join('\n');
}
