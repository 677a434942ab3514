import { describe, inject } from 'vitest';
import { needsFullScale } from '../../helpers/needs.ts';
import { everyKind, otherKinds, someKinds } from './every-kind.ts';

describe('on the server of the tests', () => {
  everyKind(() => inject('serverUrl'), { of: otherKinds });
});

// Among traps, and on an older server, these are repaired in npm test too.
describe('those that are repaired elsewhere, on the server of the tests', needsFullScale(), () => {
  everyKind(() => inject('serverUrl'), { of: someKinds });
});
