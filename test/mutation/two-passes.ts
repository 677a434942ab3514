import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Injector, PluginContext } from '@stryker-mutator/api/plugin';
import {
  type DryRunOptions,
  type DryRunResult,
  DryRunStatus,
  type MutantRunOptions,
  type MutantRunResult,
  MutantRunStatus,
  type TestRunner,
} from '@stryker-mutator/api/test-runner';
import { strykerPlugins as vitestPlugins } from '@stryker-mutator/vitest-runner';
import * as z from 'zod/mini';
import {
  type FirstPassFindings,
  firstPassFile,
  firstPassFindings,
  isInSample,
  nothingFound,
  tryingFile,
} from './first-pass-file.ts';

const testsFile = 'first-pass-tests.json';

// In milliseconds: a change may leave a loop behind that keeps everything after it from beginning.
const longestSilence = 60_000;

/**
 * Stryker starts the tests anew for each change, which takes a quarter of a second of processor time. Before it does, one run of
 * the tests tries every change that it comes by. What a test noticed in it counts; each other change is tried by itself. With
 * MUTATION_ONCE a change with which every test of the first run passed is not tried again.
 */
class TwoPasses implements TestRunner {
  readonly #vitest: TestRunner;
  #found: FirstPassFindings | null = null;

  constructor(vitest: TestRunner) {
    this.#vitest = vitest;
  }

  capabilities() {
    return this.#vitest.capabilities();
  }

  async init(): Promise<void> {
    // Stryker starts this anew after a change that did not end.
    if (!firstPassFindings().finished) await firstPass();
    await this.#vitest.init?.();
  }

  async dryRun(options: DryRunOptions): Promise<DryRunResult> {
    const result = await this.#vitest.dryRun(options);
    if (result.status === DryRunStatus.Complete)
      writeFileSync(testsFile, JSON.stringify(result.tests.map(({ id }) => id)));
    return result;
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    this.#found ??= firstPassFindings();
    const { id } = options.activeMutant;
    if (!isInSample(id)) return { status: MutantRunStatus.Error, errorMessage: 'not in the sample' };
    const by = this.#found.noticed[id];
    if (!by) {
      if (!isThrough(options, this.#found)) return this.#vitest.mutantRun(options);
      if (options.mutantActivation !== 'static') return survived(this.#found, id);
      // When the scan was loaded again, only its corpus was read.
      return this.#vitest.mutantRun({ ...options, testFilter: otherTests() });
    }
    const test = `${relative('.', by.file)}#${by.test}`;
    return { status: MutantRunStatus.Killed, killedBy: [test], failureMessage: by.message, nrOfTests: 1 };
  }

  async dispose(): Promise<void> {
    await this.#vitest.dispose?.();
  }
}

/** Whether the first pass tried a change in all of the tests that come by it. */
function isThrough(
  { activeMutant: { id } }: MutantRunOptions,
  { passed, unclear, endless }: FirstPassFindings,
): boolean {
  if (process.env.MUTATION_ONCE !== 'yes') return false;
  return id in passed && !unclear.includes(id) && !endless.includes(id);
}

function otherTests(): string[] {
  const ids = z.array(z.string()).parse(JSON.parse(readFileSync(testsFile, 'utf8')));
  return ids.filter(id => !/\/(?:corpus|scan|not-read)\.test\.ts#/.test(id));
}

function survived({ passed }: FirstPassFindings, id: string): MutantRunResult {
  return { status: MutantRunStatus.Survived, nrOfTests: passed[id] ?? 0 };
}

async function firstPass(): Promise<void> {
  if (!existsSync(firstPassFile)) writeFileSync(firstPassFile, JSON.stringify(nothingFound));
  while (!(await ends(runFirstPass())));
}

/** Starts the first pass, or goes on where the last one ended. */
function runFirstPass(): ChildProcess {
  writeFileSync(tryingFile, '');
  return spawn(process.execPath, [fileURLToPath(new URL('./run-first-pass.ts', import.meta.url))], {
    stdio: 'ignore',
  });
}

/** Waits for the end of the first pass. False if a change did not end: that one is left to a run of its own. */
async function ends(started: ChildProcess): Promise<boolean> {
  const ended = once(started, 'exit').then(() => true);
  while (!(await Promise.race([ended, setTimeout(1000, false)]))) {
    if (Date.now() - statSync(tryingFile).mtimeMs < longestSilence) continue;
    started.kill('SIGKILL');
    await ended;
    const found = firstPassFindings();
    const endless = readFileSync(tryingFile, 'utf8').trim();
    writeFileSync(firstPassFile, JSON.stringify({ ...found, endless: [...found.endless, endless] }));
    return false;
  }
  return true;
}

function createTwoPasses(injector: Injector<PluginContext>): TestRunner {
  const [vitest] = vitestPlugins;
  if (!vitest) throw new Error('the plugin for Vitest has no test runner');
  return new TwoPasses(vitest.factory(injector));
}
createTwoPasses.inject = ['$injector'] as const;

export const strykerPlugins = [{ kind: 'TestRunner', name: 'two-passes', factory: createTwoPasses }];
