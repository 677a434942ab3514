import { defineConfig } from 'vitest/config';
import { takeOut } from '../guards/take-out.ts';
import { areas, isArea } from './areas.ts';

const name = process.env.MUTATION_AREA ?? '';
if (!isArea(name)) throw new Error(`MUTATION_AREA names none of ${Object.keys(areas).join(', ')}: "${name}"`);

/** The tests of one area, without the server that vitest.config.ts starts for the others. */
export default defineConfig({
  plugins: [takeOut(process.env.WITHOUT_GUARD)],
  test: {
    fsModuleCache: false,
    // One worker for all files of a run: a change is tried in half the time.
    isolate: false,
    include: areas[name].tests,
    exclude: ['test/scan/corpus/**'],
    testTimeout: 30_000,
    env: { TEST_SCALE: 'small' },
  },
});
