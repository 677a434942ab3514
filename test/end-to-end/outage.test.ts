import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../helpers/server.ts';
import { startTerminal, type Terminal } from '../helpers/terminal.ts';
import { migration, runFile } from '../sql/files.ts';

let server: EmbeddedServer;
let terminal: Terminal | undefined;

beforeAll(async () => {
  server = await startEmbedded();
  await runFile(server.url, 'demo-schema.sql');
  await runFile(server.url, migration);
  const sql = postgres(server.url, { max: 1 });
  await sql`INSERT INTO presets (name) VALUES ('Noir'), ('Pastel')`;
  await sql`INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'generation' FROM presets, generate_series(1, 7)`;
  await sql.end();
});
afterEach(() => terminal?.kill('SIGKILL'));
afterAll(() => server.stop());

test('a server that is killed leaves stale numbers with their age, and live ones again once it is back', async () => {
  terminal = startTerminal({ env: { DATABASE_URL: server.url } });
  await terminal.until(/2 presets {2}2 accurate/);
  await server.kill();
  const stale = await terminal.until(/STALE, \d+ s old, next try in \d+ s: (The connection|Nothing accepts)/);
  // Neither gone nor zero: what was known is still there.
  expect(stale).toMatch(/Noir +7 +7 +0 +✓ Accurate/);
  expect(stale).toMatch(/2 presets {2}2 accurate/);
  await server.start();
  await terminal.until(/live, at most \d+ s old/);
  const sql = postgres(server.url, { max: 1 });
  await sql`INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'generation' FROM presets WHERE name = 'Noir'`;
  await sql.end();
  await terminal.until(/Noir +8 \+1 +8 +0 +✓ Accurate/);
  terminal.press('q');
  expect(await terminal.exit()).toBe(0);
});
