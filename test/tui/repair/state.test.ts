import { describe, expect, test } from 'vitest';
import { ConsoleError } from '../../../source/errors/errors.ts';
import { isPaste } from '../../../source/format/detect-paste.ts';
import type { HistoryEntry } from '../../../source/repair/history-entry.ts';
import type { RepairPlan } from '../../../source/repair/plan/repair-plan.ts';
import { noOptions, type RepairOutcome, type RepairProgress } from '../../../source/repair/repair.ts';
import { isRepairing, type RepairStep } from '../../../source/tui/repair/model.ts';
import { isAskingToStop, isTypingPhrase } from '../../../source/tui/repair/state.ts';
import { type Action, initialState, type State } from '../../../source/tui/state/model.ts';
import { reduce } from '../../../source/tui/state/state.ts';

const row = { id: 'a', name: 'Noir', usageCount: 3, records: 0, lastUsedAt: null, change: 0, changedAt: 0 };
const begin: State = {
  ...initialState({ columns: 80, rows: 24 }),
  order: ['a'],
  rows: new Map([['a', row]]),
};
const inspected = { server: {}, tables: { presets: { lastUsed: 'last_used_at' }, hiddenBy: [], seenBy: [] } };
const plan = (change: Partial<RepairPlan> = {}) =>
  ({
    phrase: 'sync d 1',
    options: noOptions,
    inspected,
    changes: [{ id: 'a' }],
    recordsToDelete: 0,
    recordsToRestore: 0,
    firesTriggers: [],
    whyNotSuppress: null,
    remarks: [],
    ...change,
  }) as unknown as RepairPlan;
const error = (code: string) =>
  new ConsoleError({ code, message: 'It went wrong.', hint: 'Look.', exitCode: 4 });
const progress = { done: 1, presets: 2 } as RepairProgress;
const outcome = { ended: 'finished' } as RepairOutcome;

const play = (steps: (RepairStep | Action)[], from: State = begin) =>
  steps.reduce<State>((state, step) => reduce(state, 'kind' in step ? { type: 'repair', step } : step), from);
const open: RepairStep = { kind: 'open', action: 'sync' };
const planned = (change?: Partial<RepairPlan>): RepairStep => ({ kind: 'planned', plan: plan(change) });
const type = (text: string): RepairStep[] => Array.from(text, letter => ({ kind: 'type', text: letter }));
const agreed: RepairStep[] = [open, planned(), { kind: 'ask' }, ...type('sync d 1'), { kind: 'enter' }];

describe('the phases of a repair', () => {
  test.each<[string, (RepairStep | Action)[], string | undefined]>([
    ['it is planned first', [open], 'planning'],
    ['then it is reviewed', [open, planned()], 'reviewing'],
    ['Enter asks for the phrase', [open, planned(), { kind: 'ask' }], 'typing'],
    ['there is nothing to confirm before the plan', [open, { kind: 'ask' }], 'planning'],
    ['nor where nothing would change', [open, planned({ changes: [] }), { kind: 'ask' }], 'reviewing'],
    [
      'records of presets that are gone are a change',
      [open, planned({ changes: [], recordsToDelete: 2 }), { kind: 'ask' }],
      'typing',
    ],
    ['the phrase runs it', agreed, 'running'],
    ['the outcome ends it', [...agreed, { kind: 'done', outcome }], 'done'],
    ['an error ends it', [...agreed, { kind: 'failed', error: error('locked') }], 'failed'],
    ['a plan can fail', [open, { kind: 'failed', error: error('denied') }], 'failed'],
    [
      'a plan that moved is made again',
      [...agreed, { kind: 'failed', error: error('stale-plan') }],
      'planning',
    ],
    ['Enter alone agrees to nothing', [open, planned(), { kind: 'ask' }, { kind: 'enter' }], 'typing'],
    ['nor does it while reviewing', [open, planned(), { kind: 'enter' }], 'reviewing'],
    ['a plan nobody waits for is dropped', [open, planned(), { kind: 'ask' }, planned()], 'typing'],
    ['leaving ends it', [open, planned(), { kind: 'leave' }], undefined],
    ['a plan after leaving opens nothing', [open, { kind: 'leave' }, planned()], undefined],
    [
      'another screen ends it',
      [...agreed, { kind: 'done', outcome }, { type: 'open', screen: 'history' }],
      undefined,
    ],
  ])('%s', (_, steps, phase) => {
    expect(play(steps).repair?.phase).toBe(phase);
  });

  test.each(['sync d', 'sync d 1 ', ' sync d 1', 'Sync d 1', 'sync d 12', ''])(
    '"%s" is not the phrase',
    typed => {
      const state = play([open, planned(), { kind: 'ask' }, ...type(typed), { kind: 'enter' }]);
      expect(state.repair).toMatchObject({ phase: 'typing', notice: 'That is not the phrase.' });
    },
  );

  test('backspace removes one letter, whatever its code points', () => {
    const state = play([
      open,
      planned(),
      { kind: 'ask' },
      ...type('sx😀'),
      { kind: 'erase' },
      { kind: 'erase' },
    ]);
    expect(state.repair?.typed).toBe('s');
  });

  test('a paste does not change what was typed', () => {
    const state = play([open, planned(), { kind: 'ask' }, ...type('sy'), { kind: 'pasted' }]);
    expect(state.repair).toMatchObject({
      typed: 'sy',
      notice: 'Pasted text does not confirm: type the phrase.',
    });
  });

  test('Escape drops what was typed and goes back one phase at a time', () => {
    const typing = play([open, planned(), { kind: 'ask' }, ...type('sync')]);
    expect(isTypingPhrase(typing)).toBe(true);
    const back = play([{ kind: 'leave' }], typing);
    expect(back.repair).toMatchObject({ phase: 'reviewing', typed: '' });
    expect(play([{ kind: 'ask' }], back).repair?.typed).toBe('');
    expect(play([{ kind: 'leave' }], back)).toMatchObject({ screen: 'list', repair: null });
  });
});

