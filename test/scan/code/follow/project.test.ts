import { expect, test } from 'vitest';
import { addendsOf } from '../../../../source/scan/code/follow/concat-parts.ts';
import { exportedBy } from '../../../../source/scan/code/follow/exports.ts';
import { Project } from '../../../../source/scan/code/follow/project.ts';
import { loadCodeParser } from '../../../../source/scan/code/parse/parse-code.ts';
import { readCode } from '../../../../source/scan/code/read-code.ts';
import { sqlTextsOf, wholeOf } from '../../../../source/scan/code/read-sql-texts.ts';
import { probed } from '../probed.ts';

await loadCodeParser();

const options = { broken: {}, reading: () => {}, configs: new Map<string, string>() };
const projectOf = (files: Record<string, string>, broken: Record<string, string> = {}) =>
  new Project(new Map(Object.entries(files)), { ...options, broken });

test('a file that is to be skipped is not parsed, and named with the reason', () => {
  const project = projectOf({ 'a.ts': 'a' }, { 'a.ts': 'it crashes', 'gone.ts': 'it crashes' });
  expect(project.module('a.ts')).toBe(null);
  expect([...project.problems]).toEqual([['a.ts', { message: 'it crashes', offset: 0 }]]);
});

test('a file whose reading needs too much stack is named, and any other fault is thrown', () => {
  const project = projectOf({ 'a.ts': 'a' });
  const module = project.module('a.ts')!;
  const fail = (error: Error) => () => {
    throw error;
  };
  expect(project.read(module, fail(new RangeError('stack')), 'nothing')).toBe('nothing');
  expect([...project.problems.keys()]).toEqual(['a.ts']);
  expect(() => project.read(module, fail(new TypeError('fault')), 'nothing')).toThrow('fault');
});

test('a file that could not be read has nothing', () => {
  class Shallow extends Project {
    override read<Result>(_: unknown, __: () => Result, otherwise: Result): Result {
      return otherwise;
    }
  }
  const project = new Shallow(new Map([['a.ts', 'presets.update({ usage_count: 1 })']]), options);
  const known = { follower: project.follower, counts: () => false, defined: () => false };
  expect(readCode([project.module('a.ts')!], known, project)).toEqual({ found: [], records: [] });
});

test('code in markup that cannot be read is named with its place', () => {
  const text = '<b @click="presets.(">';
  const project = projectOf({ 'a.vue': text });
  project.module('a.vue');
  expect(project.markup).toEqual([
    { file: 'a.vue', message: 'code in the markup could not be parsed', offset: text.indexOf('presets') },
  ]);
});

test('files that name a helper are those that speak of presets, and can be parsed', () => {
  const project = projectOf({
    'a.ts': 'bump(preset)',
    'b.ts': 'bump(style)',
    'c.ts': 'bump(preset',
    'd.ts': 'raise(preset)',
  });
  expect(project.naming(new Set(['bump'])).map(({ file }) => file)).toEqual(['a.ts']);
  expect(project.naming(new Set())).toEqual([]);
});

test('a file that is no component has no markup', () => {
  const project = projectOf({ 'a.ts': 'presets' });
  project.module('a.ts');
  expect(project.markup).toEqual([]);
});

test('only what a module exports by a name is what is imported', () => {
  const exported = (text: string, name: string) => {
    const module = projectOf({ 'a.ts': text }).module('a.ts')!;
    return exportedBy(module, name, () => null).map(each =>
      'binding' in each ? each.binding.name : each.node.type,
    );
  };
  expect(exported("const a = 'x'; const b = 'y'; export { b, a as c };", 'c')).toEqual(['a']);
  expect(exported("const a = 'x'; export { a as 'a b' };", 'a b')).toEqual(['a']);
  expect(exported('export { gone as c };', 'c')).toEqual([]);
  expect(exported("export default 'x';", 'c')).toEqual([]);
});

test('the operands of a sum begin with what is no sum', () => {
  const types = (sum: string) => addendsOf(probed(`probe(${sum})`).ref.node).map(({ type }) => type);
  expect(types("+a + 'b' + c")).toEqual(['UnaryExpression', 'Literal', 'Identifier']);
  expect(types("a - 1 + 'b'")).toEqual(['BinaryExpression', 'Literal']);
});

test('SQL is read once, with its tag and all that it is put together from', () => {
  const texts = (code: string) => {
    const { follower, module } = probed(`${code}\nprobe(1)`);
    return sqlTextsOf(module, follower, []).map(({ node, sql }) => `${node.type}: ${sql.text}`);
  };
  expect(texts("db.query('UPDATE presets ' + 'SET usage_count = 1')")).toEqual([
    'BinaryExpression: UPDATE presets SET usage_count = 1',
  ]);
  expect(texts('sql`UPDATE presets SET usage_count = 1`')).toEqual([
    'TaggedTemplateExpression: UPDATE presets SET usage_count = 1',
  ]);
  expect(texts("db.query('INSERT INTO presetusage (id) VALUES (1)')")).toHaveLength(1);
  expect(texts('db.query(`/* a */ -- b\nUPDATE presets SET usage_count = 1`)')).toHaveLength(1);
  expect(
    texts(
      "import { openDatabaseSync } from 'expo-sqlite';\nconst db = openDatabaseSync('a');\ndb.sql`UPDATE presets SET usage_count = 1`;",
    ),
  ).toEqual([]);
});

test('SQL is read whatever the tag, and not for a client', () => {
  const count = (code: string) => {
    const { follower, module } = probed(`${code}\nprobe(1)`);
    return sqlTextsOf(module, follower, []).length;
  };
  expect(count("db['sql']`UPDATE presets SET usage_count = 1`")).toBe(1);
  expect(count("db.runAsync('UPDATE presets SET usage_count = 1')")).toBe(1);
  expect(count("const db = new Dexie('a'); db.runAsync('UPDATE presets SET usage_count = 1')")).toBe(0);
});

test('a file is told of before it is read', () => {
  const told: string[] = [];
  const project = new Project(new Map([['a.ts', 'a']]), { ...options, reading: file => told.push(file) });
  const module = project.module('a.ts')!;
  expect(told).toEqual(['a.ts']);
  project.read(module, () => expect(told).toEqual(['a.ts', 'a.ts']), undefined);
});

test('a template belongs to its tag', () => {
  const { module } = probed('sql`a`; probe(1)');
  expect(module.strings.map(node => wholeOf(node).type)).toEqual(['TaggedTemplateExpression']);
});
