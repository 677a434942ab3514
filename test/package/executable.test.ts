import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packedFiles } from '../../scripts/packed-files.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { runProgram, testCommands } from './commands.ts';
import { root } from './npm.ts';
import { packedFiles as filesOfPackage } from './packed-files.ts';

test('has what the package has, as far as the program reads it, and the packages that it needs', () => {
  const packed = packedFiles(root);
  const notRead = /^README|\.1$|\.schema\.json$/;
  expect(filesOfPackage.filter(file => !packed.includes(file) && !notRead.test(file))).toEqual([]);
  const packages = packed.flatMap(file => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  expect([...new Set(packages)].filter(name => !name.startsWith('node_modules/@oxc-parser/'))).toEqual([
    'node_modules/@electric-sql/pglite',
    'node_modules/@pgsql/types',
    'node_modules/libpg-query',
    'node_modules/oxc-parser',
  ]);
  // The parser of code is native: of it one for this platform is there.
  expect(packed.filter(file => file.endsWith('.node'))).toHaveLength(1);
});

describe('without Node', needsFullScale(), () => {
  let home: string;
  let file: string;
  beforeAll(() => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [join(root, 'scripts/executable.ts')], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    file = /^Wrote (.*)$/m.exec(stdout)?.[1] ?? '';
    home = mkdtempSync(join(tmpdir(), 'without-node-'));
  });
  afterAll(() => rmSync(home, { recursive: true }));

  const program = {
    file: () => file,
    // No PATH, so that no node is found.
    environment: () => ({ PATH: '', HOME: home, TMPDIR: home }),
    directory: () => home,
  };
  testCommands(program);

  test('it unpacks itself once, again where something was deleted, and says so where it cannot', async () => {
    const cache = join(home, '.cache/preset-usage-executable');
    const [unpacked = '', ...others] = readdirSync(cache);
    expect(others).toEqual([]);
    rmSync(join(cache, unpacked, 'dist/program.js'));
    writeFileSync(join(cache, unpacked, 'dist/cli.js'), '');
    expect(await runProgram(program, ['--version'])).toMatchObject({ code: 0, err: '' });
    const nowhere = join(home, 'file');
    writeFileSync(nowhere, '');
    expect(
      await runProgram(program, ['--version'], { XDG_CACHE_HOME: nowhere, TMPDIR: nowhere }),
    ).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(
        /^preset-usage cannot unpack itself: .*\.\nSet XDG_CACHE_HOME to a directory of your own that can be written\.\n$/,
      ),
    });
  });
});
