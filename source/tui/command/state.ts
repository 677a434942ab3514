import type { State } from '../state/model.ts';
import { matchingActions } from './match.ts';
import type { CommandStep } from './model.ts';

const mostRemembered = 50;

export function openCommand(state: State): State {
  return { ...state, command: { text: '', index: 0 } };
}

/** What each key does to the command bar. */
export function reduceCommand(state: State, step: CommandStep): State {
  const { command, commands } = state;
  if (!command) return state;
  switch (step.kind) {
    case 'type':
      return { ...state, command: { text: command.text + step.text, index: 0 } };
    case 'erase':
      if (command.text === '') return { ...state, command: null };
      return { ...state, command: { text: Array.from(command.text).slice(0, -1).join(''), index: 0 } };
    case 'move': {
      const found = matchingActions(state, command.text).length;
      const index = Math.max(0, Math.min(found - 1, command.index + step.by));
      return { ...state, command: { ...command, index } };
    }
    case 'close':
      return { ...state, command: null };
    case 'run': {
      const others = commands.filter(name => name !== step.name);
      return { ...state, command: null, commands: [step.name, ...others].slice(0, mostRemembered) };
    }
  }
}
