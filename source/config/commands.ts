import { presetNames } from '../counter/definition/preset-names.ts';

interface Command {
  help: string;
  /** What the first word after the command is, as `--help` calls it, and the flag or setting that it stands for. */
  argument?: {
    name: string;
    into: 'preset' | 'receipt' | 'appSource' | 'shell';
    choices?: readonly string[];
  };
  /** Takes at most one preset. */
  onePreset?: true;
}

/** Every command. `console` is not typed: it opens where no command is given. */
const commands = {
  console: { help: 'open the console', onePreset: true },
  check: { help: `compare every ${presetNames.count} with its records` },
  trigger: { help: 'check the trigger, and list what else writes the count' },
  simulate: {
    help: 'use a preset twice, expect +1 each time, roll it back',
    argument: { name: '[PRESET]', into: 'preset' },
    onePreset: true,
  },
  checklist: { help: 'run the six steps of the testing checklist', onePreset: true },
  sync: { help: 'set every wrong count to its number of records' },
  reset: { help: 'set every count to 0' },
  receipts: { help: 'list what this console has changed, newest first' },
  undo: { help: 'undo a sync or a reset', argument: { name: 'RECEIPT', into: 'receipt' } },
  migrate: { help: 'install or repair the trigger and its functions' },
  scan: {
    help: `find application code that writes ${presetNames.count} itself`,
    argument: { name: 'DIRECTORY', into: 'appSource' },
  },
  counters: { help: 'list every counter of the database, and how many rows of each are wrong' },
  completion: {
    help: 'print the completion script of bash, zsh or fish',
    argument: { name: 'SHELL', into: 'shell', choices: ['bash', 'zsh', 'fish'] },
  },
} as const satisfies Record<string, Command>;

export type CommandName = keyof typeof commands;

/** The commands, for looking one up by any name. */
export const commandTable: Readonly<Record<string, Command>> = commands;

/** The commands that are typed. */
export const typedCommands = Object.keys(commands).filter(name => name !== 'console') as Exclude<
  CommandName,
  'console'
>[];
