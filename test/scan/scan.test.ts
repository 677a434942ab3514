import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { scanDirectory } from '../../source/scan/scan.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'scan-'));
});

afterEach(() => rm(root, { recursive: true, force: true }));

const bump = "await supabase.from('presets').update({ usage_count: n + 1 }).eq('id', id);\n";

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

const filesWithWrites = async () => (await scanDirectory(root)).writes.map(({ file }) => file);

describe('what is read', () => {
  test.each<[string, Record<string, string>, string[]]>([
    [
      'a directory that .gitignore names',
      { '.gitignore': 'generated/\n', 'generated/a.ts': bump, 'a.ts': bump },
      ['a.ts'],
    ],
    ['a pattern', { '.gitignore': '*.gen.ts\n', 'src/a.gen.ts': bump, 'src/a.ts': bump }, ['src/a.ts']],
    [
      'a negation',
      { '.gitignore': 'out/*\n!out/kept.ts\n', 'out/a.ts': bump, 'out/kept.ts': bump },
      ['out/kept.ts'],
    ],
    [
      'a .gitignore further down, which counts from there',
      { 'web/.gitignore': '/build\n', 'web/build/a.ts': bump, 'build/a.ts': bump },
      ['build/a.ts'],
    ],
    [
      'one further down that takes back what one above says',
      { '.gitignore': '*.js\n', 'keep/.gitignore': '!*.js\n', 'keep/a.js': bump, 'a.js': bump },
      ['keep/a.js'],
    ],
    ['.git/info/exclude', { '.git/info/exclude': 'mine.ts\n', 'mine.ts': bump, 'a.ts': bump }, ['a.ts']],
    [
      'what is installed or built, even where nobody ignores it',
      {
        'node_modules/x/a.js': bump,
        'dist/a.js': bump,
        '.git/a.js': bump,
        'vendor/a.js': bump,
        'src/dist.ts': bump,
      },
      ['src/dist.ts'],
    ],
  ])('%s', async (_, files, expected) => {
    await write(files);
    expect(await filesWithWrites()).toEqual(expected);
  });

  test('the rules of the repository around the directory count too', async () => {
    await write({ '.git/HEAD': '', '.gitignore': 'app/cache/\n', 'app/cache/a.ts': bump, 'app/a.ts': bump });
    const { writes } = await scanDirectory(join(root, 'app'));
    expect(writes.map(({ file }) => file)).toEqual(['a.ts']);
  });

  test('tests are counted but skipped, and read on request', async () => {
    await write({ 'src/a.test.ts': bump, 'e2e/b.ts': bump, '__mocks__/c.ts': bump });
    expect(await scanDirectory(root)).toMatchObject({ files: 0, ignored: 3, writes: [] });
    expect((await scanDirectory(root, { tests: true })).writes).toHaveLength(3);
  });

  test('a link in a circle ends, one out of the directory is named, one inside is read once', async () => {
    await write({ 'app/src/a.ts': bump, 'other/b.ts': bump });
    await symlink('..', join(root, 'app/src/loop'));
    await symlink('src', join(root, 'app/same'));
    await symlink(join(root, 'other'), join(root, 'app/outside'));
    await symlink('self', join(root, 'app/self'));
    const { writes, skipped } = await scanDirectory(join(root, 'app'));
    expect(writes.map(({ file }) => file)).toEqual(['src/a.ts']);
    expect(skipped).toEqual([
      { file: 'outside', reason: 'it is a link that leads out of the directory' },
      { file: 'self', reason: 'it is a link that leads back to itself' },
    ]);
  });

  test('files that are too large, not text or minified are listed', async () => {
    await write({
      'large.sql': `-- ${'x'.repeat(3 * 1024 * 1024)}`,
      'binary.js': `usage_count\0${bump}`,
      'app.min.js': `${bump.trim()}${'var a=1;'.repeat(5000)}`,
    });
    expect((await scanDirectory(root)).skipped).toEqual([
      { file: 'app.min.js', reason: 'it is minified' },
      { file: 'binary.js', reason: 'it is not text' },
      { file: 'large.sql', reason: 'it is larger than 2 MB' },
    ]);
  });

  test('a script is known by its first line', async () => {
    await write({
      'bin/bump': '#!/usr/bin/env bash\npsql -c "update presets set usage_count = usage_count + 1"\n',
    });
    expect(await filesWithWrites()).toEqual(['bin/bump']);
  });

  test('every one of hundreds of files', async () => {
    const names = Array.from({ length: 400 }, (_, index) => `src/${index % 20}/file${index}.ts`);
    await write(
      Object.fromEntries(names.map((name, index) => [name, index % 10 === 0 ? bump : 'export {};\n'])),
    );
    const report = await scanDirectory(root);
    expect(report.files).toBe(400);
    expect(report.writes).toHaveLength(40);
  });

  test('an empty directory has nothing', async () => {
    expect(await scanDirectory(root)).toMatchObject({
      files: 0,
      ignored: 0,
      writes: [],
      unparsed: [],
      skipped: [],
    });
  });
});

