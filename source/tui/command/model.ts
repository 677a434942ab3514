/** The command bar while it is open. */
export interface CommandBar {
  text: string;
  /** Which of the matching actions is chosen. */
  index: number;
}

/** What a key does to the command bar. */
export type CommandStep =
  | { kind: 'type'; text: string }
  | { kind: 'erase' }
  | { kind: 'move'; by: number }
  | { kind: 'close' }
  /** Closes it and remembers what was chosen. */
  | { kind: 'run'; name: string };
