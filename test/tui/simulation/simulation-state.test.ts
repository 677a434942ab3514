import { describe, expect, test } from 'vitest';
import type { ObservedChange } from '../../../source/counter/count-change.ts';
import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import { usageError } from '../../../source/errors/errors.ts';
import type { SimulationPlan } from '../../../source/simulation/read-plan.ts';
import type { RealUse } from '../../../source/simulation/real-use.ts';
import type { Watching } from '../../../source/tui/preset/watching-model.ts';
import {
  isSimulating,
  judgeWatchedUse,
  noSimulation,
  type PlannedSimulation,
  reduceSimulation,
  type SimulationAction,
  type SimulationState,
} from '../../../source/tui/simulation/simulation-state.ts';
import { type Action, initialState, type State } from '../../../source/tui/state/model.ts';
import { reduce } from '../../../source/tui/state/state.ts';
import { comments, revenue } from '../../helpers/counters.ts';
import { steps as result } from '../../helpers/shown-counters.ts';

const preset = { id: 'a', name: 'Noir' };
const plan = (reach: SimulationPlan['reach'] = []) => ({ reach, calls: [] }) as unknown as SimulationPlan;
const use = { preset: 'a', records: ['r'] } as unknown as RealUse;
const play = (actions: SimulationAction[], from: SimulationState = noSimulation) =>
  actions.reduce((simulation, action) => reduceSimulation(simulation, action, preset), from);

const source = { directory: 'src', files: 1, writes: [], unparsed: [], notRead: [] };

describe('the source on the screen of the checklist', () => {
  test('is scanned after the steps, not at the same time', () => {
    const scanning = play([{ type: 'source-scanning' }]);
    expect(isSimulating(scanning)).toBe(true);
    expect(play([{ type: 'run-all' }], scanning)).toBe(scanning);
    const scanned = play([{ type: 'source-scanned', source }], scanning);
    expect(isSimulating(scanned)).toBe(false);
    expect(scanned.list.source).toBe(source);
    expect(play([{ type: 'run-all' }], scanned).list.source).toBeNull();
  });

  test('a failed scan has ended', () => {
    const error = usageError('directory-missing', 'There is none.', 'Name another.');
    const failed = play([{ type: 'source-scanning' }, { type: 'checklist-failed', error }]);
    expect(failed.list).toMatchObject({ source: null, error });
    expect(isSimulating(failed)).toBe(false);
  });
});

describe('a simulation', () => {
  test.each<[string, SimulationAction[], string | undefined]>([
    ['is planned first', [{ type: 'simulate' }], 'planning'],
    ['runs once planned', [{ type: 'simulate' }, { type: 'simulation-planned', plan: plan() }], 'running'],
    [
      'asks where a use reaches outside',
      [
        { type: 'simulate' },
        { type: 'simulation-planned', plan: plan([{ function: 'f()', means: 'http' }]) },
      ],
      'asking',
    ],
    [
      'runs once a person agrees',
      [
        { type: 'simulate' },
        { type: 'simulation-planned', plan: plan([{ function: 'f()', means: 'http' }]) },
        { type: 'agree' },
      ],
      'running',
    ],
    ['does not begin with a yes', [{ type: 'agree' }], undefined],
  ])('%s', (_, actions, phase) => {
    expect(play(actions).use?.phase).toBe(phase);
  });

  test('runs one at a time: a second key changes nothing', () => {
    const running = play([{ type: 'simulate' }]);
    expect(isSimulating(running)).toBe(true);
    expect(play([{ type: 'simulate' }], running)).toBe(running);
    expect(play([{ type: 'run-all' }], running)).toBe(running);
  });
});

describe('a real use', () => {
  const simulated = play([{ type: 'simulate' }, { type: 'simulation-planned', plan: plan() }]);
  const done = { ...simulated, use: simulated.use && { ...simulated.use, phase: 'done' as const } };

  test('needs a confirmation, is made, and is taken back once', () => {
    const asked = play([{ type: 'ask-real-use' }], done);
    expect(asked.use?.real?.phase).toBe('confirming');
    const made = play([{ type: 'agree' }, { type: 'real-use-made', use }], asked);
    expect(made.use?.real).toMatchObject({ phase: 'made', use });
    const taking = play([{ type: 'take-back' }], made);
    expect(taking.use?.real?.phase).toBe('taking-back');
    expect(play([{ type: 'take-back' }], taking)).toBe(taking);
  });

  test('is not made by y without a question', () => {
    expect(play([{ type: 'agree' }], done)).toBe(done);
    expect(play([{ type: 'take-back' }], done)).toBe(done);
  });

  test('scrolls to its question', () => {
    const row = { ...preset, usageCount: 0, records: 0, lastUsedAt: null, change: 0, changedAt: 0 };
    const state: State = {
      ...initialState({ columns: 80, rows: 24 }),
      screen: 'simulate',
      scroll: 9,
      rows: new Map([['a', row]]),
      order: ['a'],
      simulation: done,
    };
    const action: Action = { type: 'ask-real-use' };
    expect(reduce(state, action)).toMatchObject({ scroll: 0, screen: 'simulate' });
  });
});

