import { inject } from 'vitest';
import { everyCounter } from './every-counter.ts';

// One of each kind; `npm run test:full` walks through all.
everyCounter(
  () => inject('serverUrl'),
  [
    'deleted-softly',
    'polymorphic',
    'replies-deleted-softly',
    'key-of-two-columns',
    'sum-of-amounts',
    'count-beside-the-row',
    'one-row-for-all',
    'counted-anew',
  ],
);
