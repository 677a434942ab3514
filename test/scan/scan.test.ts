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

  test('tests are counted but skipped', async () => {
    await write({ 'src/a.test.ts': bump, 'e2e/b.ts': bump, '__mocks__/c.ts': bump });
    expect(await scanDirectory(root)).toMatchObject({ files: 0, ignored: 3, writes: [] });
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

describe('what is told', () => {
  const counted = 'trigger_auto_increment_preset_usage_count';

  test('of a write: the whole statement, its change, why it is wrong and what to do', async () => {
    await write({
      'a.ts': `export async function use(id: string) {
  const { data } = await supabase.from('presets').select('*').eq('id', id).single();
  await supabase
    .from('presets')
    .update({ usage_count: data.usage_count + 1 })
    .eq('id', id);
}
export const copied = () => pool.query('INSERT INTO presets (name, usage_count) SELECT name, uses FROM old WHERE id = $1', [1]);
`,
      'b.sql': 'SELECT 1;\n  UPDATE presets\n  SET usage_count = usage_count + 1;\n',
    });
    const ofNew = {
      why: `New presets begin with a count that another source gives them. The count is the number of records, kept by the trigger ${counted}: without as many records it is wrong from the start.`,
      hint: 'Leave usage_count out, so that it begins at 0, and insert the records. If it has run, run preset-usage sync.',
    };
    const instead =
      'Remove the write and record the use instead: track_preset_usage() or an insert into preset_usage. Then run preset-usage sync.';
    expect((await scanDirectory(root)).writes).toEqual([
      {
        file: 'a.ts',
        line: 5,
        column: 6,
        text: "await supabase .from('presets') .update({ usage_count: data.usage_count + 1 }) .eq('id', id);",
        kind: 'supabase-update',
        how: 'adds',
        why: `A recorded use is counted by the trigger ${counted}. Adding one by hand counts it twice, or counts a use that has no record. It also writes back what it read before: simultaneous uses overwrite each other.`,
        hint: instead,
        record: null,
      },
      {
        file: 'a.ts',
        line: 8,
        column: 41,
        text: "pool.query('INSERT INTO presets (name, usage_count) SELECT name, uses FROM old WHERE id = $1', [1])",
        kind: 'sql',
        how: 'sets',
        ...ofNew,
        record: null,
      },
      {
        file: 'b.sql',
        line: 2,
        column: 3,
        text: 'UPDATE presets SET usage_count = usage_count + 1',
        kind: 'sql',
        how: 'adds',
        why: `A recorded use is counted by the trigger ${counted}. Adding one by hand counts it twice, or counts a use that has no record.`,
        hint: instead,
        record: null,
      },
    ]);
  });

  test('of what is only worth a look', async () => {
    await write({
      'a.ts': `export async function recount(id: string) {
  const { count } = await supabase.from('preset_usage').select('*', { count: 'exact' }).eq('preset_id', id);
  await supabase.from('presets').update({ usage_count: count }).eq('id', id);
}
export const create = (n: number) => supabase.from('presets').insert({ name: 'a', usage_count: n });
export const begin = () => supabase.from('presets').insert({ name: 'a', usage_count: 0 });
export const sql = (n: number) => pool.query('INSERT INTO presets (name, usage_count) VALUES ($1, $2)', ['a', n]);
`,
      'b.sql': `UPDATE presets SET usage_count = 0 WHERE usage_count IS NULL;
UPDATE presets p SET usage_count = (SELECT count(*) FROM preset_usage u WHERE u.preset_id = p.id);
INSERT INTO presets VALUES (1, 'Film', 10);
`,
    });
    const recount =
      'It sets the count to the number of records, so nothing counts twice. Under live traffic it may lose uses that commit meanwhile; preset-usage sync loses none.';
    const begins = 'A new preset starts with a count that has no records.';
    const { writes, notes } = await scanDirectory(root);
    expect(writes).toEqual([]);
    expect(notes).toEqual([
      {
        file: 'a.ts',
        line: 3,
        column: 34,
        text: "await supabase.from('presets').update({ usage_count: count }).eq('id', id);",
        kind: 'recount',
        message: recount,
      },
      {
        file: 'a.ts',
        line: 5,
        column: 63,
        text: "supabase.from('presets').insert({ name: 'a', usage_count: n })",
        kind: 'insert-with-count',
        message: begins,
      },
      {
        file: 'a.ts',
        line: 7,
        column: 47,
        text: "pool.query('INSERT INTO presets (name, usage_count) VALUES ($1, $2)', ['a', n])",
        kind: 'insert-with-count',
        message: begins,
      },
      {
        file: 'b.sql',
        line: 1,
        column: 1,
        text: 'UPDATE presets SET usage_count = 0 WHERE usage_count IS NULL',
        kind: 'reset',
        message:
          'It sets counts to 0 once but keeps the records. preset-usage reset shows what that changes, and can be undone.',
      },
      {
        file: 'b.sql',
        line: 2,
        column: 1,
        text: 'UPDATE presets p SET usage_count = (SELECT count(*) FROM preset_usage u WHERE u.preset_id = p.id)',
        kind: 'recount',
        message: recount,
      },
      {
        file: 'b.sql',
        line: 3,
        column: 1,
        text: "INSERT INTO presets VALUES (1, 'Film', 10)",
        kind: 'insert-with-count',
        message:
          'It names no columns, and no scanned file says which of its values is usage_count. Name the columns, and leave usage_count out.',
      },
    ]);
  });
});
