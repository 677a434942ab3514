import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NotRead } from '../../source/scan/finding.ts';
import { languagesNotRead, nothingRead, notReadWords } from '../../source/scan/not-read.ts';
import { scanDirectory } from '../../source/scan/scan.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'scan-not-read-'));
});

afterEach(() => rm(root, { recursive: true, force: true }));

const bump = "await supabase.from('presets').update({ usage_count: n + 1 }).eq('id', id);\n";
const migration = 'UPDATE presets SET usage_count = usage_count + 1;\n';

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

const git = (...words: string[]) => execFileSync('git', ['-C', root, ...words], { stdio: 'pipe' });
const filesWithWrites = async (below = '') =>
  (await scanDirectory(join(root, below))).writes.map(({ file }) => file);
const words = async () => (await scanDirectory(root)).notRead.map(notReadWords);

describe('what git tracks is read', () => {
  test('also where .gitignore names it', async () => {
    git('init', '-q');
    await write({ 'migrations/1.sql': migration, 'lib/a.ts': bump, 'dump/2.sql': migration });
    git('add', 'migrations', 'lib');
    await write({ '.gitignore': '*.sql\n/lib/\n' });
    expect(await filesWithWrites()).toEqual(['lib/a.ts', 'migrations/1.sql']);
    expect(await words()).toEqual([
      '1 file that git ignores (1 of them in a language that is read)',
      '1 other file without code',
    ]);
  });

  test('also in directories whose names suggest that they are built, and in part of a repository', async () => {
    git('init', '-q');
    await write({ 'app/vendor/page.ts': bump, 'app/coverage/b.ts': bump, 'app/dist/new.ts': bump });
    await write({ 'app/node_modules/x/a.js': bump, '.gitignore': 'app/\n' });
    git('add', '-f', 'app/vendor', 'app/coverage', 'app/node_modules');
    expect(await filesWithWrites('app')).toEqual(['coverage/b.ts', 'vendor/page.ts']);
  });

  test('but not what is only in the index, nor what another repository tracks', async () => {
    git('init', '-q');
    await write({ 'gone.ts': bump, 'a.ts': bump });
    git('add', 'gone.ts', 'a.ts');
    await rm(join(root, 'gone.ts'));
    expect(await filesWithWrites()).toEqual(['a.ts']);
  });

  test('where git cannot say, the report does', async () => {
    await write({ '.git/HEAD': 'nonsense', '.gitignore': '*.sql\n', '1.sql': migration, 'a.ts': bump });
    const { skipped } = await scanDirectory(root);
    expect(skipped).toEqual([
      {
        file: '.git',
        reason: expect.stringMatching(/^git .*, so tracked files that \.gitignore names were left out$/),
      },
    ]);
  });
});

test('every file that is not read is counted by its reason', async () => {
  await write({
    'src/a.ts': 'export {};\n',
    'src/types.d.ts': 'export {};\n',
    'src/a.test.ts': bump,
    'api/main.py': 'x = 1\n',
    'api/util.py': 'x = 1\n',
    'api/Main.kt': 'val x = 1\n',
    'bin/run': '#!/usr/bin/env ruby\n',
    'README.md': '# Studio\n',
    '.gitignore': '/tmp/\n',
    'tmp/a.sql': migration,
    'tmp/deep/b.log': '',
    'node_modules/x/index.js': bump,
    'binary.js': 'a\0b',
  });
  expect((await scanDirectory(root)).notRead).toEqual([
    { reason: 'language', language: 'Python', files: 2, code: 0, more: false },
    { reason: 'language', language: 'Kotlin', files: 1, code: 0, more: false },
    { reason: 'language', language: 'Ruby', files: 1, code: 0, more: false },
    { reason: 'ignored', language: null, files: 2, code: 1, more: false },
    { reason: 'test', language: null, files: 1, code: 0, more: false },
    { reason: 'installed', language: null, files: 1, code: 0, more: false },
    { reason: 'types', language: null, files: 1, code: 0, more: false },
    { reason: 'skipped', language: null, files: 1, code: 0, more: false },
    { reason: 'other', language: null, files: 2, code: 0, more: false },
  ]);
  expect(await words()).toEqual([
    '2 Python files',
    '1 Kotlin file',
    '1 Ruby file',
    '2 files that git ignores (1 of them in a language that is read)',
    '1 file of tests',
    '1 directory of dependencies or build output',
    '1 file of types alone',
    '1 file that is too large, minified, not text, unreadable or a link',
    '2 other files without code',
  ]);
});

