import { readFile } from 'node:fs/promises';
import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import { startServer } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    serverUrl: string;
    /** Its major version. */
    serverVersion: number;
  }
}

/** The database every test file's own database is cloned from: the demo schema and the migration, no rows. */
export const template = 'preset_usage_template';

/** The same without the migration. */
export const unmigrated = 'preset_usage_unmigrated';

/** Starts one server for all test files, builds the template databases, and passes the server's description to run-report.ts. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer(line => console.log(line));
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  const [row] = await sql`SHOW server_version`;
  project.provide('serverVersion', Number.parseInt(row?.server_version, 10));
  project.provide('engine', `PostgreSQL ${row?.server_version} (${server.engine})`);
  await sql.end();
  await makeTemplates(server.url);
  project.provide('serverUrl', server.url);
  return () => server.stop();
}

/** Builds both on a server. */
export async function makeTemplates(server: string): Promise<void> {
  const sql = postgres(server, { max: 1, onnotice: () => {} });
  for (const [name, from, file] of [
    [unmigrated, 'template1', 'demo-schema.sql'],
    [template, unmigrated, '20250930000001_fix_usage_tracking.sql'],
  ] as const) {
    await sql`DROP DATABASE IF EXISTS ${sql(name)}`;
    await sql`CREATE DATABASE ${sql(name)} TEMPLATE ${sql(from)}`;
    const url = new URL(server);
    url.pathname = `/${name}`;
    const inside = postgres(url.href, { max: 1, onnotice: () => {} });
    await inside.unsafe(await readFile(new URL(`../../sql/${file}`, import.meta.url), 'utf8')).simple();
    await inside.end();
  }
  await sql.end();
}
