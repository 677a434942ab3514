import { describe, expect, test } from 'vitest';
import { writesIn } from './probed.ts';

const writes = (code: string | Record<string, string>) => writesIn(code).join('; ');

describe('a helper that writes what it is given', () => {
  const values = "const put = values => db.from('presets').update(values);";
  const table = 'const put = (table, values) => db.from(table).update(values);';
  const fixed = 'const put = table => db.from(table).update({ usage_count: n + 1 });';
  const column = "const put = column => db.from('presets').update({ [column]: n + 1 });";
  test.each<[code: string, found: string]>([
    [`${values} put({ usage_count: 7 });`, 'put supabase-update sets through put'],
    [`${values} put({ usage_count: n + 1 });`, 'put supabase-update adds read through put'],
    [`${values} put({ usage_count: 0 });`, 'put supabase-update zero through put'],
    [
      `${values} put(c ? { usage_count: 0 } : { usage_count: n - 1 });`,
      'put supabase-update subtracts read through put',
    ],
    [`${values} put({ name: 7 });`, ''],
    [`${values} put();`, ''],
    [`${values} other({ usage_count: 7 });`, ''],
    [`${values} put({ data: { usage_count: 7 } });`, 'put supabase-update sets through put'],
    [
      `${values} put({ usage_count: 7 }); put({ usage_count: 8 });`,
      'put supabase-update sets through put; put supabase-update sets through put',
    ],
    [
      `${values} const over = v => put(v); over({ usage_count: 7 });`,
      'over supabase-update sets through over',
    ],
    [
      `${values} const a = v => put(v); const b = v => a(v); b({ usage_count: 7 });`,
      'b supabase-update sets through b',
    ],
    [
      `${values} const a = v => put({ ...v, name }); a({ usage_count: 7 });`,
      'a supabase-update sets through a',
    ],
    [`${values} const a = v => put({ name: v }); a({ usage_count: 7 });`, ''],
    [`${values} const a = (x, v) => put(v); a({ usage_count: 7 }, {});`, ''],
    [`${values} const a = (x, v) => put(v); a({}, { usage_count: 7 });`, 'a supabase-update sets through a'],
    [
      `${values} const a = ({ v }) => put(v); a({ v: { usage_count: 7 } });`,
      'a supabase-update sets through a',
    ],
    [`${values} const a = ({ v }) => put(v); a({ w: { usage_count: 7 } });`, ''],
    [`${table} put('presets', { usage_count: 7 });`, 'put supabase-update sets through put'],
    [`${table} put('styles', { usage_count: 7 });`, ''],
    [`${table} put('presets', { name: 7 });`, ''],
    [`${table} put(presets, { usage_count: 7 });`, 'put supabase-update sets through put'],
    [`${table} put(PRESETS_TABLE, { usage_count: 7 });`, 'put supabase-update sets through put'],
    [
      `${table} const over = (t, v) => put(t, v); over('presets', { usage_count: 7 });`,
      'over supabase-update sets through over',
    ],
    [`${table} const over = (t, v) => put(t, v); over('styles', { usage_count: 7 });`, ''],
    [
      `${table} const over = v => put('presets', v); over({ usage_count: 7 });`,
      'over supabase-update sets through over',
    ],
    [`${table} const over = v => put('styles', v); over({ usage_count: 7 });`, ''],
    [`${table} const over = t => put(t, { usage_count: 7 }); over('presets');`, 'put supabase-update sets'],
    [`${table} const over = t => put(t, { usage_count: 7 }); over('styles');`, ''],
    [`${fixed} put('presets');`, 'update supabase-update adds read'],
    [`${fixed} put('styles');`, ''],
    [`${fixed} put('styles'); put('presets'); put('presets');`, 'update supabase-update adds read'],
    [`${fixed} const over = t => put(t); over('presets');`, 'update supabase-update adds read'],
    [`${column} put('usage_count');`, 'put supabase-update adds through put'],
    [`${column} put('name');`, ''],
    [`${column} const over = c => put(c); over('usage_count');`, 'over supabase-update adds through over'],
    [`${column} const over = c => put(c); over('name');`, ''],
    [
      "const put = column => knex('presets').increment(column); put('usage_count');",
      'put query-builder adds through put',
    ],
    ["const put = column => knex('presets').increment(column); put('name');", ''],
    ["const call = name => db.rpc(name); call('increment_preset_usage');", 'call rpc adds through call'],
    ["const call = name => db.rpc(name); call('other');", ''],
    [
      "const call = name => db.rpc(name); const over = name => call(name); over('increment_preset_usage');",
      '',
    ],
    [
      "function put(k) { return db.from(`#{k}s`).update({ usage_count: 7 }); } put('preset');",
      'update supabase-update sets',
    ],
    ["function put(k) { return db.from(`#{k}s`).update({ usage_count: 7 }); } put('style');", ''],
    ["function put(k) { return db.from(`x_#{k}`).update({ usage_count: 7 }); } put('presets');", ''],
    [
      "const tables = { a: 'presets', b: 'styles' }; function put(k) { return db.update(tables[k]).set({ usage_count: 7 }); } put('a');",
      'set query-builder sets',
    ],
    [
      "const tables = { a: 'presets', b: 'styles' }; function put(k) { return db.update(tables[k]).set({ usage_count: 7 }); } put('b');",
      '',
    ],
    [
      "const tables = { a: presets, b: styles }; function put(k) { return db.update(tables[k]).set({ usage_count: 7 }); } put('a');",
      'set query-builder sets',
    ],
    [
      "function put(k) { return db.update(schema[k]).set({ usage_count: 7 }); } put('presets');",
      'set query-builder sets',
    ],
  ])('%s: %s', (code, found) => {
    expect(writes(code)).toBe(found);
  });
});

