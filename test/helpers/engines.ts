import { appendFileSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** The variable with the path of the file that lists the engines that the tests of a run have started. */
export const enginesVariable = 'TEST_ENGINES';

/** Records that the running test file has started its own `engine`; does nothing outside of a test run. */
export function ranOn(engine: string): void {
  const { [enginesVariable]: notes, TEST_FILE: file } = process.env;
  if (notes && file) appendFileSync(notes, `${JSON.stringify([engine, file])}\n`);
}

/** The test files below `root` that have started their own engine, in order, by engine. */
export function enginesIn(notes: string, root: string): Map<string, string[]> {
  const found = new Map<string, Set<string>>();
  const lines = readFileSync(notes, 'utf8').split('\n').filter(Boolean).sort();
  for (const line of lines) {
    const [engine, file] = JSON.parse(line) as [string, string];
    found.set(engine, (found.get(engine) ?? new Set()).add(relative(root, file)));
  }
  return new Map([...found].map(([engine, files]) => [engine, [...files].sort()]));
}
