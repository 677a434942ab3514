import { afterAll, beforeAll, describe } from 'vitest';
import { kinds } from '../../counter/kinds/kinds.ts';
import { needsInstalled, startInstalled } from '../../helpers/installed-server.ts';
import { scaled } from '../../helpers/scale.ts';
import type { TestServer } from '../../helpers/server.ts';
import { everyKindIsKept } from './every-kind.ts';

const version = 15;
const few = kinds.filter((_, place) => place % scaled(2, 1) === 0);

describe(`on PostgreSQL ${version}`, needsInstalled(version), () => {
  let server: TestServer | null = null;
  beforeAll(async () => {
    server = await startInstalled(version);
  });
  afterAll(() => server?.stop());
  everyKindIsKept(() => server?.url ?? '', few);
});
