import { describe, expect, test } from 'vitest';
import { withPlaceholders } from '../../../source/scan/code/sql-text.ts';
import { foundIn } from '../scan-text.ts';

const bump = '{ usage_count: n + 1 }';
const update = (table: string, values = bump) =>
  `export const use = (id: string, n: number) => supabase.from(${table}).update(${values}).eq('id', id);`;
// A hole of a template in what is scanned is written as #{}.
const found = async (text: string) =>
  (await foundIn({ 'a.ts': `${text.replaceAll('#{', '${')}\n` })).join('; ');

describe('the name of a table is followed', () => {
  test.each<[string, string, string, boolean]>([
    ['a constant', "const T = 'presets';", 'T', true],
    ['another constant', "const T = 'styles';", 'T', false],
    ['a member', "const T = { presets: 'presets', styles: 'styles' };", 'T.presets', true],
    ['another member', "const T = { presets: 'presets', styles: 'styles' };", 'T.styles', false],
    ['a member in brackets', "const T = { a: 'presets', b: 'styles' };", "T['a']", true],
    ['another in brackets', "const T = { a: 'presets', b: 'styles' };", "T['b']", false],
    ['a frozen object', "const T = Object.freeze({ a: 'presets' });", 'T.a', true],
    ['an object that is constant', "const T = { a: 'presets' } as const;", 'T.a', true],
    ['an enum', "enum T { A = 'presets', B = 'styles' }", 'T.A', true],
    ['another of an enum', "enum T { A = 'presets', B = 'styles' }", 'T.B', false],
    ['an element', "const T = ['styles', 'presets'];", 'T[1]', true],
    ['another element', "const T = ['styles', 'presets'];", 'T[0]', false],
    ['taken from an object', "const { a } = { a: 'presets', b: 'styles' };", 'a', true],
    ['another taken from it', "const { b } = { a: 'presets', b: 'styles' };", 'b', false],
    ['under another name', "const { a: T } = { a: 'presets' };", 'T', true],
    ['taken from a list', "const [, T] = ['styles', 'presets'];", 'T', true],
    ['by default', "const { a = 'presets' } = {};", 'a', true],
    ['one or the other', "const T = flag ? 'presets' : 'styles';", 'T', true],
    ['neither', "const T = flag ? 'likes' : 'styles';", 'T', false],
    ['or else', "const T = env ?? 'presets';", 'T', true],
    ['only if', "const T = flag && 'presets';", 'T', true],
    ['what a function gives', "const T = () => 'presets';", 'T()', true],
    ['what another gives', "const T = () => 'styles';", 'T()', false],
    ['a static member', "class C { static T = 'presets'; }", 'C.T', true],
    ['another static member', "class C { static T = 'styles'; }", 'C.T', false],
    ['an instance', "class C { T = 'presets'; }\nconst c = new C();", 'c.T', true],
    ['a template', "const name = 'presets';", '`#{name}`', true],
    ['put together', "const kind = 'preset';", "kind + 's'", true],
    ['put together otherwise', "const kind = 'style';", "kind + 's'", false],
    ['a name of its own in between', "const T = 'presets';\nconst U = T;", 'U', true],
    ['a type', "const T: string = 'presets';", 'T!', true],
    ['in itself', 'const T = T;', 'T', false],
  ])('%s', async (_, before, table, is) => {
    expect(await found(`${before}\n${update(table)}`)).toBe(
      is ? `${before.split('\n').length + 1} supabase-update adds` : '',
    );
  });

  test.each<[string, string, boolean]>([
    ['of a loop', "for (const T of ['presets', 'styles']) TABLE", true],
    ['of a loop over others', "for (const T of ['likes', 'styles']) TABLE", false],
    ['of a callback', "['presets', 'styles'].forEach(T => { TABLE });", true],
    ['of a callback over others', "['likes', 'styles'].forEach(T => { TABLE });", false],
    ['of a mapped list', "['preset'].map(kind => `#{kind}s`).forEach(T => { TABLE });", true],
    ['of what is left of a list', "['presets', 'styles'].filter(Boolean).forEach(T => { TABLE });", true],
  ])('%s', async (_, text, is) => {
    const write = `await supabase.from(T).update({ usage_count: n + 1 });`;
    expect(await found(`export async function use(n) {\n${text.replace('TABLE', write)}\n}`)).toBe(
      is ? '2 supabase-update adds' : '',
    );
  });
});

