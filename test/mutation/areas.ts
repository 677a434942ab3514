import { matchesGlob } from 'node:path';

/** A part of the source that needs no server, and the tests that judge it without one. Paths from the repository's root. */
export interface Area {
  mutate: string[];
  tests: string[];
}

export const areas: Record<'receipts' | 'planning' | 'judging' | 'diagnosis' | 'scan', Area> = {
  receipts: {
    mutate: ['source/receipts/**/*.ts'],
    tests: ['test/receipts/**/*.test.ts'],
  },
  planning: {
    mutate: [
      'source/repair/run/repair-lock.ts',
      'source/repair/plan/undo/draft-undo.ts',
      'source/repair/plan/undo/undoable-changes.ts',
      'source/repair/run/transaction-outcome.ts',
      'source/counter/guards.ts',
      'source/repair/plan/reversibility.ts',
      'source/repair/run/queue.ts',
      'source/repair/plan/remarks.ts',
      'source/repair/run/run-batch.ts',
      'source/repair/run/wait-for-lock.ts',
    ],
    tests: [
      'test/repair/run/repair-lock.test.ts',
      'test/repair/run/queue.test.ts',
      'test/repair/run/run-batch.test.ts',
      'test/repair/run/transaction-outcome.test.ts',
      'test/repair/plan/undo/undoable-changes.test.ts',
      'test/repair/plan/undo/in-effect.test.ts',
      'test/repair/plan/undo/draft-undo.test.ts',
      'test/repair/plan/plan-guards.test.ts',
    ],
  },
  judging: {
    mutate: ['source/audit/*.ts', '!source/audit/diagnos{e,is}.ts'],
    tests: ['test/audit/!(diagnos*).test.ts'],
  },
  diagnosis: {
    mutate: ['source/diagnosis/diagnose.ts', 'source/audit/causes/*.ts'],
    tests: ['test/audit/diagnos*.test.ts'],
  },
  scan: {
    mutate: ['source/scan/**/*.ts'],
    tests: ['test/scan/**/*.test.ts'],
  },
};

export type AreaName = keyof typeof areas;

export function isArea(name: string): name is AreaName {
  return Object.hasOwn(areas, name);
}

/** The area that a file's tests belong to, which run without a server; null where they need one. */
export function areaOf(test: string): AreaName | null {
  const [area] =
    Object.entries(areas).find(([, { tests }]) => tests.some(glob => matchesGlob(test, glob))) ?? [];
  return area === undefined ? null : (area as AreaName);
}
