import { describe, expect, test } from 'vitest';
import { markupCode } from '../../../../source/scan/code/parse/component-markup.ts';

/** The code in markup; `;` after it says that it may be statements, and `...` that nothing closes it. */
const code = (file: string, text: string) =>
  markupCode(file, text).map(
    ({ from, to, statements, open }) => `${text.slice(from, to)}${statements ? ';' : ''}${open ? '...' : ''}`,
  );

describe('in Vue', () => {
  test.each<[text: string, code: string[]]>([
    ['<b @click="a()">', ['a();']],
    ["<b @click='a()'>", ['a();']],
    ['<b @click.stop="a(); b()">', ['a(); b();']],
    ['<b @update:model-value="a">', ['a;']],
    ['<b @[event]="a">', ['a;']],
    ['<b v-on:click="a">', ['a;']],
    ['<b v-on:[event].once="a">', ['a;']],
    ['<b v-on="{ click: a }">', ['{ click: a }']],
    ['<b :save="() => a">', ['() => a']],
    ['<b :save="function () { a }">', ['function () { a }']],
    ['<b :save="a">', []],
    ['<b v-bind:save="() => a">', ['() => a']],
    ['<b v-bind:save="a">', []],
    ['<b v-bind="() => a">', []],
    ['<b v-if="() => a">', []],
    ['<b title="a()">', []],
    ['<b data@click="a()">', []],
    ['(@click="a()")', ['a();']],
    [',@click="a()"', ['a();']],
    ['<b @click="a(\'x\')">', ["a('x');"]],
    ['<b @click="a" @focus="b">', ['a;', 'b;']],
    ['<b\n@click="a\n()">', ['a\n();']],
    ['<b @click="">', [';']],
    ['<b @click = "a">', []],
    [`<b @click="${'a'.repeat(5000)}">`, [`${'a'.repeat(5000)};`]],
    [`<b @click="${'a'.repeat(5001)}">`, []],
    ['<b :a-b.c="x => y">', ['x => y']],
    ['{{ a() }}', []],
  ])('%s', (text, found) => {
    expect(code('a.vue', text)).toEqual(found);
  });
});

describe('in Svelte and Astro', () => {
  test.each<[text: string, code: string[]]>([
    ['<b onclick={() => a}>', ['() => a']],
    ['<b onclick={a(1)}>', ['a(1)']],
    ['<b onclick={a}>', []],
    ['<b title={`a`}>', ['`a`']],
    ['<b on:click={() => { a({ b: 1 }); }}>', ['() => { a({ b: 1 }); }']],
    ['{#await load()}', ['load()']],
    ['{#await load() then x}', ['load()']],
    ['{#key f(x)}', ['f(x)']],
    ['{#if f(x)}', ['f(x)']],
    ['{#each f(x) as y}', ['f(x)']],
    ['{#each f(x) as y, i (y.id)}', ['f(x)']],
    ['{#each xs as y}', []],
    ['{#each xs as y (f(y))}', []],
    ['{:else if f(x)}', ['f(x)']],
    ['{:else}', []],
    ['{:then f(x)}', []],
    ['{/if f()}', []],
    ['{@const a = f(x)}', ['a = f(x)']],
    ['{@html f(x)}', ['f(x)']],
    ['{@render f(x)}', ['f(x)']],
    ['{@attach f(x)}', ['f(x)']],
    ['{@debug f(x)}', []],
    ['{ #if f(x)}', ['f(x)']],
    ['{#iffy f(x)}', []],
    ['{x #if f(y)}', ['x #if f(y)']],
    ['{"}" + a()}', ['"}" + a()']],
    ["{'}' + a()}", ["'}' + a()"]],
    ['{`}` + a}', ['`}` + a']],
    ['{"a}b" + a()}', ['"a}b" + a()']],
    ["{'a}b' + a()}", ["'a}b' + a()"]],
    ['{`a}b` + a}', ['`a}b` + a']],
    ['{/* } */ a()}', []],
    ['{a() /* } */}', ['a() /* } */']],
    ['{a() // }\n}', ['a() // }\n']],
    ['{"\\"}" + a()}', ['"\\"}" + a()']],
    ["{'\\'}' + a()}", ["'\\'}' + a()"]],
    ['{a("x\n}', ['a("x\n']],
    ['{a(', ['a(...']],
    ['{a( {b()}', ['a( {b()}...', 'b()']],
    ['a}', []],
    ['', []],
  ])('%s', (text, found) => {
    expect(code('a.svelte', text)).toEqual(found);
    expect(code('a.astro', text)).toEqual(found);
  });
  test('at most fifty that nothing closes', () => {
    expect(code('a.svelte', '{('.repeat(60))).toHaveLength(50);
    expect(code('a.svelte', '{('.repeat(49))).toHaveLength(49);
  });
});
