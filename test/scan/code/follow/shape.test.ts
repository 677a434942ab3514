import { describe, expect, test } from 'vitest';
import { shapeOf } from '../../../../source/scan/code/follow/shape.ts';
import { probed } from '../probed.ts';

/**
 * The properties that the probed object may have, with `*` for the count of a row that is written back; after a bar what is
 * only known to callers, and after another bar what names a property.
 */
function shape(code: string | Record<string, string>): string {
  const { follower, ref, call } = probed(code);
  const { entries, parameters, keys } = shapeOf(follower, ref, call);
  const text = ({ module, node }: typeof ref) => module.text.slice(node.start, node.end);
  return [
    entries.map(({ key, whole }) => `${key}${whole ? '*' : ''}`).join(' '),
    parameters.map(text).join(' '),
    keys.map(text).join(' '),
  ]
    .join(' | ')
    .replace(/[ |]+$/, '');
}

describe('the properties of an object', () => {
  test.each<[code: string, properties: string]>([
    ['probe({})', ''],
    ['probe(7)', ''],
    ['probe(a)', ''],
    ['probe({ a: 1, b: 2 })', 'a b'],
    ["probe({ 'a': 1, ['b']: 2, 3: 4 })", 'a b 3'],
    ["const k = 'a'; probe({ [k]: 1 })", 'a'],
    ['function f(k) { probe({ [k]: 1 }) }', ' |  | k'],
    ['probe({ a() {} })', 'a'],
    ['probe({ ...{ a: 1 }, b: 2 })', 'a b'],
    ['probe({ a: 1, a: 2 })', 'a a'],
    ['probe({ a: 1 } as T)', 'a'],
    ['probe({ a: 1 } satisfies T)', 'a'],
    ['probe({ a: 1 }!)', 'a'],
    ['probe(<T>{ a: 1 })', 'a'],
    ['async () => probe(await { a: 1 })', 'a'],
    ['const o = { p: { a: 1 } }; probe(o?.p)', 'a'],
    ['probe(c ? { a: 1 } : { b: 2 })', 'a b'],
    ['probe(c || { b: 2 })', 'b'],
    ['probe({ a: 1 } ?? b)', 'a'],
    ['probe([{ a: 1 }, { b: 2 }])', 'a b'],
    ['probe([, { b: 2 }])', 'b'],
    ['probe([...[{ a: 1 }], { b: 2 }])', 'a b'],
    ['probe(() => ({ a: 1 }))', 'a'],
    ['probe(function () { return { a: 1 }; })', 'a'],
    ['probe(() => { if (x) return { a: 1 }; return { b: 2 }; })', 'a b'],
    ['const o = { a: 1 }; probe(o)', 'a'],
    ['const o = { p: { a: 1 } }; probe(o.p)', 'a'],
    ['const { p } = { p: { a: 1 } }; probe(p)', 'a'],
    ['class C { p = { a: 1 }; f() { probe(this.p) } }', 'a'],
    ['function f(o) { probe(o) }', ' | o'],
    ['function f(o) { probe({ ...o, a: 1 }) }', 'a | o'],
    ['function f(o) { probe(o.p) }', ''],
    ['function f({ p }) { probe(p) }', ' | p'],
    ['class C { constructor(private p) {} f() { probe(this.p) } }', ' | p'],
    ['const o = make(); probe(o)', ''],
    ['let o; o = { a: 1 }; probe(o)', 'a'],
    ['const o = { a: 1 }; const copy = { ...o, ...o }; probe(copy)', 'a'],
    ['const o = { ...o }; probe(o)', ''],
    ["const k = c ? 'a' : 'b'; probe({ [k]: 1 })", 'a b'],
  ])('%s: %s', (code, properties) => {
    expect(shape(code)).toBe(properties);
  });
});

