import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { quickCases } from '../helpers/quick-cases.ts';
import { stateDirectory } from '../helpers/repair.ts';
import { run } from '../helpers/run.ts';
import { scaledList } from '../helpers/scale.ts';
import { keys, startTerminal } from '../helpers/terminal.ts';
import { waitFor } from '../helpers/wait.ts';

const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
let own: TestDatabase;
let directory: string;
const check = (...flags: string[]) => run(['check', ...flags], { DATABASE_URL: own.url });

beforeAll(async () => {
  directory = stateDirectory();
  own = await createDatabase();
  const ids = await insertPresets(own.sql, ['Noir', 'Pastel', 'Sepia']);
  for (const id of ids) await insertRecords(own.sql, id, 3);
  await own.sql`UPDATE presets SET usage_count = 5 WHERE name = 'Noir'`;
});
afterAll(() => own.drop());

quickCases('csv', 'github', 'json').each<[string, RegExp]>([
  ['csv', /^counter,id,[^\n]*\r\npublic\.presets\.usage_count,[^,]+,Noir,5,3,2,/],
  ['junit', /^<\?xml [\s\S]*<failure message="Noir: 5, and 3 by its records \(\+2\)/],
  ['github', /^::error title=public\.presets\.usage_count::[\s\S]*\n::error [^\n]*Noir: 5/],
  ['prometheus', /\npreset_usage_mismatched\{counter="public\.presets\.usage_count"\} 1\n/],
  ['markdown', /\n\| Noir \| 5 \| 3 \| \+2 \| /],
  ['json', /^\{"version":2,/],
])('--format %s', async (format, shows) => {
  const { code, out, err } = await check('--format', format);
  expect({ code, err }).toEqual({ code: 1, err: '' });
  expect(out).toMatch(shows);
});

test('limits decide the exit code, and are in the text and the JSON', async () => {
  const within = await check('--max-drift', '2');
  expect(within.code).toBe(0);
  expect(within.out).toContain('Within the limits: 0 of 1 wrong count with a drift of more than 2.');
  const json = await check('--max-mismatched', '0', '--json');
  expect([json.code, JSON.parse(json.out).limits]).toEqual([
    1,
    { maxDrift: null, maxMismatched: 0, failOn: [], beyond: 1, fails: true },
  ]);
  expect((await check('--counter', 'public.presets.usage_count', '--fail-on', 'history-imported')).code).toBe(
    0,
  );
});

test.each(
  scaledList(3, [
    [['--format', 'xml'], 'one of text, json, csv'],
    [['--max-drift', '-1'], '--max-drift'],
    [['--output', '/nowhere/at/all/out.csv'], 'Give --output a file'],
    [['--format', 'csv', '--json'], 'Give one of them'],
    [['--max-drift', '1.5'], 'a whole number'],
    [['--fail-on', 'nothing'], 'takes one of'],
    [['--watch', '0'], 'a number of seconds above 0'],
  ]),
)('%j is refused', async (flags, words) => {
  const { code, out, err } = await check(...flags);
  expect(code).toBe(2);
  expect(out + err).toContain(words);
});

describe('--output', () => {
  test('writes the file whole, with the mode that it had, and through a link', async () => {
    const file = join(directory, 'textfile', 'presets.prom');
    mkdirSync(join(directory, 'textfile'));
    writeFileSync(file, 'old');
    chmodSync(file, 0o640);
    symlinkSync(file, join(directory, 'link'));
    const { code, out } = await check('--format', 'prometheus', '--output', join(directory, 'link'));
    expect([code, out]).toEqual([1, '']);
    expect(readFileSync(file, 'utf8')).toMatch(/^# HELP [\s\S]*# EOF\n$/);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(join(directory, 'textfile'))).toEqual(['presets.prom']);
  });

  test('leaves the old file where there is nothing to write', async () => {
    const file = join(directory, 'old.csv');
    writeFileSync(file, 'old');
    const { code } = await check('--preset', 'Nobody', '--format', 'csv', '--output', file);
    expect(code).toBe(3);
    expect(readFileSync(file, 'utf8')).toBe('old');
    const late = join(directory, 'late.csv');
    expect((await check('--preset', 'Nobody', '--output', late)).code).toBe(3);
    expect(existsSync(late)).toBe(false);
  });
});

test('--context names the database and its counters, and refuses to write where a name says production', async () => {
  const { password, href } = withoutPassword(own.url);
  const named = (name: string, counters: string[]) => ({ name, url: href, counters });
  const counter = 'public.presets.usage_count';
  const gone = { name: 'gone', url: 'postgres://nobody@127.0.0.1:1/none' };
  const contexts = [named('staging', [counter]), named('prod', [counter, 'public.posts.n']), gone];
  mkdirSync(join(directory, 'preset-usage'));
  writeFileSync(join(directory, 'preset-usage', 'config.json'), JSON.stringify({ contexts }));
  const env = {
    XDG_CONFIG_HOME: directory,
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    PGPASSWORD: password,
  };
  const checked = await run(['check', '--context', 'staging'], env);
  expect(checked).toMatchObject({ code: 1, err: '' });
  expect(checked.out).toMatch(/, from context staging\npublic\.presets\.usage_count: /);
  const written = await run(['sync', '--context', 'prod', '--counter', counter], env);
  expect(written.code).toBe(4);
  expect(written.err).toMatch(/^Started with --read-only: nothing is written\.\n.*set its readOnly to false/);
  const several = await run(['sync', '--context', 'prod', '--dry-run'], env);
  expect(several).toMatchObject({
    code: 2,
    err: expect.stringContaining('The context prod has 2 counters.'),
  });
  const none = await run(['check', '--context', 'stagging', '--format', 'json'], env);
  expect(none.code).toBe(2);
  expect(JSON.parse(none.out).error).toMatchObject({
    code: 'unknown-context',
    message: expect.stringContaining('Did you mean staging?'),
  });
  const terminal = startTerminal({ args: ['--demo'], env });
  const open = async (name: string) => {
    terminal.press(':');
    await terminal.until(/Actions of this screen/);
    terminal.press(`context ${name}`);
    await terminal.until(new RegExp(`› context ${name}`));
    terminal.press(keys.enter);
  };
  try {
    // The demo is still starting.
    await terminal.until(/./);
    await open('staging');
    await terminal.until(/ staging [\s\S]*read-write/);
    if (process.platform === 'linux') {
      await waitFor(async () => !threads(terminal.pid).includes('demo'), 'the end of the demo');
    }
    await open('prod');
    await terminal.until(/ prod [\s\S]*read-only/);
    await open('gone');
    await terminal.until(/ prod [\s\S]*gone was not opened: Nothing accepts connections at /);
    terminal.press('q');
    expect(await terminal.exit()).toBe(0);
  } finally {
    terminal.kill('SIGKILL');
  }
});

function threads(pid: number): string[] {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).flatMap(id => {
    try {
      return readFileSync(join(tasks, id, 'comm'), 'utf8').trim();
    } catch {
      // It has ended in between.
      return [];
    }
  });
}

function withoutPassword(text: string): { password: string; href: string } {
  const url = new URL(text);
  const password = decodeURIComponent(url.password);
  url.password = '';
  return { password, href: url.href };
}

test(
  '--quiet prints nothing where all is well, and everything where it is not',
  needsFullScale(),
  async () => {
    expect(await check('--quiet', '--max-drift', '2')).toEqual({ code: 0, out: '', err: '' });
    expect((await check('--quiet')).out).toContain('1 mismatched');
  },
);

describe('--watch', () => {
  const wrong = (name: string, by: number) =>
    own.sql`UPDATE presets SET usage_count = 3 + ${by} WHERE name = ${name}`;

  test('prints a line for each change, until it is interrupted', async () => {
    const child = spawn(process.execPath, [program, 'check', '--watch', '0.2'], {
      env: { PATH: process.env.PATH, HOME: directory, DATABASE_URL: own.url },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const gone = new Promise<number | null>(resolve => child.once('close', resolve));
    let out = '';
    child.stdout.setEncoding('utf8').on('data', text => (out += text));
    const lines = () => out.split('\n').slice(0, -1);
    try {
      await waitFor(async () => lines().length === 1, 'the first check');
      await wrong('Pastel', 6);
      await waitFor(async () => lines().length === 2, 'the change');
      await wrong('Pastel', 7);
      await waitFor(async () => lines().length === 3, 'another change of the same count');
      await wrong('Pastel', 0);
      await waitFor(async () => lines().length === 4, 'the change back');
    } finally {
      child.kill('SIGINT');
    }
    expect(await gone).toBe(130);
    expect(lines().map(line => line.replace(/^\d{4}-[\d-]+T[\d:.]+Z /, ''))).toEqual(
      [
        '1 wrong (1 too high, 0 too low). Largest: Noir +2.',
        '2 wrong (2 too high, 0 too low). Largest: Pastel +6, Noir +2.',
        '2 wrong (2 too high, 0 too low). Largest: Pastel +7, Noir +2.',
        '1 wrong (1 too high, 0 too low). Largest: Noir +2.',
      ].map(words => `public.presets.usage_count: 3 presets, ${words}`),
    );
  });

  test('under --json ends without a second document', async () => {
    const child = spawn(process.execPath, [program, 'check', '--watch', '1', '--json'], {
      env: { PATH: process.env.PATH, HOME: directory, DATABASE_URL: own.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const gone = new Promise<number | null>(resolve => child.once('close', resolve));
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', text => (out += text));
    child.stderr.setEncoding('utf8').on('data', text => (err += text));
    try {
      await waitFor(async () => out.endsWith('}\n'), 'the first check');
    } finally {
      child.kill('SIGINT');
    }
    expect(await gone).toBe(130);
    expect(JSON.parse(out)).toMatchObject({ version: 2, rows: 3 });
    expect(err).toBe('Interrupted.\nNothing was changed.\n');
  });

  test('with --output writes the file each time', needsFullScale(), async () => {
    const file = join(directory, 'watched.prom');
    const stop = Promise.withResolvers<void>();
    const flags = ['--watch', '0.2', '--format', 'prometheus', '--output', file];
    const watched = run(['check', ...flags], { DATABASE_URL: own.url }, stop.promise);
    const says = (n: number) => async () =>
      existsSync(file) &&
      readFileSync(file, 'utf8').includes(
        `preset_usage_mismatched{counter="public.presets.usage_count"} ${n}\n`,
      );
    try {
      await waitFor(says(1), 'the first check');
      await wrong('Pastel', 6);
      await waitFor(says(2), 'the change');
    } finally {
      stop.resolve();
      await wrong('Pastel', 0);
    }
    expect(await watched).toMatchObject({ code: 130, out: '' });
  });
});
