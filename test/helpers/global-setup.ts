import { readFile } from 'node:fs/promises';
import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import { startServer } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    serverUrl: string;
  }
}

/** The database every test file's own database is cloned from: the demo schema and the migration, no rows. */
export const template = 'preset_usage_template';

/** Starts one server for all test files, builds the template database and tells run-report.ts what the tests run on. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer(line => console.log(line));
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  const [row] = await sql`SHOW server_version`;
  project.provide('engine', `PostgreSQL ${row?.server_version} (${server.engine})`);
  await sql`DROP DATABASE IF EXISTS ${sql(template)}`;
  await sql`CREATE DATABASE ${sql(template)}`;
  await sql.end();

  const url = new URL(server.url);
  url.pathname = `/${template}`;
  const inside = postgres(url.href, { max: 1, onnotice: () => {} });
  for (const file of ['demo-schema.sql', '20250930000001_fix_usage_tracking.sql']) {
    await inside.unsafe(await readFile(new URL(`../../sql/${file}`, import.meta.url), 'utf8')).simple();
  }
  await inside.end();

  project.provide('serverUrl', server.url);
  return () => server.stop();
}
