import { inject } from 'vitest';
import { everyCounter } from './every-counter.ts';

// A few that differ most; `npm run test:full` walks through all.
everyCounter(
  () => inject('serverUrl'),
  ['deleted-softly', 'key-of-two-columns', 'sum-of-amounts', 'count-beside-the-row', 'counted-anew'],
);
