import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { needsFullScale } from '../helpers/needs.ts';
import { run } from '../helpers/run.ts';
import { type EmbeddedServer, startEmbedded } from '../helpers/server.ts';
import { type SilentProxy, startSilentProxy } from '../helpers/silent-proxy.ts';
import { startTerminal, type Terminal } from '../helpers/terminal.ts';
import { migration, runFile } from '../psql/files.ts';

let server: EmbeddedServer;
let terminal: Terminal | undefined;
let proxy: SilentProxy | undefined;

beforeAll(async () => {
  server = await startEmbedded();
  await runFile(server.url, 'demo-schema.sql');
  await runFile(server.url, migration);
  const sql = postgres(server.url, { max: 1 });
  await sql`INSERT INTO presets (name) VALUES ('Noir'), ('Pastel')`;
  await sql`INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'generation' FROM presets, generate_series(1, 7)`;
  await sql.end();
});
afterEach(async () => {
  terminal?.kill('SIGKILL');
  await proxy?.close();
  proxy = undefined;
});
afterAll(() => server.stop());

test('a killed server leaves stale numbers with their age, and live ones once it is back', async () => {
  terminal = startTerminal({ env: { DATABASE_URL: server.url } });
  await terminal.until(/2 presets {2}Accurate/);
  await server.kill();
  const stale = await terminal.until(/STALE, \d+ s old, next try in \d+ s: (The connection|Nothing accepts)/);
  // Neither gone nor zero: what was known is still there.
  expect(stale).toMatch(/Noir +7 +7 +0 +✓ Accurate/);
  expect(stale).toMatch(/2 presets {2}Accurate/);
  await server.start();
  await terminal.until(/live, at most \d+ s old/);
  const sql = postgres(server.url, { max: 1 });
  await sql`INSERT INTO preset_usage (preset_id, usage_type) SELECT id, 'generation' FROM presets WHERE name = 'Noir'`;
  await terminal.until(/Noir +8 \+1 +8 +0 +✓ Accurate/);
  await sql.end();
  terminal.press('q');
  expect(await terminal.exit()).toBe(0);
});

test(
  'a failover to a read-only server is shown, and disables the keys that write until it is over',
  needsFullScale(),
  async () => {
    const sql = postgres(server.url, { max: 1, connection: { default_transaction_read_only: false } });
    const readOnly = async (on: boolean) => {
      await sql.unsafe(`ALTER SYSTEM SET default_transaction_read_only = ${on ? 'on' : 'off'}`);
      await sql`SELECT pg_reload_conf()`;
    };
    try {
      terminal = startTerminal({ env: { DATABASE_URL: server.url } });
      const before = await terminal.until(/, read-write, no TLS, superuser/);
      expect(before).toContain('S sync');
      await readOnly(true);
      const screen = await terminal.until(/, read-only, no TLS, superuser/);
      // What can be read is still right.
      expect(screen).toMatch(/live, at most \d+ s old/);
      for (const key of ['S', 'R', 'u']) {
        terminal.press(key);
        await terminal.until(/Transactions are read-only here: nothing can be written\./);
        terminal.press('j');
        await terminal.until(/Enter open/);
      }
      expect(terminal.screen()).not.toContain('S sync');
      await readOnly(false);
      await terminal.until(screen => /, read-write, no TLS/.test(screen) && screen.includes('S sync'));
    } finally {
      await readOnly(false);
      await sql.end();
    }
  },
);

test('a silently lost connection is given up, reported, and replaced', async () => {
  proxy = await startSilentProxy(server.url);
  terminal = startTerminal({ args: ['--timeout', '3'], env: { DATABASE_URL: proxy.url } });
  const before = await terminal.until(/live, at most \d+ s old/);
  const noir = /Noir +(\d+) +\1 +0 +✓ Accurate/;
  expect(before).toMatch(noir);
  proxy.swallow();
  // First only late, then, as nothing comes, lost; the numbers stay with their age.
  const stale = await terminal.until(/STALE, \d+ s old, next try in \d+ s: /);
  expect(stale).toMatch(noir);
  proxy.restore();
  await terminal.until(/live, at most \d+ s old/);
  terminal.press('q');
  expect(await terminal.exit()).toBe(0);
});

test(
  'a server that comes back as a standby accepts no writes until it is promoted',
  needsFullScale(),
  async () => {
    const sql = postgres(server.url, { max: 1, onnotice: () => {} });
    const [row] = await sql`SHOW data_directory`;
    terminal = startTerminal({ env: { DATABASE_URL: server.url } });
    await terminal.until(/, read-write, no TLS, superuser/);
    await server.kill();
    await writeFile(join(row?.data_directory, 'standby.signal'), '');
    // It does not wait for a standby to be ready in its own words.
    void server.start();
    const screen = await terminal.until(/, standby, read-only, no TLS/);
    expect(screen).toMatch(/Noir +(\d+) +\1 +0 +✓ Accurate/);
    terminal.press('S');
    await terminal.until(/This server is a standby: nothing can be written\./);
    const env = { DATABASE_URL: server.url };
    const checked = await run(['check', '--json'], env);
    expect({ code: checked.code, ...JSON.parse(checked.out) }).toMatchObject({
      code: 0,
      database: { standby: true, readOnly: true, superuser: true, encrypted: false },
    });
    const { code, err } = await run(['sync'], env);
    expect(code).toBe(4);
    expect(err).toContain('This server is a standby, but a sync needs to write.');
    await sql`SELECT pg_promote()`;
    await terminal.until(/, read-write, no TLS, superuser/);
    await sql.end();
  },
);
