import { readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { startDelayingProxy } from '../helpers/delaying-proxy.ts';
import { needsFullScale, needsLinux } from '../helpers/needs.ts';
import { stateDirectory } from '../helpers/repair.ts';
import { run } from '../helpers/run.ts';
import { type EmbeddedServer, startEmbedded } from '../helpers/server.ts';
import { startTerminal, type Terminal } from '../helpers/terminal.ts';

// One of its own: the server of the tests may let everybody in.
let server: EmbeddedServer;
let own: TestDatabase;
let terminal: Terminal | undefined;
let password: string;
let without: string;
// Nothing of the person who runs the tests.
const home = stateDirectory();

beforeAll(async () => {
  server = await startEmbedded();
  own = await createDatabase('template1', server.url);
  await own.sql
    .unsafe(
      `CREATE TABLE presets (id int PRIMARY KEY, name text, usage_count int, last_used_at timestamptz);
       CREATE TABLE preset_usage (id int PRIMARY KEY, preset_id int REFERENCES presets, created_at timestamptz);
       INSERT INTO presets VALUES (1, 'Noir', 0)`,
    )
    .simple();
  const url = new URL(own.url);
  password = decodeURIComponent(url.password);
  url.password = '';
  without = url.href;
});
afterAll(async () => {
  await own?.drop();
  await server?.stop();
});
afterEach(() => {
  terminal?.kill('SIGKILL');
  terminal = undefined;
});

const start = (...args: string[]) => startAt(without, args);
const startAt = (url: string, args: string[] = []) => {
  terminal = startTerminal({ args, env: { DATABASE_URL: url, HOME: home } });
  return terminal;
};
const asks = /^Password for postgres at 127\.0\.0\.1: *$/m;

test('a command asks for the password that the server wants, without showing it', async () => {
  const asked = start('check');
  await asked.until(asks);
  asked.press(password, '\r');
  await asked.until(/1 preset: all accurate/);
  expect(await asked.exit()).toBe(0);
  expect(asked.written()).not.toContain(password);
});

test('the console asks before its screen, and again where it was wrong', async () => {
  const asked = start();
  await asked.until(asks);
  asked.press('not it', '\r');
  await asked.until(/did not let postgres in[\s\S]*Password for postgres/);
  asked.press(password, '\r');
  await asked.until(/1 preset [\s\S]*q quit/);
  asked.press('q');
  expect(await asked.exit()).toBe(0);
  expect(asked.written()).not.toContain(password);
});

test('the console asks below its screen where the server answers late', needsFullScale(), async () => {
  let messages = 0;
  const proxy = await startDelayingProxy(without, 1_000, () => ++messages === 1);
  const asked = startAt(proxy.url);
  await asked.until(asks);
  asked.press(password, '\r');
  await asked.until(/1 preset [\s\S]*q quit/);
  asked.press('q');
  expect(await asked.exit()).toBe(0);
  await proxy.close();
});

test('three wrong ones end it with exit code 3', async () => {
  const asked = start('check');
  for (const tries of [1, 2, 3]) {
    await asked.until(screen => (screen.match(/Password for postgres/g) ?? []).length === tries);
    asked.press('wrong', '\r');
  }
  expect(await asked.exit()).toBe(3);
  expect(asked.screen()).toMatch(/did not let postgres in/);
});

test.each([
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
])('%s leaves it with exit code 130', async (_, key) => {
  const asked = start('check');
  await asked.until(asks);
  asked.press(key);
  expect(await asked.exit()).toBe(130);
});

test('nobody is asked where there is no terminal, or where the answer is JSON', async () => {
  const piped = await run(['check'], { DATABASE_URL: without, HOME: home });
  expect(piped).toMatchObject({
    code: 3,
    err: expect.stringMatching(/asks for the password of postgres, and none was given/),
  });
  const asked = start('check', '--json');
  expect(await asked.exit()).toBe(3);
  expect(asked.screen()).toMatch(/"code":"password-wanted"/);
});

test('one on the command line is not left for other users to see', needsLinux(), async () => {
  const accepted = Promise.withResolvers<void>();
  // It answers nothing, so that there is time to look.
  const silent = createServer(() => accepted.resolve());
  await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const looked = Promise.withResolvers<void>();
  const finished = run(
    ['check', '--database-url', `postgres://me:visible@127.0.0.1:${port}/d`],
    { HOME: home },
    looked.promise,
  );
  await accepted.promise;
  const lines = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(name => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    });
  looked.resolve();
  expect(lines.filter(line => line.includes('me:visible@'))).toEqual([]);
  expect((await finished).code).toBe(130);
  silent.close();
});
