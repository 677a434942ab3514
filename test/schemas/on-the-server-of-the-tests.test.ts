import { inject } from 'vitest';
import { everySchema } from './every-schema.ts';

everySchema(() => inject('serverUrl'));
