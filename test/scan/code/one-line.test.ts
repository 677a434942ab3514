import { describe, expect, test } from 'vitest';
import { foundIn } from '../scan-text.ts';

const bump = '{ usage_count: n + 1 }';
const inCode = async (line: string, before = '') =>
  foundIn({ 'a.ts': `${before}${before ? '\n' : ''}${line}\n` });

describe('a call that updates presets', () => {
  test.each([
    ["db.from('presets').update(BUMP)", 'supabase-update'],
    ["db.schema('app').from('presets').update(BUMP)", 'supabase-update'],
    ["db.from('public.presets').update(BUMP)", 'supabase-update'],
    ["(await client()).from('presets').update(BUMP)", 'supabase-update'],
    ["db!.from('presets')!.update(BUMP)", 'supabase-update'],
    ["(db as Client).from('presets').update(BUMP)", 'supabase-update'],
    ["(db.from('presets') satisfies Q).update(BUMP)", 'supabase-update'],
    ["db?.from('presets')?.update(BUMP)", 'supabase-update'],
    ['db.from(PRESETS_TABLE).update(BUMP)', 'supabase-update'],
    ['db.from(tables.presets).update(BUMP)', 'supabase-update'],
    ['db.from(process.env.PRESETS_TABLE_NAME).update(BUMP)', 'supabase-update'],
    ["db.from('presets').upsert(BUMP)", 'supabase-upsert'],
    ["knex('presets').update(BUMP)", 'query-builder'],
    ["knex('presets as p').update(BUMP)", 'query-builder'],
    ["trx.table('presets').update(BUMP)", 'query-builder'],
    ["knex.from('presets').update(BUMP)", 'query-builder'],
    ["this.knex('presets').update(BUMP)", 'query-builder'],
    ["appDb('presets').update(BUMP)", 'query-builder'],
    ["db('presets').where({ id }).increment('usage_count')", 'query-builder'],
    ["db.updateTable('presets').set(BUMP)", 'query-builder'],
    ['db.update(presets).set(BUMP)', 'query-builder'],
    ['Preset.update(BUMP, { where: { id } })', 'orm'],
    ['presetRepository.update(id, BUMP)', 'orm'],
    ['this.presetModel.update(BUMP)', 'orm'],
    ['source.getRepository(Preset).update(id, BUMP)', 'orm'],
    ["sequelize.model('Preset').update(BUMP)", 'orm'],
    ["manager.increment(Preset, { id }, 'usage_count', 1)", 'orm'],
    ["preset.increment('usage_count')", 'orm'],
    ["foundPreset.increment('usage_count')", 'orm'],
    ['prisma.preset.update({ where: { id }, data: BUMP })', 'prisma'],
    ['prisma.preset.updateMany({ data: { usageCount: { increment: 1 } } })', 'prisma'],
    ['prisma.preset.upsert({ where: { id }, create: {}, update: BUMP })', 'prisma'],
  ])('%s', async (line, kind) => {
    const found = await inCode(
      `export const use = async (id: string, n: number) => ${line.replace('BUMP', bump)};`,
    );
    expect(found).toEqual([`1 ${kind} adds`]);
  });

  test.each([
    "db.from('styles').update(BUMP)",
    "db.from('presets_old').update(BUMP)",
    "db.from('preset_usage').update(BUMP)",
    'db.from(STYLES_TABLE).update(BUMP)',
    "db.from('presets').select(BUMP)",
    "db.from('presets').update({ name: n + 1 })",
    "knex('styles').update(BUMP)",
    "render('presets').update(BUMP)",
    "db.collection('presets').update(BUMP)",
    "firestore.doc('presets/1').update(BUMP)",
    "ref('presets').update(BUMP)",
    "db.ref('presets').child('1').update(BUMP)",
    "client.channel('presets').update(BUMP)",
    'db.update(styles).set(BUMP)',
    'Style.update(BUMP)',
    'getRepository(Style).update(id, BUMP)',
    "style.increment('usage_count')",
    "preset.increment('likes')",
    'prisma.style.update({ data: BUMP })',
    'prisma.preset.findMany({ data: BUMP })',
    'setPreset(BUMP)',
    'console.log(BUMP)',
  ])('is not %s', async line => {
    expect(
      await inCode(`export const use = async (id: string, n: number) => ${line.replace('BUMP', bump)};`),
    ).toEqual([]);
  });
});

