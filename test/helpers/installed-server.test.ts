import postgres from 'postgres';
import { expect, test } from 'vitest';
import { installedVersions, startInstalled } from './installed-server.ts';

const [version] = installedVersions().keys();

test(`starts a server that is installed, and leaves nothing behind (${version ?? 'none is installed'})`, async () => {
  if (version === undefined) {
    console.log('No PostgreSQL is installed on this machine: only the embedded one is tested.');
    expect(installedVersions().size).toBe(0);
    return;
  }
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
