import { describe, expect, test } from 'vitest';
import {
  functionAround,
  nameOfFunction,
  outermostFunction,
  statementAround,
} from '../../../../source/scan/code/follow/lookup.ts';
import { isCode, parseCode } from '../../../../source/scan/code/parse/parse-code.ts';
import { probed } from '../probed.ts';

describe('a file is parsed by its extension', () => {
  const parses = (file: string, text: string) => !('offset' in parseCode(file, text));
  const types = 'const a = <T>b;';
  const jsx = 'const a = <b>c</b>;';
  test.each<[file: string, types: boolean, jsx: boolean]>([
    ['a.ts', true, false],
    ['a.mts', true, false],
    ['a.cts', true, false],
    ['a.tsx', false, true],
    ['a.js', false, true],
    ['a.mjs', false, true],
    ['a.cjs', false, true],
    ['a.jsx', false, true],
    ['a.vue', true, true],
    ['a.tsx.ts', true, false],
    ['a.ts.vue', true, true],
    ['a.js.vue', true, true],
    ['a.tsx.vue', true, true],
  ])('%s', (file, withTypes, withJsx) => {
    expect(parses(file, types)).toBe(withTypes);
    expect(parses(file, jsx)).toBe(withJsx);
    expect(parses(file, 'const a = ;')).toBe(false);
  });
  test('a name with the ending of a component in it', () => {
    const { follower, ref } = probed({ 'a.vue.ts': "probe('a')" });
    expect(follower.texts(ref)).toEqual(['a']);
  });
  test('JavaScript that would be a type argument in TypeScript', () => {
    expect(parseCode('a.js', 'a < b > (c)')).toMatchObject({ calls: [] });
  });
  test('Flow in JavaScript', () => {
    expect(parses('a.js', 'const a = (b: string) => b;')).toBe(true);
    expect(parses('a.js', 'const a = <b>c</b>; const d = (e: string) => e;')).toBe(true);
  });
  test('a problem is told with its place', () => {
    expect(parseCode('a.ts', 'const a = ;')).toEqual({ offset: 10, message: 'Unexpected token' });
    expect(parseCode('a.js', 'const a = ;')).toEqual({ offset: 10, message: 'Unexpected token' });
  });
  test.each<[text: string, is: boolean]>([
    ['a()', true],
    ['a as T', true],
    ['<b>c</b>', true],
    ['<T>a', true],
    ['a(', false],
    ['', true],
  ])('by itself %s is code: %s', (text, is) => {
    expect(isCode(text)).toBe(is);
  });
});

describe('what a file has', () => {
  const module = (text: string) => {
    const parsed = parseCode('a.ts', text);
    if ('offset' in parsed) throw new Error(parsed.message);
    return parsed;
  };
  test('calls, texts, types and classes', () => {
    const { calls, strings, types, classes, text } = module(
      "f(g('a', `b`, 7)); interface I {} type T = I; class C {} const D = class {}; const x: U<'c'> = y as V<'d'>;",
    );
    expect(calls).toHaveLength(2);
    expect(strings.map(({ start, end }) => text.slice(start, end))).toEqual(["'a'", '`b`']);
    expect([...types.keys()]).toEqual(['I', 'T']);
    expect(classes).toHaveLength(2);
  });
  test.each<[text: string, named: number]>([
    ['a; a.a; ({ a })', 5],
    ['const x: a = 1', 0],
    ['function f<a>(x: a): a {}', 0],
    ['f<a>()', 0],
    ['class C extends D<a> implements a {}', 0],
    ['x as a', 0],
    ['x satisfies a', 0],
    ['<a>x', 0],
    ['a as T', 1],
    ['a satisfies T', 1],
    ['<T>a', 1],
    ['this.#a', 1],
  ])('%s names a %i times', (text, named) => {
    expect(module(text).identifiers.get('a')?.length ?? 0).toBe(named);
  });
});

