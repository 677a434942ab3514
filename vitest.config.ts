import { defineConfig } from 'vitest/config';
import { takeOut } from './test/guards/take-out.ts';
import { LongestFirst } from './test/helpers/longest-first.ts';
import { unitTests } from './test/helpers/unit-tests.ts';

export default defineConfig(({ mode }) => ({
  plugins: [takeOut(process.env.WITHOUT_GUARD)],
  test: {
    // `npm run test:unit` runs only those that start no server and need no build.
    include: mode === 'unit' ? unitTests() : ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/scan/corpus/**'],
    // The report comes first, so that it is torn down last and has the last word.
    globalSetup: mode === 'unit' ? [] : ['test/helpers/run-report.ts', 'test/helpers/global-setup.ts'],
    setupFiles: ['test/helpers/which-file.ts'],
    // Two cores are what a small CI machine has. Tests of the console wait most of the time, and leave room for a third.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // What one run has changed in the source must not be found by the next one.
    fsModuleCache: !process.env.WITHOUT_GUARD,
    // In full they may take long: other work on the machine must not fail a run of hours.
    testTimeout: mode === 'full' ? 600_000 : 60_000,
    hookTimeout: mode === 'full' ? 600_000 : 60_000,
    // `npm run test:full` runs soaks and races in full; `npm test` runs them smaller.
    env: { TEST_SCALE: mode === 'full' ? 'full' : 'small' },
  },
}));
