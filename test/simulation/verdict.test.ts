import { describe, expect, test } from 'vitest';
import { doubtsOfIdentity, judgeUses } from '../../source/simulation/verdict.ts';

type Shown = Parameters<typeof judgeUses>[0];
const counted = {
  before: 1,
  after: 2,
  increment: 1,
  recordsAdded: 1,
  recordsUpdated: 0,
  lastUsedAtMoved: true,
};
const nothing = { ...counted, increment: 0, recordsAdded: 0 };
const failure = {
  path: 'track_preset_usage' as const,
  use: 1,
  message: 'no',
  code: '42501',
  constraint: null,
  where: null,
  column: null,
  table: null,
};
const judged = (over: Partial<Shown>) => {
  const { verdict, doubts } = judgeUses({
    uses: [counted, counted],
    failures: [],
    asRole: null,
    untried: null,
    asked: false,
    limited: false,
    identity: { user: 'u', subject: 'u', claims: null, via: null, doubt: null },
    asks: { subject: true, claims: [], settings: [] },
    ...over,
  });
  return [verdict, ...doubts.map(({ code }) => code)];
};
const asRole = (over: object) => ({
  role: 'app',
  confirmed: true,
  uses: [counted, counted],
  failures: [],
  ...over,
});
const doubt = { user: 'u', subject: 'u', claims: null, via: null, doubt: 'no way' };

describe('the role of the application', () => {
  test('that makes the uses as well', () => {
    expect(judged({ asRole: asRole({}) })).toEqual(['confirmed']);
  });
  test('that only a plain insert stored for, because the function refused it', () => {
    expect(judged({ asRole: asRole({ failures: [failure] }) })).toEqual(['not-proved', 'role-not-proved']);
  });
  test('that a person named, and that cannot make the uses', () => {
    expect(judged({ asked: true, asRole: asRole({ uses: [nothing, nothing] }) })).toEqual(['not-confirmed']);
  });
  test('that this session may not become', () => {
    expect(judged({ untried: 'authenticated' })).toEqual(['not-proved', 'role-not-proved']);
  });
  test('is no question where this session cannot make the uses either', () => {
    expect(judged({ failures: [failure], asRole: asRole({ failures: [failure] }) })).toEqual([
      'not-confirmed',
    ]);
  });
});

describe('a use that stores nothing', () => {
  test('is lost where the user is known', () => {
    expect(judged({ uses: [nothing, nothing] })).toEqual(['not-confirmed']);
  });
  test('may be right for the right user where that one is not known', () => {
    expect(judged({ uses: [nothing, nothing], identity: doubt })[0]).toBe('not-proved');
  });
  test('but not one that is counted otherwise than it is recorded', () => {
    const twice = { ...counted, increment: 2 };
    expect(judged({ uses: [twice, twice], identity: doubt })[0]).toBe('not-confirmed');
  });
});

test('what was simulated is named in the doubts: uses of presets, steps of any other counter', () => {
  const identity = { user: 'u', subject: 'u', claims: null, via: null, doubt: null };
  const asks = { subject: false, claims: [], settings: [{ setting: 'app.user', by: 'the policy own' }] };
  const doubts = (what: 'uses' | 'steps') =>
    doubtsOfIdentity({ identity, asks, failures: [], asRole: null, what }).map(
      each => each.message + each.hint,
    );
  expect(doubts('uses')).toEqual([expect.stringMatching(/^The uses .*on the preset/)]);
  expect(doubts('steps')).toEqual([expect.stringMatching(/^The steps (?!.*(?:preset|\buse\b))/)]);
});
