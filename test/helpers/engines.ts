import { appendFileSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** The name of the variable that tells the processes of a run which file keeps the engines that tests have started. */
export const enginesVariable = 'TEST_ENGINES';

/** Notes that the running test file has started an `engine` of its own; outside of a test run nothing is noted. */
export function ranOn(engine: string): void {
  const { [enginesVariable]: notes, TEST_FILE: file } = process.env;
  if (notes && file) appendFileSync(notes, `${JSON.stringify([engine, file])}\n`);
}

/** The test files below `root` that have started an engine of their own, in order, by engine. */
export function enginesIn(notes: string, root: string): Map<string, string[]> {
  const found = new Map<string, Set<string>>();
  const lines = readFileSync(notes, 'utf8').split('\n').filter(Boolean).sort();
  for (const line of lines) {
    const [engine, file] = JSON.parse(line) as [string, string];
    found.set(engine, (found.get(engine) ?? new Set()).add(relative(root, file)));
  }
  return new Map([...found].map(([engine, files]) => [engine, [...files].sort()]));
}
