import { describe, inject } from 'vitest';
import { needsFullScale } from '../../helpers/needs.ts';
import { everyKind } from './every-kind.ts';
import { kinds } from './kinds.ts';

// Together they have every operator and function that the statements need.
const few = ['a sum kept in double precision', 'conditions on types that compare in their own way'];
const isOneOfFew = ({ name }: { name: string }) => few.includes(name);

describe('among traps', () => {
  everyKind(() => inject('serverUrl'), { trapped: true, of: kinds.filter(isOneOfFew) });
});

describe('all others among traps', needsFullScale(), () => {
  everyKind(() => inject('serverUrl'), { trapped: true, of: kinds.filter(kind => !isOneOfFew(kind)) });
});
