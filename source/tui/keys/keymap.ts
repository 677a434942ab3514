import { driftAtCursor } from '../drift/state.ts';
import { isWatching } from '../preset/state.ts';
import { isProving } from '../proof/simulation-state.ts';
import { whyNotTakeBack } from '../repair/history.ts';
import { isRepairing } from '../repair/model.ts';
import { whyNotAsk, whyNotToggle } from '../repair/state.ts';
import type { Action, State } from '../state/model.ts';
import type { Screen } from '../state/screens.ts';
import { selectedRow } from '../state/selectors.ts';
import { whyNotWrite } from './write-guard.ts';

/** A key as data: footer, help and what happens all come from this one table. */
export interface Binding {
  /** Names of keys, as keys.ts spells them. */
  keys: readonly string[];
  /** How the key is shown. */
  label: string;
  /** What it does, in one or two words for the footer. */
  short: string;
  description: string;
  screens: readonly Screen[];
  does: Action | 'quit' | 'suspend' | 'refresh';
  /** Why it does nothing now; null where it works. */
  disabled?: (state: State) => string | null;
  /** Left out of the footer where the other keys would not fit beside it. */
  spare?: boolean;
  /** Left out of the footer, where room is short; help lists it all the same. */
  quiet?: boolean;
}

const everywhere: readonly Screen[] = [
  'list',
  'preset',
  'trigger',
  'simulate',
  'checklist',
  'repair',
  'history',
  'shape',
  'drift',
  'help',
];
const beside: readonly Screen[] = [
  'preset',
  'trigger',
  'simulate',
  'checklist',
  'history',
  'shape',
  'drift',
  'help',
];