describe('the target', () => {
  test('is every preset on the list, and the open preset on its screen', () => {
    expect(play([open]).repair).toMatchObject({ scope: null, from: 'list' });
    const preset = play([{ type: 'open', screen: 'preset' }, open]);
    expect(preset.repair).toMatchObject({ scope: { ids: ['a'], title: 'Noir' }, from: 'preset' });
    expect(play([{ kind: 'leave' }], preset).screen).toBe('preset');
  });

  test.each(['sync', 'reset'] as const)('of a %s is what a filter lists, and the title says so', action => {
    const listed = play([{ kind: 'open', action }], { ...begin, filter: 'oi' });
    expect(listed.repair?.scope).toEqual({ ids: ['a'], title: '1 preset that the filter "oi" lists' });
    expect(listed.selected).toBe(begin.selected);
  });

  test.each<[string, RepairStep, boolean]>([
    ['sync', { kind: 'toggle', option: 'lastUsed' }, true],
    ['sync', { kind: 'toggle', option: 'deleteHistory' }, false],
    ['reset', { kind: 'toggle', option: 'deleteHistory' }, true],
    ['reset', { kind: 'toggle', option: 'lastUsed' }, false],
    ['sync', { kind: 'toggle', option: 'suppressTriggers' }, false],
  ])('in a %s %j switches: %s', (action, toggle, switches) => {
    const reviewing = play([{ kind: 'open', action: action as 'sync' }, planned()]);
    const after = play([toggle], reviewing);
    expect(after.repair?.phase).toBe(switches ? 'planning' : 'reviewing');
    expect(after === reviewing).toBe(!switches);
  });

  test('triggers can be suppressed only if some fire and this role may do it', () => {
    const fires = [{ name: 't' }] as RepairPlan['firesTriggers'];
    const toggle: RepairStep = { kind: 'toggle', option: 'suppressTriggers' };
    expect(play([open, planned({ firesTriggers: fires }), toggle]).repair?.options.suppressTriggers).toBe(
      true,
    );
    const refused = play([open, planned({ firesTriggers: fires, whyNotSuppress: 'no' }), toggle]);
    expect(refused.repair?.options.suppressTriggers).toBe(false);
  });

  test('an option that cannot be planned is switched off again, and says why', () => {
    const state = play([
      { kind: 'open', action: 'reset' },
      planned(),
      { kind: 'toggle', option: 'deleteHistory' },
      { kind: 'failed', error: error('referenced') },
    ]);
    expect(state.repair).toMatchObject({
      phase: 'reviewing',
      options: noOptions,
      notice: 'It went wrong. Look.',
    });
  });
});

describe('a repair that runs', () => {
  const running = play(agreed);

  test('shows its progress', () => {
    expect(isRepairing(running)).toBe(true);
    expect(play([{ kind: 'progress', progress }], running).repair?.progress).toBe(progress);
  });

  test('asks before Escape stops it, and goes on with any other answer', () => {
    const asked = play([{ kind: 'leave' }], running);
    expect(asked.repair).toMatchObject({ phase: 'running', stopping: 'asked' });
    expect(isAskingToStop(asked)).toBe(true);
    expect(play([{ kind: 'leave' }], asked)).toBe(asked);
    expect(play([{ kind: 'go-on' }], asked).repair).toMatchObject({ phase: 'running', stopping: 'no' });
    expect(play([{ kind: 'stop' }], asked).repair).toMatchObject({ phase: 'running', stopping: 'agreed' });
  });

  test('is stopped once by Ctrl-C, and goes on to its outcome', () => {
    const stopping = play([{ kind: 'stop' }], running);
    expect(stopping.repair).toMatchObject({ phase: 'running', stopping: 'agreed' });
    for (const kind of ['stop', 'leave', 'go-on'] as const) expect(play([{ kind }], stopping)).toBe(stopping);
    expect(play([{ kind: 'done', outcome }], stopping).repair?.phase).toBe('done');
  });

  test('is the only one', () => {
    expect(play([{ kind: 'open', action: 'reset' }], running)).toBe(running);
  });

  test('shows its outcome from the first line', () => {
    expect(play([{ kind: 'done', outcome }], { ...running, scroll: 40 }).scroll).toBe(0);
  });
});

