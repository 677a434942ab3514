import { type Guard, guards } from './guards.ts';
import { type Came, runWithout } from './run-without.ts';

/** Why a guard is not held by the test that it names; null where it is. */
export function verdict({ guard, test: [, name], says }: Guard, came: Came): string | null {
  const test = came.tests.get(name);
  if (!test) return `${guard}: the test did not run.\n${came.broken}`;
  if (test.passed) return `${guard}: the test passes without it.`;
  if (!test.why.includes(says))
    return `${guard}: the test fails for another reason than "${says}":\n${test.why}`;
  return null;
}

/** Takes one guard out and runs its test; null where that fails as it should. */
export async function withoutOne(guard: Guard, url: string | null): Promise<string | null> {
  const { test } = guard;
  return verdict(guard, await runWithout(guard.guard, test[0], [test[1]], url));
}

/** Runs the tests that the table names as the source is: the names of those that do not pass. */
export async function notPassing(rows: readonly Guard[] = guards, url: string | null): Promise<string[]> {
  const failing: string[] = [];
  for (const [file, ofFile] of Map.groupBy(rows, ({ test }) => test[0])) {
    const names = [...new Set(ofFile.map(({ test }) => test[1]))];
    const { tests } = await runWithout(null, file, names, url);
    failing.push(...names.filter(name => !tests.get(name)?.passed).map(name => `${file}: ${name}`));
  }
  return failing;
}
