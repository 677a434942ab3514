import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importRules, isImportConfig } from '../../../../source/scan/code/follow/import-rules.ts';
import { importedFile } from '../../../../source/scan/code/follow/imports.ts';

test.each<[path: string, is: boolean]>([
  ['tsconfig.json', true],
  ['jsconfig.json', true],
  ['a/tsconfig.json', true],
  ['tsconfig.base.json', true],
  ['tsconfig-app.json', true],
  ['tsconfig', false],
  ['mytsconfig.json', false],
  ['tsconfig.json5', false],
  ['tsconfig.jsonc', false],
  ['package.json', true],
  ['my-package.json', false],
  ['package.json.bak', false],
  ['deno.json', true],
  ['deno.jsonc', true],
  ['deno.jsonx', false],
  ['mydeno.json', false],
  ['import_map.json', true],
  ['import_map.jsonx', false],
  ['packages/typescript-config/base.json', true],
  ['typescript-config/base.json', true],
  ['packages/tsconfig/next.json', true],
  ['packages/tsconfig-base/next.json', true],
  ['packages/my.config/base.json', true],
  ['packages/config/deep/base.json', false],
  ['packages/other/base.json', false],
  ['packages/config/base.json.bak', false],
  ['packages/config/base.ts', false],
])('%s says what imports mean: %s', (path, is) => {
  expect(isImportConfig(path)).toBe(is);
});

const candidates = (configs: Record<string, object | string>, from: string, specifier: string) =>
  importRules(
    new Map(
      Object.entries(configs).map(([file, json]) => [
        file,
        (typeof json === 'string' ? json : JSON.stringify(json)).replaceAll('#{', '${'),
      ]),
    ),
  ).candidates(from, specifier);

const paths = (patterns: Record<string, unknown>, more: object = {}) => ({
  compilerOptions: { paths: patterns, ...more },
});

