import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { oldestNode } from '../../scripts/oldest-node.ts';
import { program } from '../helpers/terminal.ts';
import { root } from './npm.ts';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const packageFile = JSON.parse(read('package.json'));

// A dry run of npm publish does not ask.
test('npm may publish it', () => {
  expect(packageFile).not.toHaveProperty('private');
});

test('the program has the name that is typed, and that of the package, which npx runs without installing it', () => {
  const { name, bin } = packageFile;
  expect(bin).toEqual({ 'preset-usage': 'dist/cli.js', [String(name)]: 'dist/cli.js' });
});

// npm 12 runs no install script of a package that is not named, on the machine where it is installed.
test('every package with an install script is allowed one or refused it, on every platform', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { hasInstallScript?: boolean }>;
  };
  const withScripts = Object.keys(packages)
    .filter(directory => directory !== '' && packages[directory]?.hasInstallScript)
    .map(directory => directory.replace(/^.*node_modules\//, ''));
  expect(Object.keys(packageFile.allowScripts).sort()).toEqual(withScripts.sort());
});

describe('the addresses', () => {
  const home = packageFile.homepage.replace(/#.*$/, '');

  test('of package.json are in one repository', () => {
    const { repository, bugs } = packageFile;
    expect(home).toMatch(/^https:\/\/[^/]+\/[^/]+\/[^/]+$/);
    expect({ bugs, repository }).toEqual({
      bugs: `${home}/issues`,
      repository: { type: 'git', url: `git+${home}.git` },
    });
  });

  test('of pictures in the README are absolute, because npm shows it elsewhere, and those of files that are there', () => {
    const pictures = [...read('README.md').matchAll(/!\[[^\]]*\]\(([^)]*)\)/g)].map(([, link = '']) => link);
    expect(pictures.length).toBeGreaterThan(3);
    const files = pictures.map(link => link.replace(`${home}/raw/main/`, ''));
    expect(files.filter(file => !existsSync(join(root, file)))).toEqual([]);
    expect(pictures.filter(link => !link.startsWith(home))).toEqual([]);
  });
});

describe('the oldest Node', () => {
  test('is the same wherever it is named', () => {
    expect(packageFile.engines).toEqual({ node: `^${oldestNode} || >=23.8` });
    for (const file of ['README.md', 'CONTRIBUTING.md', 'docs/install.md']) {
      const named = [...read(file).matchAll(/\bNode (\d+(?:\.\d+)*) or later/g)].map(
        ([, version]) => version,
      );
      expect({ file, named: [...new Set(named)] }).toEqual({ file, named: [oldestNode] });
    }
    expect(read('.github/workflows/ci.yml')).toContain(`'${oldestNode}'`);
  });

  test('is one that every package of the program runs on, by their own words', () => {
    const least = ['libpg-query', 'oxc-parser', '@electric-sql/pglite', 'ink', 'postgres', 'meow'].map(
      name => {
        const { engines } = JSON.parse(read(`node_modules/${name}/package.json`));
        return {
          name,
          node:
            String(engines?.node ?? '>=0')
              .split(' || ')
              .at(-1)
              ?.replace(/^>= ?/, '') ?? '',
        };
      },
    );
    const number = (version: string) => {
      const [major = 0, minor = 0] = version.split('.').map(Number);
      return major * 1_000 + minor;
    };
    expect(least.filter(({ node }) => number(node) > number(oldestNode))).toEqual([]);
  });

  /** The built program on a Node that says it has another version. */
  const on = (version: string, ...args: string[]) =>
    spawnSync(
      process.execPath,
      [
        '--import',
        `data:text/javascript,${encodeURIComponent(
          `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });
         Object.defineProperty(process, 'version', { value: 'v${version}' });`,
        )}`,
        program,
        ...args,
      ],
      { encoding: 'utf8' },
    );

  test.each([
    ['20.19.5', oldestNode],
    ['22.11.0', oldestNode],
    ['18.0.0', oldestNode],
    // These lack zstd, which 22.15 has.
    ['23.0.0', '23.8'],
    ['23.7.1', '23.8'],
  ])('is asked for on %s, as bad usage', (version, needed) => {
    const { status, stdout, stderr } = on(version, '--version');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toBe(
      `preset-usage needs Node ${needed} or later, but this is v${version}.\nInstall a newer Node; in a checkout npx preset-usage finds the one that npm ci installed.\n`,
    );
  });

  test('is asked for in JSON', () => {
    const { status, stdout, stderr } = on('22.11.0', 'check', '--json');
    expect({ status, stderr }).toEqual({ status: 2, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'old-node', message: expect.stringContaining('v22.11.0'), hint: expect.any(String) },
    });
  });

  test.each([`${oldestNode}.0`, '23.8.0', '100.1.0'])('or a later one (%s) is not', version => {
    expect(on(version, '--version')).toMatchObject({ status: 0, stderr: '' });
  });
});

test('the first line of the program is one that BusyBox understands: env with one word', () => {
  expect(readFileSync(program, 'utf8').split('\n')[0]).toBe('#!/usr/bin/env node');
});