describe('what a function is given is followed to its callers', () => {
  const table = 'const put = (table, n) => supabase.from(table).update({ usage_count: n + 1 });\n';
  const values = "const put = (values) => supabase.from('presets').update(values);\n";
  const column = "const put = (column, n) => supabase.from('presets').update({ [column]: n + 1 });\n";
  test.each<[string, string, string]>([
    ['a table', `${table}export const use = n => put('presets', n);`, '1 supabase-update adds'],
    ['another table', `${table}export const use = n => put('styles', n);`, ''],
    ['values', `${values}export const use = n => put({ usage_count: n + 1 });`, '2 supabase-update adds'],
    ['other values', `${values}export const use = n => put({ name: n + 1 });`, ''],
    ['a column', `${column}export const use = n => put('usage_count', n);`, '2 supabase-update adds'],
    ['another column', `${column}export const use = n => put('name', n);`, ''],
    ['nothing', `${values}export const use = () => put();`, ''],
    ['by nobody', values, ''],
    [
      'a method',
      `class Repo {\n  put(values) { return supabase.from('presets').update(values); }\n}\nexport const use = n => new Repo().put({ usage_count: n + 1 });`,
      '4 supabase-update adds',
    ],
    [
      'a method of another class',
      `class Repo {\n  put(values) { return supabase.from('presets').update(values); }\n}\nclass Other {\n  put(values) { return values; }\n}\nexport const use = n => new Other().put({ usage_count: n + 1 });`,
      '',
    ],
    [
      'an option',
      "const put = ({ table, values }) => supabase.from(table).update(values);\nexport const use = n => put({ table: 'presets', values: { usage_count: n + 1 } });",
      '2 supabase-update adds',
    ],
    [
      'another option',
      "const put = ({ table, values }) => supabase.from(table).update(values);\nexport const use = n => put({ table: 'styles', values: { usage_count: n + 1 } });",
      '',
    ],
    [
      'SQL',
      "const run = (text) => pool.query(text);\nexport const use = () => run('UPDATE presets SET usage_count = usage_count + 1');",
      '2 sql adds',
    ],
  ])('%s', async (_, text, expected) => {
    expect(await found(text)).toBe(expected);
  });
});

describe('an import is followed', () => {
  const use = (line: string, table: string) => `${line}\n${update(table)}\n`;
  test.each<[string, Record<string, string>, boolean]>([
    ['a name', { 'a.ts': use("import { T } from './t';", 'T'), 't.ts': "export const T = 'presets';" }, true],
    [
      'another',
      { 'a.ts': use("import { T } from './t';", 'T'), 't.ts': "export const T = 'styles';" },
      false,
    ],
    [
      'with its extension',
      { 'a.ts': use("import { T } from './t.js';", 'T'), 't.ts': "export const T = 'presets';" },
      true,
    ],
    [
      'an index',
      { 'a.ts': use("import { T } from './t';", 'T'), 't/index.ts': "export const T = 'presets';" },
      true,
    ],
    [
      'under another name',
      {
        'a.ts': use("import { U as T } from './t';", 'T'),
        't.ts': "const T = 'presets';\nexport { T as U };",
      },
      true,
    ],
    ['the default', { 'a.ts': use("import T from './t';", 'T'), 't.ts': "export default 'presets';" }, true],
    [
      'another default',
      {
        'a.ts': use("import T from './t';", 'T'),
        't.ts': "export default 'styles';\nexport const T = 'presets';",
      },
      false,
    ],
    [
      'all of a file',
      { 'a.ts': use("import * as t from './t';", 't.T'), 't.ts': "export const T = 'presets';" },
      true,
    ],
    [
      'passed on',
      {
        'a.ts': use("import { T } from './u';", 'T'),
        'u.ts': "export { T } from './t';",
        't.ts': "export const T = 'presets';",
      },
      true,
    ],
    [
      'passed on with all',
      {
        'a.ts': use("import { T } from './u';", 'T'),
        'u.ts': "export * from './t';",
        't.ts': "export const T = 'presets';",
      },
      true,
    ],
    [
      'in a circle',
      {
        'a.ts': use("import { T } from './u';", 'T'),
        'u.ts': "export * from './t';",
        't.ts': "export * from './u';",
      },
      false,
    ],
    [
      'CommonJS',
      {
        'a.js':
          "const { T } = require('./t');\nmodule.exports = n => db.from(T).update({ usage_count: n + 1 });\n",
        't.js': "exports.T = 'presets';\n",
      },
      true,
    ],
    [
      'CommonJS as a whole',
      {
        'a.js':
          "const t = require('./t');\nmodule.exports = n => db.from(t.T).update({ usage_count: n + 1 });\n",
        't.js': "module.exports = { T: 'presets' };\n",
      },
      true,
    ],
    [
      'CommonJS of another',
      {
        'a.js':
          "const t = require('./t');\nmodule.exports = n => db.from(t.T).update({ usage_count: n + 1 });\n",
        't.js': "module.exports = { T: 'styles' };\n",
      },
      false,
    ],
    [
      'a dynamic one',
      {
        'a.ts':
          "export const use = async (n: number) => {\n  const { T } = await import('./t');\n  await db.from(T).update({ usage_count: n + 1 });\n};\n",
        't.ts': "export const T = 'presets';",
      },
      true,
    ],
    [
      'by a path of tsconfig',
      {
        'tsconfig.json': '{ "compilerOptions": { "paths": { "#x/*": ["./lib/*"] } } }',
        'a.ts': use("import { T } from '#x/t';", 'T'),
        'lib/t.ts': "export const T = 'presets';",
      },
      true,
    ],
    [
      'by a path that is not there',
      { 'a.ts': use("import { T } from '#x/t';", 'T'), 'lib/t.ts': "export const T = 'presets';" },
      false,
    ],
  ])('%s', async (_, files, is) => {
    expect((await foundIn(files)).length).toBe(is ? 1 : 0);
  });
});

