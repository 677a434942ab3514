import { describe, inject } from 'vitest';
import { needsFullScale } from '../../helpers/needs.ts';
import { everyKind, otherKinds, someKinds } from './every-kind.ts';

describe('among traps', () => {
  everyKind(() => inject('serverUrl'), { trapped: true, of: someKinds });
});

describe('all others among traps', needsFullScale(), () => {
  everyKind(() => inject('serverUrl'), { trapped: true, of: otherKinds });
});
