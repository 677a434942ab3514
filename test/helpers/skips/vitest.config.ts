import { defineConfig } from 'vitest/config';

/** Runs the files next to it, which skip tests, for run-report.test.ts. */
export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ['*.ts'],
    exclude: ['vitest.config.ts'],
    globalSetup: ['../run-report.ts'],
    maxWorkers: 1,
    env: { TEST_SCALE: 'small' },
  },
});
