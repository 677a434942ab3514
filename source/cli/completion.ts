import { type CommandName, commandTable, typedCommands } from '../config/commands.ts';
import { commandsOf, flagTable, spelled, spellings } from '../config/flags.ts';
import { applicationName, nameInSql, programName } from '../config/operation-marks.ts';

/** The shells that there is a completion for, each with what makes it. */
export const completions: Readonly<Record<string, () => string>> = { bash, zsh, fish };

const programs = `${programName} ${applicationName}`;
const shellFunction = `_${nameInSql}`;
const everyCommand: readonly CommandName[] = ['console', ...typedCommands];

/** Flags whose value a shell completes with files or directories, or (undefined) with nothing. */
function valued(path: 'file' | 'directory' | undefined): string {
  return Object.entries(flagTable)
    .filter(([, flag]) => flag.value !== undefined && flag.path === path)
    .map(([name]) => spelled(name))
    .join('|');
}

/** What can follow a command, each with its help: the commands where none was typed, the shells, the flags. */
function choicesOf(command: CommandName): [word: string, help: string][] {
  const commands = typedCommands.map((name): [string, string] => [name, commandTable[name]?.help ?? '']);
  const words = commandTable[command]?.argument?.choices ?? [];
  return [
    ...(command === 'console' ? commands : words.map((word): [string, string] => [word, ''])),
    ...Object.entries(flagTable)
      .filter(([name]) => commandsOf(name).includes(command))
      .flatMap(([name, { help }]) => spellings(name).map((typed): [string, string] => [typed, help])),
  ];
}

function cases(lineOf: (command: CommandName) => string): string {
  return everyCommand.map(command => `    ${command}) ${lineOf(command)} ;;`).join('\n');
}

function bash(): string {
  return `${shellFunction}() {
  local current=\${COMP_WORDS[COMP_CWORD]} command=console word
  case \${COMP_WORDS[COMP_CWORD-1]} in
    ${valued('file')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
    ${valued('directory')}) COMPREPLY=($(compgen -d -- "$current")); return ;;
    ${valued(undefined)}) COMPREPLY=(); return ;;
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in ${typedCommands.join('|')}) command=$word; break ;; esac
  done
  local words
  case $command in
${cases(
  command =>
    `words="${choicesOf(command)
      .map(([word]) => word)
      .join(' ')}"`,
)}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [[ $command == @(scan|undo) && $current != -* ]] && COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -F ${shellFunction} ${programs}
`;
}

function zsh(): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const choice = ([word, help]: [string, string]) => quoted(`${word}:${help}`);
  return `#compdef ${programs}
${shellFunction}() {
  local command=console word
  local -a choices
  case $words[CURRENT-1] in
    ${valued('file')}) _files; return ;;
    ${valued('directory')}) _files -/; return ;;
    ${valued(undefined)}) return ;;
  esac
  for word in $words[2,CURRENT-1]; do
    case $word in ${typedCommands.join('|')}) command=$word; break ;; esac
  done
  case $command in
${cases(command => `choices=(${choicesOf(command).map(choice).join(' ')})`)}
  esac
  [[ $command == (scan|undo) && $words[CURRENT] != -* ]] && { _files; return }
  _describe -o preset-usage choices
}
compdef ${shellFunction} ${programs}
`;
}

function fish(): string {
  const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const none = `not __fish_seen_subcommand_from ${typedCommands.join(' ')}`;
  const among = (commands: readonly CommandName[]) => {
    const seen = commands.filter(name => name !== 'console');
    const conditions = [
      ...(seen.length > 0 ? [`__fish_seen_subcommand_from ${seen.join(' ')}`] : []),
      ...(commands.includes('console') ? [none] : []),
    ];
    return quoted(conditions.join('; or '));
  };
  const lines = [
    '-f',
    ...typedCommands.map(name => `-n '${none}' -a ${name} -d ${quoted(commandTable[name]?.help ?? '')}`),
    ...everyCommand.flatMap(name => {
      const { argument } = commandTable[name] ?? {};
      if (argument?.choices) return [`-n ${among([name])} -a ${quoted(argument.choices.join(' '))}`];
      return argument && argument.into !== 'preset' ? [`-n ${among([name])} -F`] : [];
    }),
    ...Object.entries(flagTable).map(([name, { value, path, help }]) => {
      const takes = value === undefined ? '' : path ? '-r -F ' : '-x ';
      return `-n ${among(commandsOf(name))} -l ${spelled(name).slice(2)} ${takes}-d ${quoted(help)}`;
    }),
  ];
  return programs
    .split(' ')
    .flatMap(program => lines.map(line => `complete -c ${program} ${line}\n`))
    .join('');
}