describe('a class that writes what it is given', () => {
  const repo =
    'class Repo { constructor(table) { this.table = table; } put(values) { return db.from(this.table).update(values); } }';
  const own =
    'class Repo { constructor(private table) {} put(values) { return db.from(this.table).update(values); } }';
  const base = 'class Base { put(values) { return db.from(this.table).update(values); } }';
  test.each<[code: string, found: string]>([
    [`${own} new Repo('presets').put({ usage_count: 7 });`, 'put supabase-update sets through put'],
    [`${own} new Repo('styles').put({ usage_count: 7 });`, ''],
    [`${own} new Repo('presets').put({ name: 7 });`, ''],
    [
      `${own} const r = new Repo('presets'); r.put({ usage_count: 7 });`,
      'put supabase-update sets through put',
    ],
    [`${own} const r = new Repo('styles'); r.put({ usage_count: 7 });`, ''],
    [
      `${own} class Sub extends Repo { constructor() { super('presets'); } } new Sub().put({ usage_count: 7 });`,
      'put supabase-update sets through put',
    ],
    [
      `${own} class Sub extends Repo { constructor() { super('styles'); } } new Sub().put({ usage_count: 7 });`,
      '',
    ],
    [
      `${own} class Sub extends Repo { constructor() { super('presets'); } bump() { return this.put({ usage_count: 7 }); } }`,
      'put supabase-update sets through put',
    ],
    [
      `${own} class Sub extends Repo { constructor() { super('styles'); } bump() { return this.put({ usage_count: 7 }); } }`,
      '',
    ],
    [
      `${own} class Sub extends Repo { constructor() { super('presets'); } } function f(s: Sub) { s.put({ usage_count: 7 }); }`,
      'put supabase-update sets through put',
    ],
    [
      `${own} class Sub extends Repo { constructor() { super('styles'); } } function f(s: Sub) { s.put({ usage_count: 7 }); }`,
      '',
    ],
    [
      `${base} class Sub extends Base { table = 'presets'; } new Sub().put({ usage_count: 7 });`,
      'put supabase-update sets through put',
    ],
    [`${base} class Sub extends Base { table = 'styles'; } new Sub().put({ usage_count: 7 });`, ''],
    [
      `${base} class Sub extends Base { table = 'presets'; bump() { this.put({ usage_count: 7 }); } }`,
      'put supabase-update sets through put',
    ],
    [`${repo} new Repo('presets').put({ usage_count: 7 });`, 'put supabase-update sets through put'],
    [`${repo} new Repo('styles').put({ usage_count: 7 });`, ''],
    [
      "class Repo extends Base { constructor(private table) { super('presets'); } put(values) { return db.from(this.table).update(values); } bump() { return this.put({ usage_count: 7 }); } }",
      '',
    ],
    [
      `${own} class Sub extends Repo { constructor() { super('styles'); other('presets'); } } new Sub().put({ usage_count: 7 });`,
      '',
    ],
    [
      `${own} class Sub extends Repo { constructor() { super('styles'); } } class Other extends Base { constructor() { super('presets'); } } new Sub().put({ usage_count: 7 });`,
      '',
    ],
    [
      "function make(table) { return { put: values => db.from(table).update(values) }; } const presets = other('presets'); presets.put({ usage_count: 7 });",
      '',
    ],
    [
      "function make(table) { return { put: values => db.from(table).update(values) }; } make('presets').put({ usage_count: 7 });",
      'put supabase-update sets through put',
    ],
    [
      "function make(table) { return { put: values => db.from(table).update(values) }; } make('styles').put({ usage_count: 7 });",
      '',
    ],
    [
      "function make(table) { return { put: values => db.from(table).update(values) }; } const r = make('presets'); r.put({ usage_count: 7 });",
      'put supabase-update sets through put',
    ],
    [
      "class Repo { put(values) { return db.from('presets').update(values); } } class S { constructor(private presets) {} f() { this.presets.put({ usage_count: 7 }); } }",
      'put supabase-update sets through put',
    ],
    [
      "class Repo { put(values) { return db.from('presets').update(values); } } class S { constructor(private styles) {} f() { this.styles.put({ usage_count: 7 }); } }",
      '',
    ],
    ["class Repo { put(values) { return db.from('presets').update(values); } } put({ usage_count: 7 });", ''],
  ])('%s: %s', (code, found) => {
    expect(writes(code)).toBe(found);
  });
  test('in a file that is named for presets', () => {
    const put = "export class Repo { put(values) { return db.from('presets').update(values); } }";
    const use = 'export const f = repo => repo.put({ usage_count: 7 });';
    expect(writes({ 'repo.ts': put, 'presets.ts': use })).toBe('put supabase-update sets through put');
    expect(writes({ 'repo.ts': put, 'styles.ts': use })).toBe('');
  });
});

