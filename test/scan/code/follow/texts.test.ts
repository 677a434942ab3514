import { describe, expect, test } from 'vitest';
import { probed } from '../probed.ts';

/** The texts that the probed expression may have, in one line. */
const texts = (code: string | Record<string, string>) => {
  const { follower, ref } = probed(code);
  return follower.texts(ref).join(' ');
};

describe('the texts that an expression may have', () => {
  test.each<[code: string, texts: string]>([
    ["probe('a')", 'a'],
    ['probe(7)', ''],
    ['probe(a)', ''],
    ['probe(`a`)', 'a'],
    ["probe(('a' as string))", 'a'],
    ["probe(<string>'a')", 'a'],
    ["probe('a' satisfies string)", 'a'],
    ["probe('a'!)", 'a'],
    ["probe(('a'))", 'a'],
    ["const o = { a: 'x' }; probe(o?.a)", 'x'],
    ["probe(await 'a')", 'a'],
    ["probe((b, 'a'))", 'a'],
    ["probe(('b', 'a'))", 'a'],
    ["probe(('c', 'b', 'a'))", 'a'],
    ["probe(c ? 'a' : 'b')", 'a b'],
    ["const x = 'b'; probe(x && 'a')", 'a'],
    ["const x = 'b'; probe(x || 'a')", 'b a'],
    ["const x = 'b'; probe(x ?? 'a')", 'b a'],
    ["probe(t = 'a')", 'a'],
    ["const t = 'b'; probe(t += 'a')", ''],
    ["probe('a' + 'b')", 'ab'],
    ["probe('a' + 'b' + 'c')", 'abc'],
    ["probe('a' - 'b')", ''],
    ["const a = 'x'; probe(+a + 'b')", ''],
    ["probe('a' + b)", ''],
    ["const b = 'x'; probe(`a#{b}c`)", 'axc'],
    ["const b = 'x', d = 'y'; probe(`#{b}-#{d}`)", 'x-y'],
    ['probe(`a#{b}`)', ''],
    ["const t = 'a'; probe(t)", 'a'],
    ["let t; t = 'a'; t = 'b'; probe(t)", 'a b'],
    ["let t; t += 'a'; probe(t)", ''],
    ["let t; other = t; t = 'a'; probe(t)", 'a'],
    ["let t; o.t = 'a'; probe(t)", ''],
    ["var t = 'a'; { var t2 = 'b'; } probe(t2)", 'b'],
    ["const t = 'a'; { const t = 'b'; probe(t) }", 'b'],
    ["{ const t = 'b'; } probe(t)", ''],
    ['try {} catch (t) { probe(t) }', ''],
    ["for (const t of ['a', 'b']) probe(t)", 'a b'],
    ["for (const { t } of [{ t: 'a' }, { t: 'b' }]) probe(t)", 'a b'],
    ['const t = t; probe(t)', ''],
    ["const f = () => 'a'; probe(f())", 'a'],
    ["function f() { return 'a'; } probe(f())", 'a'],
    ["function f() { if (x) return 'a'; else { return 'b'; } } probe(f())", 'a b'],
    [
      "function f() { try { return 'a'; } catch { return 'b'; } finally { return 'c'; } } probe(f())",
      'a b c',
    ],
    ["function f() { switch (x) { case 1: return 'a'; default: return 'b'; } } probe(f())", 'a b'],
    ["function f() { for (;;) { return 'a'; } } probe(f())", 'a'],
    ['function f() { return; } probe(f())', ''],
    ["function f() { g(() => { return 'b'; }); return 'a'; } probe(f())", 'a'],
    ["function f() { const g = function () { return 'b'; }; return 'a'; } probe(f())", 'a'],
    ["function f() { function g() { return 'b'; } return 'a'; } probe(f())", 'a'],
    ["function f() { class G { g() { return 'b'; } } return 'a'; } probe(f())", 'a'],
    ["const f = function () { return 'a'; }; probe(f())", 'a'],
    ["const f = useCallback(() => 'a'); probe(f())", ''],
    ["probe(f('a'))", ''],
    ["const f = (x) => x; probe(f('a'))", ''],
    ['declare function f(): string; probe(f())', ''],
  ])('%s: %s', (code, expected) => {
    expect(texts(code)).toBe(expected);
  });
});