describe('a database on the client', () => {
  const line = `export const use = (n: number) => db.presets.update(1, ${bump});`;
  test.each([
    ["import Dexie from 'dexie';\nconst db = new Dexie('app');"],
    ["import Dexie from 'dexie';\nclass Store extends Dexie {}\nconst db = new Store();"],
    ["import { openDB } from 'idb';\nconst db = await openDB('app');"],
    ["import PouchDB from 'pouchdb';\nconst db = new PouchDB('app');"],
    ["import { createRxDatabase } from 'rxdb';\nconst db = await createRxDatabase({});"],
  ])('is not the server: %s', async before => {
    expect(await inCode(line, before)).toEqual([]);
  });

  test.each([
    ["import { db } from './orm';"],
    ["import { openDB } from './own';\nconst db = await openDB('app');"],
    [
      "import Dexie from 'dexie';\nimport { createClient } from '@supabase/supabase-js';\nimport { db } from './orm';",
    ],
  ])('but this is: %s', async before => {
    const [, ...more] = before.split('\n');
    expect(await inCode(line, before)).toEqual([`${more.length + 2} orm adds`]);
  });
});

describe('a call of a function that sounds like counting', () => {
  test.each([
    ["sb.rpc('increment_preset_usage', { preset_id: id })", true],
    ["sb.rpc('increment_preset_usage', { id })", true],
    ["sb.rpc('increment_preset_usage', { p_id: preset.id })", true],
    ["sb.rpc('increment_preset_usage', { p_uuid: id, user_id: user.id })", true],
    ["sb.rpc('increment_usage', { row_id: id })", true],
    ["sb.rpc('increment_usage', { key: presetId })", true],
    ["sb.rpc('increment_usage', { user_id: id, preset_id: p })", true],
    ["sb.rpc('increment_usage_count', { table_name: 'presets', row_id: id })", true],
    ["sb.rpc('increment_preset_usage', { user_id: id })", true],
    ["sb.rpc('increment_usage', { template_id: id })", false],
    ["sb.rpc('increment_usage', { id: coupon.id })", false],
    ["sb.rpc('increment_usage', { id: couponId })", false],
    ["sb.rpc('increment_usage', { row_id: coupon_id })", false],
    ["sb.rpc('increment_usage', { id: this.coupon.id })", false],
    ["sb.rpc('increment_usage_count', { table_name: 'styles', row_id: id })", false],
    ["sb.rpc('increment_usage', { user_id: id })", false],
    ["sb.rpc('increment_usage', { p_team_id: id })", false],
    ["sb.rpc('increment_usage', { id: user.id })", false],
    ["sb.rpc('increment_usage', { id: accountId })", false],
    ["sb.rpc('track_preset_usage', { preset_id: id })", false],
    ["sb.rpc('increment_likes', { preset_id: id })", false],
    ["sb.call('increment_preset_usage', { preset_id: id })", false],
  ])('%s: %s', async (line, found) => {
    expect(await inCode(`export const use = async (id: string) => ${line};`)).toEqual(
      found ? ['1 rpc adds'] : [],
    );
  });
});

describe('a request to PostgREST', () => {
  const body = 'body: JSON.stringify({ usage_count: n + 1 })';
  test.each<[string, string[]]>([
    [`fetch(\`\${base}/rest/v1/presets?id=eq.\${id}\`, { method: 'PATCH', ${body} })`, ['1 postgrest adds']],
    [`fetch(base + '/rest/v1/presets?id=eq.1', { method: 'patch', ${body} })`, ['1 postgrest adds']],
    [`fetch('/rest/v1/presets', { method: 'PUT', ${body} })`, ['1 postgrest adds']],
    [`fetch(new URL('/rest/v1/presets', base), { method: 'PATCH', ${body} })`, ['1 postgrest adds']],
    [
      `fetch('/rest/v1/presets', { method: 'POST', headers: { Prefer: 'resolution=merge-duplicates' }, ${body} })`,
      ['1 postgrest adds'],
    ],
    ["axios.patch('/rest/v1/presets?id=eq.1', { usage_count: n + 1 })", ['1 postgrest adds']],
    ["axios.put('/rest/v1/presets', { usage_count: n + 1 })", ['1 postgrest adds']],
    [
      "axios({ method: 'patch', url: '/rest/v1/presets', data: { usage_count: n + 1 } })",
      ['1 postgrest adds'],
    ],
    ["ky.patch('/rest/v1/presets', { json: { usage_count: n + 1 } })", ['1 postgrest adds']],
    [
      "fetch('/rest/v1/rpc/increment_preset_usage', { method: 'POST', body: JSON.stringify({ preset_id: id }) })",
      ['1 rpc adds'],
    ],
    [
      "fetch('/rest/v1/rpc/track_preset_usage', { method: 'POST', body: JSON.stringify({ preset_id: id }) })",
      [],
    ],
    ["fetch('/rest/v1/rpc/increment_usage', { method: 'POST', body: JSON.stringify({ user_id: id }) })", []],
    [`fetch('/rest/v1/presets', { method: 'POST', ${body} })`, []],
    [`fetch('/rest/v1/presets', { method: 'GET', ${body} })`, []],
    [`fetch('/rest/v1/styles?id=eq.1', { method: 'PATCH', ${body} })`, []],
    ["fetch('/rest/v1/presets', { method: 'PATCH', body: JSON.stringify({ name: n + 1 }) })", []],
    [`fetch('/rest/v1/presets_old', { method: 'PATCH', ${body} })`, []],
  ])('%s', async (line, found) => {
    expect(await inCode(`export const use = async (id: string, n: number) => ${line};`)).toEqual(found);
  });
});

