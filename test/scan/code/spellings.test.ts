import { describe, expect, test } from 'vitest';
import { writesIn } from './probed.ts';

const one = 'usage_count: n + 1';
const presets = "db.from('presets')";

describe('code that is spelled in a rare way', () => {
  test.each<[string, string | Record<string, string>, string[]]>([
    [
      'a value that returns itself',
      `const n = () => n;\n${presets}.update({ usage_count: n });`,
      ['update supabase-update sets'],
    ],
    [
      'a class that extends itself in a circle',
      `class A extends B {}\nclass B extends A {}\nnew A().from('presets').update({ ${one} });`,
      ['update supabase-update adds read'],
    ],
    [
      'a store on the client that is an expression',
      `const Store = class extends Dexie {};\nStore.presets.update(id, { ${one} });`,
      [],
    ],
    [
      'a short name before an id',
      "db.rpc('increment_usage', { id: x_id });",
      ['rpc rpc adds through increment_usage'],
    ],
    [
      'two short names before an id',
      "db.rpc('increment_usage', { id: a_b_id });",
      ['rpc rpc adds through increment_usage'],
    ],
    ['a longer name before an id', "db.rpc('increment_usage', { id: coupon_id });", []],
    [
      'a name for another object that is changed before it is written',
      `const row = { name };\nconst same = row;\nrow.usage_count = n + 1;\n${presets}.update(same);`,
      ['update supabase-update adds read'],
    ],
    [
      'a count that is only compared',
      `const row = { name };\nif (row.usage_count > 3) stop();\n${presets}.update(row);`,
      [],
    ],
    [
      'a class whose table callers give, as a declared type',
      `class Repository { constructor(table) { this.table = table; } bump(id, n) { return db.from(this.table).update({ ${one} }); } }\nfunction use(presets: Repository) { presets.bump(id, 1); }`,
      [],
    ],
    ['a model by getModel', `db.getModel('Preset').update({ ${one} });`, ['update orm adds read']],
    ['a table whose name only begins like one', `db.from(NAME_PRESETS).update({ ${one} });`, []],
    [
      'a table whose name ends like one',
      `db.from(PRESETS_TABLE_NAME).update({ ${one} });`,
      ['update supabase-update adds read'],
    ],
    ['criteria that are no table', `presetRepository.update(Preset, { ${one} });`, ['update orm adds read']],
    [
      'an insert that is merged',
      `knex('presets').insert({ ${one} }).onConflict('id').merge();`,
      ['merge query-builder adds read'],
    ],
    ['a merge of nothing that was inserted', `merge().merge();\nknex('presets').merge();`, []],
    [
      'kysely, in a function',
      `db.updateTable('presets').set(eb => ({ usage_count: eb('usage_count', '+', 1) })).execute();`,
      ['set query-builder adds'],
    ],
    [
      'doUpdateSet in no call',
      `const update = oc => oc.doUpdateSet({ ${one} });\ndoUpdateSet({ ${one} });`,
      [],
    ],
    ['doUpdateSet at the top', `oc.doUpdateSet({ ${one} });`, []],
    ['a merge of a query in a variable', `const query = knex('presets');\nquery.merge();`, []],
    [
      'criteria that are a row',
      `const preset = { usageCount: 1 };\npresetRepository.update(preset, { name });`,
      [],
    ],
    [
      'a change of something with the name of the counter',
      `async function f(em) { const usageCount = await em.findOne(Preset, id); usageCount.name = 'x'; await em.flush(); }`,
      [],
    ],
    [
      'a method that is taken from its object',
      `class Repository { constructor(table) { this.table = table; } bump(id, n) { return db.from(this.table).update({ ${one} }); } }\nconst { bump } = new Repository('presets');\nbump(id, 1);`,
      [],
    ],
    [
      'a method of an object that is injected, and found by its name too',
      {
        'a.ts': `export class PresetStore { update(id, patch) { return ${presets}.update(patch); } }`,
        'b.ts': `export class Page { constructor(presetStore) {} use(n) { this.preset.update(id, { ${one} }); } }`,
      },
      ['update orm adds read'],
    ],
    [
      'a request whose table is a constant',
      `const table = 'presets';\nfetch(\`#{base}/rest/v1/#{table}?id=eq.1\`, { method: 'PATCH', body: JSON.stringify({ ${one} }) });`,
      ['fetch postgrest adds read'],
    ],
    [
      'SQL with two blanks before the table',
      'const bump = table => db.query(`UPDATE ONLY  #{table} SET usage_count = usage_count + 1`);\nbump("presets");',
      ['UPDATE sql adds'],
    ],
    [
      'a table of a call in a template',
      `db.execute(\`UPDATE presets SET #{sql(columns)} WHERE id = 1\`);`,
      [],
    ],
    [
      'a flush after something else of the name',
      `async function f(em) { const preset = await em.findOne(Preset, id); const usageCount = 3; usageCount += 1; preset.usageCount += 1; await em.flush(); }`,
      ['preset orm adds read'],
    ],
  ])('%s', (_, code, found) => {
    expect(writesIn(code)).toEqual(found);
  });
});
