import { expect, test } from 'vitest';
import { Reach } from '../../../source/scan/candidates/reach.ts';

const reachOf = (files: Record<string, string>) => {
  const fileOf = (from: string, specifier: string) =>
    specifier in files && specifier !== from ? specifier : null;
  return new Reach(new Map(Object.entries(files)), fileOf);
};
const isHit = (text: string) => text.includes('hit');

test.each([
  "import { a } from 'b';",
  'import "b";',
  "import a, { type b }\n  from\n  'b'",
  "export * from'b'",
  "const a = await import('b');",
  "const a = require?.('b')",
  "import a = require('b');",
])('%s is an import', text => {
  expect(reachOf({ a: text, b: 'hit' }).has(isHit)('a')).toBe(true);
  expect(reachOf({ a: text, b: 'miss' }).has(isHit)('a')).toBe(false);
});

test.each(["await import(/* webpackChunkName: 'c' */ 'b');", "import b from // where\n  'b'"])(
  '%s may be anything',
  text => {
    expect(reachOf({ a: text }).has(isHit)('a')).toBe(true);
  },
);

test('imports of imports count, also in circles, and each text is asked about once', () => {
  const files = {
    a: "from 'b'; from 'c'; from 'gone'",
    b: "from 'a'",
    c: "from 'b'; from 'd'",
    d: 'hit',
    e: "from 'f'",
    f: "from 'e'",
    g: "from 'b'",
    h: "from 'f'",
  };
  const asked: string[] = [];
  const reaches = reachOf(files).has(text => {
    asked.push(text);
    return isHit(text);
  });
  const found = Object.keys(files).filter(reaches);
  expect(found).toEqual(['a', 'b', 'c', 'd', 'g']);
  expect(asked.toSorted()).toEqual(Object.values(files).toSorted());
});

test('another question of the same files is answered from their imports', () => {
  const reach = reachOf({ a: "from 'b'", b: "from 'c'; one", c: 'two' });
  const has = (word: string) => reach.has(text => text.includes(word));
  expect(['a', 'b', 'c'].map(has('one'))).toEqual([true, true, false]);
  expect(['a', 'b', 'c'].map(has('two'))).toEqual([true, true, true]);
  expect(['a', 'b', 'c'].map(has('three'))).toEqual([false, false, false]);
});
