import { expect, test } from 'vitest';
import type { Finding, Severity } from '../../../source/counter/finding.ts';
import type { StepName, StepResult } from '../../../source/simulation/steps/counter-steps.ts';
import { mayBeTolerated, tolerateSteps } from '../../../source/simulation/steps/tolerate-steps.ts';
import type { EventName } from '../../../source/trigger/defined/events.ts';

const row = { id: '1', name: 'Hello' };
const wrong = (step: StepName, change = '0', accurate = false): StepResult => ({
  step,
  status: 'wrong',
  counted: [{ row, before: '2', after: '2', change, expected: '-1', right: false, accurate }],
  touched: null,
  reason: null,
});
const finding = (event: EventName, severity: Severity, code = `${event}-not-counted`): Finding => ({
  code,
  severity,
  message: '',
  hint: 'It can happen.',
  event,
});
const health = (findings: Finding[], handled: Partial<Record<EventName, boolean | null>> = {}) => ({
  findings,
  events: (['insert', 'delete', 'move', 'condition', 'amount'] as const).map(event => ({
    event,
    handled: event in handled ? (handled[event] ?? null) : false,
    effect: null,
    keptBy: [],
    canHappen: true,
    by: [],
  })),
});
const judged = (step: StepResult, ...given: Parameters<typeof health>) => {
  const [found] = tolerateSteps([step], health(...given));
  return found?.tolerated?.severity ?? found?.status;
};

test.each<[StepName, EventName]>([
  ['remove', 'delete'],
  ['remove-out', 'delete'],
  ['change-out', 'condition'],
  ['change-in', 'condition'],
  ['change-amount', 'amount'],
  ['move', 'move'],
  ['add-out', 'insert'],
])('%s is as grave as trigger says of %s', (step, event) => {
  expect(mayBeTolerated([wrong(step)])).toBe(true);
  expect(judged(wrong(step), [finding(event, 'warning')])).toBe('warning');
  expect(judged(wrong(step), [finding(event, 'info')])).toBe('info');
  expect(judged(wrong(step), [finding(event, 'error')])).toBe('wrong');
  expect(judged(wrong(step), [finding(event, 'error'), finding(event, 'info')])).toBe('wrong');
  expect(judged(wrong(step), [])).toBe('wrong');
});

test.each<StepName>(['add', 'add-again'])('%s is never tolerated', step => {
  expect(mayBeTolerated([wrong(step)])).toBe(false);
  expect(judged(wrong(step), [finding('insert', 'warning')])).toBe('wrong');
});

test('what trigger takes for kept, or cannot tell, is no excuse', () => {
  const said = [finding('move', 'warning')];
  expect(judged(wrong('move'), said, { move: true })).toBe('wrong');
  expect(judged(wrong('move'), said, { move: null })).toBe('wrong');
  expect(judged(wrong('move'), [{ ...finding('move', 'warning'), event: undefined } as never])).toBe('wrong');
});

test('a change that trigger did not foresee is no more than what was seen', () => {
  expect(judged(wrong('move', '3'), [finding('move', 'warning')])).toBe('wrong');
  expect(judged(wrong('move', '3'), [finding('move', 'warning', 'move-half-counted')])).toBe('warning');
});

test('a step that is kept may put right what a tolerated one left wrong', () => {
  const steps = (remove: StepResult, handled: boolean | null) =>
    tolerateSteps([remove, wrong('move')], health([finding('move', 'info')], { delete: handled })).map(
      ({ status, reason }) => [status, reason],
    );
  expect(steps(wrong('remove', '0', true), true)).toEqual([
    ['right', 'Another step left the count wrong, and after this one it was right again.'],
    ['wrong', null],
  ]);
  expect(steps(wrong('remove', '0', false), true)[0]).toEqual(['wrong', null]);
  expect(steps(wrong('remove', '0', true), false)[0]).toEqual(['wrong', null]);
  expect(steps(wrong('remove', '0', true), null)[0]).toEqual(['wrong', null]);
  const alone = tolerateSteps([wrong('remove', '0', true)], health([], { delete: true }));
  expect(alone[0]?.status).toBe('wrong');
});
