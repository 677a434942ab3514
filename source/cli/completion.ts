import { type CommandName, commandTable, typedCommands } from '../config/commands.ts';
import { choicesBy, commandsOf, flagTable, spelled, spellings } from '../config/flags.ts';
import { applicationName, nameInSql, programName } from '../config/operation-marks.ts';

/** The shells that there is a completion for, each with what makes it. */
export const completions: Readonly<Record<string, () => string>> = { bash, zsh, fish };

const programs = `${programName} ${applicationName}`;
const shellFunction = `_${nameInSql}`;
/** `help COMMAND` is no command of its own: see options.ts. */
type Word = CommandName | 'help';
const typedWords: readonly Word[] = [...typedCommands, 'help'];
const everyWord: readonly Word[] = ['console', ...typedWords];
const helpOf = (word: Word) =>
  word === 'help' ? 'list the flags of a command' : (commandTable[word]?.help ?? '');

/** Flags whose value a shell completes with files or directories, or (undefined) with nothing. */
function valued(path: 'file' | 'directory' | undefined): string {
  return Object.entries(flagTable)
    .filter(([, flag]) => flag.value !== undefined && flag.path === path && !flag.choices)
    .map(([name]) => spelled(name))
    .join('|');
}

/**
 * What prints the names of the contexts. A shell reads the file itself: this program would take too long to start for each press of Tab.
 * `base` is the directory for configurations, as the shell spells it. A relative XDG_CONFIG_HOME counts as unset there too.
 */
function printContexts(base: string): string {
  const files = [base, '"$HOME/Library/Application Support"'].map(each => `${each}/preset-usage/config.json`);
  return `grep -Eho '"name" *: *"[A-Za-z0-9_.-]+"' ${files.join(' ')} 2>/dev/null | cut -d '"' -f 4`;
}
// Inside $(...) old versions of bash need an opening parenthesis before each pattern.
const baseOfShell = `"$(case \${XDG_CONFIG_HOME-} in (/*) echo "$XDG_CONFIG_HOME" ;; (*) echo "$HOME/.config" ;; esac)"`;
const contextsOfShell = `$(${printContexts(baseOfShell)})`;

/** For bash and zsh: a line for each flag whose value is one of a few, which may depend on the command. */
function chosen(complete: string): string {
  return Object.entries(flagTable)
    .filter(([, { choices }]) => choices)
    .map(([name]) => {
      const [most, ...fewer] = choicesBy(name).map(({ commands, choices }) => ({
        commands: commands.join('|'),
        few: `few="${choices.join(' ')}"`,
      }));
      const others = fewer
        .map(({ commands, few }) => ` case $command in ${commands}) ${few} ;; esac;`)
        .join('');
      return `    ${spelled(name)}) ${most?.few};${others} ${complete}; return ;;`;
    })
    .join('\n');
}

/** What can follow a command, each with its help: the commands where none was typed, the shells, the flags. */
function choicesOf(command: Word): [word: string, help: string][] {
  const named = (words: readonly Word[]) => words.map((word): [string, string] => [word, helpOf(word)]);
  if (command === 'help') return named(typedCommands);
  const words = commandTable[command]?.argument?.choices ?? [];
  return [
    ...(command === 'console' ? named(typedWords) : words.map((word): [string, string] => [word, ''])),
    ...Object.entries(flagTable)
      .filter(([name]) => commandsOf(name).includes(command))
      .flatMap(([name, { help }]) => spellings(name).map((typed): [string, string] => [typed, help])),
  ];
}

function cases(lineOf: (command: Word) => string): string {
  return everyWord.map(command => `    ${command}) ${lineOf(command)} ;;`).join('\n');
}

function bash(): string {
  return `${shellFunction}() {
  local current=\${COMP_WORDS[COMP_CWORD]} command=console word words few
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in ${typedWords.join('|')}) command=$word; break ;; esac
  done
  case \${COMP_WORDS[COMP_CWORD-1]} in
    ${spelled('context')}) COMPREPLY=($(compgen -W "${contextsOfShell}" -- "$current")); return ;;
    ${valued('file')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
    ${valued('directory')}) COMPREPLY=($(compgen -d -- "$current")); return ;;
    ${valued(undefined)}) COMPREPLY=(); return ;;
${chosen('COMPREPLY=($(compgen -W "$few" -- "$current"))')}
  esac
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
  local command=console word few
  local -a choices named flags
  for word in $words[2,CURRENT-1]; do
    case $word in ${typedWords.join('|')}) command=$word; break ;; esac
  done
  case $words[CURRENT-1] in
    ${spelled('context')}) compadd -- ${contextsOfShell}; return ;;
    ${valued('file')}) _files; return ;;
    ${valued('directory')}) _files -/; return ;;
    ${valued(undefined)}) return ;;
${chosen('compadd -- $=few')}
  esac
  case $command in
${cases(command => `choices=(${choicesOf(command).map(choice).join(' ')})`)}
  esac
  [[ $command == (scan|undo) && $words[CURRENT] != -* ]] && { _files; return }
  named=(\${choices:#-*}) flags=(\${(M)choices:#-*})
  if [[ $words[CURRENT] != -* && $#named -gt 0 ]]; then _describe -t commands command named
  else _describe -t options flag flags; fi
}
compdef ${shellFunction} ${programs}
`;
}

const contextsOfFish = `(${printContexts('(string match -q "/*" -- "$XDG_CONFIG_HOME"; and echo $XDG_CONFIG_HOME; or echo $HOME/.config)')})`;

function fish(): string {
  const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const none = `not __fish_seen_subcommand_from ${typedWords.join(' ')}`;
  const among = (commands: readonly Word[]) => {
    const seen = commands.filter(name => name !== 'console');
    const conditions = [
      ...(seen.length > 0 ? [`__fish_seen_subcommand_from ${seen.join(' ')}`] : []),
      ...(commands.includes('console') ? [none] : []),
    ];
    return quoted(conditions.join('; or '));
  };
  const lines = [
    '-f',
    ...typedWords.map(name => `-n '${none}' -a ${name} -d ${quoted(helpOf(name))}`),
    `-n ${among(['help'])} -a ${quoted(typedCommands.join(' '))}`,
    ...typedCommands.flatMap(name => {
      const { argument } = commandTable[name] ?? {};
      if (argument?.choices) return [`-n ${among([name])} -a ${quoted(argument.choices.join(' '))}`];
      return argument && argument.into !== 'preset' ? [`-n ${among([name])} -F`] : [];
    }),
    ...Object.entries(flagTable).flatMap(([name, { value, path, help }]) =>
      choicesBy(name).flatMap(({ commands, choices }) => {
        const given = name === 'context' ? [contextsOfFish] : choices;
        const few = given.length > 0 ? `-x -a ${quoted(given.join(' '))} ` : '-x ';
        const takes = value === undefined ? '' : path ? '-r -F ' : few;
        return spellings(name).map(
          typed => `-n ${among(commands)} -l ${typed.slice(2)} ${takes}-d ${quoted(help)}`,
        );
      }),
    ),
  ];
  return programs
    .split(' ')
    .flatMap(program => lines.map(line => `complete -c ${program} ${line}\n`))
    .join('');
}
