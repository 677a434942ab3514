import { cpSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needsFullScale } from '../helpers/needs.ts';
import { startTerminal } from '../helpers/terminal.ts';
import { runProgram, testCommands } from './commands.ts';
import { npm, root } from './npm.ts';

/** The Node that the installed program runs on: `.ci/installed` names the one on the PATH, such as the oldest. */
const node = process.env.INSTALLED_NODE ?? process.execPath;

let prefix: string;

/**
 * Packs the program and lets npm install it into an empty directory. There is no network: what npm would download is put there
 * before, from this repository, by the list of what package.json needs at run time. So this shows that the list is complete,
 * and how npm unpacks and links; not that a registry has these packages, or what it would choose for another platform.
 */
beforeAll(async () => {
  prefix = mkdtempSync(join(tmpdir(), 'installed-'));
  const listed = await npm('ls', '--omit=dev', '--all', '--parseable', '--long');
  // The first is this package. What a package's script has installed is EXTRANEOUS.
  const needed = listed
    .split('\n')
    .slice(1)
    .filter(line => line !== '' && !line.includes('EXTRANEOUS'));
  for (const directory of needed.map(line => line.slice(0, line.lastIndexOf(':'))))
    cpSync(directory, join(prefix, relative(root, directory)), { recursive: true });
  const [{ filename }] = JSON.parse(await npm('pack', '--json', '--pack-destination', prefix)) as [
    { filename: string },
  ];
  await npm('install', '--prefix', prefix, '--cache', join(prefix, 'cache'), join(prefix, filename));
});
afterAll(() => rmSync(prefix, { recursive: true }));

const named = (name: string) => ({
  file: () => join(prefix, 'node_modules/.bin', name),
  environment() {
    const { PATH, HOME = '', TMPDIR = '/tmp' } = process.env;
    // The first line of the program looks for `node` there.
    const path = [dirname(node), PATH].join(delimiter);
    return { PATH: path, HOME, TMPDIR, XDG_STATE_HOME: join(prefix, 'state') };
  },
  directory: () => prefix,
});
const program = named('preset-usage');
const run = (...args: string[]) => runProgram(program, args);

test('under both of its names', async () => {
  for (const name of ['preset-usage', 'preset-usage-console'])
    expect(await runProgram(named(name), ['--version'])).toEqual({
      code: 0,
      err: '',
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
});

test('it is small', () => {
  const files = readdirSync(join(prefix, 'node_modules'), { recursive: true, encoding: 'utf8' }).map(
    file => ({
      file,
      stat: statSync(join(prefix, 'node_modules', file)),
    }),
  );
  const packages = files.filter(({ file }) => /^(?:@[^/]+\/)?[^./@][^/]*\/package\.json$/.test(file));
  const megabytes = files.reduce((sum, { stat }) => sum + (stat.isFile() ? stat.size : 0), 0) / 1e6;
  // This one, PostgreSQL's parser and its types; and what may be left out: PGlite, oxc-parser, its types and its native part.
  expect(packages.length).toBeLessThanOrEqual(7);
  expect(megabytes).toBeLessThan(45);
});

testCommands(program);

describe('what is optional', () => {
  /** Takes packages away while `work` runs, as `npm install --omit=optional` leaves them out. */
  async function without(name: string, work: () => Promise<void>): Promise<void> {
    const [from, to] = [join(prefix, 'node_modules', name), join(prefix, 'hidden')];
    renameSync(from, to);
    await work().finally(() => renameSync(to, from));
  }

  test('the demo', async () => {
    await without('@electric-sql', async () => {
      const { code, out, err } = await run('check', '--demo');
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(
        /^The demo needs @electric-sql\/pglite, which is not installed for \w+-\w+\.\nRun: npm install --prefix \S+ @electric-sql\/pglite@\d+\.\d+\.\d+\n$/,
      );
      expect(await run('--version')).toMatchObject({ code: 0, err: '' });
    });
  });

  test('the demo in the console', needsFullScale(), async () => {
    await without('@electric-sql', async () => {
      const terminal = startTerminal({ command: [program.file()], env: program.environment() });
      expect(await terminal.exit()).toBe(2);
      expect(terminal.written()).toContain('Run: npm install --prefix');
    });
  });

  test.each(['oxc-parser', '@oxc-parser'])('a scan, without %s', async name => {
    await without(name, async () => {
      const { code, out, err } = await run('scan', 'src');
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(
        /^A scan of code needs oxc-parser, which is not installed for \w+-\w+\.\nRun: npm install --prefix \S+ oxc-parser@\d+\.\d+\.\d+\n$/,
      );
    });
  });
});
