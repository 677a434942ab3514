import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestCase, TestModule, TestProject, TestSuite } from 'vitest/node';
import { enginesIn, enginesVariable } from './engines.ts';
import { type NotRun, runSummary, silent } from './run-summary.ts';
import './needs.ts';
import { ownPrefix, removeLeftovers } from './leftovers.ts';
import { makeMemory, memoryPlace, memoryVariable } from './quick-directory.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server that all test files share. */
    engine: string;
  }
}

/**
 * Gives the run one directory for temporary files, which is removed at the end, and prints the last lines of the run. As the
 * first global setup it is torn down last, after every reporter.
 */
export default function setup(project: TestProject): () => void {
  // A run that was killed could not remove its own.
  removeLeftovers('pu-tests-', [tmpdir(), memoryPlace]);
  const prefix = ownPrefix('pu-tests-');
  const root = mkdtempSync(join(tmpdir(), prefix));
  // If the tests run as root, servers run as another user, and have their directories in here.
  chmodSync(root, 0o755);
  process.env.TMPDIR = root;
  // Processes that run from TypeScript, such as the parser's, start in half of the time with it.
  process.env.NODE_COMPILE_CACHE = join(root, 'compiled');
  const engines = join(root, 'engines');
  writeFileSync(engines, '');
  process.env[enginesVariable] = engines;
  const memory = makeMemory(prefix);
  process.env[memoryVariable] = memory ?? '';
  const remove = () => {
    for (const directory of memory === null ? [root] : [root, memory])
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  // A run that is killed is not torn down.
  process.once('exit', remove);

  let stopped = false;
  project.vitest.onCancel(() => {
    stopped = true;
  });
  return () => {
    const tests = project.vitest.state.getTestModules().flatMap(module => [...module.children.allTests()]);
    const left = tests.filter(test => ['skipped', 'pending'].includes(test.result().state));
    const run = {
      engine: project.getProvidedContext().engine ?? null,
      others: enginesIn(engines, project.config.root),
      inMemory: memory !== null,
      full: project.config.env.TEST_SCALE === 'full',
      ran: tests.length - left.length,
      notRun: left.map(notRun),
      filter: project.vitest.getGlobalTestNamePattern()?.source ?? null,
      stopped,
    };
    remove();
    console.log(`\n${runSummary(run).join('\n')}`);
    if (silent(run).length > 0) process.exitCode = 1;
  };
}

function notRun(test: TestCase): NotRun {
  const result = test.result();
  const note = result.state === 'skipped' ? result.note : undefined;
  return {
    file: test.module.relativeModuleId,
    name: test.fullName,
    reason:
      test.meta().needs ?? note ?? (brokenAbove(test) ? 'What prepares them failed (see above).' : null),
  };
}

/** Whether something around the test failed, such as its beforeAll. */
function brokenAbove({ parent }: TestCase | TestSuite): boolean {
  for (let above: TestSuite | TestModule = parent; ; above = above.parent) {
    if (above.errors().length > 0) return true;
    if (above.type === 'module') return false;
  }
}