export const bindings: readonly Binding[] = [
  {
    keys: ['up', 'k'],
    label: 'Up k',
    short: 'up',
    description: 'One row up',
    screens: everywhere,
    does: { type: 'move', move: { by: -1 } },
    quiet: true,
  },
  {
    keys: ['down', 'j'],
    label: 'Down j',
    short: 'down',
    description: 'One row down',
    screens: everywhere,
    does: { type: 'move', move: { by: 1 } },
    quiet: true,
  },
  {
    keys: ['pageup', 'ctrl+b', 'ctrl+u'],
    label: 'PgUp ^b',
    short: 'page up',
    description: 'One page up',
    screens: everywhere,
    does: { type: 'move', move: { page: -1 } },
    quiet: true,
  },
  {
    keys: ['pagedown', 'ctrl+f', 'ctrl+d'],
    label: 'PgDn ^f',
    short: 'page down',
    description: 'One page down',
    screens: everywhere,
    does: { type: 'move', move: { page: 1 } },
    quiet: true,
  },
  {
    keys: ['home', 'g'],
    label: 'Home g',
    short: 'top',
    description: 'To the first row',
    screens: everywhere,
    does: { type: 'move', move: { to: 'start' } },
    quiet: true,
  },
  {
    keys: ['end', 'G'],
    label: 'End G',
    short: 'bottom',
    description: 'To the last row',
    screens: everywhere,
    does: { type: 'move', move: { to: 'end' } },
    quiet: true,
  },
  {
    keys: ['return', 'l', 'right'],
    label: 'Enter',
    short: 'open',
    description: 'Open the preset under the cursor',
    screens: ['list'],
    does: { type: 'open', screen: 'preset' },
    disabled: state => (state.order.length === 0 ? 'There is no preset here.' : null),
  },
  {
    keys: ['return', 'l', 'right'],
    label: 'Enter',
    short: 'run step',
    description: 'Run the step under the cursor',
    screens: ['checklist'],
    does: { type: 'run-step' },
    disabled: whyBusy,
  },
  {
    keys: ['return', 'l', 'right'],
    label: 'Enter',
    short: 'open',
    description: 'Open the preset of the event under the cursor',
    screens: ['drift'],
    does: { type: 'open-drifted' },
    disabled: whyNotOpenDrifted,
  },
  {
    keys: ['a'],
    label: 'a',
    short: 'run all',
    description: 'Run all six steps in order, then scan the source that --app-source names',
    screens: ['checklist'],
    does: { type: 'run-all' },
    disabled: whyBusy,
  },
  {
    keys: ['w'],
    label: 'w',
    short: 'watch',
    description: 'Prove steps 2 and 3 by watching real uses of this preset',
    screens: ['checklist'],
    does: { type: 'watch-step' },
    disabled: whyNotWatch,
  },
  {
    keys: ['/'],
    label: '/',
    short: 'filter',
    description: 'List only presets whose name holds a text',
    screens: ['list'],
    does: { type: 'edit-filter' },
  },
  {
    keys: ['m'],
    label: 'm',
    short: 'wrong',
    description: 'List only mismatches, or all presets again',
    screens: ['list', 'checklist'],
    does: { type: 'only-mismatches' },
  },
  {
    keys: ['s'],
    label: 's',
    short: 'sort',
    description: 'Sort by usage, name, drift, last use',
    screens: ['list'],
    does: { type: 'sort' },
    spare: true,
  },
  {
    keys: ['w'],
    label: 'w',
    short: 'watch',
    description: 'Wait for a real use and tell how it was counted, or stop',
    screens: ['preset'],
    does: { type: 'watch-use' },
    disabled: whyNotWatch,
  },
  {
    keys: ['u'],
    label: 'u',
    short: 'simulate',
    description: 'Simulate two uses of this preset in a row, and roll them back',
    screens: ['list', 'preset', 'simulate'],
    does: { type: 'simulate' },
    disabled: whyNotSimulate,
  },
  {
    keys: ['y'],
    label: 'y',
    short: 'yes',
    description: 'Yes: simulate although it reaches outside, or make the real use',
    screens: ['simulate'],
    does: { type: 'agree' },
    disabled: ({ proof: { use } }) =>
      use?.phase === 'asking' || use?.real?.phase === 'confirming' ? null : 'Nothing is asked.',
  },
  {
    keys: ['x'],
    label: 'x',
    short: 'real use',
    description: 'Make one real use that stays, after a question',
    screens: ['simulate'],
    does: { type: 'ask-real-use' },
    disabled: state =>
      state.proof.use?.plan ? whyNotSimulate(state) : 'How a use is made here is not known yet.',
  },
  {
    keys: ['b'],
    label: 'b',
    short: 'take it back',
    description: 'Take the real use back, and nothing else',
    screens: ['simulate'],
    does: { type: 'take-back' },
    disabled: ({ proof: { use } }) =>
      use?.real?.phase === 'made' ? null : 'There is no real use to take back.',
  },
  {
    keys: ['S'],
    label: 'S',
    short: 'sync',
    description: 'Plan to set counts to their records: all presets, or the one that is open',
    screens: ['list', 'preset'],
    does: { type: 'repair', step: { kind: 'open', action: 'sync' } },
    disabled: whyNotRepair,
  },
  {
    keys: ['R'],
    label: 'R',
    short: 'reset',
    description: 'Plan to set every count to 0',
    screens: ['list'],
    does: { type: 'repair', step: { kind: 'open', action: 'reset' } },
    disabled: whyNotRepair,
  },
  {
    keys: ['return'],
    label: 'Enter',
    short: 'go on',
    description: 'Ask for the phrase that carries the plan out',
    screens: ['repair'],
    does: { type: 'repair', step: { kind: 'ask' } },
    disabled: whyNotAsk,
  },
  {
    keys: ['d'],
    label: 'd',
    short: 'records too',
    description: 'Reset: delete the records as well, or keep them',
    screens: ['repair'],
    does: { type: 'repair', step: { kind: 'toggle', option: 'deleteHistory' } },
    disabled: state => whyNotToggle(state, 'deleteHistory'),
  },
  {
    keys: ['n'],
    label: 'n',
    short: 'last use too',
    description: 'Sync: set last_used_at to the newest record as well, or leave it',
    screens: ['repair'],
    does: { type: 'repair', step: { kind: 'toggle', option: 'lastUsed' } },
    disabled: state => whyNotToggle(state, 'lastUsed'),
  },
  {
    keys: ['o'],
    label: 'o',
    short: 'triggers',
    description: 'Keep other triggers from firing while it writes, or let them',
    screens: ['repair'],
    does: { type: 'repair', step: { kind: 'toggle', option: 'suppressTriggers' } },
    disabled: state => whyNotToggle(state, 'suppressTriggers'),
  },
  {
    keys: ['b'],
    label: 'b',
    short: 'take it back',
    description: 'Plan to undo the sync or reset under the cursor',
    screens: ['history'],
    does: { type: 'repair', step: { kind: 'take-back' } },
    disabled: whyNotTakeBack,
  },
  {
    keys: ['c'],
    label: 'c',
    short: 'checks',
    description: 'The testing checklist, step by step',
    screens: ['list', 'preset', 'trigger', 'simulate'],
    does: { type: 'open', screen: 'checklist' },
    spare: true,
  },
  {
    keys: ['t'],
    label: 't',
    short: 'trigger',
    description: 'Health of the trigger, and what else writes the count',
    screens: ['list', 'preset', 'simulate', 'checklist', 'drift'],
    does: { type: 'open', screen: 'trigger' },
    spare: true,
  },
  {
    keys: ['escape', 'left', 'h'],
    label: 'Esc',
    short: 'leave',
    description: 'Leave the plan as it is; while it is carried out, stop after this batch',
    screens: ['repair'],
    does: { type: 'repair', step: { kind: 'leave' } },
  },
  {
    keys: ['escape', 'left', 'h'],
    label: 'Esc',
    short: 'back',
    description: 'Back to where you came from; on the list, clear the filter',
    screens: beside,
    does: { type: 'back' },
  },
  {
    keys: ['escape'],
    label: 'Esc',
    short: 'clear',
    description: 'Clear the filter',
    screens: ['list'],
    does: { type: 'back' },
    disabled: state => (state.filter === '' ? 'There is no filter.' : null),
    quiet: true,
  },
  {
    keys: ['p'],
    label: 'p',
    short: 'pause',
    description: 'Stop asking the database, or go on',
    screens: everywhere,
    does: { type: 'pause' },
    spare: true,
  },
  {
    keys: ['r'],
    label: 'r',
    short: 'now',
    description: 'Ask now, and audit every preset again',
    screens: everywhere,
    does: 'refresh',
    spare: true,
  },
  {
    keys: ['H'],
    label: 'H',
    short: 'history',
    description: 'What was synced, reset and taken back, and b there to undo it',
    screens: ['list', 'preset', 'trigger', 'repair', 'drift'],
    does: { type: 'open', screen: 'history' },
    disabled: whyNotHistory,
    spare: true,
  },
  {
    keys: ['d'],
    label: 'd',
    short: 'drift',
    description: 'Drift log: counts that came out of step while this console watched',
    screens: ['list', 'preset', 'trigger', 'simulate', 'checklist', 'history', 'shape'],
    does: { type: 'open', screen: 'drift' },
    spare: true,
  },
  {
    keys: ['i'],
    label: 'i',
    short: 'tables',
    description: 'How both tables are shaped here, what is odd, and what follows',
    screens: ['list', 'preset', 'trigger', 'simulate', 'checklist', 'history'],
    does: { type: 'open', screen: 'shape' },
    spare: true,
  },
  {
    keys: ['?'],
    label: '?',
    short: 'help',
    description: 'What engineers ask first, all keys, and what the badges mean',
    screens: ['list', 'preset', 'trigger', 'simulate', 'checklist', 'repair', 'history', 'shape', 'drift'],
    does: { type: 'open', screen: 'help' },
  },
  {
    keys: ['q'],
    label: 'q',
    short: 'quit',
    description: 'Leave; the terminal is given back as it was',
    screens: everywhere,
    does: 'quit',
    disabled: whyNotLeave,
  },
  {
    keys: ['ctrl+z'],
    label: '^z',
    short: 'suspend',
    description: 'Put the console into the background (fg brings it back)',
    screens: everywhere,
    does: 'suspend',
    disabled: whyNotLeave,
    quiet: true,
  },
];

