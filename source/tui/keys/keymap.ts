import { type CounterNouns, nounsOfPresets } from '../../counter/definition/counter-nouns.ts';
import { whyNotChoose } from '../counters/state.ts';
import { whyNotCopy } from '../menu/copy.ts';
import { whyNotTakeBack } from '../repair/history.ts';
import { whyNotAsk, whyNotToggle } from '../repair/state.ts';
import { nounsIn, watchesPresets } from '../state/counter.ts';
import type { Action, Leaving, Sort, State } from '../state/model.ts';
import type { Screen } from '../state/screens.ts';
import { whyNotSort } from '../state/selectors.ts';
import { watchedId } from '../state/watch-counter.ts';
import {
  whyBusy,
  whyNotByHour,
  whyNotHistory,
  whyNotLeave,
  whyNotLeaveCounter,
  whyNotOpen,
  whyNotOpenDrifted,
  whyNotRepair,
  whyNotSimulate,
  whyNotSuspend,
  whyNotUseReally,
  whyNotWatch,
} from './why-disabled.ts';

/** A key as data: the footer, help and the key handler all use this one table. */
export interface KeyBinding {
  /** Names of keys, as key-names.ts spells them. */
  keys: readonly string[];
  /** How the key is shown. */
  label: string;
  /** What it does, in one or two words for the footer. */
  short: string;
  /** The same, where it depends on the state. */
  now?: (state: State) => string;
  description: string | ((nouns: CounterNouns) => string);
  screens: readonly Screen[];
  does: Action | Leaving | 'suspend' | 'refresh' | 'redraw';
  /** Why it does nothing now; null if it works. */
  disabled?: (state: State) => string | null;
  /** False where the counter that is open has no such thing; then help leaves the key out. Where it is left out it is true. */
  offered?: (state: State) => boolean;
  /** Left out of the footer if the other keys would not fit. */
  spare?: boolean;
  /** Never in the footer; only help lists it. */
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
  'tables',
  'drift',
  'counters',
  'help',
];
const everywhereBut = (there: Screen) => everywhere.filter(screen => screen !== there);
const otherScreens: readonly Screen[] = [
  'preset',
  'trigger',
  'simulate',
  'checklist',
  'history',
  'tables',
  'drift',
  'help',
];

/** The columns that the list can be sorted by, each with its own key. */
const sortKeys: readonly [key: string, by: Sort, short: string, column: (nouns: CounterNouns) => string][] = [
  ['1', 'name', 'by name', ({ row: [one] }) => `the name of the ${one}`],
  ['2', 'uses', 'by count', ({ event: [event] }) => (event === 'use' ? 'uses' : 'count')],
  ['3', 'drift', 'by drift', () => 'the size of the drift'],
  ['4', 'last-used', 'by last use', ({ event: [event] }) => `the last ${event}`],
  ['5', 'cause', 'by cause', () => 'why the count is wrong'],
];

