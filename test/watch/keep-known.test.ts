import { describe, expect, test } from 'vitest';
import type { Cause, Certainty, Diagnosis } from '../../source/diagnosis/diagnosis.ts';
import { keepKnown } from '../../source/watch/keep-known.ts';

const diagnosis = (code: Cause, certainty: Certainty): Diagnosis => ({
  code,
  certainty,
  evidence: [],
  against: [],
  next: [],
  stretch: null,
});

const told = (before: Diagnosis | null, now: Diagnosis | null, drifts = [5, 5]) =>
  keepKnown(
    before ? new Map([['a', { diagnosis: before, drift: drifts[0]! }]]) : new Map(),
    now ? new Map([['a', now]]) : new Map(),
    new Map([['a', drifts[1]!]]),
  ).get('a')?.diagnosis.code;

const reset = diagnosis('reset-kept-history', 'likely');
const nothing = diagnosis('unknown', 'possible');

describe('a diagnosis lives as long as its drift', () => {
  test.each<[string, string | undefined, string | undefined]>([
    ['it is not found again', told(reset, nothing), 'reset-kept-history'],
    ['the preset is not examined again', told(reset, null), 'reset-kept-history'],
    ['something less sure is found', told(reset, diagnosis('trigger-gap', 'possible')), 'reset-kept-history'],
    ['something surer is found', told(reset, diagnosis('trigger-gap', 'certain')), 'trigger-gap'],
    ['a cause is found at last', told(nothing, diagnosis('trigger-gap', 'possible')), 'trigger-gap'],
    ['the drift is another one', told(reset, nothing, [5, 6]), 'unknown'],
    ['the drift is another one, and nothing is found', told(reset, null, [5, 6]), undefined],
  ])('%s', (_, found, expected) => expect(found).toBe(expected));

  test('of the same cause, the newest evidence is told', () => {
    const again = { ...reset, evidence: ['new'] };
    const kept = keepKnown(
      new Map([['a', { diagnosis: reset, drift: 5 }]]),
      new Map([['a', again]]),
      new Map([['a', 5]]),
    );
    expect(kept.get('a')?.diagnosis.evidence).toEqual(['new']);
  });

  test('a count that is right again is forgotten', () => {
    expect(keepKnown(new Map([['a', { diagnosis: reset, drift: 5 }]]), new Map(), new Map()).size).toBe(0);
  });
});
