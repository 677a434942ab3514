import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestCase, TestModule, TestProject, TestSuite } from 'vitest/node';
import { enginesIn, enginesVariable } from './engines.ts';
import { lastWords, type NotRun, silent } from './last-words.ts';
import './needs.ts';
import { makeMemory, memoryVariable } from './quick-directory.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** What the server is that all test files share. */
    engine: string;
  }
}

/**
 * Gives the run one directory for temporary files, which goes with it, and prints the last lines of the run: as the first of
 * the global setups it is the last one that is torn down, after every reporter has said what it has to say.
 */
export default function setup(project: TestProject): () => void {
  const root = mkdtempSync(join(tmpdir(), 'pu-tests-'));
  // Servers run as another user where the tests run as root, and have their directories in here.
  chmodSync(root, 0o755);
  process.env.TMPDIR = root;
  const engines = join(root, 'engines');
  writeFileSync(engines, '');
  process.env[enginesVariable] = engines;
  const memory = makeMemory('pu-tests-');
  process.env[memoryVariable] = memory ?? '';
  const remove = () => {
    for (const directory of memory === null ? [root] : [root, memory])
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  // A run that is ended before its time is torn down by nobody.
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
    console.log(`\n${lastWords(run).join('\n')}`);
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

/** Whether something around the test failed by itself, as where its beforeAll throws. */
function brokenAbove({ parent }: TestCase | TestSuite): boolean {
  for (let above: TestSuite | TestModule = parent; ; above = above.parent) {
    if (above.errors().length > 0) return true;
    if (above.type === 'module') return false;
  }
}
