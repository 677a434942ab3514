import { inject } from 'vitest';
import { everyCounter } from './every-counter.ts';

everyCounter(() => inject('serverUrl'));