describe('the paths of a tsconfig', () => {
  test.each<
    [what: string, configs: Record<string, object | string>, from: string, specifier: string, found: string[]]
  >([
    ['with a star', { 'tsconfig.json': paths({ '@x/*': ['./lib/*'] }) }, 'a.ts', '@x/t', ['lib/t']],
    [
      'with a star and an end',
      { 'tsconfig.json': paths({ '@x/*.js': ['./lib/*.ts'] }) },
      'a.ts',
      '@x/t.js',
      ['lib/t.ts'],
    ],
    ['another end', { 'tsconfig.json': paths({ '@x/*.js': ['./lib/*.ts'] }) }, 'a.ts', '@x/t.ts', []],
    ['another beginning', { 'tsconfig.json': paths({ '@x/*': ['./lib/*'] }) }, 'a.ts', '@y/t', []],
    ['too short', { 'tsconfig.json': paths({ 'ab*ba': ['./lib/*'] }) }, 'a.ts', 'aba', []],
    ['just long enough', { 'tsconfig.json': paths({ 'ab*ba': ['./lib/x*'] }) }, 'a.ts', 'abba', ['lib/x']],
    ['without a star', { 'tsconfig.json': paths({ '@x': ['./lib/x'] }) }, 'a.ts', '@x', ['lib/x']],
    ['without a star, longer', { 'tsconfig.json': paths({ '@x': ['./lib/x'] }) }, 'a.ts', '@x/t', []],
    ['a relative one', { 'tsconfig.json': paths({ '*': ['./lib/*'] }) }, 'a.ts', './t', []],
    [
      'several',
      { 'tsconfig.json': paths({ '@x/*': ['./lib/*', './src/*'] }) },
      'a.ts',
      '@x/t',
      ['lib/t', 'src/t'],
    ],
    ['a text', { 'tsconfig.json': paths({ '@x/*': './lib/*' }) }, 'a.ts', '@x/t', ['lib/t']],
    ['a number', { 'tsconfig.json': paths({ '@x/*': 7 }) }, 'a.ts', '@x/t', []],
    ['a dollar', { 'tsconfig.json': paths({ '@x/*': ['./lib/*'] }) }, 'a.ts', '@x/$&', ['lib/$&']],
    [
      'in a directory',
      { 'web/tsconfig.json': paths({ '@x/*': ['./lib/*'] }) },
      'web/src/a.ts',
      '@x/t',
      ['web/lib/t'],
    ],
    ['of another directory', { 'web/tsconfig.json': paths({ '@x/*': ['./lib/*'] }) }, 'api/a.ts', '@x/t', []],
    [
      'of both, the nearer first',
      {
        'tsconfig.json': paths({ '@x/*': ['./all/*'] }),
        'web/tsconfig.json': paths({ '@x/*': ['./own/*'] }),
      },
      'web/a.ts',
      '@x/t',
      ['web/own/t', 'all/t'],
    ],
    [
      'with a base',
      { 'tsconfig.json': paths({ '@x/*': ['lib/*'] }, { baseUrl: './src' }) },
      'a.ts',
      '@x/t',
      ['src/lib/t', 'src/@x/t'],
    ],
    [
      'a base alone',
      { 'tsconfig.json': { compilerOptions: { baseUrl: 'src' } } },
      'a.ts',
      'lib/t',
      ['src/lib/t'],
    ],
    ['a base that is no text', { 'tsconfig.json': { compilerOptions: { baseUrl: 7 } } }, 'a.ts', 'lib/t', []],
    ['nothing', { 'tsconfig.json': {} }, 'a.ts', 'lib/t', []],
    ['no options', { 'tsconfig.json': { compilerOptions: [] } }, 'a.ts', 'lib/t', []],
    ['a list', { 'tsconfig.json': '[]' }, 'a.ts', 'lib/t', []],
    ['null', { 'tsconfig.json': 'null' }, 'a.ts', 'lib/t', []],
    ['no JSON', { 'tsconfig.json': '{' }, 'a.ts', 'lib/t', []],
    [
      'commas right before an end',
      { 'tsconfig.json': '{"compilerOptions":{"paths":{"@x/*":["./lib/*",],},},}' },
      'a.ts',
      '@x/t',
      ['lib/t'],
    ],
    [
      'comments',
      {
        'tsconfig.json':
          '\ufeff{ // x\n "compilerOptions": /* y */ { "paths": { "@x/*": ["./lib//*", "./a,]"], }, }, }',
      },
      'a.ts',
      '@x/t',
      ['lib/t', 'a,]'],
    ],
    [
      'quotes in a text',
      { 'tsconfig.json': '{ "compilerOptions": { "paths": { "@\\"x/*": ["./lib/*"] } } }' },
      'a.ts',
      '@"x/t',
      ['lib/t'],
    ],
    [
      'extended',
      { 'tsconfig.json': { extends: './base.json' }, 'base.json': paths({ '@x/*': ['./lib/*'] }) },
      'a.ts',
      '@x/t',
      ['lib/t'],
    ],
    [
      'extended without an end',
      { 'tsconfig.json': { extends: './base' }, 'base.json': paths({ '@x/*': ['./lib/*'] }) },
      'a.ts',
      '@x/t',
      ['lib/t'],
    ],
    [
      'extended from a directory',
      { 'tsconfig.json': { extends: './conf' }, 'conf/tsconfig.json': paths({ '@x/*': ['./lib/*'] }) },
      'a.ts',
      '@x/t',
      ['conf/lib/t'],
    ],
    [
      'extended several',
      {
        'tsconfig.json': { extends: ['./one', './two'] },
        'one.json': paths({ '@x/*': ['./1/*'] }),
        'two.json': paths({ '@x/*': ['./2/*'] }),
      },
      'a.ts',
      '@x/t',
      ['1/t', '2/t'],
    ],
    [
      'extended, own first',
      {
        'tsconfig.json': { extends: './base', ...paths({ '@x/*': ['./own/*'] }) },
        'base.json': paths({ '@x/*': ['./lib/*'] }),
      },
      'a.ts',
      '@x/t',
      ['own/t', 'lib/t'],
    ],
    [
      'extended in a circle',
      { 'tsconfig.json': { extends: './tsconfig.json', ...paths({ '@x': ['./x'] }) } },
      'a.ts',
      '@x',
      Array.from({ length: 9 }, () => 'x'),
    ],
    [
      'extended from a package',
      {
        'web/tsconfig.json': { extends: '@me/conf/base.json' },
        'conf/package.json': { name: '@me/conf' },
        'conf/base.json': paths({ '@x/*': ['#{configDir}/lib/*'] }),
      },
      'web/a.ts',
      '@x/t',
      ['web/lib/t'],
    ],
    [
      'extended from a package by its name',
      {
        'web/tsconfig.json': { extends: '@me/conf' },
        'conf/package.json': { name: '@me/conf' },
        'conf/tsconfig.json': paths({ '@x/*': ['./lib/*'] }),
      },
      'web/a.ts',
      '@x/t',
      ['conf/lib/t'],
    ],
    [
      'extended from a package of elsewhere',
      {
        'web/tsconfig.json': { extends: '@me/lint/base.json' },
        'conf/package.json': { name: '@me/conf' },
        'conf/base.json': paths({ '@x/*': ['./lib/*'] }),
      },
      'web/a.ts',
      '@x/t',
      [],
    ],
    [
      'extended from a package of a longer name',
      {
        'web/tsconfig.json': { extends: '@me/config' },
        'conf/package.json': { name: '@me/conf' },
        'conf/tsconfig.json': paths({ '@x/*': ['./lib/*'] }),
      },
      'web/a.ts',
      '@x/t',
      [],
    ],
    [
      'not from the middle',
      { 'tsconfig.json': paths({ '@x/*': ['./a#{configDir}/*'] }) },
      'a.ts',
      '@x/t',
      ['a$' + '{configDir}/t'],
    ],
  ])('%s', (_, configs, from, specifier, found) => {
    expect(candidates(configs, from, specifier)).toEqual(found);
  });
});

