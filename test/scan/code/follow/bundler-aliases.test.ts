import { describe, expect, test } from 'vitest';
import { aliasesOfBundler } from '../../../../source/scan/code/follow/bundler-aliases.ts';
import { importRules } from '../../../../source/scan/code/follow/import-rules.ts';
import '../probed.ts';

/** The aliases in a configuration, as `pattern: target`; those for what is below a name are left out. */
const aliases = (text: string, file = 'vite.config.ts') =>
  aliasesOfBundler(file, text.replaceAll('#{', '${'))
    .filter(({ pattern }) => !pattern.endsWith('/*'))
    .map(({ pattern, targets }) => `${pattern}: ${targets.join(' ')}`);
const alias = (value: string) => `export default { resolve: { alias: ${value} } };`;

const bundlers =
  'vite vitest electron.vite svelte webpack astro nuxt next rollup rspack rsbuild babel craco vue';
test.each(bundlers.split(' '))('%s', name => {
  const text = alias("{ '@x': './x' }");
  expect(aliases(text, `${name}.config.ts`)).toEqual(['@x: x']);
  expect(aliases(text, `${name}.config.mjs`)).toEqual(['@x: x']);
  expect(aliases(text, `${name}.config.base.cjs`)).toEqual(['@x: x']);
  expect(aliases(text, `web/${name}.config.js`)).toEqual(['@x: web/x']);
  expect(aliases(text, `my${name}.config.js`)).toEqual([]);
  expect(aliases(text, `${name}.config.json`)).toEqual([]);
  expect(aliases(text, `${name}.config.tsx`)).toEqual([]);
  expect(aliases(text, `${name}.conf.ts`)).toEqual([]);
});

describe('an alias', () => {
  test.each<[value: string, found: string[]]>([
    ["{ '@a/b/': './x' }", ['@a/b: x']],
    ["{ '@x': './x' }", ['@x: x']],
    ["{ x: './x', y: './y' }", ['x: x', 'y: y']],
    ["{ [x]: './x' }", []],
    ["{ ...more, x: './x' }", ['x: x']],
    ["{ 'x/': './x/' }", ['x: x/']],
    ["{ 'x/*': './x/*' }", []],
    ["{ 'a*b': './x/*' }", ['a*b: x/*']],
    ["{ x$: './x.js' }", ['x: x.js']],
    ["{ $: './x' }", ['$: x']],
    ["{ x: '/x' }", []],
    ['{ x: 7 }', []],
    ['{ x }', []],
    ['{ x: `./x` }', ['x: x']],
    ['{ x: `#{__dirname}/x` }', ['x: x']],
    ['{ x: `#{process.cwd()}/x` }', ['x: x']],
    ['{ x: `#{other}/x` }', []],
    ["{ x: path.resolve(__dirname, 'x') }", ['x: x']],
    ["{ x: path.resolve(__dirname, './a', 'x') }", ['x: a/x']],
    ["{ x: resolve(process.cwd(), 'x') }", ['x: x']],
    ["{ x: path.join(import.meta.dirname, 'x') }", ['x: x']],
    ["{ x: join(dirname(fileURLToPath(import.meta.url)), 'x') }", ['x: x']],
    ["{ x: join(path.dirname(y), 'x') }", ['x: x']],
    ["{ x: join(mydirname(y), 'x') }", []],
    ["{ x: join(__dirname2, 'x') }", []],
    ["{ x: join(my__dirname, 'x') }", []],
    ["{ x: rejoin(__dirname, 'x') }", []],
    ["{ x: joined(__dirname, 'x') }", []],
    ["{ x: fileURLToPath(new URL('./x', import.meta.url)) }", ['x: x']],
    ["{ x: new URL('./x', import.meta.url).pathname }", ['x: x']],
    ["{ x: new URL('./x', import.meta.url).href }", []],
    ["{ x: new Other('./x') }", []],
    ["{ x: other('./x') }", []],
    ["[{ find: '@x', replacement: './x' }]", ['@x: x']],
    ["[{ replacement: './x', find: '@x' }, { find: 'y', replacement: './y' }]", ['@x: x', 'y: y']],
    ["[{ find: /x/, replacement: './x' }]", []],
    ["[{ find: x, replacement: './x' }]", []],
    ["[{ replacement: './x' }]", []],
    ["[{ '@x': './x' }]", ['@x: x']],
    ["[...more, , { find: '@x', replacement: './x' }]", ['@x: x']],
    ["{ find: './f', replacement: './r' }", ['find: f', 'replacement: r']],
    ['more', []],
  ])('%s', (value, found) => {
    expect(aliases(alias(value))).toEqual(found);
  });
  test('only as a property, in code that can be parsed', () => {
    expect(aliases("alias({ x: './x' })")).toEqual([]);
    expect(aliases("const alias = { x: './x' };")).toEqual([]);
    expect(aliases("export default { kit: { alias: { x: './x' } } }")).toEqual(['x: x']);
    expect(aliases("({ alias: { x: './x' ")).toEqual([]);
    expect(aliases("export default { 'alias': { x: './x' } }")).toEqual([]);
  });
  test('stands for what is below it too', () => {
    expect(aliasesOfBundler('web/vite.config.ts', alias("{ x: './lib' }"))).toEqual([
      { directory: 'web', pattern: 'x', targets: ['web/lib'] },
      { directory: 'web', pattern: 'x/*', targets: ['web/lib/*'] },
    ]);
    expect(aliasesOfBundler('vite.config.ts', alias("{ x: './lib' }"))[0]?.directory).toBe('');
    const rules = importRules(new Map(), aliasesOfBundler('web/vite.config.ts', alias("{ x: './lib' }")));
    expect(rules.candidates('web/src/a.ts', 'x/t')).toEqual(['web/lib/t']);
    expect(rules.candidates('web/src/a.ts', 'x')).toEqual(['web/lib']);
    expect(rules.candidates('api/a.ts', 'x/t')).toEqual([]);
  });
});
