import { renderToString } from 'ink';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { CounterSimulation } from '../../../source/simulation/steps/counter-steps.ts';
import type { StepsPlan } from '../../../source/simulation/steps/read-steps-plan.ts';
import { shownSteps } from '../../../source/tui/simulation/shown-simulation.ts';
import { SimulateScreen } from '../../../source/tui/simulation/simulate.tsx';
import type { UseSimulation } from '../../../source/tui/simulation/simulation-state.ts';
import { initialState, type State } from '../../../source/tui/state/model.ts';
import { comments, inspectedWith } from '../../helpers/counters.ts';
import { simulated, steps } from '../../helpers/shown-counters.ts';

const stateOf = (columns: number, change: Partial<UseSimulation> = {}): State => ({
  ...initialState({ columns, rows: 50 }),
  inspected: inspectedWith(comments),
  screen: 'simulate',
  simulation: { ...simulated, use: { ...simulated.use!, ...change } },
});
const linesOf = (state: State) =>
  renderToString(<SimulateScreen state={state} />, { columns: state.size.columns }).split('\n');

describe('the screen of a simulation of any counter', () => {
  test.each([80, 120, 200])('has a line for each step at %i columns', columns => {
    const lines = linesOf(stateOf(columns));
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
    expect(lines[0]).toBe('Simulated comments of Hello  posts.comments_count in d');
    const text = lines.join('\n');
    expect(text.replace(/\s+/g, ' ')).toContain(`✗ ${steps.headline} Everything was rolled back.`);
    expect(text).toMatch(/^✓ Adding one comment +comments_count 3 to 4 \(\+1\)$/m);
    expect(text).toMatch(
      /^✓ Changing one comment so that it no longer counts +comments_count 4 to 3 \(-1\)$/m,
    );
    expect(text).toMatch(/^✗ Moving one comment to another post +comments_count 3 to 3/m);
    expect(text).toMatch(/error +move-miscounted was found/);
  });

  test('asks before it runs what no rollback can undo', () => {
    const plan = { reach: [{ function: 'tell()', means: 'an HTTP request' }] } as unknown as StepsPlan;
    const text = linesOf(stateOf(80, { phase: 'asking', plan, result: null })).join('\n');
    expect(text).toContain('These steps have effects that a rollback cannot undo:');
    expect(text).toContain('tell() (an HTTP request)');
    expect(text).toContain('Press y to simulate it anyway, Esc to cancel.');
  });

  test.each([
    ['planning', 'Finding out how to make a new comment here'],
    ['running', 'Simulating comments'],
  ] as const)('says what it does while it is %s', (phase, words) => {
    expect(linesOf(stateOf(80, { phase, result: null }))).toContain(words);
  });
});

test('what is shown of a simulation is what it found', () => {
  const simulation = {
    steps: [
      { step: 'add', status: 'right', counted: [], touched: null, reason: 'It was not stored.' },
      { step: 'move', status: 'not-simulated', counted: [], touched: null, reason: 'There is one post.' },
    ],
    verdict: 'confirmed',
    findings: [],
    warnings: [],
    asUser: 'ada',
    subject: 'ada',
    subjectFrom: null,
    asRole: { role: 'authenticated', confirmed: false },
    heldMs: 1.25,
  } as unknown as CounterSimulation;
  const plan = {
    rows: [
      { id: '1', name: 'Hello' },
      { id: '2', name: '' },
    ],
    inspected: inspectedWith(comments),
  };
  expect(shownSteps(simulation, plan as unknown as StepsPlan)).toMatchObject({
    sound: true,
    facts: [
      ['Moved to', '2'],
      ['As user', 'ada'],
      ['As authenticated', 'not all right'],
      ['Rows locked', expect.stringMatching(/^1\.[23] ms/)],
    ],
    steps: [
      { status: 'right', what: 'Adding one comment', seen: 'not done: It was not stored.' },
      {
        status: 'not-simulated',
        what: 'Moving one comment to another post',
        seen: 'not done: There is one post.',
      },
    ],
  });
});