describe('the texts of a member', () => {
  test.each<[code: string, texts: string]>([
    ["const o = { a: 'x', b: 'y' }; probe(o.a)", 'x'],
    ["const o = { 'a': 'x' }; probe(o.a)", 'x'],
    ["const o = { ['a']: 'x' }; probe(o.a)", 'x'],
    ["const o = { [a]: 'x' }; probe(o.a)", ''],
    ["const o = { a: 'x', b: 'y' }; probe(o['b'])", 'y'],
    ["const o = { a: 'x', b: 'y' }; const k = 'b'; probe(o[k])", 'y'],
    ["const o = { 1: 'x', 2: 'y' }; probe(o[2])", 'y'],
    ["const o = { a: 'x', b: 'y' }; probe(o[k])", 'x y'],
    ["const o = { a: 'x', ...rest }; probe(o[k])", 'x'],
    ["const o = ['x', 'y']; probe(o[k])", ''],
    ["const o = { ...{ a: 'x' }, b: 'y' }; probe(o.a)", 'x'],
    ["const p = { a: 'x' }; const o = { ...p }; probe(o.a)", 'x'],
    ["const o = { p: { a: 'x' } }; probe(o.p.a)", 'x'],
    ["const o = { a: 'x' }; probe(o.b)", ''],
    ["const o = { a() { return 'x'; } }; probe(o.a())", 'x'],
    ["const o = { a: () => 'x' }; probe(o.a())", 'x'],
    ["const o = ['x', 'y']; probe(o[1])", 'y'],
    ["const o = [...p, 'y']; probe(o[0])", ''],
    ["const o = ['x']; probe(o[3])", ''],
    ["const o = Object.freeze({ a: 'x' }); probe(o.a)", 'x'],
    ["const o = Object.seal({ a: 'x' }); probe(o.a)", ''],
    ["const o = freeze({ a: 'x' }); probe(o.a)", ''],
    ["const { a } = { a: 'x', b: 'y' }; probe(a)", 'x'],
    ["const { b: a } = { a: 'x', b: 'y' }; probe(a)", 'y'],
    ["const { p: { a } } = { p: { a: 'x' } }; probe(a)", 'x'],
    ["const { a = 'z' } = o; probe(a)", 'z'],
    ["const { a = 'z' } = { a: 'x' }; probe(a)", 'x z'],
    ["const { b, ...rest } = { a: 'x', b: 'y' }; probe(rest.a)", ''],
    ["const [, a] = ['x', 'y']; probe(a)", 'x y'],
    ["const [a] = p.map(x => 'x'); probe(a)", 'x'],
    ["const [a] = p.flatMap(x => 'x'); probe(a)", 'x'],
    ["const [a] = p.reduce(x => 'x'); probe(a)", ''],
    ["const [a] = p.map(f, 'x'); probe(a)", ''],
    ["const [a] = await Promise.all(['x', 'y']); probe(a)", 'x y'],
    ["const [a] = await Promise.race(['x', 'y']); probe(a)", ''],
    ["const [a] = ['x', 'y'].filter(Boolean); probe(a)", 'x y'],
    ["const [a] = ['x', 'y'].slice(1); probe(a)", 'x y'],
    ["const [a] = ['x', 'y'].concat(more); probe(a)", 'x y'],
    ["const [a] = ['x', 'y'].reverse(); probe(a)", ''],
    ["const [a] = [...p, 'y']; probe(a)", 'y'],
    ["const [a] = [, 'y']; probe(a)", 'y'],
    ["enum E { A = 'x', B = 'y' } probe(E.A)", 'x'],
    ["enum E { 'A-B' = 'x', B = 'y' } probe(E['A-B'])", 'x'],
    ['enum E { A, B } probe(E.A)', ''],
    ["enum E { A = 'x' } probe(E.C)", ''],
    ["const o = { a: 'x' } as const; probe(o.a)", 'x'],
    ["const f = () => ({ a: 'x' }); probe(f().a)", 'x'],
    ["const o = c ? { a: 'x' } : { a: 'y' }; probe(o.a)", 'x y'],
    ["probe('text'.length)", ''],
    ["let o = {}; o.a = 'x'; probe(o.a)", ''],
  ])('%s: %s', (code, expected) => {
    expect(texts(code)).toBe(expected);
  });
});

