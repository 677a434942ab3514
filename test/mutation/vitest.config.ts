import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { takeOut } from '../guards/take-out.ts';
import { areas, isArea } from './areas.ts';

const name = process.env.MUTATION_AREA ?? '';
if (!isArea(name)) throw new Error(`MUTATION_AREA names none of ${Object.keys(areas).join(', ')}: "${name}"`);

// Changes of what runs when a module is loaded are tried after all others, in the first pass.
const topLevel = name === 'scan' && process.env.FIRST_PASS ? ['test/mutation/top-level.ts'] : [];
const tests = [...areas[name].tests, ...topLevel];
const remembered = fileURLToPath(new URL('./remembered.ts', import.meta.url));

/** Lets the scan read the files of its corpus once. */
const rememberFiles: Plugin = {
  name: 'remember-files',
  enforce: 'pre',
  transform(content, id) {
    if (!id.includes('/source/scan/')) return null;
    return content.replace(
      /(?<=from ['"])(?:node:fs\/promises|node:child_process|[./]+\/sql\/parser\/memoized-reader\.ts)(?=['"])/g,
      remembered,
    );
  },
};

/** Keeps the order of the area: its first files notice the most in the least time. */
class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const at = ({ moduleId }: TestSpecification) => tests.findIndex(file => moduleId.endsWith(file));
    return files.toSorted((a, b) => at(a) - at(b));
  }
}

/** The tests of one area, without the server that vitest.config.ts starts for the others. */
export default defineConfig({
  plugins: [takeOut(process.env.WITHOUT_GUARD), name === 'scan' && rememberFiles],
  test: {
    fsModuleCache: false,
    // One worker for all files of a run: a change is tried in half the time.
    isolate: false,
    include: tests,
    sequence: { sequencer: InOrder },
    exclude: ['test/scan/corpus/**'],
    testTimeout: 30_000,
    env: { TEST_SCALE: 'small' },
  },
});
