import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The test files that take longest, the longest first. Started late, one of them would run alone at the end. Vitest knows how long
 * a file took only where it has run before, and takes it from its size elsewhere.
 */
export const longest = [
  'test/repair/run/stops.test.ts',
  'test/documents/commands.test.ts',
  'test/end-to-end/repair-kills.test.ts',
  'test/end-to-end/pooler.test.ts',
  'test/end-to-end/repair-killed.test.ts',
  'test/schemas/on-the-server-of-the-tests.test.ts',
  'test/end-to-end/watching.test.ts',
  'test/end-to-end/repair.test.ts',
  'test/end-to-end/console.test.ts',
  'test/end-to-end/help.test.ts',
  'test/migration/run.test.ts',
  'test/end-to-end/repair-commands.test.ts',
  'test/end-to-end/resize.test.ts',
  'test/repair/run/property.test.ts',
  'test/watch/run/watch.test.ts',
  'test/end-to-end/commands.test.ts',
  'test/end-to-end/drift.test.ts',
  'test/schemas/on-postgresql-15.test.ts',
  'test/watch/run/drift-watch.test.ts',
];

/** Starts the longest test files first, and the others in the order that Vitest gives them. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = longest.findIndex(file => moduleId.endsWith(`/${file}`));
      return found < 0 ? longest.length : found;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