describe('imports of package.json and of Deno', () => {
  test.each<
    [what: string, configs: Record<string, object>, from: string, specifier: string, found: string[]]
  >([
    ['a name', { 'package.json': { imports: { '#t': './own/t.js' } } }, 'a.ts', '#t', ['own/t.js']],
    ['a star', { 'package.json': { imports: { '#x/*': './own/*' } } }, 'a.ts', '#x/t', ['own/t']],
    [
      'conditions',
      { 'package.json': { imports: { '#t': { node: './n.js', default: './d.js' } } } },
      'a.ts',
      '#t',
      ['n.js', 'd.js'],
    ],
    [
      'what is built',
      { 'package.json': { imports: { '#t': './dist/t.js' } } },
      'a.ts',
      '#t',
      ['dist/t.js', 'src/t.js', 't.js'],
    ],
    ['a directory of Deno', { 'deno.json': { imports: { '@x/': './own/' } } }, 'a.ts', '@x/t', ['own/t']],
    ['a map', { 'import_map.json': { imports: { x: './own/x.ts' } } }, 'a.ts', 'x', ['own/x.ts']],
    ['no imports', { 'package.json': { imports: 7 } }, 'a.ts', '#t', []],
    ['imports as a text', { 'package.json': { imports: 't' } }, 'a.ts', '0', []],
    ['of another directory', { 'web/package.json': { imports: { '#t': './t' } } }, 'a.ts', '#t', []],
  ])('%s', (_, configs, from, specifier, found) => {
    expect(candidates(configs, from, specifier)).toEqual(found);
  });
});

