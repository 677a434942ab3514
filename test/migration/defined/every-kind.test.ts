import { inject } from 'vitest';
import { everyKindIsKept } from './every-kind.ts';

everyKindIsKept(() => inject('serverUrl'));
