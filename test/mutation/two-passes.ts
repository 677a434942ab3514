import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
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
import * as z from 'zod/mini';
import { firstPassFile } from './first-pass-file.ts';

const found = z.record(z.string(), z.object({ file: z.string(), test: z.string(), message: z.string() }));

// In milliseconds: a change may leave a loop behind that keeps the tests of the next file from beginning. What was found until
// then counts, and the rest is tried by itself.
const longestSilence = 60_000;

/**
 * Stryker starts the tests anew for each change, which takes a quarter of a second of processor time. Before it does, one run of
 * the tests tries every change that it comes by. What a test noticed in it counts; each other change is tried by itself.
 */
class TwoPasses implements TestRunner {
  readonly #vitest: TestRunner;
  #found: z.infer<typeof found> | null = null;

  constructor(vitest: TestRunner) {
    this.#vitest = vitest;
  }

  capabilities() {
    return this.#vitest.capabilities();
  }

  async init(): Promise<void> {
    // Stryker starts this anew after a change that did not end.
    if (!existsSync(firstPassFile)) await firstPass();
    await this.#vitest.init?.();
  }

  dryRun(options: DryRunOptions): Promise<DryRunResult> {
    return this.#vitest.dryRun(options);
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    this.#found ??= found.parse(JSON.parse(readFileSync(firstPassFile, 'utf8')));
    const by = this.#found[options.activeMutant.id];
    if (!by) return this.#vitest.mutantRun(options);
    const test = `${relative('.', by.file)}#${by.test}`;
    return { status: MutantRunStatus.Killed, killedBy: [test], failureMessage: by.message, nrOfTests: 1 };
  }

  async dispose(): Promise<void> {
    await this.#vitest.dispose?.();
  }
}

async function firstPass(): Promise<void> {
  writeFileSync(firstPassFile, '{}');
  const run = fileURLToPath(new URL('./run-first-pass.ts', import.meta.url));
  const started = spawn(process.execPath, [run], { stdio: 'ignore' });
  const ended = once(started, 'exit');
  while (await isBusy(ended));
  started.kill('SIGKILL');
}

/** Waits for the end of the first pass; true if it is still getting on after a while. */
async function isBusy(ended: Promise<unknown>): Promise<boolean> {
  const { mtimeMs } = await stat(firstPassFile);
  const silent = setTimeout(longestSilence, true, { ref: false });
  const waits = await Promise.race([ended.then(() => false), silent]);
  return waits && (await stat(firstPassFile)).mtimeMs > mtimeMs;
}

function createTwoPasses(injector: Injector<PluginContext>): TestRunner {
  const [vitest] = vitestPlugins;
  if (!vitest) throw new Error('the plugin for Vitest has no test runner');
  return new TwoPasses(vitest.factory(injector));
}
createTwoPasses.inject = ['$injector'] as const;

export const strykerPlugins = [{ kind: 'TestRunner', name: 'two-passes', factory: createTwoPasses }];