describe('SQL in a helper', () => {
  test.each<[code: string, found: string]>([
    [
      "const bump = table => q(`UPDATE #{table} SET usage_count = usage_count + 1`); bump('presets');",
      'UPDATE sql adds',
    ],
    ["const bump = table => q(`UPDATE #{table} SET usage_count = usage_count + 1`); bump('styles');", ''],
    [
      "const bump = table => q(`UPDATE #{table} SET usage_count = usage_count - 1`); bump('presets');",
      'UPDATE sql subtracts',
    ],
    ["const bump = table => q(`UPDATE #{table} SET usage_count = 0`); bump('presets');", 'UPDATE sql zero'],
    ["const bump = table => q(`UPDATE #{table} SET name = 0`); bump('presets');", ''],
    [
      "const bump = table => q(`UPDATE #{table} SET name = 1, usage_count = 0`); bump('presets');",
      'UPDATE sql zero',
    ],
    ["const bump = table => q(`UPDATE #{table} SET name = 1 WHERE usage_count = 0`); bump('presets');", ''],
    [
      "const bump = table => q(`UPDATE #{table} SET name = 1 RETURNING a, usage_count = 0`); bump('presets');",
      '',
    ],
    [
      "const bump = table => q(`UPDATE #{table} SET name = 1; SELECT 1, usage_count = 0`); bump('presets');",
      '',
    ],
    [
      "const bump = table => q(`UPDATE ONLY #{table} SET usage_count = 0`); bump('presets');",
      'UPDATE sql zero',
    ],
    [
      "const bump = table => q(`UPDATE public.#{table} SET usage_count = 0`); bump('presets');",
      'UPDATE sql zero',
    ],
    [
      'const bump = table => q(`UPDATE "#{table}" SET usage_count = 0`); bump(\'presets\');',
      'UPDATE sql zero',
    ],
    [
      'const bump = table => q(`UPDATE #{table} AS t SET "usage_count" = 0`); bump(\'presets\');',
      'UPDATE sql zero',
    ],
    ["const bump = table => q(`UPDATE #{table} t SET usage_count = 0`); bump('presets');", 'UPDATE sql zero'],
    ["const bump = kind => q(`UPDATE #{kind}s SET usage_count = 0`); bump('preset');", 'UPDATE sql zero'],
    ["const bump = kind => q(`UPDATE #{kind}s SET usage_count = 0`); bump('style');", ''],
    ["const bump = kind => q(`UPDATE x_#{kind} SET usage_count = 0`); bump('presets');", ''],
    [
      "const bump = column => q(`UPDATE presets SET #{column} = #{column} + 1`); bump('usage_count');",
      'UPDATE sql adds',
    ],
    ["const bump = column => q(`UPDATE presets SET #{column} = #{column} + 1`); bump('name');", ''],
    [
      "const bump = column => q(`UPDATE presets SET name = 1, #{column} = 0`); bump('usage_count');",
      'UPDATE sql zero',
    ],
    ["const bump = column => q(`UPDATE styles SET #{column} = 0`); bump('usage_count');", ''],
    ["const bump = column => q(`UPDATE presets SET name = 1 WHERE #{column} = 0`); bump('usage_count');", ''],
    ["const bump = table => q(`DELETE FROM #{table}`); bump('presets');", ''],
    ["const bump = table => log(`UPDATE #{table} SET usage_count = 0`); bump('presets');", ''],
    ["const bump = table => q(`SELECT 1 FROM #{table} FOR UPDATE`); bump('presets');", ''],
    ["const bump = table => q(`SELECT 1 FROM #{table} FOR UPDATE -- set`); bump('presets');", ''],
    [
      "const bump = table => q('UPDATE ' + table + ' SET usage_count = 0'); bump('presets');",
      'UPDATE sql zero',
    ],
    [
      "class R { constructor(private table) {} bump() { return q(`UPDATE #{this.table} SET usage_count = 0`); } } new R('presets').bump();",
      'UPDATE sql zero',
    ],
    [
      "class R { constructor(private table) {} bump() { return q(`UPDATE #{this.table} SET usage_count = 0`); } } new R('styles').bump();",
      '',
    ],
    ['class R { constructor(table) { this.run = () => q(`UPDATE #{table} SET usage_count = 0`); } }', ''],
  ])('%s: %s', (code, found) => {
    expect(writes(code)).toBe(found);
  });
});
