import postgres from 'postgres';
import { expect, test } from 'vitest';
import { installedVersions, startInstalled } from './installed-server.ts';
import { needs } from './needs.ts';

const [version = 0] = installedVersions().keys();
const needsAny = needs(
  version > 0,
  'No PostgreSQL is installed on this machine. Install one (apt-get install postgresql).',
);

test('starts a server that is installed, and leaves nothing behind', needsAny, async () => {
  const server = await startInstalled(version, ['-c', 'work_mem=7MB']);
  const sql = postgres(server?.url ?? '', { max: 1 });
  const [row] =
    await sql`SELECT current_setting('server_version_num')::int / 10000 AS version, current_setting('work_mem') AS memory`;
  expect(row).toEqual({ version, memory: '7MB' });
  await sql.end();
  await server?.stop();
  const again = postgres(server?.url ?? '', { max: 1 });
  await expect(again`SELECT 1`).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await again.end();
});

test('a version that is not installed is none', async () => {
  expect(await startInstalled(9)).toBeNull();
});
