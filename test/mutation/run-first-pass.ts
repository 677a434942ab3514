import { fileURLToPath } from 'node:url';
import { createVitest } from 'vitest/node';

/** The first pass, in a process of its own: a loop that a change leaves behind can only be ended with it. */
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
process.exit();
