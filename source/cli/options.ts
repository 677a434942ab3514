import meow from 'meow';
import { type CommandName, commandTable, typedCommands } from '../config/commands.ts';
import type { Flags } from '../config/config.ts';
import { choicesBy, commandsOf, flags, flagTable, isNumeral, shortFlags, spelled } from '../config/flags.ts';
import { nearest } from '../format/nearest.ts';

/** The command line as it was typed, or what is wrong with it. */
interface Invocation {
  command: CommandName;
  flags: Flags;
  help: boolean;
  version: boolean;
  /** What to tell the user instead of doing anything: plain data, because this file is built apart from the program. */
  problem: Problem | null;
}

interface Problem {
  code: string;
  message: string;
  hint: string;
}

/** Reads the command line; a flag or a word that has no meaning is a `problem`. */
export function readCommandLine(argv: string[]): Invocation {
  const unclear = findUnclear(argv);
  if (unclear) return { command: 'console', flags: {}, help: false, version: false, problem: unclear };
  const parsed = meow({
    importMeta: import.meta,
    argv,
    pkg: {},
    autoHelp: false,
    autoVersion: false,
    // Else a flag that was not typed would be false, and one that turns something off could not be told from it.
    booleanDefault: undefined,
    flags: meowFlags,
  });
  const { help: asked, version, ...given } = parsed.flags as Record<string, unknown>;
  // `help check` is `check --help`.
  const isHelp = parsed.input[0] === 'help';
  const help = isHelp || asked === true;
  const input = parsed.input.slice(isHelp ? 1 : 0);
  const [command = 'console', ...words] = input;
  // Left out is not the same as false or empty: the defaults are those of the configuration.
  const typed = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const { argument } = commandTable[command] ?? {};
  const word = argument && words.shift();
  if (argument && word !== undefined) {
    typed[argument.into] = argument.into === 'preset' ? [word, ...((typed.preset as string[]) ?? [])] : word;
  }
  return {
    command: command as CommandName,
    flags: typed as Flags,
    help,
    version: version === true,
    problem:
      unknownCommand(input[0]) ??
      unknownFlag(Object.keys(given)) ??
      surplusWord(words[0]) ??
      // Whoever asks for help may leave anything on the line.
      (help || version === true
        ? null
        : (idleFlag(command, namesOf(given)) ??
          twoDatabases(typed) ??
          otherChoice(command, typed) ??
          tooMany(command, typed))),
  };
}

const meowFlags = Object.fromEntries(
  Object.entries(flags).map(([name, { kind }]) => [name, { ...meowFlag(kind), ...shortFlag(name) }]),
);

// meow wants the letter without its dash.
function shortFlag(name: string): { shortFlag?: string } {
  const [typed] = shortFlags.get(name) ?? [];
  return typed === undefined ? {} : { shortFlag: typed.slice(1) };
}

function meowFlag(kind: (typeof flags)[keyof typeof flags]['kind']) {
  if (kind === 'seconds' || kind === 'number') return { type: 'number' } as const;
  if (kind === 'text' || kind === 'texts' || kind === 'choice')
    return { type: 'string', isMultiple: kind === 'texts' } as const;
  return { type: 'boolean' } as const;
}

// Flags that say yes or no are there whether typed or not.
function namesOf(given: Record<string, unknown>): string[] {
  const says = (value: unknown) =>
    value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
  return Object.keys(given).filter(name => says(given[name]));
}

/**
 * meow takes a flag without its value for one that was not typed, and so a switch with a value; it ends the process over one typed twice,
 * and reads an empty text as the number 0.
 */