describe('steps that real uses decide', () => {
  const subject = { name: 'Noir', definition: undefined };
  const change = (countBy: number, recordsBy: number): ObservedChange => ({
    kind: countBy === recordsBy ? 'counted' : 'not-counted',
    before: { usageCount: 1, records: 1 },
    after: { usageCount: 1 + countBy, records: 1 + recordsBy },
    countBy,
    recordsBy,
    lastUsedMoved: true,
  });
  const watching = (...changes: ObservedChange[]): Watching => ({
    id: 'a',
    since: 100,
    until: null,
    base: null,
    blind: null,
    changes: changes.map((seen, index) => ({ at: 200 + index, change: seen })),
  });
  const waiting = { ...noSimulation, list: { ...noSimulation.list, byWatching: true } };
  const statuses = (simulation: SimulationState) =>
    Object.values(simulation.list.steps).map(({ id, status }) => `${id} ${status}`);

  test.each<[string, Watching, string[]]>([
    ['the first use is the second step’s', watching(change(1, 1)), ['use-increments passed']],
    [
      'two between two looks are both',
      watching(change(2, 2)),
      ['use-increments passed', 'second-use-increments passed'],
    ],
    ['one that did not count fails it', watching(change(0, 1)), ['use-increments failed']],
    ['nothing seen proves nothing', watching(), []],
  ])('%s', (_, seen, expected) => {
    expect(statuses(judgeWatchedUse(waiting, watching(), seen, subject))).toEqual(expected);
  });

  test('the next use decides step 3', () => {
    const first = watching(change(1, 1));
    const second = { ...first, changes: [...first.changes, { at: 300, change: change(1, 1) }] };
    const simulation = judgeWatchedUse(waiting, first, second, subject);
    expect(statuses(simulation)).toEqual(['second-use-increments passed']);
  });

  test('without a waiting step, watching decides nothing', () => {
    expect(judgeWatchedUse(noSimulation, watching(), watching(change(1, 1)), subject)).toBe(noSimulation);
  });
});

describe('another counter', () => {
  test('has no real use', () => {
    const steps = { reach: [], steps: [] } as unknown as PlannedSimulation;
    const done = play([
      { type: 'simulate' },
      { type: 'simulation-planned', plan: steps },
      { type: 'simulation-done', result },
    ]);
    expect(play([{ type: 'ask-real-use' }], done)).toBe(done);
  });

  const change = (countBy: number, recordsBy: number): ObservedChange => ({
    kind: countBy === recordsBy ? 'counted' : 'not-counted',
    before: { usageCount: 4, records: 4 },
    after: { usageCount: 4 + countBy, records: 4 + recordsBy },
    countBy,
    recordsBy,
    lastUsedMoved: null,
  });
  const watching = (...changes: ObservedChange[]): Watching => ({
    id: '1',
    since: 100,
    until: null,
    base: null,
    blind: null,
    changes: changes.map((seen, index) => ({ at: 200 + index, change: seen })),
  });
  const waiting = { ...noSimulation, list: { ...noSimulation.list, byWatching: true } };
  const judged = (seen: Watching, definition: CounterDefinition) =>
    Object.values(judgeWatchedUse(waiting, watching(), seen, { name: 'Hello', definition }).list.steps).map(
      ({ id, status, title, evidence }) => ({ id, status, title, evidence }),
    );

  test('has its steps decided by real records, in its own words', () => {
    expect(judged(watching(change(1, 1)), comments)).toEqual([
      {
        id: 'use-increments',
        status: 'passed',
        title: 'A new comment changes comments_count as it should',
        evidence: 'A real change of "Hello" was seen: comments_count 4 to 5 (+1), 1 comment added.',
      },
    ]);
    expect(judged(watching(change(0, 2)), comments).map(({ id, status }) => [id, status])).toEqual([
      ['use-increments', 'failed'],
      ['second-use-increments', 'failed'],
    ]);
  });

  test('is not judged by a record that was removed and counted', () => {
    expect(judged(watching(change(-1, -1)), comments)).toEqual([]);
    const then = watching(change(-1, -1), change(1, 1));
    expect(judged(then, comments).map(({ id }) => id)).toEqual(['use-increments']);
    // One that was not counted says that something is wrong.
    expect(judged(watching(change(0, -1)), comments)).toMatchObject([
      { status: 'failed', evidence: expect.stringContaining('1 comment removed') },
    ]);
  });

  test('that adds up does not tell by a sum how many records were added', () => {
    expect(judged(watching(change(12, 12)), revenue)).toMatchObject([
      { id: 'use-increments', evidence: expect.stringContaining('the sum of amount changed by +12') },
    ]);
  });
});
