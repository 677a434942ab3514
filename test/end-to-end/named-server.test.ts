import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import {
  needsOuterAddress,
  outerAddress,
  type PasswordServer,
  startPasswordServer,
} from '../helpers/password-server.ts';
import { run } from '../helpers/run.ts';
import { startTerminal, type Terminal, typeAfter } from '../helpers/terminal.ts';

const root = mkdtempSync(join(tmpdir(), 'preset-usage-named-'));
const servers: PasswordServer[] = [];
let terminal: Terminal | undefined;
afterEach(async () => {
  terminal?.kill('SIGKILL');
  terminal = undefined;
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => rmSync(root, { recursive: true }));

/** A cloned repository whose `.env` names a server at `host`, and a person with nothing but a home. */
async function clone(host: string) {
  const server = await startPasswordServer('scram', { host });
  servers.push(server);
  const cwd = mkdtempSync(join(root, 'clone-'));
  const home = mkdtempSync(join(root, 'home-'));
  writeFileSync(join(cwd, '.env'), `DATABASE_URL=postgres://me:own@${host}:${server.port}/app\n`);
  const env = { HOME: home };
  const kept = join(home, '.local', 'state', 'preset-usage-console', 'known-servers.jsonl');
  return {
    server,
    kept,
    start: (...args: string[]) => {
      terminal?.kill('SIGKILL');
      terminal = startTerminal({ args, cwd, env, columns: 200 });
      return terminal;
    },
    pipe: (...args: string[]) => run(args, env, undefined, { cwd }),
    file: join(cwd, '.env'),
    at: `${host}:${server.port}`,
  };
}

describe('a server that a .env names, on another machine', needsOuterAddress(), () => {
  const host = outerAddress ?? '';
  const prompt = 'anything else to cancel: ';
  const asks = /Type "yes"/;

  test.each([
    ['no', 'no\r', 4],
    ['Ctrl-D', '\u0004', 4],
    ['Ctrl-C', '\u0003', 130],
  ])('is asked about, and %s sends nothing there', async (_, keys, code) => {
    const { start, server, file, at, kept } = await clone(host);
    const asked = start('check');
    await asked.until(asks);
    expect(asked.screen()).toContain(`${file} names the server ${at} (database app, user me).`);
    asked.press(keys);
    expect(await asked.exit()).toBe(code);
    expect(server.connections).toBe(0);
    expect(existsSync(kept)).toBe(false);
  });

  test('is asked about once, by the console and by commands, and kept for this user alone', async () => {
    const { start, server, file, at, kept } = await clone(host);
    const asked = start();
    await asked.until(asks);
    expect(server.connections).toBe(0);
    await typeAfter(prompt, asked, 'yes');
    asked.press('\r');
    await server.used;
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    expect(readFileSync(kept, 'utf8')).not.toContain('own"');
    await start('check').until(screen =>
      screen.includes(`Connecting to ${at} (database app, user me), named by ${file}.`),
    );
    expect(terminal?.screen()).not.toMatch(asks);
  });

  test('is asked about again where others could have written what was kept', async () => {
    const { start, server, kept } = await clone(host);
    const asked = start('check');
    await asked.until(asks);
    await typeAfter(prompt, asked, 'yes');
    asked.press('\r');
    await server.used;
    chmodSync(kept, 0o666);
    await start('check').until(asks);
  });

  test('without a terminal it is named, and with JSON nothing but the document is written', async () => {
    const { pipe, server, at, file } = await clone(host);
    const finished = pipe('check');
    await server.used;
    await server.close();
    expect(await finished).toMatchObject({
      code: 3,
      err: expect.stringContaining(`Connecting to ${at} (database app, user me), named by ${file}.\n`),
    });
    const json = await pipe('check', '--json');
    expect(json).toMatchObject({ code: 3, err: '' });
    expect(JSON.parse(json.out)).toHaveProperty('error.code', 'connection-refused');
  });
});

test('one on this machine is not asked about', async () => {
  const { start, server } = await clone('127.0.0.1');
  const asked = start('check');
  await server.used;
  expect(asked.screen()).not.toMatch(/Connecting|Type/);
});

test('a password is asked for the host that wants it, not for the first of several', async () => {
  const second = await startPasswordServer('scram');
  servers.push(second);
  terminal = startTerminal({
    args: ['check'],
    env: { HOME: root, DATABASE_URL: `postgres://me@localhost:1,127.0.0.1:${second.port}/app` },
  });
  await terminal.until(/Password for me at 127\.0\.0\.1:/);
  terminal.press('typed', '\r');
  await second.used;
});
