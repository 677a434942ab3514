import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { takeOut } from './test/guards/take-out.ts';
import { LongestFirst } from './test/helpers/longest-first.ts';
import { unitTests } from './test/helpers/unit-tests.ts';

/** Those that change what is loaded once a process, so others must not share theirs. */
const alone = ['test/tui/shared/paragraph.test.tsx', 'test/tui/simulation/checklist.test.tsx'];

export default defineConfig(({ mode }) => {
  // What whoever runs the tests keeps at home, such as receipts and passwords, must not change what is tested, nor grow by it.
  const home = mkdtempSync(join(tmpdir(), 'preset-usage-home-'));
  process.once('exit', () => rmSync(home, { recursive: true, force: true }));
  const units = unitTests();
  const shared = units.filter(file => !alone.includes(file));
  // `npm run test:unit` runs only those that start no server and need no build.
  const server = {
    name: 'server',
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/scan/corpus/**', ...units],
    // The report comes first, so that it is torn down last and has the last word.
    globalSetup: ['test/helpers/run-report.ts', 'test/helpers/global-setup.ts'],
    isolate: false,
  };
  return {
    plugins: [takeOut(process.env.WITHOUT_GUARD)],
    test: {
      setupFiles: ['test/helpers/which-file.ts', 'test/helpers/keep-parser.ts'],
      // Two cores are what a small CI machine has. Tests of the console wait most of the time, and leave room for more.
      maxWorkers: 4,
      // WebAssembly, of demos and parsers, lives too briefly for V8 to recompile it: each demo would cost 1 s of CPU time more.
      execArgv: ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering'],
      sequence: { sequencer: LongestFirst },
      // What one run has changed in the source must not be found by the next one.
      fsModuleCache: !process.env.WITHOUT_GUARD,
      // In full they may take long: other work on the machine must not fail a run of hours.
      testTimeout: mode === 'full' ? 600_000 : 180_000,
      hookTimeout: mode === 'full' ? 600_000 : 180_000,
      // `npm run test:full` runs soaks and races in full; `npm test` runs them smaller.
      env: {
        TEST_SCALE: mode === 'full' ? 'full' : 'small',
        HOME: home,
        XDG_STATE_HOME: '',
        XDG_CONFIG_HOME: '',
        XDG_CACHE_HOME: '',
      },
      projects: [
        // A process for many files, which saves much of the time that they take.
        { extends: true, test: { name: 'unit', include: shared, isolate: false } },
        { extends: true, test: { name: 'alone', include: alone } },
        ...(mode === 'unit' ? [] : [{ extends: true as const, test: server }]),
      ],
    },
  };
});
