import { afterAll, beforeAll, describe, inject } from 'vitest';
import { needsInstalled, startInstalled } from '../helpers/installed-server.ts';
import { needsFullScale } from '../helpers/needs.ts';
import type { TestServer } from '../helpers/server.ts';
import { setTraps } from '../helpers/traps.ts';
import { walk } from './every-schema.ts';
import { readSchemas } from './schema-file.ts';

// Here statements that read the tables run by the role's own path, because a domain may run code.
const few = ['keys-of-a-domain'];
// What these fire or call runs by the path of whoever does it: a trap there is one of theirs.
const ownTraps = [
  'more-triggers',
  'overloaded-function',
  'prisma-names',
  'records-partitioned-by-time',
  'view-of-the-same-name',
];

const schemas = readSchemas().filter(({ name }) => !ownTraps.includes(name));

function amongTraps(url: () => string): void {
  for (const file of schemas) {
    describe(`${file.name} among traps`, few.includes(file.name) ? {} : needsFullScale(), () =>
      walk(file, url, async own => (await setTraps(own)).url),
    );
  }
}

amongTraps(() => inject('serverUrl'));

const version = 15;
describe(`on PostgreSQL ${version}`, { ...needsInstalled(version), ...needsFullScale() }, () => {
  let server: TestServer | null = null;
  beforeAll(async () => {
    server = await startInstalled(version);
  });
  afterAll(() => server?.stop());
  amongTraps(() => server?.url ?? '');
});