function findUnclear(argv: string[]): Problem | null {
  const seen = new Map<string, string>();
  for (const [index, word] of argv.entries()) {
    const [, dashed = '', own] = /^--([a-z-]+)(=.*)?$/s.exec(word) ?? [];
    const name = dashed.replace(/^no-/, '').replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (!Object.hasOwn(flagTable, name)) continue;
    const { kind, value, give } = flagTable[name] ?? { kind: 'question' };
    const before = seen.get(name);
    if (before !== undefined && kind !== 'texts') {
      return before === dashed
        ? {
            code: 'repeated-flag',
            message: `--${dashed} is given more than once.`,
            hint: 'Give it once.',
          }
        : {
            code: 'repeated-flag',
            message: `--${before} and --${dashed} are both given.`,
            hint: 'Give one of them.',
          };
    }
    seen.set(name, dashed);
    if (value === undefined && own !== undefined) {
      return {
        code: 'bad-flag',
        message: `--${dashed} takes no value.`,
        hint: `Leave out what is after it: --${dashed}, or nothing.`,
      };
    }
    const next = argv[index + 1];
    if (value !== undefined && own === undefined && (next === undefined || next.startsWith('--'))) {
      return {
        code: 'bad-flag',
        message: `--${dashed} has no value.`,
        hint: `Write the value after the flag: --${dashed} ${value}.`,
      };
    }
    if ((kind === 'number' || kind === 'seconds') && !isNumeral(own?.slice(1) ?? next ?? '')) {
      return {
        code: 'bad-flag',
        message: `The value of --${dashed} is not valid.`,
        hint: `Give --${dashed} ${give}.`,
      };
    }
  }
  return null;
}

// It may hold a password.
const mayBeUrl = (word: string) => /:\/\/|@/.test(word);

function unknownCommand(word: string | undefined): Problem | null {
  if (word === undefined || (typedCommands as string[]).includes(word)) return null;
  const code = 'unknown-command';
  if (mayBeUrl(word))
    return { code, message: 'A URL is not a command.', hint: 'Give the URL with --database-url.' };
  const near = nearest(word, typedCommands);
  return {
    code,
    message: `Unknown command "${word}".${near ? ` Did you mean ${near}?` : ''}`,
    hint: `The commands are ${typedCommands.join(', ')}.`,
  };
}

function unknownFlag(given: string[]): Problem | null {
  const name = given.find(each => !(each in flags));
  if (name === undefined) return null;
  const near = nearest(name, Object.keys(flags));
  return {
    code: 'unknown-flag',
    // meow cuts a word at its dots and equal signs: what is left of a URL may be a part of its password.
    message: /^[\w-]+$/.test(name)
      ? `Unknown flag ${name.length === 1 ? `-${name}` : spelled(name)}.${near ? ` Did you mean ${spelled(near)}?` : ''}`
      : 'A word that begins with "-" is not a flag.',
    hint: 'Run preset-usage --help for the flags.',
  };
}

function surplusWord(word: string | undefined): Problem | null {
  if (word === undefined) return null;
  return {
    code: 'unknown-argument',
    message: mayBeUrl(word) ? 'Unexpected URL among the arguments.' : `Unexpected argument "${word}".`,
    hint: 'Run preset-usage --help for what each command takes.',
  };
}

/** A flag that would be ignored is refused instead. */
function idleFlag(command: string, given: string[]): Problem | null {
  const name = given.find(each => !commandsOf(each).includes(command as CommandName));
  if (name === undefined) return null;
  return {
    code: 'flag-without-effect',
    message: `${spelled(name)} does not apply to ${called(command)}.`,
    hint: `Leave it out. It applies to ${commandsOf(name).map(called).join(', ')}.`,
  };
}

/** Each of them says which database is meant. */
function twoDatabases(given: Flags): Problem | null {
  const other = (['databaseUrl', 'demo'] as const).find(name => given[name]);
  if (given.context === undefined || other === undefined) return null;
  return {
    code: 'bad-flag',
    message: `--context and ${spelled(other)} are both given.`,
    hint: 'Give one of them.',
  };
}

/** A choice that only other commands have. */
function otherChoice(command: string, given: Flags): Problem | null {
  for (const [name, value] of Object.entries(given)) {
    const [most, ...fewer] = choicesBy(name);
    const own = fewer.find(({ commands }) => commands.includes(command as CommandName));
    if (
      own &&
      most?.choices.some(choice => choice === value) &&
      !own.choices.some(choice => choice === value)
    )
      return {
        code: 'bad-flag',
        message: `${called(command)} has no ${spelled(name)} ${value}.`,
        hint: `Give ${spelled(name)} one of ${own.choices.join(', ')}.`,
      };
  }
  return null;
}

function tooMany(command: string, { preset }: Flags): Problem | null {
  if (!preset || preset.length < 2 || !commandTable[command]?.onePreset) return null;
  return {
    code: 'too-many-presets',
    message: `${called(command).replace('the', 'The')} uses one preset, and ${preset.length} are given.`,
    hint: 'Name one of them; check takes several.',
  };
}

const called = (command: string) => (command === 'console' ? 'the console' : command);
