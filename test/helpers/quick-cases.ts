import { type TestOptions, test } from 'vitest';
import { needsFullScale } from './needs.ts';

/** A case of a table: a tuple that begins with its name, or an object that has it. */
type Case = [name: string, ...unknown[]] | { name: string };

/**
 * `test.each` for cases that each take a server or a program: `npm test` runs those that are named here, and names the others as not
 * run; `npm run test:full` runs all. What only one case is about must not be left to the full run.
 */
export function quickCases(...quick: string[]) {
  return {
    each:
      <T extends Case>(all: readonly T[]) =>
      (title: string, body: (...each: T extends readonly unknown[] ? T : [T]) => Promise<void>): void => {
        const names = all.map(nameOf);
        for (const name of quick) if (!names.includes(name)) throw new Error(`There is no case "${name}".`);
        const add = (isQuick: boolean, options: TestOptions) =>
          test.each(all.filter(each => quick.includes(nameOf(each)) === isQuick))(
            title,
            options,
            body as (each: T) => Promise<void>,
          );
        add(true, {});
        add(false, needsFullScale());
      },
  };
}

function nameOf(each: Case): string {
  return 'name' in each ? each.name : each[0];
}
