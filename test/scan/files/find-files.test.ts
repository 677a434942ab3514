import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findFiles, reasonOf } from '../../../source/scan/files/find-files.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'scan-find-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(
      join(root, path),
      path.endsWith('ignore') || path.endsWith('exclude') ? '*.log\n/out\n' : 'x',
    );
  }
}
/** Made anew, as mutation testing runs a test more than once. */
async function link(to: string, path: string): Promise<void> {
  await rm(path, { force: true });
  await symlink(to, path);
}
const git = (...words: string[]) => execFileSync('git', ['-C', root, ...words], { stdio: 'pipe' });

test('files in order, and nothing of what is installed', async () => {
  await write('b.ts', 'a/c.ts', 'a.ts', 'node_modules/x/a.js', 'a/dist/x.js', '.hg/a', '.svn/b');
  expect(await findFiles(root)).toEqual({
    files: ['a.ts', 'a/c.ts', 'b.ts'],
    skipped: [],
    ignored: [],
    more: false,
    installed: expect.arrayContaining(['node_modules', 'a/dist']),
  });
  expect((await findFiles(root)).installed).toHaveLength(2);
});

test('what is ignored, with what is in it', async () => {
  await write(
    '.gitignore',
    'a.ts',
    'a.log',
    'out/b.ts',
    'out/c/d.ts',
    'out/node_modules/e.ts',
    'in/out/f.ts',
    'in/g.log',
  );
  const { files, ignored, installed } = await findFiles(root);
  expect(files).toEqual(['.gitignore', 'a.ts', 'in/out/f.ts']);
  expect(ignored.toSorted()).toEqual(['a.log', 'in/g.log', 'out/b.ts', 'out/c/d.ts']);
  expect(installed).toEqual(['out/node_modules']);
});

test('a part of a repository, by the rules around it', async () => {
  git('init', '-q');
  await write(
    '.gitignore',
    'web/.gitignore',
    'web/a.ts',
    'web/a.log',
    'web/out/b.ts',
    'web/src/out/c.ts',
    'web/src/d.log',
  );
  expect((await findFiles(join(root, 'web'))).files).toEqual(['.gitignore', 'a.ts', 'src/out/c.ts']);
  expect((await findFiles(join(root, 'web/src'))).files).toEqual(['out/c.ts']);
  await rm(join(root, '.gitignore'));
  expect((await findFiles(join(root, 'web/src'))).files).toEqual(['out/c.ts']);
  await rm(join(root, 'web/.gitignore'));
  expect((await findFiles(join(root, 'web/src'))).files).toEqual(['d.log', 'out/c.ts']);
  await write('web/src/.gitignore', 'web/src/deep/a.log');
  expect((await findFiles(join(root, 'web/src/deep'))).files).toEqual([]);
});

test('what a repository excludes by itself, and a directory that is ignored but named', async () => {
  git('init', '-q');
  await write('.git/info/exclude', 'a.ts', 'a.log', 'out/b.ts', 'out/c.log');
  expect((await findFiles(root)).files).toEqual(['a.ts']);
  expect((await findFiles(join(root, 'out'))).files).toEqual(['b.ts', 'c.log']);
});

test('what git tracks although it is ignored, but not what is installed or gone', async () => {
  git('init', '-q');
  await write('.gitignore', 'a.log', 'b.log', 'out/c.ts', 'dist/d.ts', 'node_modules/e.ts', 'gone.log');
  git('add', '-f', 'a.log', 'out', 'dist', 'node_modules', 'gone.log');
  await rm(join(root, 'gone.log'));
  const { files, ignored, skipped } = await findFiles(root);
  expect(files).toEqual(['.gitignore', 'a.log', 'dist/d.ts', 'out/c.ts']);
  expect(ignored).toEqual(['b.log']);
  expect(skipped).toEqual([]);
});

test("whatever git's own variables say", async () => {
  git('init', '-q');
  await write('.gitignore', 'a.log');
  git('add', '-f', 'a.log');
  process.env.GIT_DIR = '/nowhere';
  try {
    expect((await findFiles(root)).files).toEqual(['.gitignore', 'a.log']);
  } finally {
    delete process.env.GIT_DIR;
  }
});

test('links are told where they lead out, or nowhere', async () => {
  git('init', '-q');
  await write('.gitignore', 'a.ts', 'in/b.ts');
  await link(join(root, 'a.ts'), join(root, 'own.ts'));
  await link(root, join(root, 'in/all'));
  await link(tmpdir(), join(root, 'z-out.ts'));
  await link(`${root}x`, join(root, 'y-beside.ts'));
  await link('/nowhere/at/all', join(root, 'none.ts'));
  await link('loop.ts', join(root, 'loop.ts'));
  await link(tmpdir(), join(root, 'tracked.log'));
  git('add', '-f', 'tracked.log', 'z-out.ts');
  await mkdir(`${root}x`);
  const { files, skipped } = await findFiles(root).finally(() => rm(`${root}x`, { recursive: true }));
  expect(files).toEqual(['.gitignore', 'a.ts', 'in/b.ts']);
  expect(skipped).toEqual([
    { file: 'loop.ts', reason: 'it is a link that leads back to itself' },
    { file: 'none.ts', reason: 'it is a link to nothing' },
    { file: 'tracked.log', reason: 'it is a link that leads out of the directory' },
    { file: 'y-beside.ts', reason: 'it is a link that leads out of the directory' },
    { file: 'z-out.ts', reason: 'it is a link that leads out of the directory' },
  ]);
});

test('a directory that cannot be listed', async () => {
  await write('a.ts');
  expect((await findFiles(join(root, 'a.ts'))).skipped).toEqual([
    { file: '.', reason: 'it cannot be listed: ENOTDIR' },
  ]);
});

test('a list of git that cannot be had, and is not needed', async () => {
  await write('.git', 'a.ts');
  expect((await findFiles(root)).skipped).toEqual([]);
});

test('a list of git that cannot be had', async () => {
  await write('.git', 'a.ts', '.gitignore', 'a.log');
  expect((await findFiles(root)).skipped).toEqual([
    {
      file: '.git',
      reason: 'git answered with an error, so tracked files that .gitignore names were left out',
    },
  ]);
});

test.each([
  ['EACCES', 'this user may not read it'],
  ['EPERM', 'this user may not read it'],
  ['ELOOP', 'it is a link that leads back to itself'],
  ['EIO', 'it cannot be read: EIO'],
])('%s: %s', (code, reason) => {
  expect(reasonOf(Object.assign(new Error('why'), { code }), 'read')).toBe(reason);
});
test('another reason', () => {
  expect(reasonOf(new Error('why'), 'read')).toBe('it cannot be read: why');
});
