import type { TestOptions } from 'vitest';
import { scaled } from './scale.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** Why a test does not run here, and what to do about it; shown in the last lines of a run. */
    needs?: string;
  }
}

/**
 * Options for a test or a group that only runs if `there` is true. `otherwise` says in two sentences what is missing and what to
 * do about it. Skip tests only this way: a run in which one is skipped without a reason fails.
 */
export function needs(there: boolean, otherwise: string): TestOptions {
  return there ? {} : { skip: true, meta: { needs: otherwise } };
}

/** Options for a test that takes too long for `npm test`. */
export function needsFullScale(): TestOptions {
  return needs(scaled(0, 1) === 1, 'They take too long for npm test. Run npm run test:full.');
}

/** Options for a test of who may read and write a file. */
export function needsModes(): TestOptions {
  return needs(
    process.geteuid !== undefined,
    'Files have no owners and modes on this system. Run them on Linux or macOS.',
  );
}

/** Options for a test that gives files to another user. */
export function needsRoot(): TestOptions {
  return needs(process.geteuid?.() === 0, 'Only root can make files of another user. Run them as root.');
}

/** Options for a test of something that only Linux has. */
export function needsLinux(): TestOptions {
  return needs(process.platform === 'linux', 'They test what only Linux has. Run them on Linux.');
}
