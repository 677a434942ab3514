import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, insertPresets, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { quickCases } from '../helpers/quick-cases.ts';
import { run } from '../helpers/run.ts';
import { scaledList } from '../helpers/scale.ts';
import { startTerminal, type Terminal } from '../helpers/terminal.ts';
import { waitFor } from '../helpers/wait.ts';

let own: TestDatabase;
let terminal: Terminal | undefined;

beforeAll(async () => {
  own = await createDatabase();
  await insertPresets(own.sql, ['Noir']);
});
afterAll(() => own.drop());
afterEach(() => terminal?.kill('SIGKILL'));

const colour = /\u001b\[(?:\d+;)*(?:3[0-7]|9[0-7]|38|48|4[0-7])(?:;\d+)*m/;

type Case = [what: string, args: string[], env: Record<string, string>, coloured: boolean];

// Flags beside it make no difference.
const everywhere: readonly Case[] = [
  ['nothing', [], {}, true],
  ['--no-color', ['--no-color'], {}, false],
  ['NO_COLOR', [], { NO_COLOR: '1' }, false],
  ['another flag', ['--schema', 'public'], {}, true],
  ['--color', ['--color'], {}, true],
  ['NO_COLOR and a switch', ['--read-only'], { NO_COLOR: '1' }, false],
  ['an empty NO_COLOR', [], { NO_COLOR: '' }, true],
  ['--color against NO_COLOR', ['--color'], { NO_COLOR: '1' }, true],
  ['FORCE_COLOR=0', [], { FORCE_COLOR: '0' }, false],
  ['a terminal without colours', [], { TERM: 'unknown' }, false],
  ['FORCE_COLOR in a terminal without colours', ['--ascii'], { TERM: 'unknown', FORCE_COLOR: '1' }, true],
];

describe('in a terminal', () => {
  test.each(scaledList(3, everywhere))(
    'with %s, the console has colours as asked',
    async (_, args, env, coloured) => {
      terminal = startTerminal({ args, env: { DATABASE_URL: own.url, ...env } });
      await terminal.until(/(1 accurate|1 preset {2}Accurate)[\s\S]*q quit/);
      expect(colour.test(terminal.written())).toBe(coloured);
    },
  );

  test.each(scaledList(3, everywhere.slice(0, 5)))(
    'with %s, check has colours as asked',
    async (_, args, env, coloured) => {
      terminal = startTerminal({ args: ['check', ...args], env: { DATABASE_URL: own.url, ...env } });
      await terminal.exit();
      expect(terminal.written()).toMatch(/all accurate/);
      expect(colour.test(terminal.written())).toBe(coloured);
    },
  );
});

test('on a light background colours are darker, and the answer of the terminal is no keys', async () => {
  terminal = startTerminal({ env: { DATABASE_URL: own.url } });
  const { written, press, until } = terminal;
  await waitFor(async () => written().includes('\u001b]11;?\u001b\\'), 'the question for the background');
  expect(written()).not.toContain('\u001b[38;5;28m');
  press('\u001b]11;rgb:ffff/ff', 'ff/ffff\u001b\\');
  await waitFor(async () => written().includes('\u001b[38;5;28m'), 'dark green');
  press('?');
  expect(await until(/^Keys here$/m)).not.toContain('rgb');
});

test('a terminal that cannot place its cursor gets what check prints', async () => {
  const dumb = { DATABASE_URL: own.url, TERM: 'dumb' };
  terminal = startTerminal({ env: dumb });
  expect(await terminal.exit()).toBe(0);
  expect(terminal.written()).toMatch(/1 preset: all accurate/);
  expect(terminal.written()).not.toContain('\u001b[');
});

quickCases('nothing', '--color', 'FORCE_COLOR and NO_COLOR').each<Case>([
  ['nothing', ['check'], {}, false],
  ['--color', ['check', '--color'], {}, true],
  ['FORCE_COLOR', ['trigger'], { FORCE_COLOR: '1' }, true],
  ['FORCE_COLOR and NO_COLOR', ['trigger'], { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ['--color, as JSON', ['check', '--color', '--json'], {}, false],
])('with %s in a pipe, a command has colours as asked', async (_, args, env, coloured) => {
  const { out } = await run(args, { DATABASE_URL: own.url, ...env });
  expect(out).not.toBe('');
  expect(colour.test(out)).toBe(coloured);
});

test('what is coloured says the same without', needsFullScale(), async () => {
  const text = async (flag: string) => (await run(['trigger', flag], { DATABASE_URL: own.url })).out;
  expect((await text('--color')).replace(/\u001b\[[\d;]*m/g, '')).toBe(await text('--no-color'));
});

test('turning colours on and off at once is refused', async () => {
  const { code, err } = await run(['check', '--color', '--no-color'], { DATABASE_URL: own.url });
  expect(code).toBe(2);
  expect(err).toMatch(/^--color and --no-color are both given\.\n/);
});
