import { openSync, writeFileSync, writeSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type RunnerTestCase, type RunnerTestSuite, TestRunner } from 'vitest';
import { firstPassFile, instrumentedHere, isInSample, tryingFile } from './first-pass-file.ts';

const instrumented = instrumentedHere();
const { found, taken } = instrumented;

// A test may put other timers in the place of these.
const { setTimeout, clearTimeout } = globalThis;
const now = performance.now.bind(performance);

// In milliseconds, of the processor, because other work may go on beside this: a slower test is left to the runs of single changes.
const slowTest = 100;
// A slower change is left to them too.
const slowChange = 1000;
// A change that took so long without a test noticing it is left too: by itself it would not take longer.
const longestTry = 10_000;
// In milliseconds: a change with which a test waits for what does not come is left too.
const longestWait = 20_000;
// A change that is come by so many times as often as before makes something loop.
const loops = 100;
// A change that seems to loop in so many tests is left too.
const mostUnclear = 3;
// How often what was found is written, at most.
const writeEvery = 2000;

const trying = openSync(tryingFile, 'w');
let written = now();

type Outcome = 'passes' | 'fails' | 'unclear';

/**
 * Runs each test once, and then again with each change that it comes by. A change counts as noticed only if the test fails
 * with it and passes without it, right before and right after.
 */
export default class FirstPass extends TestRunner {
  async runTask(test: RunnerTestCase): Promise<void> {
    const name = `${relative(this.config.root, test.file.filepath)}#${test.fullTestName}`;
    // A pass before this one, which did not end, came so far.
    if (found.done.includes(name)) return;
    const run = TestRunner.getTestFn(test);
    instrumented.currentTestId = test.id;
    await run();
    instrumented.currentTestId = undefined;
    const changes = Object.entries(instrumented.mutantCoverage?.perTest[test.id] ?? {}).filter(
      ([id]) => !isSettled(id),
    );
    if (changes.length > 0 && !name.startsWith('test/mutation/') && (await isQuick(run)))
      await this.#try(test, run, changes);
    found.done.push(name);
    if (now() - written > writeEvery) this.#write();
  }

  async #try(test: RunnerTestCase, run: () => unknown, changes: [id: string, hits: number][]): Promise<void> {
    for (const [id, hits] of changes) {
      writeSync(trying, id.padEnd(12), 0);
      const from = process.threadCpuUsage();
      const { outcome, message, reached } = await outcomeOf(run, id, hits);
      taken.set(id, (taken.get(id) ?? 0) + usedSince(from));
      if (outcome === 'passes') {
        // What was made the first time is kept, so the change may be come by no more.
        if (reached) found.passed[id] = (found.passed[id] ?? 0) + 1;
        if (tookLong(id)) found.unclear.push(id);
        continue;
      }
      if (outcome === 'unclear') found.unclear.push(id);
      if ((await outcomeOf(run)).outcome !== 'passes') {
        found.unclear.push(id);
        return;
      }
      if (outcome === 'fails')
        found.noticed[id] = { file: test.file.filepath, test: test.fullTestName, message };
    }
  }

  override async onAfterRunSuite(suite: RunnerTestSuite): Promise<void> {
    await super.onAfterRunSuite(suite);
    this.#write();
  }

  #write(): void {
    writeFileSync(join(this.config.root, firstPassFile), JSON.stringify(found));
    written = now();
  }
}

/** Whether a test passes again, now that all it needs is loaded, in a time that allows to run it for each change. */
async function isQuick(run: () => unknown): Promise<boolean> {
  const from = process.threadCpuUsage();
  const { outcome } = await outcomeOf(run);
  return outcome === 'passes' && usedSince(from) <= slowTest;
}

/** Milliseconds of the processor. */
function usedSince(from: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(from);
  return (user + system) / 1000;
}

const tookLong = (id: string) => (taken.get(id) ?? 0) >= longestTry;

/** Whether a change was noticed, is left to a run of its own, or is not to be tried. */
function isSettled(id: string): boolean {
  if (!isInSample(id)) return true;
  if (id in found.noticed || found.endless.includes(id) || tookLong(id)) return true;
  return found.unclear.filter(each => each === id).length >= mostUnclear;
}

/** How a test ends with a change, or without any. */
async function outcomeOf(
  run: () => unknown,
  id?: string,
  hits = 0,
): Promise<{ outcome: Outcome; message: string; reached: boolean }> {
  let timer: NodeJS.Timeout | undefined;
  const from = process.threadCpuUsage();
  const start = now();
  const late = new Promise<Outcome>(resolve => {
    const look = () => {
      if (usedSince(from) > slowChange || now() - start > longestWait) resolve('unclear');
      else timer = setTimeout(look, slowChange);
    };
    timer = setTimeout(look, slowChange);
  });
  const reached = () => (instrumented.hitCount ?? 0) > 0;
  Object.assign(instrumented, { activeMutant: id, hitCount: 0, hitLimit: hits * loops });
  try {
    const ended = Promise.resolve(run()).then((): Outcome => 'passes');
    return { outcome: await Promise.race([ended, late]), message: '', reached: reached() };
  } catch (error) {
    const looped = (instrumented.hitCount ?? 0) > hits * loops;
    const message = error instanceof Error ? error.message : '';
    return { outcome: looped ? 'unclear' : 'fails', message, reached: reached() };
  } finally {
    clearTimeout(timer);
    Object.assign(instrumented, { activeMutant: undefined, hitCount: undefined });
  }
}