describe('packages of the workspace', () => {
  const own = (json: object) => ({ 'packages/db/package.json': { name: '@me/db', ...json } });
  const plain = (rest: string) =>
    [`src/${rest}`, rest, `lib/${rest}`].map(path => posix.join('packages/db', path));
  test.each<[what: string, json: object, specifier: string, found: string[]]>([
    ['by its name', {}, '@me/db', ['packages/db/src/', 'packages/db', 'packages/db/lib/']],
    ['a part', {}, '@me/db/rows', plain('rows')],
    ['of a longer name', {}, '@me/dbs', []],
    ['of another', {}, '@me/other', []],
    [
      'main',
      { main: './index.js' },
      '@me/db',
      ['packages/db/index.js', 'packages/db/src/', 'packages/db', 'packages/db/lib/'],
    ],
    ['main is not for a part', { main: './index.js' }, '@me/db/rows', plain('rows')],
    [
      'source, module, main, types',
      { types: './t.d.ts', main: './m.js', module: './o.js', source: './s.ts' },
      '@me/db',
      ['packages/db/s.ts', 'packages/db/o.js', 'packages/db/m.js', 'packages/db/t', ...plain('')],
    ],
    ['exports as a text', { exports: './e.js' }, '@me/db', ['packages/db/e.js', ...plain('')]],
    [
      'exports of conditions',
      { exports: { import: './i.js', require: './r.js' } },
      '@me/db',
      ['packages/db/i.js', 'packages/db/r.js', ...plain('')],
    ],
    [
      'exports by name',
      { exports: { '.': './e.js', './rows': './r.js' } },
      '@me/db/rows',
      ['packages/db/r.js', ...plain('rows')],
    ],
    [
      'exports of the package',
      { exports: { '.': './e.js', './rows': './r.js' } },
      '@me/db',
      ['packages/db/e.js', ...plain('')],
    ],
    [
      'exports with a star',
      { exports: { './*': './lib/*.js' } },
      '@me/db/rows',
      ['packages/db/lib/rows.js', 'packages/db/src/rows.js', 'packages/db/rows.js', ...plain('rows')],
    ],
    [
      'exports with a star and an end',
      { exports: { './*.js': './s/*.ts' } },
      '@me/db/rows.js',
      ['packages/db/s/rows.ts', ...plain('rows.js')],
    ],
    ['exports with another end', { exports: { './*.js': './s/*.ts' } }, '@me/db/rows', plain('rows')],
    ['exports with another beginning', { exports: { './a/*': './s/*.ts' } }, '@me/db/rows', plain('rows')],
    [
      'exports with two stars',
      { exports: { './*': './s/*/*.ts' } },
      '@me/db/rows',
      ['packages/db/s/rows/rows.ts', ...plain('rows')],
    ],
  ])('%s', (_, json, specifier, found) => {
    expect(candidates(own(json), 'apps/a.ts', specifier)).toEqual(found);
  });
  test.each<[target: string, found: string[]]>([
    ['./dist/a.js', ['dist/a.js', 'src/a.js', 'a.js']],
    ['./build/a.js', ['build/a.js', 'src/a.js', 'a.js']],
    ['./out/a.js', ['out/a.js', 'src/a.js', 'a.js']],
    ['./lib/a.js', ['lib/a.js', 'src/a.js', 'a.js']],
    ['./esm/a.js', ['esm/a.js', 'src/a.js', 'a.js']],
    ['./cjs/a.js', ['cjs/a.js', 'src/a.js', 'a.js']],
    ['./dist/esm/a.js', ['dist/esm/a.js', 'src/a.js', 'a.js']],
    ['./dist/types/a.d.ts', ['dist/types/a', 'src/a', 'a']],
    ['./a.d.mts', ['a']],
    ['./a.d.cts', ['a']],
    ['./a.d.ts.map', ['a.d.ts.map']],
    ['./a/dist/b.js', ['a/dist/b.js']],
    ['./redist/b.js', ['redist/b.js']],
    ['dist/a.js', ['dist/a.js', 'src/a.js', 'a.js']],
  ])('the source of %s', (target, found) => {
    expect(candidates({ 'p/package.json': { name: 'p', main: target } }, 'a.ts', 'p')).toEqual([
      ...found.map(each => `p/${each}`),
      'p/src/',
      'p',
      'p/lib/',
    ]);
  });
  test('the longest name first, and no name without one', () => {
    const configs = {
      'a/package.json': { name: 'x' },
      'b/package.json': { name: 'x/y' },
      'c/package.json': { name: 7 },
      'd/other.json': { name: 'x/y/z' },
    };
    expect(candidates(configs, 'a.ts', 'x/y/z')).toEqual(['b/src/z', 'b/z', 'b/lib/z']);
    expect(candidates(configs, 'a.ts', 'x/z')).toEqual(['a/src/z', 'a/z', 'a/lib/z']);
    expect(candidates({ 'a/package.json': { name: '#x' } }, 'a.ts', '#x')).toEqual([]);
  });
});

