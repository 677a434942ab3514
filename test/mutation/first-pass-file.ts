import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod/mini';

/** The file in which the first pass leaves what it found, and the one with the change that it is trying. */
export const firstPassFile = 'first-pass.json';
export const tryingFile = 'first-pass-trying';

const found = z.object({
  /** The test that noticed each change, by the change's id, and how it failed. */
  noticed: z.record(z.string(), z.object({ file: z.string(), test: z.string(), message: z.string() })),
  /** How many tests passed with each change. */
  passed: z.record(z.string(), z.number()),
  /** Changes with which a test took too long, or seemed to loop. */
  unclear: z.array(z.string()),
  /** The tests that are through. */
  done: z.array(z.string()),
  /** Changes that did not end: they are left to a run of their own. */
  endless: z.array(z.string()),
  finished: z.boolean(),
});
export type FirstPassFindings = z.infer<typeof found>;

export const nothingFound: FirstPassFindings = {
  noticed: {},
  passed: {},
  unclear: [],
  done: [],
  endless: [],
  finished: false,
};

/** What the first pass has found so far; paths are below the working directory. */
export function firstPassFindings(path = firstPassFile): FirstPassFindings {
  return existsSync(path)
    ? found.parse(JSON.parse(readFileSync(path, 'utf8')))
    : structuredClone(nothingFound);
}

/** What instrumented source shares with whoever runs it: the change that is active, and which changes a test comes by. */
export interface Instrumented {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  found?: FirstPassFindings;
  /** The milliseconds that each change has taken. */
  taken?: Map<string, number>;
  mutantCoverage?: { static: Record<string, number>; perTest: Record<string, Record<string, number>> };
}

/** The one of this process. */
export function instrumentedHere(): Instrumented & { found: FirstPassFindings; taken: Map<string, number> } {
  const shared = globalThis as { __stryker__?: Instrumented };
  shared.__stryker__ ??= {};
  // Vitest may load a file again for each file of tests.
  shared.__stryker__.found ??= firstPassFindings();
  shared.__stryker__.taken ??= new Map();
  return shared.__stryker__ as ReturnType<typeof instrumentedHere>;
}

/** Whether a change is to be tried: with MUTATION_SAMPLE only one of so many is, by its number. */
export function isInSample(id: string): boolean {
  return Number(id) % Number(process.env.MUTATION_SAMPLE ?? 1) === 0;
}
