import { afterAll, beforeAll, describe } from 'vitest';
import type { TestServer } from '../helpers/server.ts';
import { needsGerman, startGerman } from '../helpers/translated-server.ts';
import { everySituation } from './situations.ts';

describe('on a server that speaks German', needsGerman(), () => {
  let server: TestServer | null = null;
  beforeAll(async () => {
    server = await startGerman();
  });
  afterAll(() => server?.stop());
  everySituation(() => server?.url ?? '');
});