describe('SQL that is put together', () => {
  test.each<[string, string, string]>([
    ['a text', "q('UPDATE presets SET usage_count = usage_count + 1')", '1 sql adds'],
    ['a template', 'q(`UPDATE presets SET usage_count = usage_count + #{n} WHERE id = #{id}`)', '1 sql adds'],
    ['a table that is given', 'q(`UPDATE #{PRESETS_TABLE} SET usage_count = usage_count + 1`)', '1 sql adds'],
    ['another table that is given', 'q(`UPDATE #{STYLES_TABLE} SET usage_count = usage_count + 1`)', ''],
    ['pieces', "q('UPDATE presets ' + 'SET usage_count = usage_count + 1')", '1 sql adds'],
    ['a list', "q(['UPDATE presets', 'SET usage_count = usage_count + 1'].join(' '))", '1 sql adds'],
    [
      'a list that is joined without a space',
      "q(['UPDATE presets', 'SET usage_count = usage_count + 1'].join(''))",
      '',
    ],
    [
      'a name in a format',
      "q(format('UPDATE %I SET usage_count = usage_count + 1', 'presets'))",
      '1 sql adds',
    ],
    ['another name in a format', "q(format('UPDATE %I SET usage_count = usage_count + 1', 'styles'))", ''],
    [
      "knex's names",
      "knex.raw('UPDATE ?? SET ?? = ?? + 1', ['presets', 'usage_count', 'usage_count'])",
      '1 sql adds',
    ],
    [
      "knex's names of another",
      "knex.raw('UPDATE ?? SET ?? = ?? + 1', ['styles', 'usage_count', 'usage_count'])",
      '',
    ],
    ['a tag with a name', "sql`UPDATE #{sql('presets')} SET usage_count = usage_count + 1`", '1 sql adds'],
    ['a tag with another', "sql`UPDATE #{sql('styles')} SET usage_count = usage_count + 1`", ''],
    [
      'a tag with a raw piece',
      "sql`UPDATE #{sql.raw('presets')} SET usage_count = usage_count + 1`",
      '1 sql adds',
    ],
    ['only printed', "console.log('UPDATE presets SET usage_count = usage_count + 1')", ''],
    ['only compared', "text === 'UPDATE presets SET usage_count = usage_count + 1'", ''],
  ])('%s', async (_, text, expected) => {
    expect(await found(`export const use = async (id, n) => ${text};`)).toBe(expected);
  });
});

test.each([
  ['a = ? AND b ?| c AND d ?& e', 'a = $1 AND b ?| c AND d ?& e'],
  ['a = :id, b::text, :c:d', 'a = $1 , b::text, :c:d'],
  ["a = ':id' AND b = 'it''s :x' AND c = :y", "a = ':id' AND b = 'it''s :x' AND c = $1"],
  ['a = @name AND b @> c AND d <@ e AND f@g', 'a = $1    AND b @> c AND d <@ e AND f@g'],
  ['a = %s AND %I = %L', 'a = $1 AND n  = $1'],
  ['?? = ?', 'n  = $1'],
  ['$<a.b> $(c) $[e] $/f/', '$1     $1   $1   $1  '],
  ['$1:name $2:raw $3:alias $4:csv $5:json $6:value $7:other', 'n1 $2 n3 $4 $5 $6 $7:other'],
])('the placeholders of drivers in %j', (text, plain) => {
  expect(withPlaceholders(text)).toBe(plain);
});