describe('the texts of a class', () => {
  test.each<[code: string, texts: string]>([
    ["class C { static a = 'x'; } probe(C.a)", 'x'],
    ["class C { a = 'x'; } probe(new C().a)", 'x'],
    ["const C = class { static a = 'x'; }; probe(C.a)", 'x'],
    ["const C = class { a = 'x'; }; probe(new C().a)", 'x'],
    ["class C { a = 'x'; b() { probe(this.a) } }", 'x'],
    ["class C { a = 'x'; b() { const f = () => { probe(this.a) }; } }", 'x'],
    ["class C { a = 'x'; b = () => probe(this.a); }", 'x'],
    ["class C { a = 'x'; b = probe(this.a); }", 'x'],
    ["class D { a = 'y'; f() { class C { a = 'x'; b = probe(this.a); } } }", 'x'],
    ["class D { a = 'y'; f() { class C { a = 'x'; } probe(this.a) } }", 'y'],
    ["class C { b = 'x'; b2() { probe(this.a) } }", ''],
    ["class C { get a() { return 'x'; } b() { probe(this.a) } }", 'x'],
    ["class C { set a(v) { f('x'); } b() { probe(this.a) } }", ''],
    ["class C { a() { return 'x'; } b() { probe(this.a()) } }", 'x'],
    ["class C { a; constructor() { this.a = 'x'; } b() { probe(this.a) } }", 'x'],
    ["class C { a; constructor() { this.b = 'x'; } b() { probe(this.a) } }", ''],
    ["class C { a; constructor() { that.a = 'x'; } b() { probe(this.a) } }", ''],
    ["class C { a; constructor() { if (c) { this.a = 'x'; } } b() { probe(this.a) } }", ''],
    ["class C { a; constructor() { f('x'); this.a; } b() { probe(this.a) } }", ''],
    ["class C { a; set() { this.a = 'x'; } b() { probe(this.a) } }", ''],
    ["class C { #a = 'x'; b() { probe(this.#a) } }", 'x'],
    ["class C { ['a'] = 'x'; b() { probe(this.a) } }", 'x'],
    ["class C { static { f(); } [k: string]: string; a = 'x'; b() { probe(this.a) } }", 'x'],
    ["class P { a = 'x'; } class C extends P { b() { probe(this.a) } }", 'x'],
    ["class P { a = 'x'; } class C extends P { a = 'y'; b() { probe(this.a) } }", 'y'],
    ["class P { static a = 'x'; } class C extends P {} probe(C.a)", 'x'],
    ["class P { a = 'x'; } class C { b() { probe(this.a) } }", ''],
    ["class C { a = 'x'; } function f(c: C) { probe(c.a) }", 'x'],
    ["class C { a = 'x'; } function f(c: D) { probe(c.a) }", ''],
    ["class C { a = 'x'; } function f(c: ns.C) { probe(c.a) }", ''],
    ["class C { a = 'x'; } function f(c: string) { probe(c.a) }", ''],
    ["class C { a = 'x'; } function f(c) { probe(c.a) }", ''],
    ["class C { a = 'x'; } const C2 = { a: 'y' }; function f(c: C2) { probe(c.a) }", ''],
    ["class D { a = 'x'; } class C { constructor(private d: D) {} b() { probe(this.d.a) } }", 'x'],
    ["class D { a = 'x'; } class C { constructor(d: D) {} b() { probe(this.d.a) } }", ''],
    ["class D { a = 'x'; } class C { constructor(private e: D) {} b() { probe(this.d.a) } }", ''],
    ["const o = { a: 'x', b() { probe(this.a) } };", ''],
    ['probe(this.a)', ''],
  ])('%s: %s', (code, expected) => {
    expect(texts(code)).toBe(expected);
  });
});