describe('the file of an import', () => {
  const file = (
    files: string[],
    from: string,
    specifier: string,
    rules?: Parameters<typeof importedFile>[3],
  ) => importedFile(from, specifier, new Set(files), rules);
  const endings =
    '.ts .tsx .mts .js .jsx .mjs .cjs .cts .vue .svelte /index.ts /index.tsx /index.js /index.jsx /index.mjs /index.cjs';
  test.each(endings.split(' '))('with %s', ending => {
    expect(file([`src/t${ending}`], 'src/a.ts', './t')).toBe(`src/t${ending}`);
    expect(file([`src/t${ending}`], 'src/a.ts', './u')).toBe(null);
    expect(file([`t${ending}`], 'src/a.ts', '../t')).toBe(`t${ending}`);
  });
  test.each<[files: string[], from: string, specifier: string, found: string | null]>([
    [['t.ts'], 'a.ts', './t.ts', 't.ts'],
    [['t.ts'], 'a.ts', './t.js', 't.ts'],
    [['t.tsx'], 'a.ts', './t.jsx', 't.tsx'],
    [['t.mts'], 'a.ts', './t.mjs', 't.mts'],
    [['t.ts'], 'a.ts', './t.json', null],
    [['t.js.ts'], 'a.ts', './t.js', 't.js.ts'],
    [['t.js', 't.ts'], 'a.ts', './t.js', 't.js'],
    [['lib/t.ts'], 'a.ts', 'lib/t', null],
    [['lib/t.ts'], 'a.ts', '@/lib/t', 'lib/t.ts'],
    [['lib/t.ts'], 'a.ts', '~/lib/t', 'lib/t.ts'],
    [['lib/t.ts'], 'a.ts', '#/lib/t', 'lib/t.ts'],
    [['lib/t.ts'], 'a.ts', 'src/lib/t', 'lib/t.ts'],
    [['lib/t.ts'], 'a.ts', '@app/lib/t', 'lib/t.ts'],
    [['lib/t.ts'], 'a.ts', '@src/lib/t', 'lib/t.ts'],
    [['lib/t.ts'], 'a.ts', '$lib/t', 'lib/t.ts'],
    [['src/lib/t.ts'], 'a.ts', '$lib/t', 'src/lib/t.ts'],
    [['src/lib/t.ts'], 'a.ts', '@/lib/t', 'src/lib/t.ts'],
    [['app/lib/t.ts'], 'a.ts', '@/lib/t', 'app/lib/t.ts'],
    [['web/src/lib/t.ts'], 'web/src/deep/a.ts', '@/lib/t', 'web/src/lib/t.ts'],
    [['web/t.ts'], 'web/src/deep/a.ts', '@/t', 'web/t.ts'],
    [['t.ts'], 'web/src/deep/a.ts', '@/t', 't.ts'],
    [['api/t.ts'], 'web/src/deep/a.ts', '@/t', null],
    [['lib/t.ts'], 'a.ts', 'x@/lib/t', null],
    [['lib/t.ts'], 'a.ts', '@other/lib/t', null],
  ])('%j from %s: %s', (files, from, specifier, found) => {
    expect(file(files, from, specifier)).toBe(found);
  });
  test('rules come first, and not for a relative one', () => {
    const rules = { candidates: () => ['rule/t'] };
    expect(file(['rule/t.ts', 't.ts'], 'a.ts', '@/t', rules)).toBe('rule/t.ts');
    expect(file(['rule/t.ts', 't.ts'], 'a.ts', './t', rules)).toBe('t.ts');
    expect(file(['t.ts'], 'a.ts', '@/t', rules)).toBe('t.ts');
  });
});
