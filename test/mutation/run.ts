import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { areas, isArea } from './areas.ts';

/**
 * `npm run test:mutation [-- AREA ...] [-- --workers N] [-- --mutate FILE] [-- --once]`: changes the source in small ways, one
 * at a time, and looks whether a test notices. Leaves reports/mutation/AREA.json, and goes on from there the next time.
 * With `--once` a change that no test noticed in the first run of all is not tried again by itself, and with `--sample 5` one
 * of five is tried at all.
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: 'string', default: '2' },
    mutate: { type: 'string', multiple: true },
    once: { type: 'boolean', default: false },
    sample: { type: 'string', default: '1' },
  },
});
// In memory: what is written there is synced again and again, and a disk would take most of the time.
if (existsSync('/dev/shm')) process.env.TMPDIR ??= '/dev/shm';
if (values.once) process.env.MUTATION_ONCE = 'yes';
process.env.MUTATION_SAMPLE = values.sample;
for (const name of positionals.length > 0 ? positionals : Object.keys(areas)) {
  if (!isArea(name)) throw new Error(`There is no area "${name}": ${Object.keys(areas).join(', ')}.`);
  process.env.MUTATION_AREA = name;
  console.log(`\n${name}`);
  await new Stryker({
    mutate: values.mutate ?? areas[name].mutate,
    testRunner: 'two-passes',
    vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
    plugins: ['@stryker-mutator/vitest-runner', fileURLToPath(new URL('./two-passes.ts', import.meta.url))],
    coverageAnalysis: 'perTest',
    checkers: [],
    // The name of none: Stryker would rewrite it by an interface that TypeScript 7 does not have, and nothing here reads it.
    tsconfigFile: 'no-tsconfig.json',
    // It would put a line above each file of the corpus of the scan, whose tests count lines.
    disableTypeChecks: false,
    concurrency: Number(values.workers),
    // What each of five thousand tests comes by is held, and sent, as a whole.
    testRunnerNodeArgs: ['--max-old-space-size=8192'],
    incremental: true,
    // What is not in a sample has no result to go on from.
    incrementalFile: `reports/mutation/${name}-${values.sample === '1' ? '' : 'sample-'}incremental.json`,
    reporters: ['clear-text', 'progress-append-only', 'json'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false, skipFull: true },
    jsonReporter: { fileName: `reports/mutation/${name}.json` },
    ignorePatterns: ['dist', 'docs', 'reports', '.stryker-tmp'],
    // The tests of the scan are many, and other work may go on beside them.
    dryRunTimeoutMinutes: 20,
    // Longer than any change that does not loop takes beside other work: it would count as noticed.
    timeoutMS: 20_000,
  }).runMutationTest();
}
