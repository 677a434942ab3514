import { afterAll, beforeAll, describe } from 'vitest';
import { needsInstalled, startInstalled } from '../helpers/installed-server.ts';
import type { TestServer } from '../helpers/server.ts';
import { everySchema } from './every-schema.ts';
import { walkedOnOlder } from './quick-schemas.ts';

const version = 15;

describe(`on PostgreSQL ${version}`, needsInstalled(version), () => {
  let server: TestServer | null = null;
  beforeAll(async () => {
    server = await startInstalled(version);
  });
  afterAll(() => server?.stop());
  everySchema(() => server?.url ?? '', walkedOnOlder);
});