describe('what cannot be parsed is listed with its place', () => {
  test('code', async () => {
    await write({ 'src/broken.ts': `const a = 1;\nconst usage_count = ;\n`, 'src/a.ts': bump });
    const { unparsed, writes } = await scanDirectory(root);
    expect(unparsed).toMatchObject([{ file: 'src/broken.ts', line: 2, column: 21 }]);
    expect(unparsed[0]?.message).toMatch(/unexpected/i);
    expect(writes).toHaveLength(1);
  });

  test('SQL, and what surrounds the mistake is still read', async () => {
    await write({
      'a.sql': 'UPDATE presets SET usage_count = usage_count + 1;\nUPDATE presets SET usage_count + = 1;\n',
    });
    const { unparsed, writes } = await scanDirectory(root);
    expect(unparsed).toMatchObject([{ file: 'a.sql', line: 2, message: 'syntax error at or near "+"' }]);
    expect(writes).toMatchObject([{ file: 'a.sql', line: 1 }]);
  });

  test.each<[string, string, string, number[]]>([
    [
      'Vue',
      'Card.vue',
      '<template>\n  <b @click="supabase.from(`presets`).update({ usage_count: }">Use</b>\n</template>\n',
      [2],
    ],
    [
      'a pug template',
      'Card.vue',
      '<template lang="pug">\nbutton(@click="preset.usage_count ++ +")\n</template>\n',
      [2],
    ],
    [
      'Svelte',
      'Card.svelte',
      "<script>\n  export let preset;\n</script>\n<b on:click={() => supabase.from('presets').update({ usage_count: + }))}>Use</b>\n",
      [4],
    ],
    [
      'Svelte, where a brace is not closed',
      'Card.svelte',
      "<b on:click={() => { supabase.from('presets').update({ usage_count: 1 }) }>Use</b>\n<i>{preset.name}</i>\n",
      [1],
    ],
    [
      'Astro',
      'Card.astro',
      '---\nconst { presets } = Astro.props;\n---\n<ul>\n  {presets.map(preset => <li><br><b>{preset.usage_count}</b></li>)}\n</ul>\n',
      [5],
    ],
  ])('code in the markup of %s', async (_, file, text, lines) => {
    await write({ [file]: text, 'a.ts': bump });
    const { unparsed, writes } = await scanDirectory(root);
    expect(unparsed.map(each => `${each.file}:${each.line} ${each.message}`)).toEqual(
      lines.map(line => `${file}:${line} code in the markup could not be parsed`),
    );
    expect(writes.at(-1)).toMatchObject({ file: 'a.ts' });
  });

  test('not if it is markup that has nothing to do with the counter', async () => {
    await write({
      'Card.svelte': "<script>\n  const count = preset.usage_count;\n</script>\n<p>{(count + ) }</p> {'{'}\n",
      'Row.vue': '<template>\n  <p :class="() => + ">{{ preset.usage_count | short }}</p>\n</template>\n',
    });
    expect((await scanDirectory(root)).unparsed).toEqual([]);
  });

  test('not if the file is not about the counter', async () => {
    await write({ 'broken.ts': 'const a = ;\n', 'broken.sql': 'SELEKT 1;\n' });
    expect((await scanDirectory(root)).unparsed).toEqual([]);
  });
});

test.each([
  ['nowhere', 'directory-missing', /^There is no directory .*nowhere\.$/],
  ['file.ts', 'no-directory', /file\.ts is not a directory\.$/],
  ['file.ts/below', 'directory-missing', /^There is no directory/],
])('%s is refused', async (path, code, message) => {
  await write({ 'file.ts': '' });
  await expect(scanDirectory(join(root, path))).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
    exitCode: 2,
  });
});

test('an interrupt ends it', async () => {
  await write({ 'a.ts': bump });
  await expect(scanDirectory(root, { signal: AbortSignal.abort() })).rejects.toMatchObject({ exitCode: 130 });
});

test('JavaScript with types of Flow, a byte order mark and CRLF is read', async () => {
  await write({
    'a.js': `\ufeff// @flow\r\ntype P = { n: ?number };\r\nexport const f = async (n: number, id: string) => {\r\n  ${bump}};\r\n`,
  });
  const { writes } = await scanDirectory(root);
  expect(writes).toMatchObject([{ line: 4, column: 34 }]);
});