describe('the texts of a parameter', () => {
  test.each<[code: string, texts: string]>([
    ['function f(t) { probe(t) }', ''],
    ["function f(t = 'a') { probe(t) }", 'a'],
    ["function f({ t = 'a' }) { probe(t) }", 'a'],
    ["['a', 'b'].forEach(t => probe(t))", 'a b'],
    ["['a', 'b'].map(t => probe(t))", 'a b'],
    ["['a', 'b'].flatMap(t => probe(t))", 'a b'],
    ["['a', 'b'].filter(t => probe(t))", ''],
    ["['a', 'b'].forEachAsync(t => probe(t))", ''],
    ["['a', 'b'].remap(t => probe(t))", ''],
    ["['a', 'b'].forEach((i, t) => probe(t))", ''],
    ["[{ t: 'a' }].forEach(({ t }) => probe(t))", 'a'],
    ["[['a', 'b']].forEach(([t]) => probe(t))", 'a b'],
    ["function f(t) { probe(t) } ['a', 'b'].forEach(f)", 'a b'],
    ["const f = t => probe(t); ['a', 'b'].forEach(f)", 'a b'],
    ["function f(t) { probe(t) } f.forEach(['a'])", ''],
    ["function f(t) { probe(t) } f('a')", ''],
    ["class C { f(t) { probe(t) } g() { ['a'].forEach(this.f) } }", ''],
  ])('%s: %s', (code, expected) => {
    expect(texts(code)).toBe(expected);
  });
});

