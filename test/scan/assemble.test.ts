import { describe, expect, test } from 'vitest';
import { sortByLocation } from '../../source/scan/assemble.ts';
import { foundIn, scanText } from './scan-text.ts';

test('findings are in the order of their places, and one at each', () => {
  const at = (file: string, line: number, column: number) => ({ file, line, column });
  const all = [at('b', 1, 1), at('a', 2, 1), at('a', 1, 9), at('a', 1, 2), at('a', 2, 1), at('b', 2, 1)];
  expect(sortByLocation(all)).toEqual([
    at('a', 1, 2),
    at('a', 1, 9),
    at('a', 2, 1),
    at('b', 1, 1),
    at('b', 2, 1),
  ]);
});

describe('files of several kinds together', () => {
  const bump = "await supabase.from('presets').update({ usage_count: n + 1 }).eq('id', id);";
  test.each<[string, Record<string, string>, string[]]>([
    [
      'a name of the counter that another file holds',
      {
        'names.ts': "export const COUNTER = 'usage_count';\nexport const ROWS = 'presets';",
        'use.ts':
          "import { COUNTER, ROWS } from './names';\nawait supabase.from(ROWS).update({ [COUNTER]: n + 1 });",
      },
      ['2 supabase-update adds'],
    ],
    [
      'a component whose script does not end in a semicolon',
      {
        'a.vue': `<script>\nconst n = 1</script><template>\n<b @click="n; ${bump.slice(6, -1)}" /></template>`,
      },
      ['3 supabase-update adds'],
    ],
    [
      'a component whose script begins in the line in which its markup ends',
      {
        'a.vue': `<template>\n<b @click="${bump.slice(6, -1)}" /> <script>const n = 1;</script></template>`,
      },
      ['2 supabase-update adds'],
    ],
    ['lines of a component that are no front matter', { 'a.svelte': `<p>a</p>\n---\n${bump}\n---\n` }, []],
    ['front matter', { 'a.astro': `---\nconst n = 1;\n${bump}\n---\n<p>a</p>` }, ['3 supabase-update adds']],
    [
      'the second script of a component',
      { 'a.vue': `<script>\nconst n = 1;\n</script>\n<script setup>\n${bump}\n</script>` },
      ['5 supabase-update adds'],
    ],
    [
      'a script that writes into a file that is no SQL',
      { 'a.sh': 'echo "UPDATE presets SET usage_count = 1" > a.sql.txt' },
      [],
    ],
    [
      'a script that writes into SQL, and adds to it',
      { 'a.sh': 'echo "UPDATE presets SET usage_count = 1" >> a.sql' },
      ['1 shell-sql sets'],
    ],
    [
      'a command within the SQL of a script',
      { 'a.sh': 'psql -c "UPDATE presets SET usage_count = $(cat number) WHERE id = 1"' },
      ['1 shell-sql sets'],
    ],
  ])('%s', async (_, files, found) => {
    expect(await foundIn(files)).toEqual(found);
  });
});

test('SQL that cannot be parsed is named with its line', async () => {
  const { unparsed } = await scanText({ 'a.sql': '\n\nUPDATE presets SET usage_count = = 1;\n' });
  expect(unparsed).toMatchObject([{ file: 'a.sql', line: 3 }]);
});

test('tests are counted beside what is read', async () => {
  expect(await scanText({ 'a.ts': '', 'b.ts': '', 'a.test.ts': '' })).toMatchObject({ files: 2, ignored: 1 });
});

describe('the record beside a write', () => {
  const recordOf = async (code: string) =>
    (await scanText({ 'a.ts': code })).writes.map(({ record }) => record);
  const write = "await supabase.from('presets').update({ usage_count: n + 1 });";
  const insert = "await supabase.from('preset_usage').insert({ preset_id: id });";

  test('of a function that the same one calls', async () => {
    const code = `async function log(id) {\n${insert}\n}\nasync function use(id, n) {\nawait log(id);\n${write}\n}`;
    expect(await recordOf(code)).toEqual([5]);
  });

  test('not of a function that another one calls', async () => {
    const code = `async function log(id) {\n${insert}\n}\nasync function use(id, n) {\n${write}\n}\nasync function other(id) {\nawait log(id);\n}`;
    expect(await recordOf(code)).toEqual([null]);
  });

  test('that a request for the function makes', async () => {
    const track = "await fetch('/rest/v1/rpc/track_preset_usage', { method: 'POST' });";
    expect(await recordOf(`async function use(id, n) {\n${track}\n${write}\n}`)).toEqual([2]);
  });
});
