import { describe, inject } from 'vitest';
import { kinds } from '../../counter/kinds/kinds.ts';
import { needsInstalled } from '../../helpers/installed-server.ts';
import { needsFullScale } from '../../helpers/needs.ts';
import { everyKindIsKept } from './every-kind.ts';

const url = () => inject('serverUrl');
const [even, odd] = [0, 1].map(rest => kinds.filter((_, place) => place % 2 === rest));

everyKindIsKept(url, odd);

// An older server, where there is one, plays these in npm test.
describe('the others', needsInstalled(15).skip ? {} : needsFullScale(), () => everyKindIsKept(url, even));
