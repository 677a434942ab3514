import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Application } from '../helpers/application.ts';
import { scaled, timeLimit } from '../helpers/scale.ts';
import { play, type Verdict } from './played.ts';
import { type Family, families } from './simulated-causes.ts';

const seeds = scaled(1, 5);
const isNoise = ({ cause }: Family) => cause === 'unknown';
// In full they are the part `diagnosis` of the bench, which also prints what was told against what was.
const some = (all: readonly Family[], one: number) => all.filter((_, n) => n % scaled(one, 1) === 0);

/** The histories that were played, each with its wrong diagnoses that claim no more than to be possible. */
const histories: Verdict[][] = [];

/** The diagnoses that must not be wrong: of one history all, of many in full those that are more than possible. */
function mustBeRight(wrong: readonly Verdict[]): Verdict[] {
  histories.push(wrong.filter(({ certainty }) => certainty === 'possible'));
  return wrong.filter(({ certainty }) => seeds === 1 || certainty !== 'possible');
}

let application: Application;

beforeAll(async () => {
  application = await Application.open();
});
afterAll(() => application.close());

describe('a cause on a real server is recognized by what it leaves', () => {
  test.each(
    some(
      families.filter(family => !isNoise(family)),
      8,
    ),
  )('$name', { timeout: timeLimit(600_000) }, async family => {
    let [judged, told, unlike] = [0, 0, ''];
    for (let seed = 1; seed <= seeds; seed += 1) {
      const verdicts = await play(application, family, seed);
      judged += verdicts.length;
      const wrong = verdicts.filter(({ right, told }) => !right && told !== 'unknown');
      expect(mustBeRight(wrong).map(({ words }) => words)).toEqual([]);
      told += verdicts.filter(({ right }) => right).length;
      unlike ||= verdicts.find(({ right }) => !right)?.words ?? '';
    }
    // A fault may meet a preset that a seed never uses.
    expect(judged).toBeGreaterThan(0);
    // Of two that leave numbers which do not come apart, neither is told.
    if (family.setting === 'many' && !family.name.startsWith('both'))
      expect(told, unlike).toBeGreaterThan(judged / 2);
  });
});

describe('counts that are wrong by chance have an unknown cause', () => {
  test.each(some(families.filter(isNoise), 16))('$name', { timeout: timeLimit(600_000) }, async family => {
    for (let seed = 1; seed <= seeds; seed += 1) {
      const verdicts = await play(application, family, seed);
      const wrong = verdicts.filter(({ right }) => !right);
      expect(mustBeRight(wrong).map(({ words }) => words)).toEqual([]);
    }
  });
});

test('what is only possible is wrong in at most two of a hundred histories', () => {
  const wrong = histories.filter(each => each.length > 0);
  expect(histories.length).toBeGreaterThan(0);
  expect(
    wrong.length / histories.length,
    wrong.map(([first]) => first?.words).join('\n'),
  ).toBeLessThanOrEqual(0.02);
});