export const bindings: readonly KeyBinding[] = [
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
    keys: [' '],
    label: 'Space',
    short: 'page down',
    description: 'One page down; on the list it marks',
    screens: everywhereBut('list'),
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
    description: ({ row }) => `Open the ${row[0]} under the cursor`,
    screens: ['list'],
    does: { type: 'open', screen: 'preset' },
    disabled: whyNotOpen,
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
    description: ({ row }) => `Open the ${row[0]} of the event under the cursor`,
    screens: ['drift'],
    does: { type: 'open-drifted' },
    disabled: whyNotOpenDrifted,
  },
  {
    keys: ['return', 'l', 'right'],
    label: 'Enter',
    short: 'open',
    description: 'Open the counter under the cursor',
    screens: ['counters'],
    does: { type: 'counters', step: { kind: 'choose' } },
    disabled: whyNotChoose,
  },
  {
    keys: ['a'],
    label: 'a',
    short: 'run all',
    description: nouns =>
      `Run all six steps in order${nouns === nounsOfPresets ? ', then scan the source that --app-source names' : ''}`,
    screens: ['checklist'],
    does: { type: 'run-all' },
    disabled: whyBusy,
  },
  {
    keys: ['w'],
    label: 'w',
    short: 'watch',
    description: ({ row: [one], event: [, many] }) =>
      `Check steps 2 and 3 by watching real ${many} of this ${one}`,
    screens: ['checklist'],
    does: { type: 'watch-step' },
    disabled: whyNotWatch,
  },
  {
    keys: ['/'],
    label: '/',
    short: 'filter',
    description: ({ row }) =>
      `List only ${row[1]} with these words in their names; also id:4f, cause:double-counted, drift>10`,
    screens: ['list'],
    does: { type: 'edit-filter' },
  },
  {
    keys: ['m'],
    label: 'm',
    short: 'wrong',
    description: ({ row }) => `List only mismatches, or all ${row[1]} again`,
    screens: ['list', 'checklist'],
    does: { type: 'only-mismatches' },
  },
  {
    keys: [':'],
    label: ':',
    short: 'do',
    description: 'All actions of this screen by name',
    screens: everywhere,
    does: { type: 'open-command' },
    spare: true,
  },
  {
    keys: [' '],
    label: 'Space',
    short: 'mark',
    description: ({ row: [one, many] }) =>
      `Mark the ${one} under the cursor, or unmark it; sync, reset and simulate then take the marked ${many}`,
    screens: ['list'],
    does: { type: 'mark' },
    disabled: whyNotOpen,
    spare: true,
  },
  {
    keys: ['*'],
    label: '*',
    short: 'mark all',
    description: ({ row: [, many] }) => `Mark all ${many} that are listed, or unmark them`,
    screens: ['list'],
    does: { type: 'mark-listed' },
    disabled: whyNotOpen,
    quiet: true,
  },
  {
    keys: ['y'],
    label: 'y',
    short: 'copy',
    description: ({ row: [one, many] }) =>
      `Copy the id of the ${one} or SQL that shows its count, of the marked ${many}, the plan's SQL, or the receipt's name`,
    screens: ['list', 'preset', 'repair', 'history'],
    does: { type: 'menu', menu: 'copy' },
    disabled: whyNotCopy,
    spare: true,
  },
  {
    keys: ['e'],
    label: 'e',
    short: 'export',
    description: ({ row: [, many] }) =>
      `Export the marked ${many}, else those that are listed, to a file: CSV, JSON or Markdown`,
    screens: ['list'],
    does: { type: 'menu', menu: 'export' },
    disabled: state =>
      state.inspected && (state.marked > 0 || state.order.length > 0) ? null : 'There is nothing to export.',
    spare: true,
  },
  {
    keys: ['s'],
    label: 's',
    short: 'sort',
    description: ({ event: [event], touched, sums }) =>
      `Sort by drift, ${event === 'use' ? 'uses' : 'count'}, name${touched === null ? '' : `, last ${event}`}${sums ? '' : ', cause'}`,
    screens: ['list'],
    does: { type: 'sort' },
    spare: true,
  },
  ...sortKeys.map(
    ([key, by, short, column]): KeyBinding => ({
      keys: [key],
      label: key,
      short,
      description: nouns => `Sort by ${column(nouns)}; again: the other way round`,
      screens: ['list'],
      does: { type: 'sort', by },
      disabled: state => whyNotSort(state, by),
      offered: state => whyNotSort(state, by) === null,
      quiet: true,
    }),
  ),
  {
    keys: ['w'],
    label: 'w',
    short: 'watch',
    description: ({ event: [event] }) => `Wait for a real ${event} and show how it was counted, or stop`,
    screens: ['preset'],
    does: { type: 'watch-use' },
    disabled: whyNotWatch,
  },
  {
    keys: ['v'],
    label: 'v',
    short: 'by hour',
    now: ({ byHour }) => (byHour ? 'by day' : 'by hour'),
    description: ({ event: [, many] }) => `Plot ${many} by hour, or by day again`,
    screens: ['preset'],
    does: { type: 'by-hour' },
    disabled: whyNotByHour,
    spare: true,
  },
  {
    keys: ['u'],
    label: 'u',
    short: 'simulate',
    description: nouns =>
      nouns === nounsOfPresets
        ? 'Simulate two uses of this preset in a row, and roll them back'
        : `Add, change, move and remove ${nouns.event[1]} of this ${nouns.row[0]}, and roll all of it back`,
    screens: ['list', 'preset', 'simulate'],
    does: { type: 'simulate' },
    disabled: whyNotSimulate,
  },
  {
    keys: ['y'],
    label: 'y',
    short: 'yes',
    description: nouns =>
      `Yes: simulate despite outside effects${nouns === nounsOfPresets ? ', or make the real use' : ''}`,
    screens: ['simulate'],
    does: { type: 'agree' },
    disabled: ({ simulation: { use } }) =>
      use?.phase === 'asking' || use?.real?.phase === 'confirming' ? null : 'There is nothing to confirm.',
  },
  {
    keys: ['x'],
    label: 'x',
    short: 'real use',
    description: 'Make one real use that stays, after you confirm',
    screens: ['simulate'],
    does: { type: 'ask-real-use' },
    disabled: whyNotUseReally,
    offered: watchesPresets,
  },
  {
    keys: ['b'],
    label: 'b',
    short: 'take it back',
    description: 'Take back the real use, and nothing else',
    screens: ['simulate'],
    does: { type: 'take-back' },
    disabled: ({ simulation: { use } }) =>
      use?.real?.phase === 'made' ? null : 'There is no real use to take back.',
    offered: watchesPresets,
  },
  {
    keys: ['S'],
    label: 'S',
    short: 'sync',
    description: ({ row: [one], record: [, records] }) =>
      `Plan to set counts to their ${records}: the open ${one}, the marked, those that a filter lists, or all`,
    screens: ['list', 'preset'],
    does: { type: 'repair', step: { kind: 'open', action: 'sync' } },
    disabled: whyNotRepair,
  },
  {
    keys: ['R'],
    label: 'R',
    short: 'reset',
    description: 'Plan to set counts to 0: the marked, those that a filter lists, or all',
    screens: ['list'],
    does: { type: 'repair', step: { kind: 'open', action: 'reset' } },
    disabled: whyNotRepair,
  },
  {
    keys: ['return'],
    label: 'Enter',
    short: 'go on',
    description: 'Continue to the phrase that confirms the plan',
    screens: ['repair'],
    does: { type: 'repair', step: { kind: 'ask' } },
    disabled: whyNotAsk,
  },
  {
    keys: ['d'],
    label: 'd',
    short: 'records too',
    description: ({ record: [, many] }) => `Reset: delete the ${many} too, or keep them`,
    screens: ['repair'],
    does: { type: 'repair', step: { kind: 'toggle', option: 'deleteHistory' } },
    disabled: state => whyNotToggle(state, 'deleteHistory'),
  },
  {
    keys: ['n'],
    label: 'n',
    short: 'last use too',
    description: ({ touched, record: [one] }) =>
      `Sync: set ${touched ?? 'the time of the last use'} to the newest ${one} too, or leave it`,
    screens: ['repair'],
    does: { type: 'repair', step: { kind: 'toggle', option: 'lastUsed' } },
    disabled: state => whyNotToggle(state, 'lastUsed'),
    offered: state => nounsIn(state).touched !== null,
  },
  {
    keys: ['e'],
    label: 'e',
    short: 'except',
    description: ({ record: [, many] }) =>
      `Sync: leave out counts whose ${many} were deleted, or lower them too`,
    screens: ['repair'],
    does: { type: 'repair', step: { kind: 'toggle', option: 'except' } },
    disabled: state => whyNotToggle(state, 'except'),
  },
  {
    keys: ['o'],
    label: 'o',
    short: 'triggers',
    description: 'Keep other triggers from firing during the repair, or let them fire',
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
    short: 'checklist',
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
    keys: ['escape', 'q', 'left', 'h'],
    label: 'Esc q',
    short: 'leave',
    description: 'Leave the plan; while it runs, ask whether to stop after this batch',
    screens: ['repair'],
    does: { type: 'repair', step: { kind: 'leave' } },
  },
  {
    keys: ['escape', 'q', 'left', 'h'],
    label: 'Esc q',
    short: 'back',
    description: 'Back to where you came from; on the list, clear the filter, then the marks',
    screens: otherScreens,
    does: { type: 'back' },
  },
  {
    keys: ['escape', 'left', 'h'],
    label: 'Esc',
    short: 'back',
    description: 'Back to the counter that is open',
    screens: ['counters'],
    does: { type: 'back' },
    disabled: state => (watchedId(state) === null ? 'No counter is open: press Enter to open one.' : null),
  },
  {
    keys: ['escape'],
    label: 'Esc',
    short: 'clear',
    description: 'Clear the filter, then the marks',
    screens: ['list'],
    does: { type: 'back' },
    disabled: ({ filter, marked }) =>
      filter === '' && marked === 0 ? 'There is no filter, and nothing is marked.' : null,
    quiet: true,
  },
  {
    keys: ['p'],
    label: 'p',
    short: 'pause',
    now: ({ paused }) => (paused ? 'resume' : 'pause'),
    description: 'Stop querying the database, or resume',
    screens: everywhere,
    does: { type: 'pause' },
    spare: true,
  },
  {
    keys: ['C'],
    label: 'C',
    short: 'counters',
    description: 'Every counter of the database, with how many of its counts are wrong',
    screens: everywhereBut('counters'),
    does: { type: 'open', screen: 'counters' },
    disabled: whyNotLeaveCounter,
    spare: true,
  },
  {
    keys: ['r'],
    label: 'r',
    short: 'refresh',
    description: ({ row: [one] }) => `Read now, and audit every ${one} again`,
    screens: everywhere,
    does: 'refresh',
    spare: true,
  },
  {
    keys: ['H'],
    label: 'H',
    short: 'history',
    description: 'Past syncs, resets and undos; b there undoes one',
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
    screens: ['list', 'preset', 'trigger', 'simulate', 'checklist', 'history', 'tables'],
    does: { type: 'open', screen: 'drift' },
    spare: true,
  },
  {
    keys: ['i'],
    label: 'i',
    short: 'tables',
    description: 'Columns, keys and indexes of both tables, and what is odd',
    screens: ['list', 'preset', 'trigger', 'simulate', 'checklist', 'history'],
    does: { type: 'open', screen: 'tables' },
    spare: true,
  },
  {
    keys: ['?'],
    label: '?',
    short: 'help',
    description: 'The keys of this screen, common questions, all other keys, and what the badges mean',
    screens: everywhereBut('help'),
    does: { type: 'open', screen: 'help' },
  },
  {
    keys: ['q'],
    label: 'q',
    short: 'quit',
    description: 'Quit, after a question if the drift log would be lost; the terminal looks as it did before',
    screens: ['list'],
    does: 'quit',
    disabled: whyNotLeave,
  },
  {
    keys: ['q'],
    label: 'q',
    short: 'leave',
    description: 'Back to the counter that is open; quit while none is',
    screens: ['counters'],
    does: 'quit',
  },
  {
    keys: ['ctrl+z'],
    label: '^z',
    short: 'suspend',
    description: 'Suspend the console (fg brings it back)',
    screens: everywhere,
    does: 'suspend',
    disabled: state => whyNotSuspend(state),
    quiet: true,
  },
  {
    keys: ['ctrl+l'],
    label: '^l',
    short: 'redraw',
    description: 'Clear the screen and draw it again',
    screens: everywhere,
    does: 'redraw',
    quiet: true,
  },
];

/** What a key does, in the words of the counter that is watched. */
export function descriptionOf({ description }: KeyBinding, nouns: CounterNouns): string {
  return typeof description === 'string' ? description : description(nouns);
}

/** The binding of a key on `screen`, if there is one. */
export function bindingFor(key: string, screen: Screen): KeyBinding | undefined {
  return bindings.find(binding => binding.screens.includes(screen) && binding.keys.includes(key));
}
