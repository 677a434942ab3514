import { expect } from 'vitest';

// For engines.ts, which is also loaded outside of tests and therefore cannot ask Vitest.
process.env.TEST_FILE = expect.getState().testPath ?? '';
