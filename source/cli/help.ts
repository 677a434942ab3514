import { type CommandName, commandTable, typedCommands } from '../config/commands.ts';
import { flagTable, spellings } from '../config/flags.ts';
import { wrap } from '../format/wrap.ts';

// Of the text, where a line has 80 columns.
const indent = 27;
const width = 80 - indent;

/** What `--help` prints. */
export function helpText(): string {
  const groups = [...new Set(Object.values(flagTable).map(({ group }) => group))];
  return `
  preset-usage: watch, verify and repair usage counters in PostgreSQL

  Usage: preset-usage [COMMAND] [FLAGS]

${entry('(none)', commandTable.console?.help ?? '')}
${typedCommands.map(name => entry(usageOf(name), commandTable[name]?.help ?? '')).join('\n')}
${groups.map(group => `\n  ${group}\n${flagsOf(group)}`).join('\n')}

  Exit codes
    0 healthy   1 something is wrong   2 bad usage   3 database not readable
    4 refused   70 a fault of this program   130 interrupted
`;
}

function usageOf(name: CommandName): string {
  const { argument } = commandTable[name] ?? {};
  return argument ? `${name} ${argument.name}` : name;
}

function flagsOf(group: string): string {
  return Object.entries(flagTable)
    .filter(([, flag]) => flag.group === group)
    .map(([name, { value, help, for: own }]) => {
      const commands = own?.filter(command => command !== 'console') ?? [];
      const words = commands.length === 0 ? help : `${commands.join(', ')}: ${help}`;
      const typed = spellings(name).join(', ');
      return entry(value === undefined ? typed : `${typed} ${value}`, words);
    })
    .join('\n');
}

function entry(name: string, words: string): string {
  const [first, ...rest] = wrap(words, width);
  return [`    ${name}`.padEnd(indent) + first, ...rest.map(row => ' '.repeat(indent) + row)].join('\n');
}
