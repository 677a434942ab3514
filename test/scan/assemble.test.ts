import { describe, expect, test } from 'vitest';
import { sortByLocation } from '../../source/scan/assemble.ts';
import { foundIn, scanText } from './scan-text.ts';

test('findings are in the order of their places, and the first of each', () => {
  const at = (file: string, line: number, column: number) => ({ file, line, column });
  const all = [at('b', 1, 1), at('a', 2, 1), at('a', 1, 9), at('a', 1, 2), at('a', 2, 1), at('b', 2, 1)];
  expect(sortByLocation(all)).toEqual([
    at('a', 1, 2),
    at('a', 1, 9),
    at('a', 2, 1),
    at('b', 1, 1),
    at('b', 2, 1),
  ]);
  const named = (text: string) => ({ ...at('a', 1, 1), text });
  expect(sortByLocation([named('one'), named('other')])).toEqual([named('one')]);
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
    [
      'a component whose script begins in the line in which an expression of it ends',
      { 'a.svelte': `<b>{${bump.slice(6, -1)}}</b> <script>const n = 1;</script>` },
      ['1 supabase-update adds'],
    ],
    [
      'an expression in the line in which a script ends without a semicolon',
      { 'a.svelte': `<script>import { n } from './n'</script><b>{${bump.slice(6, -1)}}</b>` },
      ['1 supabase-update adds'],
    ],
    [
      'expressions of a component right beside each other',
      { 'a.svelte': `<b>{f(1)}{${bump.slice(6, -1)}}{f(2)}{f(3)}\n{${bump.slice(6, -1)}}</b>` },
      ['1 supabase-update adds', '2 supabase-update adds'],
    ],
    [
      'lines of a component that are no front matter',
      { 'a.svelte': `<b>{${bump.slice(6, -1)}}</b>\n---\n${bump}\n---\n` },
      ['1 supabase-update adds'],
    ],
    ['front matter', { 'a.astro': `---\nconst n = 1;\n${bump}\n---\n<p>a</p>` }, ['3 supabase-update adds']],
    [
      'both scripts of a component',
      { 'a.vue': `<script>\n${bump}\n</script>\n<script setup>\n${bump}\n</script>` },
      ['2 supabase-update adds', '5 supabase-update adds'],
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
      'a command whose name only begins like one that prints',
      { 'a.sh': 'logical "UPDATE presets SET usage_count = 1"' },
      ['1 shell-sql sets'],
    ],
    [
      'a script in capitals',
      { 'a.sh': 'psql -c "UPDATE PRESETS SET USAGE_COUNT = 1"' },
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

describe('a new preset that begins with', () => {
  const sql = (text: string) => ({ 'a.ts': `await pool.query("${text}", [n]);` });
  test.each<[string, Record<string, string>, string]>([
    [
      'what code is given, which may be 0',
      sql('INSERT INTO presets (usage_count) VALUES ($1)'),
      '1 only insert-with-count',
    ],
    ['a number', sql('INSERT INTO presets (name, usage_count) VALUES ($1, 5)'), '1 only insert-with-count'],
    ['a number alone', sql('INSERT INTO presets (usage_count) VALUES (5)'), '1 sql sets'],
    [
      'what another row has',
      sql('INSERT INTO presets (usage_count) SELECT usage_count FROM presets WHERE id = $1'),
      '1 sql sets',
    ],
    [
      'what a function is given',
      {
        'a.sql':
          "CREATE FUNCTION make(int) RETURNS void LANGUAGE sql AS 'INSERT INTO presets (usage_count) VALUES ($1)';",
      },
      '1 migration-counter sets',
    ],
  ])('%s', async (_, files, found) => {
    expect(await foundIn(files)).toEqual([found]);
  });
});

test.each<[kind: string, files: Record<string, string>, words: RegExp]>([
  [
    'recount',
    { 'a.sql': 'UPDATE presets SET usage_count = (SELECT count(*) FROM preset_usage WHERE preset_id = id);' },
    /^It sets the count to the number of records, .* preset-usage sync loses none\.$/,
  ],
  [
    'reset',
    { 'a.sql': 'UPDATE presets SET usage_count = 0;' },
    /^It sets counts to 0 once but keeps the records\. preset-usage reset /,
  ],
  [
    'row-saved',
    {
      'a.ts':
        'async function use(id) { const preset = await Preset.findOne(id); await presetRepository.save(preset); }',
    },
    /^It saves a row that was read before\. .* update\(\) with the changed columns avoids it\.$/,
  ],
  [
    'insert-with-count',
    { 'a.ts': "await supabase.from('presets').insert({ usage_count: n });" },
    /^A new preset starts with a count that has no records\.$/,
  ],
  [
    'insert-with-count',
    { 'a.sql': "INSERT INTO presets VALUES (1, 'a', 5);" },
    /^It names no columns, .* its values is usage_count\. Name the columns, and leave usage_count out\.$/,
  ],
])('what is to be said of a %s of %j', async (kind, files, words) => {
  expect((await scanText(files)).notes).toMatchObject([{ kind, message: expect.stringMatching(words) }]);
});

test('SQL that cannot be parsed is named with its line', async () => {
  const { unparsed } = await scanText({ 'a.sql': '\n\nUPDATE presets SET usage_count = = 1;\n' });
  expect(unparsed).toMatchObject([{ file: 'a.sql', line: 3 }]);
});

test('SQL of code that cannot be parsed is named where it may change the count', async () => {
  const unparsed = async (text: string) =>
    (await scanText({ 'a.ts': `await db.query('${text}');` })).unparsed;
  expect(await unparsed('UPDATE presets SET usage_count = = 1')).toHaveLength(1);
  expect(await unparsed('SELECT usage_count FROM presets WHERE WHERE')).toEqual([]);
  expect(await unparsed('UPDATE presets SET name = = 1')).toEqual([]);
});

test('SQL after a variable of a script has its place', async () => {
  const script = 'psql -c "DELETE FROM a WHERE b = #{OWN_ID}; UPDATE presets SET usage_count = 1"'.replace(
    '#{',
    '${',
  );
  const { writes } = await scanText({ 'a.sh': script });
  expect(writes).toMatchObject([{ column: script.indexOf('UPDATE') + 1 }]);
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