describe('what is left out of an object', () => {
  test.each<[code: string, properties: string]>([
    ['const { a, ...rest } = { a: 1, b: 2 }; probe(rest)', 'b'],
    ['const { b, ...rest } = make(); probe(rest)', ''],
    ['const { usage_count, ...rest } = { usageCount: 1, b: 2 }; probe(rest)', 'b'],
    ['let rest; ({ a, ...rest } = { a: 1, b: 2 }); probe(rest)', ''],
    ['function f({ a, ...rest }) { probe(rest) }', ' | rest'],
    ['const o = { a: 1, b: 2 }; delete o.a; probe(o)', 'b'],
    ["const o = { a: 1, b: 2 }; delete o['a']; probe(o)", 'b'],
    ["const k = 'a'; const o = { a: 1, b: 2 }; delete o[k]; probe(o)", 'b'],
    ['const o = { a: 1, b: 2 }; probe(o); delete o.a;', 'a b'],
    ['const o = { a: 1, b: 2 }; typeof o.a; probe(o)', 'a b'],
    ['const o = { usage_count: 1, b: 2 }; delete o.usageCount; probe(o)', 'b'],
    ['probe({ a: 1, b: undefined })', 'a b'],
    ['probe({ ...{ usage_count: 1 }, usage_count: other })', 'usage_count usage_count'],
    ['const o = { a: 1, b: other }; probe(o)', 'a b'],
    ["const o = { a: 1, b: 'undefined' }; probe(o)", 'a b'],
    ['probe({ ...{ usage_count: 1 }, usage_count: undefined })', 'usage_count'],
    ['const o = { a: 1, b: undefined }; probe(o)', 'a'],
    ["probe(omit({ a: 1, b: 2 }, 'a'))", 'b'],
    ["probe(omit({ a: 1, b: 2 }, ['a']))", 'b'],
    ["const names = ['a']; probe(omit({ a: 1, b: 2 }, names))", 'b'],
    ["probe(_.omit({ a: 1, b: 2 }, 'a'))", 'b'],
    ["probe(pick({ a: 1, b: 2 }, 'a'))", 'a'],
    ["probe(pick({ a: 1, b: 2 }, ['a', 'b']))", 'a b'],
    ["probe(omit({ usage_count: 1, b: 2 }, 'usageCount'))", 'b'],
    ['probe(pick({ a: 1 }))', ''],
    ["const a = 'b'; probe(omit({ a: 1, b: 2 }, a))", 'a'],
    ["const o = { a: 'b' }; probe(omit({ a: 1, b: 2 }, o.a))", 'a'],
  ])('%s: %s', (code, properties) => {
    expect(shape(code)).toBe(properties);
  });
});

describe('what is set before an object is used', () => {
  test.each<[code: string, properties: string]>([
    ['const o = {}; o.a = 1; probe(o)', 'a'],
    ['const o = {}; other.o = { a: 1 }; probe(o)', ''],
    ['let o = {}; f(x, o); Object.assign(p, o, { a: 1 }); probe(o)', ''],
    ['const o = {}; o.push({ a: 1 }).b = 2; probe(o)', 'a'],
    ['const o = {}; ({ o: { a: 1 } }); probe(o)', ''],
    ['const o = { a: 1 }; x[o].b = 2; probe(o)', 'a'],
    ['const o = { a: 1 }; void o.a; probe(o)', 'a'],
    ['const o = {}; x = { b: 1 }; o.a(x = { c: 1 }); probe(o)', ''],
    ["const o = {}; o['a'] = 1; probe(o)", 'a'],
    ["const k = 'a'; const o = {}; o[k] = 1; probe(o)", 'a'],
    ['const o = {}; o[k] = 1; probe(o)', ''],
    ['const o = {}; o.a += 1; probe(o)', 'a'],
    ['const o = {}; o.a++; probe(o)', 'a'],
    ['const o = {}; --o.a; probe(o)', 'a'],
    ['const o = {}; x = o.a; probe(o)', ''],
    ['const o = {}; f(o.a); probe(o)', ''],
    ['const o = {}; o.a(); probe(o)', ''],
    ['const o = {}; !o.a; probe(o)', ''],
    ['const o = {}; x[o] = 1; probe(o)', ''],
    ["const o = 'a'; x[o] = 1; probe(o)", ''],
    ['const o = {}; probe(o); o.a = 1;', ''],
    ['const o = {}; function f() { o.a = 1; } probe(o)', 'a'],
    ['const o = {}; probe(o); function f() { o.a = 1; }', 'a'],
    ['let o = {}; o = { a: 1 }; probe(o)', 'a'],
    ['let o = {}; x = o; probe(o)', ''],
    ['let o = {}; probe(o); o = { a: 1 };', ''],
    ['const o = {}; Object.assign(o, { a: 1 }, { b: 2 }); probe(o)', 'a b'],
    ['const o = {}; assign(o, { a: 1 }); probe(o)', ''],
    ['const o = {}; Object.keys(o, { a: 1 }); probe(o)', ''],
    ['const o = {}; Object.assign(p, o); probe(p)', ''],
    ['const o = { a: 1 }; const p = {}; Object.assign(p, o); probe(p)', 'a'],
    ['const list = []; list.push({ a: 1 }); probe(list)', 'a'],
    ['const list = []; list.unshift({ a: 1 }); probe(list)', 'a'],
    ['const list = []; list.push({ a: 1 }, { b: 2 }); probe(list)', 'a b'],
    ['const list = []; list.indexOf({ a: 1 }); probe(list)', ''],
    ['const list = []; list.push; probe(list)', ''],
    ['const o = { a: 1 }; { const o = {}; o.b = 1; } probe(o)', 'a'],
  ])('%s: %s', (code, properties) => {
    expect(shape(code)).toBe(properties);
  });
});

