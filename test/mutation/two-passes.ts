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
  type MutantRunOptions,
  type MutantRunResult,
  MutantRunStatus,
  type TestRunner,
} from '@stryker-mutator/api/test-runner';
import { strykerPlugins as vitestPlugins } from '@stryker-mutator/vitest-runner';
import {
  type FirstPassFindings,
  firstPassFile,
  firstPassFindings,
  isInSample,
  nothingFound,
  tryingFile,
} from './first-pass-file.ts';

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

  dryRun(options: DryRunOptions): Promise<DryRunResult> {
    return this.#vitest.dryRun(options);
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    this.#found ??= firstPassFindings();
    const { id } = options.activeMutant;
    if (!isInSample(id)) return { status: MutantRunStatus.Error, errorMessage: 'not in the sample' };
    const by = this.#found.noticed[id];
    if (!by)
      return isThrough(options, this.#found) ? survived(this.#found, id) : this.#vitest.mutantRun(options);
    const test = `${relative('.', by.file)}#${by.test}`;
    return { status: MutantRunStatus.Killed, killedBy: [test], failureMessage: by.message, nrOfTests: 1 };
  }

  async dispose(): Promise<void> {
    await this.#vitest.dispose?.();
  }
}

/** Whether a change needs no run of its own. What runs when a module is loaded is tried on the corpus of the scan alone before. */
function isThrough(
  { activeMutant: { id }, mutantActivation }: MutantRunOptions,
  { passed, unclear, endless }: FirstPassFindings,
): boolean {
  if (process.env.MUTATION_ONCE !== 'yes' || mutantActivation === 'static') return false;
  return id in passed && !unclear.includes(id) && !endless.includes(id);
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
