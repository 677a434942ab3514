import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createVitest } from 'vitest/node';
import { firstPassFile, firstPassFindings } from './first-pass-file.ts';

/** The first pass, in a process of its own: a loop that a change leaves behind can only be ended with it. */
process.env.FIRST_PASS = 'yes';
const vitest = await createVitest('test', {
  config: 'test/mutation/vitest.config.ts',
  runner: fileURLToPath(new URL('./first-pass.ts', import.meta.url)),
  pool: 'threads',
  maxWorkers: 1,
  watch: false,
  reporters: [],
  onConsoleLog: () => false,
});
await vitest.start();
writeFileSync(firstPassFile, JSON.stringify({ ...firstPassFindings(), finished: true }));
process.exit();