test.each([
  ['main.py', 'Python'],
  ['lib/preset.rb', 'Ruby'],
  ['index.php', 'PHP'],
  ['main.go', 'Go'],
  ['Preset.java', 'Java'],
  ['Preset.kt', 'Kotlin'],
  ['Preset.cs', 'C#'],
  ['main.rs', 'Rust'],
  ['preset.dart', 'Dart'],
  ['preset.ex', 'Elixir'],
  ['Preset.swift', 'Swift'],
  ['Preset.scala', 'Scala'],
])('%s alone is not a clean bill: %s is named', async (file, language) => {
  await write({ [file]: 'UPDATE presets SET usage_count = usage_count + 1' });
  const report = await scanDirectory(root);
  expect(languagesNotRead(report.notRead)).toBe(`1 ${language} file`);
  expect(nothingRead(report)).toMatchObject({
    code: 'nothing-to-read',
    exitCode: 2,
    message: `Nothing in ${root} was read: it has 1 ${language} file.`,
  });
});

test.each<[string, Record<string, string>, RegExp]>([
  ['nothing', {}, /was read: it has no code\.$/],
  ['tests alone', { 'a.test.ts': bump }, /was read: it has 1 file of tests\.$/],
  ['what could not be read alone', { 'a.js': 'a\0b' }, /was read: it has 1 file that is too large/],
])('%s is not a clean bill', async (_, files, message) => {
  await write(files);
  expect(nothingRead(await scanDirectory(root))?.message).toMatch(message);
});

test('one file in a language that is read is enough, and the others are named', async () => {
  await write({ 'a.sql': 'SELECT 1;', 'main.go': '' });
  const report = await scanDirectory(root);
  expect(nothingRead(report)).toBeNull();
  expect(languagesNotRead(report.notRead)).toBe('1 Go file');
});

test.each<[Partial<NotRead>, string]>([
  [{ reason: 'language', language: 'Go', files: 1 }, '1 Go file'],
  [{ reason: 'ignored', files: 1 }, '1 file that git ignores'],
  [
    { reason: 'ignored', files: 20_000, code: 1_200, more: true },
    'more than 20,000 files that git ignores (1,200 of them in a language that is read)',
  ],
  [{ reason: 'ignored', files: 1, more: true }, 'more than 1 files that git ignores'],
  [{ reason: 'test', files: 2 }, '2 files of tests'],
  [{ reason: 'installed', files: 2 }, '2 directories of dependencies or build output'],
  [{ reason: 'types', files: 2 }, '2 files of types alone'],
  [{ reason: 'skipped', files: 2 }, '2 files that are too large, minified, not text, unreadable or links'],
  [{ reason: 'other', files: 1 }, '1 other file without code'],
])('%j in words: %s', (more, words) => {
  expect(notReadWords({ reason: 'other', language: null, files: 0, code: 0, more: false, ...more })).toBe(
    words,
  );
});

test('of several reasons why nothing was read, a language is named alone', () => {
  const of = (...notRead: Partial<NotRead>[]) =>
    nothingRead({
      directory: 'app\u001b[2J',
      files: 0,
      notRead: notRead.map(each => ({
        reason: 'other',
        language: null,
        files: 1,
        code: 0,
        more: false,
        ...each,
      })),
    });
  const [python, ruby] = ['Python', 'Ruby'].map(
    (language): Partial<NotRead> => ({ reason: 'language', language }),
  );
  expect(of(python!, ruby!, { reason: 'test' })).toMatchObject({
    message: expect.stringMatching(/ was read: it has 1 Python file and 1 Ruby file\.$/),
    hint: 'Scan reads TypeScript, JavaScript, Vue, Svelte, Astro, SQL, Prisma and shell scripts. Name a directory with such code, and check other languages by hand.',
  });
  expect(of({ reason: 'test' }, { reason: 'ignored' })?.message).toMatch(
    / was read: it has 1 file of tests and 1 file that git ignores\.$/,
  );
  for (const reason of ['installed', 'types', 'other'] as const) {
    expect(of({ reason })?.message, reason).toMatch(/ was read: it has no code\.$/);
  }
  expect(of()?.message).not.toContain('\u001b');
});
