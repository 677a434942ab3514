import { afterAll, beforeAll, describe } from 'vitest';
import { needsInstalled, startInstalled } from '../../helpers/installed-server.ts';
import { needsFullScale } from '../../helpers/needs.ts';
import type { TestServer } from '../../helpers/server.ts';
import { everyKind, otherKinds, someKinds } from './every-kind.ts';

const version = 15;

describe(`on PostgreSQL ${version}`, needsInstalled(version), () => {
  let server: TestServer | null = null;
  beforeAll(async () => {
    server = await startInstalled(version);
  });
  afterAll(() => server?.stop());
  everyKind(() => server?.url ?? '', { of: someKinds.slice(0, 2) });
  describe('all others', needsFullScale(), () => {
    everyKind(() => server?.url ?? '', { of: [...someKinds.slice(2), ...otherKinds] });
  });
});
