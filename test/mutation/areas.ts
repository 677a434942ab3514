import { matchesGlob } from 'node:path';

/** A part of the source that needs no server, and the tests that judge it without one. Paths from the repository's root. */
export interface Area {
  mutate: string[];
  tests: string[];
}

export const areas: Record<'receipts' | 'planning' | 'judging' | 'diagnosis' | 'scan', Area> = {
  receipts: {
    mutate: ['source/receipts/**/*.ts'],
    tests: ['test/receipts/!(memory).test.ts'],
  },
  planning: {
    mutate: [
      'source/actions/claim.ts',
      'source/actions/draft-undo.ts',
      'source/actions/effective.ts',
      'source/actions/fate.ts',
      'source/actions/gather-records.ts',
      'source/actions/guards.ts',
      'source/actions/harm.ts',
      'source/actions/repair-queue.ts',
      'source/actions/repair-remarks.ts',
      'source/actions/run-batch.ts',
      'source/actions/wait-for-lock.ts',
    ],
    tests: [
      'test/actions/claim.test.ts',
      'test/actions/repair-queue.test.ts',
      'test/actions/run-batch.test.ts',
      'test/actions/fate.test.ts',
      'test/actions/effective.test.ts',
      'test/actions/in-effect.test.ts',
      'test/actions/draft-undo.test.ts',
      'test/actions/gather-records.test.ts',
      'test/actions/gather-room.test.ts',
      'test/actions/plan-guards.test.ts',
      'test/actions/wait-for-lock.test.ts',
    ],
  },
  judging: {
    mutate: ['source/audit/*.ts', '!source/audit/diagnos{e,is}.ts'],
    tests: ['test/audit/!(diagnos*).test.ts'],
  },
  diagnosis: {
    mutate: ['source/audit/diagnose.ts', 'source/audit/causes/*.ts'],
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