describe('the properties of what a call gives', () => {
  test.each<[code: string, properties: string]>([
    ...['Object.assign', 'merge', 'Promise.all', 'Object.freeze', 'JSON.stringify', 'structuredClone'].map(
      (name): [string, string] => [`probe(${name}({ a: 1 }, { b: 2 }))`, 'a b'],
    ),
    ...['cloneDeep', 'compact', 'pickBy', 'reactive', 'ref', 'clone', 'toRaw', '$state', 'defaults'].map(
      (name): [string, string] => [`probe(${name}({ a: 1 }, { b: 2 }))`, 'a b'],
    ),
    ['probe(other({ a: 1 }))', ''],
    ['probe(o[assign]({ a: 1 }))', ''],
    ['probe((0, merge)({ a: 1 }))', ''],
    ['probe(JSON.parse({ a: 1 }))', 'a'],
    ['probe(schema.parse({ a: 1 }))', ''],
    ['probe(rows.map(row => ({ a: 1 })))', 'a'],
    ['probe(rows.flatMap(row => [{ a: 1 }]))', 'a'],
    ['probe(Array.from(rows, row => ({ a: 1 })))', 'a'],
    ['probe([{ a: 1 }].filter(Boolean))', 'a'],
    ['probe([{ a: 1 }].slice(1))', 'a'],
    ['probe([{ a: 1 }].concat([{ b: 2 }]))', 'a b'],
    ['probe([{ a: 1 }].reverse())', ''],
    ['probe(filter({ a: 1 }))', ''],
    ["probe(Object.fromEntries([['a', 1], ['b', 2]]))", 'a b'],
    ["const k = 'a'; probe(Object.fromEntries([[k, 1]]))", 'a'],
    ["probe(Object.fromEntries([['a']]))", 'a'],
    ['probe(Object.fromEntries([[], a, [, 1]]))', ''],
    ['probe(Object.fromEntries(list))', ''],
    ['probe(Object.fromEntries())', ''],
    ['probe(Object.fromEntries(Object.entries({ a: 1 })))', 'a'],
    ['probe(Object.fromEntries(Object.keys({ a: 1 })))', ''],
    ['probe(Object.fromEntries(Object.entries({ a: 1 }).filter(([, value]) => value)))', 'a'],
    ["probe(Object.fromEntries(Object.entries({ a: 1 }).filter(([key]) => key !== 'usage_count')))", ''],
    ["probe(Object.fromEntries(Object.entries({ a: 1 }).filter(([key]) => key !== 'usageCount')))", ''],
    ['probe(Object.fromEntries(Object.entries({ a: 1 }).filter(([key]) => wanted.includes(key))))', ''],
    ['probe(Object.fromEntries(Object.entries({ a: 1 }).filter(([key]) => wanted.has(key))))', ''],
    ['probe(Object.fromEntries(Object.entries({ a: 1 }).filter(([key]) => key in wanted)))', ''],
    ['probe(Object.fromEntries(Object.entries({ a: 1 }).filter()))', ''],
    ['probe(Object.fromEntries(Object.entries({ a: 1 }).map(([, value]) => value)))', ''],
    ['probe(entries({ a: 1 }))', ''],
    ['const f = () => ({ a: 1 }); probe(f())', 'a'],
    ['const f = o => o; probe(f({ a: 1 }))', 'a'],
    ['const f = (n, o) => o; probe(f(1, { a: 1 }))', 'a'],
    ['const f = o => ({ ...o, b: 2 }); probe(f({ a: 1 }))', 'b a'],
    ['const f = ({ a, ...rest }) => rest; probe(f({ a: 1, b: 2 }))', 'b'],
    ['const f = ({ p }) => p; probe(f({ p: { a: 1 } }))', ' | p'],
    ['const f = o => o; probe(f())', ''],
    ['const f = ({ p: { ...rest } }) => rest; probe(f({ p: { a: 1 } }))', ' | rest'],
    ['const f = ({ ...rest }) => rest; probe(f({ a: 1 }))', 'a'],
    ['const f = o => g(o); const g = p => p; probe(f({ a: 1 }))', 'a'],
    ['function outer(o) { const f = () => o; probe(f()) }', ' | o'],
    ['const f = async o => { return { a: 1 }; }; probe(await f())', 'a'],
    ['class C { f() { return { a: 1 }; } g() { probe(this.f()) } }', 'a'],
  ])('%s: %s', (code, properties) => {
    expect(shape(code)).toBe(properties);
  });

  test('in another file', () => {
    expect(
      shape({
        'a.ts': "import { f } from './f';\nprobe(f({ a: 1 }))",
        'f.ts': 'export const f = o => ({ ...o, b: 2 });',
      }),
    ).toBe('b a');
    expect(
      shape({ 'a.ts': "import { o } from './o';\nprobe(o)", 'o.ts': 'export const o = { a: 1 };\no.b = 2;' }),
    ).toBe('a');
    expect(
      shape({ 'a.ts': "import * as o from './o';\nprobe(o.p)", 'o.ts': 'export const p = { a: 1 };' }),
    ).toBe('a');
  });
});

