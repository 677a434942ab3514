import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Application } from '../helpers/application.ts';
import { scaled } from '../helpers/scale.ts';
import { noise, type Simulation, simulations } from './simulated-causes.ts';

const runs = scaled(1, 20);
const least = scaled(1, 19);

let application: Application;

beforeAll(async () => {
  application = await Application.open();
});
afterAll(() => application.close());

/** The unexpected results of one run; empty if there were none. */
async function misjudged({ run }: Simulation, seed: number): Promise<string[]> {
  await application.begin({ seed, presets: 40, uses: 30 });
  const expected = await run(application);
  const { mismatches, diagnoses } = await application.diagnose();
  if (mismatches.length === 0) return ['no count is wrong'];
  return mismatches.flatMap(({ id, name, usageCount, records }) => {
    const wanted = expected(application.presets.indexOf(id));
    const found = diagnoses.get(id);
    return found?.code === wanted
      ? []
      : [`${name}, ${usageCount} of ${records}: ${found?.code} for ${wanted}: ${found?.evidence.join(' ')}`];
  });
}

async function score(simulation: Simulation, seeds: number): Promise<{ right: number; wrong: string[] }> {
  const wrong: string[] = [];
  let right = 0;
  for (let seed = 1; seed <= seeds; seed += 1) {
    const found = await misjudged(simulation, seed);
    if (found.length === 0) right += 1;
    else
      wrong.push(
        `seed ${seed}: ${found.slice(0, 3).join('\n  ')}${found.length > 3 ? `\n  and ${found.length - 3} more` : ''}`,
      );
  }
  console.log(`${simulation.name}: ${right} of ${seeds} right`);
  return { right, wrong };
}

describe('a cause on a real server is recognized by what it leaves', () => {
  test.each(simulations)('$name', { timeout: 600_000 }, async simulation => {
    const { right, wrong } = await score(simulation, runs);
    expect(right, wrong.join('\n')).toBeGreaterThanOrEqual(least);
  });
});

describe('counts that are wrong by chance have an unknown cause', () => {
  test.each(noise)('$name', { timeout: 600_000 }, async simulation => {
    const { right, wrong } = await score(simulation, runs);
    expect(right, wrong.join('\n')).toBe(runs);
  });
});
