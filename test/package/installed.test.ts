import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import type { Finished } from '../helpers/run.ts';
import { startTerminal } from '../helpers/terminal.ts';
import { npm, root } from './npm.ts';

/** The Node that the installed program runs on: `.ci/installed` names the one on the PATH, such as the oldest. */
const node = process.env.INSTALLED_NODE ?? process.execPath;

let own: TestDatabase;
let prefix: string;
let state: string;

/**
 * Packs the program and lets npm install it into an empty directory. There is no network: what npm would download is put there
 * before, from this repository, by the list of what package.json needs at run time. So this shows that the list is complete,
 * and how npm unpacks and links; not that a registry has these packages, or what it would choose for another platform.
 */
beforeAll(async () => {
  own = await createDatabase();
  const [id] = await insertPresets(own.sql, ['Noir', 'Pastel']);
  await insertRecords(own.sql, id!, 3);
  await own.sql`UPDATE presets SET usage_count = usage_count + 4 WHERE name = 'Noir'`;

  prefix = mkdtempSync(join(tmpdir(), 'installed-'));
  state = join(prefix, 'state');
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
afterAll(async () => {
  await own.drop();
  rmSync(prefix, { recursive: true });
});

const bin = (name = 'preset-usage') => join(prefix, 'node_modules/.bin', name);
// The first line of the program looks for `node` there.
const path = () => [dirname(node), process.env.PATH].join(delimiter);

function run(args: string[], env: Record<string, string> = {}, name?: string): Promise<Finished> {
  const { HOME = '', TMPDIR = '/tmp' } = process.env;
  const options = { env: { PATH: path(), HOME, TMPDIR, XDG_STATE_HOME: state, ...env }, cwd: prefix };
  return new Promise(resolve => {
    execFile(bin(name), args, options, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}
const onServer = (...args: string[]) => run(args, { DATABASE_URL: own.url });

test('under both of its names', async () => {
  for (const name of ['preset-usage', 'preset-usage-console'])
    expect(await run(['--version'], {}, name)).toEqual({
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

test('check, trigger and simulate', async () => {
  expect(await onServer('check')).toMatchObject({
    code: 1,
    err: '',
    out: expect.stringContaining('1 mismatched'),
  });
  const { code, out } = await onServer('trigger', '--json');
  // Without PostgreSQL's parser it would find that the function cannot be read.
  expect({ code, findings: JSON.parse(out).findings }).toEqual({ code: 0, findings: [] });
  expect(await onServer('simulate', 'Noir', '--json')).toMatchObject({
    out: expect.stringContaining('"increment":1'),
  });
});

/** The receipt of a sync that was planned and confirmed. */
async function sync(): Promise<string> {
  const planned = JSON.parse((await onServer('sync', '--dry-run', '--json')).out);
  const { code, out } = await onServer('sync', '--confirm', planned.plan.fingerprint, '--json');
  const { outcome } = JSON.parse(out);
  expect({ code, outcome }).toMatchObject({ code: 0, outcome: { changed: 1 } });
  return outcome.receipt;
}

test('the first screen of the console', async () => {
  const terminal = startTerminal({
    command: [bin()],
    env: { DATABASE_URL: own.url, PATH: path(), XDG_STATE_HOME: state },
  });
  try {
    await terminal.until(/Noir +7 +3 +\+4/);
    terminal.press('q');
    expect(await terminal.exit()).toBe(0);
  } finally {
    terminal.kill('SIGKILL');
  }
});

const code = `await supabase.from('presets').update({ usage_count: count + 1 }).eq('id', id);\n`;

describe('what is optional', () => {
  beforeAll(() => {
    mkdirSync(join(prefix, 'src'));
    writeFileSync(join(prefix, 'src/use.ts'), code);
  });

  /** Takes packages away while `work` runs, as `npm install --omit=optional` leaves them out. */
  async function without(name: string, work: () => Promise<void>): Promise<void> {
    const [from, to] = [join(prefix, 'node_modules', name), join(prefix, 'hidden')];
    renameSync(from, to);
    await work().finally(() => renameSync(to, from));
  }

  test('the demo', async () => {
    expect(await run(['check', '--demo'])).toMatchObject({
      code: 1,
      err: '',
      out: expect.stringContaining('14 mismatched'),
    });
    await without('@electric-sql', async () => {
      const { code, out, err } = await run(['check', '--demo']);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(
        /^The demo needs @electric-sql\/pglite, which is not installed for \w+-\w+\.\nRun: npm install --prefix \S+ @electric-sql\/pglite@\d+\.\d+\.\d+\n$/,
      );
      expect(await onServer('check')).toMatchObject({ code: 1, err: '' });
    });
  });

  test('the demo in the console', needsFullScale(), async () => {
    await without('@electric-sql', async () => {
      const terminal = startTerminal({ command: [bin()], env: { PATH: path(), XDG_STATE_HOME: state } });
      expect(await terminal.exit()).toBe(2);
      expect(terminal.written()).toContain('Run: npm install --prefix');
    });
  });

  test.each(['oxc-parser', '@oxc-parser'])('a scan, without %s', async name => {
    expect(await run(['scan', 'src'])).toMatchObject({
      code: 1,
      err: '',
      out: expect.stringContaining('use.ts'),
    });
    await without(name, async () => {
      const { code, out, err } = await run(['scan', 'src']);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(
        /^A scan of code needs oxc-parser, which is not installed for \w+-\w+\.\nRun: npm install --prefix \S+ oxc-parser@\d+\.\d+\.\d+\n$/,
      );
    });
  });
});

test('sync', async () => {
  await sync();
  expect(await own.sql`SELECT usage_count FROM presets WHERE name = 'Noir'`).toEqual([{ usage_count: 3 }]);
});

test('undo', needsFullScale(), async () => {
  await own.sql`UPDATE presets SET usage_count = 9 WHERE name = 'Noir'`;
  const undo = ['undo', await sync()];
  const planned = JSON.parse((await onServer(...undo, '--dry-run', '--json')).out);
  expect(await onServer(...undo, '--confirm', planned.plan.fingerprint)).toMatchObject({ code: 0 });
  expect(await own.sql`SELECT usage_count FROM presets WHERE name = 'Noir'`).toEqual([{ usage_count: 9 }]);
});