describe('the count of a row that is written back', () => {
  const row = 'const row = await prisma.preset.findUnique({ where: { id } });\n';
  test.each<[code: string, properties: string]>([
    ['probe(row)', 'usage_count*'],
    ['probe({ ...row })', 'usage_count*'],
    ['probe({ ...row, name })', 'usage_count* name'],
    ['probe({ ...row, usage_count: 1 })', 'usage_count'],
    ['probe({ usage_count: 1, ...row })', 'usage_count usage_count*'],
    ['probe({ ...row, usage_count: undefined })', ''],
    ['probe({ ...row, name: undefined })', 'usage_count* name'],
    ['probe({ row })', 'row'],
    ['const { usage_count, ...rest } = row; probe(rest)', ''],
    ['const { name, ...rest } = row; probe(rest)', 'usage_count*'],
    ['delete row.usage_count; probe(row)', ''],
    ['row.usage_count = 1; probe(row)', 'usage_count* usage_count'],
    ['row.name = 1; probe(row)', 'usage_count* name'],
    ['const o = { p: row }; probe(o.p)', 'usage_count*'],
    ['probe(structuredClone(row))', 'usage_count*'],
    ['const f = () => row; probe(f())', 'usage_count*'],
    ["probe(omit(row, 'usage_count'))", ''],
    ["probe(pick(row, 'usage_count'))", 'usage_count*'],
    ['probe([row])', 'usage_count*'],
    ['const list = [row, { a: 1 }]; probe(list)', 'usage_count* a'],
    ['const { data } = { data: row }; probe(data)', 'usage_count*'],
    ['let held; held = row; probe(held)', 'usage_count*'],
    [
      'function f(other: typeof presets.$inferSelect) { probe(other) }',
      'usage_count* | other: typeof presets.$inferSelect',
    ],
    ['async () => { const [first] = await sql`SELECT * FROM presets`; probe(first) }', 'usage_count*'],
    ['async () => { const all = await sql`SELECT * FROM presets`; probe(all) }', 'usage_count*'],
    ['const copy = row; probe(copy)', 'usage_count*'],
  ])('%s: %s', (code, properties) => {
    expect(shape(row + code)).toBe(properties);
  });
});

test('how a property is set, and where', () => {
  const told = (code: string) => {
    const { follower, ref, call } = probed(code);
    const text = (of: typeof ref | null) => of?.module.text.slice(of.node.start, of.node.end) ?? null;
    return shapeOf(follower, ref, call).entries.map(({ key, value, at }) => [key, text(value), text(at)]);
  };
  expect(told('probe({ a: 1 })')).toEqual([['a', '1', 'a: 1']]);
  expect(told('const o = {}; o.a = 2; probe(o)')).toEqual([['a', '2', 'o.a = 2']]);
  expect(told('const o = {}; o.a += 2; probe(o)')).toEqual([['a', 'o.a += 2', 'o.a += 2']]);
  expect(told('const o = {}; o.a++; probe(o)')).toEqual([['a', 'o.a++', 'o.a++']]);
  expect(told("probe(Object.fromEntries([['a', 1]]))")).toEqual([['a', '1', "['a', 1]"]]);
  expect(told("probe(Object.fromEntries([['a']]))")).toEqual([['a', null, "['a']"]]);
  expect(told("const k = 'a'; probe({ [k]: 1 })")).toEqual([['a', '1', '[k]: 1']]);
});
