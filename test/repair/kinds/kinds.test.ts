import { inject } from 'vitest';
import { everyKind } from './every-kind.ts';

everyKind(() => inject('serverUrl'));
