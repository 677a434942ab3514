import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installedVersions, startInstalled } from '../helpers/installed-server.ts';
import type { TestServer } from '../helpers/server.ts';
import { everySchema } from './every-schema.ts';

const version = 15;

if (installedVersions().has(version)) {
  let server: TestServer | null = null;
  beforeAll(async () => {
    server = await startInstalled(version);
  });
  afterAll(() => server?.stop());
  describe(`on PostgreSQL ${version}`, () => everySchema(() => server?.url ?? ''));
} else {
  test(`PostgreSQL ${version} is not there`, () => {
    console.log(
      `PostgreSQL ${version} was not found in /usr/lib/postgresql or by pg_config: the schemas were walked on the other server only.`,
    );
    expect(installedVersions().has(version)).toBe(false);
  });
}