describe('a shell script', () => {
  test.each<[string, string[]]>([
    ['psql -c "UPDATE presets SET usage_count = usage_count + 1"', ['1 shell-sql adds']],
    ['psql --command="UPDATE presets SET usage_count = usage_count + $1"', ['1 shell-sql adds']],
    ['SQL="UPDATE presets SET usage_count = usage_count + $N"', ['1 shell-sql adds']],
    ['psql <<< "UPDATE presets SET usage_count = usage_count + $N"', ['1 shell-sql adds']],
    ['psql -c "-- one more\nUPDATE presets SET usage_count = usage_count + 1"', ['2 shell-sql adds']],
    ['psql -c "/* more */ UPDATE presets SET usage_count = usage_count + 1"', ['1 shell-sql adds']],
    ['echo "UPDATE presets SET usage_count = usage_count + 1" > a.sql', ['1 shell-sql adds']],
    ['echo "UPDATE presets SET usage_count = usage_count + 1" > a.txt', []],
    ['echo "UPDATE presets SET usage_count = usage_count + 1" > a.sql.txt', []],
    ['psql -c "UPDATE presets SET usage_count = usage_count + $(count all)"', ['1 shell-sql adds']],
    ['psql -c "UPDATE presets SET usage_count = usage_count + \u0024{N:-1}"', ['1 shell-sql adds']],
    ['die "UPDATE presets SET usage_count = usage_count + 1"', []],
    ['psql -c "SELECT \'UPDATE presets SET usage_count = usage_count + 1\'"', []],
    ['psql -c "please update presets set usage_count = usage_count + 1"', []],
    ['curl -X PATCH $URL/rest/v1/presets?id=eq.1 -d \'{"usage_count": 5}\'', ['1 postgrest sets']],
    ['curl -XPATCH $URL/rest/v1/presets?id=eq.1 -d \'{"usage_count": 5}\'', ['1 postgrest sets']],
    ['curl --request=PUT $URL/rest/v1/presets -d \'{"usage_count": 5}\'', ['1 postgrest sets']],
    ['sudo http PATCH $URL/rest/v1/presets usage_count:=5', ['1 postgrest sets']],
    [
      "curl -H 'Prefer: resolution=merge-duplicates' $URL/rest/v1/presets -d '{\"usage_count\": 5}'",
      ['1 postgrest sets'],
    ],
    ['curl $URL/rest/v1/presets -d \'{"usage_count": 5}\'', []],
    ['curl -X PATCH $URL/rest/v1/styles -d \'{"usage_count": 5}\'', []],
    ['curl -X PATCH $URL/rest/v1/presets -d \'{"name": 5}\'', []],
    ['curl -X PATCH $URL/presets -d \'{"usage_count": 5}\'', []],
    ["curl $URL/rest/v1/rpc/increment_preset_usage -d '{}'", ['1 rpc adds']],
    ["curl $URL/rest/v1/rpc/track_preset_usage -d '{}'", []],
    ["fetchit $URL/rest/v1/rpc/increment_preset_usage -d '{}'", []],
  ])('%s', async (script, found) => {
    expect(await foundIn({ 'a.sh': `${script}\n` })).toEqual(found);
  });
});