describe('the texts of an import', () => {
  const from = (line: string, expression = 'T') => `${line}\nprobe(${expression});`;
  test.each<[string, Record<string, string>, string]>([
    ['a name', { 'a.ts': from("import { T } from './t';"), 't.ts': "export const T = 'x';" }, 'x'],
    [
      'a name that is not there',
      { 'a.ts': from("import { U } from './t';", 'U'), 't.ts': "export const T = 'x';" },
      '',
    ],
    [
      'a name that is not exported',
      { 'a.ts': from("import { T } from './t';"), 't.ts': "const T = 'x'; export const U = 1;" },
      '',
    ],
    [
      'of a pattern',
      { 'a.ts': from("import { T } from './t';"), 't.ts': "export const { T } = { T: 'x' };" },
      'x',
    ],
    [
      'in quotes',
      { 'a.ts': from("import { 'a-b' as T } from './t';"), 't.ts': "const U = 'x';\nexport { U as 'a-b' };" },
      'x',
    ],
    [
      'a default that is named',
      { 'a.ts': from("import T from './t';"), 't.ts': "const U = 'x';\nexport { U as default };" },
      'x',
    ],
    [
      'a default by its name',
      { 'a.ts': from("import { default as T } from './t';"), 't.ts': "export default 'x';" },
      'x',
    ],
    [
      'no default of all',
      { 'a.ts': from("import T from './u';"), 'u.ts': "export * from './t';", 't.ts': "export default 'x';" },
      '',
    ],
    [
      'a function',
      { 'a.ts': from("import { f } from './t';", 'f()'), 't.ts': "export function f() { return 'x'; }" },
      'x',
    ],
    [
      'a default function',
      { 'a.ts': from("import f from './t';", 'f()'), 't.ts': "export default function () { return 'x'; }" },
      'x',
    ],
    [
      'a class',
      { 'a.ts': from("import { C } from './t';", 'C.a'), 't.ts': "export class C { static a = 'x'; }" },
      'x',
    ],
    [
      'an enum',
      { 'a.ts': from("import { E } from './t';", 'E.A'), 't.ts': "export enum E { A = 'x' }" },
      'x',
    ],
    ['all', { 'a.ts': from("import * as t from './t';", 't.T'), 't.ts': "export const T = 'x';" }, 'x'],
    [
      'another of all',
      { 'a.ts': from("import * as t from './t';", 't.U'), 't.ts': "export const T = 'x';" },
      '',
    ],
    ['all itself', { 'a.ts': from("import * as t from './t';", 't'), 't.ts': "export default 'x';" }, ''],
    [
      'all of a package',
      { 'a.ts': from("import * as t from 'pkg';", 't.T'), 't.ts': "export const T = 'x';" },
      '',
    ],
    [
      'passed on',
      {
        'a.ts': from("import { U } from './u';", 'U'),
        'u.ts': "export { T as U } from './t';",
        't.ts': "export const T = 'x';",
      },
      'x',
    ],
    [
      'passed on from elsewhere',
      {
        'a.ts': from("import { T } from './u';"),
        'u.ts': "export { T } from 'pkg';",
        't.ts': "export const T = 'x';",
      },
      '',
    ],
    [
      'imported and exported',
      {
        'a.ts': from("import { T } from './u';"),
        'u.ts': "import { T } from './t';\nexport { T };",
        't.ts': "export const T = 'x';",
      },
      'x',
    ],
    [
      'in a circle',
      {
        'a.ts': from("import { T } from './u';"),
        'u.ts': "import { T } from './t';\nexport { T };",
        't.ts': "import { T } from './u';\nexport { T };",
      },
      '',
    ],
    ['exports', { 'a.js': from("const { T } = require('./t');"), 't.js': "exports.T = 'x';" }, 'x'],
    [
      'module.exports by name',
      { 'a.js': from("const { T } = require('./t');"), 't.js': "module.exports.T = 'x';" },
      'x',
    ],
    [
      'module.exports',
      { 'a.js': from("const t = require('./t');", 't.T'), 't.js': "module.exports = { T: 'x' };" },
      'x',
    ],
    [
      'module.exports as a text',
      { 'a.js': from("const t = require('./t');", 't'), 't.js': "module.exports = 'x';" },
      'x',
    ],
    [
      'module.exports as a default',
      { 'a.ts': from("import T from './t';"), 't.js': "module.exports = 'x';" },
      'x',
    ],
    [
      'another member',
      { 'a.js': from("const { T } = require('./t');"), 't.js': "other.T = 'x';\nexports = 'y';\nexports.U;" },
      '',
    ],
    [
      'nothing that is required',
      { 'a.js': from('const { T } = require();'), 't.js': "exports.T = 'x';" },
      '',
    ],
    ['a name of require', { 'a.js': from('const { T } = require(name);'), 't.js': "exports.T = 'x';" }, ''],
    ['of another function', { 'a.js': from("const { T } = load('./t');"), 't.js': "exports.T = 'x';" }, ''],
    [
      'import()',
      { 'a.ts': from("const { T } = await import('./t');"), 't.ts': "export const T = 'x';" },
      'x',
    ],
    [
      'import() by a name',
      { 'a.ts': from('const { T } = await import(name);'), 't.ts': "export const T = 'x';" },
      '',
    ],
    [
      'import() of a default',
      { 'a.ts': from("const t = await import('./t');", 't.default'), 't.ts': "export default 'x';" },
      'x',
    ],
    [
      'a typed parameter of another file',
      {
        'a.ts': "import { C } from './t';\nfunction f(c: C) { probe(c.a) }",
        't.ts': "export class C { a = 'x'; }",
      },
      'x',
    ],
    [
      'a parent of another file',
      {
        'a.ts': "import { P } from './t';\nclass C extends P { b() { probe(this.a) } }",
        't.ts': "export class P { a = 'x'; }",
      },
      'x',
    ],
  ])('%s', (_, files, expected) => {
    expect(texts(files)).toBe(expected);
  });
});

