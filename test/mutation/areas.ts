import { matchesGlob } from 'node:path';

/** A part of the source that needs no server, and the tests that judge it without one. Paths from the repository's root. */
export interface Area {
  mutate: string[];
  tests: string[];
}

export const areas: Record<'receipts' | 'planning' | 'judging' | 'scan', Area> = {
  receipts: {
    mutate: ['source/receipts/**/*.ts'],
    tests: ['test/receipts/**/*.test.ts'],
  },
  planning: {
    mutate: [
      'source/actions/plan-repair.ts',
      'source/actions/plan-reset.ts',
      'source/actions/plan-sync.ts',
      'source/actions/plan-undo.ts',
      'source/actions/plan-simulation.ts',
      'source/actions/prepare-batch.ts',
      'source/actions/repair-queue.ts',
      'source/actions/repair-remarks.ts',
      'source/actions/effective.ts',
      'source/actions/fate.ts',
      'source/actions/fingerprint.ts',
      'source/actions/guards.ts',
      'source/actions/harm.ts',
    ],
    tests: [
      'test/actions/claim.test.ts',
      'test/actions/repair-queue.test.ts',
      'test/actions/run-batch.test.ts',
      'test/actions/fate.test.ts',
    ],
  },
  judging: {
    mutate: ['source/audit/**/*.ts'],
    tests: ['test/audit/**/*.test.ts'],
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