function whyNotWatch(state: State): string | null {
  if (isWatching(state)) return null;
  if (!selectedRow(state)) return 'This preset is gone.';
  return state.paused ? 'Paused: nothing is read.' : null;
}

function whyNotOpenDrifted(state: State): string | null {
  const entry = driftAtCursor(state);
  if (!entry) return 'There is no event here.';
  return state.rows.has(entry.preset.id) ? null : 'This preset is gone.';
}

function whyNotSimulate(state: State): string | null {
  if (!selectedRow(state)) return 'There is no preset here.';
  if (state.readOnly) return 'Started with --read-only: a simulation writes before it rolls back.';
  return whyNotWrite(state) ?? whyBusy(state);
}

function whyBusy(state: State): string | null {
  if (isRepairing(state)) return 'A repair is running already.';
  return isProving(state.proof) ? 'Something is being proved already.' : null;
}

function whyNotRepair(state: State): string | null {
  if (state.readOnly) return 'Started with --read-only: nothing is written.';
  if (!state.look || !selectedRow(state)) return 'There is no preset here.';
  return whyNotWrite(state) ?? whyBusy(state);
}

function whyNotHistory(state: State): string | null {
  const { screen, repair } = state;
  if (screen !== 'repair' || repair?.phase === 'done' || repair?.phase === 'failed') return null;
  return whyNotLeave(state) ?? 'Leave the plan first.';
}

/** Stopped in the middle of a batch, this program would hold rows of the application. */
function whyNotLeave(state: State): string | null {
  return isRepairing(state) ? 'Counts are being written: Esc stops that between two batches first.' : null;
}

/** The binding of a key on the screen that is open, if it has one. */
export function bindingFor(key: string, screen: Screen): Binding | undefined {
  return bindings.find(binding => binding.screens.includes(screen) && binding.keys.includes(key));
}

/**
 * The keys to show at the foot of a screen, those that work now. Where they do not fit, some of the spare ones are left to
 * the help, the last of the table first.
 */
export function footerBindings(state: State): Binding[] {
  const working = bindings.filter(
    binding => !binding.quiet && binding.screens.includes(state.screen) && !binding.disabled?.(state),
  );
  const width = ({ label, short }: Binding) => label.length + short.length + 3;
  const needed = working.filter(({ spare }) => !spare).reduce((sum, binding) => sum + width(binding), -2);
  let room = state.size.columns - needed;
  return working.filter(binding => {
    if (!binding.spare) return true;
    if (width(binding) > room) return false;
    room -= width(binding);
    return true;
  });
}