describe('a name belongs to the scope around it', () => {
  test.each<[code: string, texts: string]>([
    ["const t = 'a'; { const t = 'b'; } probe(t)", 'a'],
    ["const t = 'a'; for (const t of x) {} probe(t)", 'a'],
    ["const t = 'a'; for (const t in x) {} probe(t)", 'a'],
    ["const t = 'a'; for (let t = 'b';;) {} probe(t)", 'a'],
    ["const t = 'a'; switch (x) { case 1: const t = 'b'; } probe(t)", 'a'],
    ["const t = 'a'; try {} catch (e) { const t = 'b'; } probe(t)", 'a'],
    ["const t = 'a'; class C { static { const t = 'b'; } } probe(t)", 'a'],
    ["const t = 'a'; namespace N { const t = 'b'; } probe(t)", 'a'],
    ["const t = 'a'; function f() { const t = 'b'; } probe(t)", 'a'],
    ["const t = 'a'; const f = () => { const t = 'b'; }; probe(t)", 'a'],
    ["const t = 'a'; const f = function () { const t = 'b'; }; probe(t)", 'a'],
    ["const t = 'a'; const f = function t() {}; probe(t)", 'a'],
    ["const t = 'a'; const f = function t() { probe(t) }", ''],
    ["const t = 'a'; const f = (t = 'b') => {}; probe(t)", 'a'],
    ["const f = function t() { return 'b'; }; probe(f())", 'b'],
    ["const f = function t(n) { return n ? t() : 'b'; }; probe(f())", 'b'],
    ["{ var t = 'b'; } probe(t)", 'b'],
    ["if (x) { var t = 'b'; } probe(t)", 'b'],
    ["function f() { { var t = 'b'; } probe(t) }", 'b'],
    ["const t = 'a'; function f() { { var t = 'b'; } } probe(t)", 'a'],
    ["const f = () => { { var t = 'b'; } probe(t) };", 'b'],
    ["const t = 'a'; const f = () => { { var t = 'b'; } }; probe(t)", 'a'],
    ["switch (x) { case 1: const t = 'b'; probe(t) }", 'b'],
    ["function f() { return 'b'; } probe(f())", 'b'],
    ["{ function f() { return 'b'; } } probe(f())", ''],
    ["class C { static t = 'b'; } probe(C.t)", 'b'],
    ["const D = class C { static t = 'b'; }; probe(D.t)", 'b'],
    ["const f = (a, t = 'b') => probe(t)", 'b'],
    ["const f = ([a, t = 'b']) => probe(t)", 'b'],
    ['const f = (...t) => probe(t)', ''],
    ["const t = 'a'; const f = (...t) => probe(t)", ''],
  ])('%s: %s', (code, texts) => {
    const { follower, ref } = probed(code);
    expect(follower.texts(ref).join(' ')).toBe(texts);
  });
});

describe('what is around a call', () => {
  const around = (code: string) => {
    const { call, module } = probed(code);
    const text = (node: { start: number; end: number } | null) =>
      node && module.text.slice(node.start, node.end);
    const inner = functionAround(call);
    const outer = outermostFunction(call);
    return [inner && nameOfFunction(inner), outer && nameOfFunction(outer), text(statementAround(call))];
  };
  test.each<[code: string, inner: string | null, outer: string | null, statement: string]>([
    ['probe(x)', null, null, 'probe(x)'],
    ['f(probe(x));', null, null, 'f(probe(x));'],
    ['const a = probe(x);', null, null, 'const a = probe(x);'],
    ['function f() { probe(x); }', 'f', 'f', 'probe(x);'],
    ['function f() { return probe(x); }', 'f', 'f', 'return probe(x);'],
    ['const f = () => probe(x);', 'f', 'f', 'probe(x)'],
    ['const f = function g() { probe(x); };', 'g', 'g', 'probe(x);'],
    ['const f = useCallback(async () => { probe(x); });', 'f', 'f', 'probe(x);'],
    ['const f = a(b(() => { probe(x); }));', 'f', 'f', 'probe(x);'],
    ['const { f } = () => { probe(x); };', null, null, 'probe(x);'],
    ['f = () => { probe(x); };', null, null, 'probe(x);'],
    ['const o = { f: () => { probe(x); } };', 'f', 'f', 'probe(x);'],
    ['const o = { f() { probe(x); } };', 'f', 'f', 'probe(x);'],
    ["const o = { 'f': () => { probe(x); } };", null, null, 'probe(x);'],
    ['class C { f() { probe(x); } }', 'f', 'f', 'probe(x);'],
    ['class C { f = () => { probe(x); }; }', 'f', 'f', 'probe(x);'],
    ['class C { f = probe(x); }', null, null, 'f = probe(x);'],
    ['function f() { list.map(() => { probe(x); }); }', null, 'f', 'probe(x);'],
    ['function f() { list.map(() => probe(x)); }', null, 'f', 'probe(x)'],
    ['function f() { const g = () => { probe(x); }; }', 'g', 'g', 'probe(x);'],
    ['function f() { const a = 1, g = () => { probe(x); }; }', 'g', 'g', 'probe(x);'],
    ['function f() { function g() { probe(x); } }', 'g', 'g', 'probe(x);'],
    ['function f() { function h() {} list.map(() => { probe(x); }); }', null, null, 'probe(x);'],
    ['function f() { const h = 1; list.map(() => { probe(x); }); }', null, 'f', 'probe(x);'],
    ['const f = () => list.map(() => { probe(x); });', null, 'f', 'probe(x);'],
    ['function f() { class C { g() { list.map(() => { probe(x); }); } } }', null, 'g', 'probe(x);'],
    ['function f() { class C { g = () => { list.map(() => { probe(x); }); }; } }', null, 'g', 'probe(x);'],
    ['if (probe(x)) a;', null, null, 'if (probe(x)) a;'],
    ['for (const a of probe(x)) b;', null, null, 'for (const a of probe(x)) b;'],
    ['const a = { b: probe(x) };', null, null, 'const a = { b: probe(x) };'],
  ])('%s', (code, ...expected) => {
    expect(around(code)).toEqual(expected);
  });
});
