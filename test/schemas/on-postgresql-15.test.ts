import { afterAll, beforeAll, describe } from 'vitest';
import { needsInstalled, startInstalled } from '../helpers/installed-server.ts';
import type { TestServer } from '../helpers/server.ts';
import { everySchema } from './every-schema.ts';

const version = 15;
// Where versions differ most: partitions, inheritance, domains, types of extensions, functions and triggers. All of them
// are walked on the server of the other tests.
const quick = [
  'both-partitioned-by-hash',
  'records-partitioned-by-time',
  'records-inherited',
  'keys-citext',
  'keys-of-a-domain',
  'more-triggers',
  'overloaded-function',
  'two-schemas',
];

describe(`on PostgreSQL ${version}`, needsInstalled(version), () => {
  let server: TestServer | null = null;
  beforeAll(async () => {
    server = await startInstalled(version);
  });
  afterAll(() => server?.stop());
  everySchema(() => server?.url ?? '', quick);
});
