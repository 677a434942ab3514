import { describe, expect, test } from 'vitest';
import type { StepName } from '../../../source/simulation/steps/counter-steps.ts';
import { explainSteps } from '../../../source/simulation/steps/explain-steps.ts';
import { judgeSteps } from '../../../source/simulation/steps/judge-steps.ts';
import { defined } from '../../helpers/definitions.ts';

interface Change {
  change: number;
  expected: number;
  /** Whether the count is that of the records afterwards. */
  accurate: boolean;
}

const done = (step: StepName, ...changes: Change[]) => ({
  step,
  affected: 1,
  inserted: 1,
  made: 1,
  touched: null,
  counted: changes.map(({ change, expected, accurate }) => ({
    before: '0',
    after: String(change),
    change: String(change),
    expected: String(expected),
    right: change === expected,
    accurate,
  })),
});

const judged = (...steps: ReturnType<typeof done>[]) =>
  judgeSteps(
    { steps, failures: [] },
    {
      rows: [
        { id: '1', name: 'one' },
        { id: '2', name: 'two' },
      ],
      planned: ['add', 'add-again', 'move'],
      notPossible: new Map(),
      notSimulated: new Map(),
      asOther: false,
    },
  );
const statuses = (...steps: ReturnType<typeof done>[]) =>
  judged(...steps).steps.map(({ step, status }) => `${step} ${status}`);

describe('a count that was wrong before', () => {
  const corrected = { change: -11, expected: 1, accurate: true };
  const one = { change: 1, expected: 1, accurate: true };

  test('is right where it is counted anew, and another record changes it by one', () => {
    expect(statuses(done('add', corrected), done('add-again', one))).toEqual([
      'add right',
      'add-again right',
      'move not-simulated',
    ]);
  });

  test('is no step that was not simulated', () => {
    const own = judged(done('add', corrected), done('add-again', one));
    const comments = defined({
      row: { table: 'posts', count: 'n' },
      record: { table: 'comments', reference: ['post'] },
    });
    const findings = explainSteps(own, comments, { replicationRole: 'origin', hasOtherRow: true });
    expect(findings.map(({ code }) => code)).toEqual(['move-not-simulated']);
  });

  test('is right by chance where another record does not change it by one', () => {
    const chance = { change: 0, expected: 1, accurate: true };
    const nothing = { change: 0, expected: 1, accurate: false };
    expect(statuses(done('add', chance), done('add-again', nothing))).toEqual([
      'add wrong',
      'add-again wrong',
      'move not-simulated',
    ]);
  });

  test('is not known to be counted anew without another record', () => {
    expect(statuses(done('add', corrected))[0]).toBe('add wrong');
  });

  test('of the row that a record moves to is right as well, unless the first was no correction', () => {
    const less = { change: -1, expected: -1, accurate: true };
    const move = done('move', less, { change: 5, expected: 1, accurate: true });
    expect(statuses(done('add', corrected), done('add-again', one), move)[2]).toBe('move right');
    expect(statuses(done('add', one), done('add-again', one), move)[2]).toBe('move wrong');
  });
});