describe('the history', () => {
  const entry = (id: string, change: Partial<HistoryEntry> = {}): HistoryEntry => ({
    id,
    at: '2026-01-01T00:00:00Z',
    action: 'sync',
    by: 'me',
    database: 'd',
    changed: 1,
    deleted: 0,
    restored: 0,
    left: 0,
    ended: 'finished',
    now: null,
    undone: false,
    counter: null,
    undoes: null,
    file: `/tmp/${id}`,
    here: true,
    origin: 'own',
    doubt: null,
    ...change,
  });
  const read = (entries: HistoryEntry[]): Action => ({
    type: 'history',
    step: { kind: 'read', entries, damaged: [], error: null },
  });
  const history: Action = { type: 'open', screen: 'history' };

  test('keeps its cursor on the operation while others are added', () => {
    const state = play([history, read([entry('b'), entry('a')]), { type: 'move', move: { to: 'end' } }]);
    expect(state.history?.cursor).toBe(1);
    expect(play([read([entry('c'), entry('b'), entry('a')])], state).history?.cursor).toBe(2);
    expect(play([{ type: 'move', move: { by: 5 } }], state).history?.cursor).toBe(1);
  });

  test('takes back what is under the cursor, and comes back to it', () => {
    const state = play([history, read([entry('b'), entry('a')]), { type: 'move', move: { by: 1 } }]);
    const undo = play([{ kind: 'take-back' }], state);
    expect(undo).toMatchObject({ screen: 'repair', repair: { action: 'undo', receipt: 'a', scope: null } });
    expect(play([{ kind: 'leave' }], undo).screen).toBe('history');
  });

  test.each<[string, Partial<HistoryEntry>]>([
    ['an undo', { action: 'undo' }],
    ['a migration', { action: 'migrate' }],
    ['what was done elsewhere', { here: false }],
    ['what was taken back', { undone: true }],
    ['what changed nothing', { changed: 0 }],
  ])('cannot take back %s', (_, change) => {
    const state = play([history, read([entry('a', change)])]);
    expect(play([{ kind: 'take-back' }], state)).toBe(state);
  });

  test('takes back a killed repair, whose receipt does not list its changes yet', () => {
    const state = play([history, read([entry('a', { changed: 0, ended: 'unfinished' })])]);
    expect(play([{ kind: 'take-back' }], state).repair?.receipt).toBe('a');
  });

  test('takes nothing back under --read-only, or if there is nothing', () => {
    const state = play([history, read([entry('a')])], { ...begin, readOnly: true });
    expect(play([{ kind: 'take-back' }], state)).toBe(state);
    const empty = play([history, read([])]);
    expect(play([{ kind: 'take-back' }], empty)).toBe(empty);
  });
});

test.each([
  [['s'], false],
  [['s', 'y', 'n'], false],
  [['s', 'y', 'n', 'c'], false],
  [Array.from('sync s'), true],
  [Array.from('sync '), false],
  [['return'], false],
  [['return', 'return'], false],
  [['1', 'return'], false],
  [['o', 'p', ' ', '1', 'return'], true],
  [['up', 'up', 'up', 'up', 'up'], false],
])('keys %j that arrive together look pasted: %s', (names, pasted) => {
  expect(isPaste(names, 'sync shop 12')).toBe(pasted);
});

describe('counts whose records were deleted', () => {
  const known = planned({
    remarks: [{ code: 'were-right', severity: 'warning', message: 'Noir was right.' }],
  });
  const leave: RepairStep = { kind: 'toggle', option: 'except' };

  test('are left out by a key, and taken in again', () => {
    const left = play([open, known, leave]);
    expect(left.repair).toMatchObject({ phase: 'planning', options: { except: ['history-deleted'] } });
    const again = play([{ kind: 'planned', plan: plan({ options: left.repair!.options }) }, leave], left);
    expect(again.repair?.options.except).toBeUndefined();
  });

  test('cannot be left out where none is known', () => {
    expect(play([open, planned(), leave]).repair).toMatchObject({ phase: 'reviewing' });
  });
});