test('only so many, and not too long', () => {
  const list = (count: number) =>
    Array.from({ length: count }, (_, at) => `'t#{at}'`.replace('#{at}', `${at}`));
  expect(texts(`for (const t of [${list(41).join(', ')}]) probe(t)`).split(' ')).toHaveLength(40);
  expect(texts(`for (const t of [${list(39).join(', ')}]) probe(t)`).split(' ')).toHaveLength(39);
  expect(texts(`probe('${'a'.repeat(200_000)}')`)).toHaveLength(200_000);
  expect(texts(`probe('${'a'.repeat(200_001)}')`)).toBe('');
});

describe('what an expression stands for', () => {
  /** The source of what the probed expression stands for. */
  const followed = (code: string | Record<string, string>) => {
    const { follower, ref } = probed(code);
    return follower.follow(ref).map(({ module, node }) => module.text.slice(node.start, node.end));
  };
  test.each<[code: string, stands: string[]]>([
    ['probe(a)', ['a']],
    ['probe(a.b)', ['a.b']],
    ['probe(a())', ['a()']],
    ['probe(x += 1)', ['x += 1']],
    ['const x = f(); probe(x)', ['f()']],
    ['const x = new C(); probe(x)', ['new C()']],
    ['function f(x) { probe(x) }', ['x']],
    ['function f(x = 1) { probe(x) }', ['x', '1']],
    ["import { x } from 'pkg'; probe(x)", ['x']],
    ["import * as x from 'pkg'; probe(x)", ['* as x']],
    ["import x from 'pkg'; probe(x)", ['x']],
    ["const x = require('pkg'); probe(x)", ["require('pkg')"]],
    ["const x = await import('pkg'); probe(x)", ["import('pkg')"]],
    ["import * as x from 'pkg'; probe(x.y)", ['x.y']],
    ['const f = () => g(); probe(f())', ['g()']],
    ['class C {} probe(C)', ['class C {}']],
    ['function f() {} probe(f)', ['function f() {}']],
    ['const o = { f() {} }; probe(o.f)', ['() {}']],
    ['let x; x = 1; x = 2; probe(x)', ['1', '2']],
    ['class C { constructor(private d) {} b() { probe(this.d) } }', ['d']],
    ['class C { constructor(private d: D) {} b() { probe(this.d) } }', ['d: D']],
  ])('%s', (code, stands) => {
    expect(followed(code)).toEqual(stands);
  });

  test('the calls that something may be, unopened', () => {
    const { follower, ref } = probed(
      "const make = () => ({ a: 1 }); const made = c ? make('x') : other; probe(made)",
    );
    expect(follower.calls(ref).map(({ module, node }) => module.text.slice(node.start, node.end))).toEqual([
      "make('x')",
    ]);
  });

  test.each<[code: string, called: string[]]>([
    ['const f = () => 1; probe(f)', ['() => 1']],
    ['const f = useCallback(() => 1, []); probe(f)', ['() => 1']],
    ['const f = useCallback(g, []); probe(f)', []],
    ['const f = { g: 1 }; probe(f)', []],
    ['const f = wrap(7, () => 1); probe(f)', ['() => 1']],
    ['probe(f)', []],
    ['class C { f() { return 1; } g() { probe(this.f) } }', ['() { return 1; }']],
  ])('the functions that a call of it may call: %s', (code, called) => {
    const { follower, ref } = probed(code);
    expect(follower.callees(ref).map(({ module, node }) => module.text.slice(node.start, node.end))).toEqual(
      called,
    );
  });
});
