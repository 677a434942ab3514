import { expect } from 'vitest';

// For engines.ts, which is also loaded outside of tests and so cannot import Vitest.
process.env.TEST_FILE = expect.getState().testPath ?? '';
