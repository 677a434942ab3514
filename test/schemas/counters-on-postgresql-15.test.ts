import { afterAll, beforeAll, describe } from 'vitest';
import { needsInstalled, startInstalled } from '../helpers/installed-server.ts';
import type { TestServer } from '../helpers/server.ts';
import { everyCounter } from './every-counter.ts';

const version = 15;

describe(`on PostgreSQL ${version}`, needsInstalled(version), () => {
  let server: TestServer | null = null;
  beforeAll(async () => {
    server = await startInstalled(version);
  });
  afterAll(() => server?.stop());
  everyCounter(() => server?.url ?? '', ['settled-gifts-to-campaigns', 'count-beside-the-row']);
});
