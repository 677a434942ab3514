import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { run } from '../helpers/run.ts';
import { keys, startTerminal } from '../helpers/terminal.ts';

let own: TestDatabase;
let home: string;
let environment: Record<string, string>;
let password: string;
beforeAll(async () => {
  own = await createDatabase();
  // Nothing of the person who runs the tests.
  home = mkdtempSync(join(tmpdir(), 'preset-usage-home-'));
  const url = new URL(own.url);
  password = decodeURIComponent(url.password);
  url.password = '';
  environment = { DATABASE_URL: url.href, HOME: home };
});
afterAll(async () => {
  await own.drop();
  rmSync(home, { recursive: true });
});

const asked = /Password of \S+ at \S+:/;

test('a password that is not known is asked for, is not shown, and opens the console', async () => {
  const terminal = startTerminal({ env: environment });
  await terminal.until(asked);
  terminal.press(`${password}x`, keys.backspace, keys.enter);
  await terminal.until(/q quit|Presets|presets/);
  terminal.press('q');
  expect(await terminal.exit()).toBe(0);
  expect(terminal.written()).not.toContain(password);
});

test('three wrong ones end it, and so does Ctrl-C', async () => {
  const terminal = startTerminal({ args: ['check'], env: environment });
  for (let tries = 0; tries < 3; tries += 1) {
    await terminal.until(screen => screen.split('Password of').length - 1 === tries + 1);
    terminal.press('hush-hush', keys.enter);
  }
  expect(await terminal.exit()).toBe(3);
  expect(terminal.screen()).toContain('did not let');
  expect(terminal.written()).not.toContain('hush');

  const left = startTerminal({ args: ['check'], env: environment });
  await left.until(asked);
  left.press('hu', keys.ctrlC);
  expect(await left.exit()).toBe(130);
});

test('with --json nobody is asked, and neither without a terminal', async () => {
  const terminal = startTerminal({ args: ['check', '--json'], env: environment });
  expect(await terminal.exit()).toBe(3);
  expect(terminal.screen()).toContain('password-wanted');
  const { code, err } = await run(['check'], environment);
  expect(code).toBe(3);
  expect(err).toContain('none is known');
});
