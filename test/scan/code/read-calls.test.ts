import { describe, expect, test } from 'vitest';
import { writesIn } from './probed.ts';

const use = (line: string) => `export const use = async (id, n) => ${line};`;
const writes = (line: string, before = '') => writesIn(`${before} ${use(line)}`).join('; ');

describe('a call writes', () => {
  test.each<[line: string, found: string]>([
    ["db.from('presets').update({ usage_count: n + 1 })", 'update supabase-update adds read'],
    ["db.from('presets').update({ usage_count: n - 1 })", 'update supabase-update subtracts read'],
    ["db.from('presets').update({ usage_count: 0 })", 'update supabase-update zero'],
    ["db.from('presets').update({ usage_count: n })", 'update supabase-update sets'],
    ["db.from('presets').update({ usage_count: n++ })", 'update supabase-update adds read'],
    ["db.from('presets').upsert({ usage_count: 7 })", 'upsert supabase-upsert sets'],
    ["db.from('presets').insert({ usage_count: 7 })", 'insert supabase-update sets inserts begins'],
    ["db.from('presets').insert({ usage_count: n })", 'insert supabase-update sets inserts'],
    ["db.from('presets').insert({ usage_count: '7' })", 'insert supabase-update sets inserts'],
    ["db.from('presets').insert({ name: 'x' })", ''],
    ["db.from('presets').insert([{ usage_count: 0 }])", 'insert supabase-update zero inserts begins'],
    ["db.from('presets').remove({ usage_count: 7 })", ''],
    ["db.from('styles').update({ usage_count: 7 })", ''],
    ["db.from('presets').update({ name: n + 1 })", ''],
    ["db.from('presets').update({ data: { usage_count: 1 } })", ''],
    ["db.from('presets').update(x, { usage_count: 1 })", ''],
    ['update({ usage_count: 1 })', ''],
    ["knex('presets').update({ usage_count: 7 })", 'update query-builder sets'],
    ["knex('presets').update('usage_count', 7)", 'update query-builder sets'],
    ["knex('presets').update('usage_count')", ''],
    ["knex('presets').update({ usage_count: 7 }, ['id'])", 'update query-builder sets'],
    ["knex('presets').update('name', 7)", ''],
    ["knex('presets').update({ usage_count: knex.raw('usage_count + 1') })", 'update query-builder adds'],
    ["knex('presets').update({ usage_count: knex.literal('usage_count + 1') })", 'update query-builder adds'],
    ["knex('presets').update({ usage_count: sql`usage_count + 1` })", 'update query-builder adds'],
    ["knex('presets').increment('usage_count', 1)", 'increment query-builder adds'],
    ["knex('presets').increment('usage_count')", 'increment query-builder adds'],
    ["knex('presets').decrement('usage_count')", 'decrement query-builder subtracts'],
    ["knex('presets').increment({ usage_count: 1 })", 'increment query-builder adds'],
    ["knex('presets').increment(['usage_count'])", 'increment query-builder adds'],
    ["knex('presets').increment('name')", ''],
    ["knex('presets').increment({ name: 1 })", ''],
    ["db.updateTable('presets').set({ usage_count: 7 })", 'set query-builder sets'],
    [
      "db.updateTable('presets').set('usage_count', eb => eb('usage_count', '+', 1))",
      'set query-builder adds',
    ],
    [
      "db.updateTable('presets').set(eb => ({ usage_count: eb('usage_count', '+', 1) }))",
      'set query-builder adds',
    ],
    [
      "db.updateTable('presets').set({ usage_count: eb => eb('usage_count', '-', 1) })",
      'set query-builder subtracts',
    ],
    ['db.update(presets).set({ usageCount: sql`#{presets.usageCount} + 1` })', 'set query-builder adds'],
    ['db.insert(presets).values({ usageCount: 7 })', 'values query-builder sets inserts begins'],
    [
      'db.insert(presets).values({ name: 1 }).onConflictDoUpdate({ target: x, set: { usageCount: 7 } })',
      'onConflictDoUpdate query-builder sets',
    ],
    [
      'db.insert(presets).values({ name: 1 }).onDuplicateKeyUpdate({ set: { usageCount: 7 } })',
      'onDuplicateKeyUpdate query-builder sets',
    ],
    ['db.insert(presets).values({ name: 1 }).onConflict({ set: { usageCount: 7 } })', ''],
    [
      'db.insert(presets).values({ usageCount: 1 }).onConflictDoUpdate({ target: x, set: { usageCount: 7 } })',
      'onConflictDoUpdate query-builder sets',
    ],
    [
      "db.insertInto('presets').values({ name: 1 }).onConflict(oc => oc.column('id').doUpdateSet({ usage_count: 7 }))",
      'doUpdateSet query-builder sets',
    ],
    [
      "db.insertInto('styles').values({ name: 1 }).onConflict(oc => oc.column('id').doUpdateSet({ usage_count: 7 }))",
      '',
    ],
    ['oc.doUpdateSet({ usage_count: 7 })', ''],
    ["knex('presets').insert({ usage_count: 7 }).onConflict('id').merge()", 'merge query-builder sets'],
    [
      "knex('presets').insert({ usage_count: 7 }).onConflict('id').merge({ usage_count: 8 })",
      'merge query-builder sets',
    ],
    [
      "knex('presets').insert({ usage_count: 7 }).onConflict('id').merge({ name: 8 })",
      'insert query-builder sets inserts begins',
    ],
    [
      "knex('presets').insert({ usage_count: 7 }).onConflict('id').ignore()",
      'insert query-builder sets inserts begins',
    ],
    ["knex('presets').insert({ name: 7 }).onConflict('id').merge()", ''],
    ["knex('presets').insert().onConflict('id').merge()", ''],
    ["knex('presets').onConflict('id').merge()", ''],
    [
      "knex('presets').insert({ usage_count: 7 }).then(() => knex('presets').update({ usage_count: 8 }))",
      'insert query-builder sets inserts begins; update query-builder sets',
    ],
    ['Preset.update({ usageCount: 7 }, { where: { id } })', 'update orm sets'],
    ['Preset.update({ name: 7 }, { where: { usageCount: 3 } })', ''],
    ['presetRepository.update({ usageCount: 3 }, { name: 7 })', ''],
    ['presetRepository.update({ id }, { usageCount: 7 })', 'update orm sets'],
    ['presetRepository.update(id, { usageCount: 7 })', 'update orm sets'],
    ['presetRepository.update(id, { usageCount: 7 }, options)', 'update orm sets'],
    ['presetRepository.update({ usageCount: 7 })', 'update orm sets'],
    ['em.update(Preset, { usageCount: 3 }, { name: 7 })', ''],
    ['em.update(Preset, { id }, { usageCount: 7 })', 'update orm sets'],
    ['em.nativeUpdate(Preset, { usageCount: 3 }, { name: 7 })', ''],
    ['em.nativeUpdate(Preset, { id }, { usageCount: 7 })', 'nativeUpdate orm sets'],
    ['em.updateOne(Preset, { id }, { usageCount: 7 })', 'updateOne orm sets'],
    ['em.increment(Preset, { id }, "usageCount", 1)', 'increment orm adds'],
    ['em.decrement(Preset, { id }, "usageCount", 1)', 'decrement orm subtracts'],
    ['em.increment(Style, { id }, "usageCount", 1)', ''],
    ['preset.update({ usageCount: 7 })', 'update orm sets'],
    ['preset.update(() => ({ usageCount: 7 }))', ''],
    ['preset.update(function () { return { usageCount: 7 }; })', ''],
    ['preset.set({ usageCount: 7 })', ''],
    ['preset.modify({ usageCount: 7 })', ''],
    ['preset.save({ usageCount: 7 })', 'save orm sets'],
    ['preset.save({ usageCount: 0 })', 'save orm zero inserts begins'],
    ['preset.save({})', ''],
    ['preset.create({ usageCount: 7 })', 'create orm sets inserts begins'],
    ['Preset.bulkCreate([{ usageCount: 7 }])', 'bulkCreate orm sets inserts begins'],
    ['Preset.query().patch({ usageCount: 7 })', 'patch orm sets'],
    ['Preset.query().patchAndFetchById(id, { usageCount: 7 })', 'patchAndFetchById orm sets'],
    ['Preset.query().upsertGraph({ usageCount: 7 })', 'upsertGraph orm sets'],
    ['prisma.preset.update({ where: { id }, data: { usageCount: 7 } })', 'update prisma sets'],
    ['prisma.preset.update({ where: { usageCount: 7 }, data: { name } })', ''],
    ['prisma.preset.update({ data: { usageCount: { increment: 1 } } })', 'update prisma adds'],
    ['prisma.preset.update({ data: { usageCount: { decrement: 1 } } })', 'update prisma subtracts'],
    ['prisma.preset.update({ data: { usageCount: { set: 0 } } })', 'update prisma zero'],
    ['prisma.preset.upsert({ create: { usageCount: 0 }, update: { usageCount: 7 } })', 'upsert prisma sets'],
    ['prisma.preset.upsert({ create: { usageCount: 7 }, update: {} })', ''],
    ['prisma.preset.createMany({ data: [{ usageCount: 7 }] })', 'createMany prisma sets inserts begins'],
    ['tx.preset.update({ data: { usageCount: 7 } })', 'update prisma sets'],
    ['preset.update({ update: { usageCount: 7 } })', 'update prisma sets'],
    ['preset.update({ values: { usageCount: 7 } })', 'update orm sets'],
    ['this.prisma.client.preset.update({ set: { usageCount: 7 } })', 'update prisma sets'],
    ['prisma.use.create({ data: { preset: { update: { usageCount: 7 } } } })', 'create prisma sets'],
    [
      'prisma.use.update({ data: { preset: { update: { usageCount: { increment: 1 } } } } })',
      'update prisma adds',
    ],
    [
      'prisma.use.upsert({ create: { preset: { upsert: { update: { usageCount: 7 } } } } })',
      'upsert prisma sets',
    ],
    [
      'prisma.use.create({ data: { preset: { updateMany: { data: { usageCount: 7 } } } } })',
      'create prisma sets',
    ],
    ['prisma.use.create({ data: { preset: { connect: { usageCount: 7 } } } })', ''],
    ['prisma.use.create({ data: { preset: { updates: { usageCount: 7 } } } })', ''],
    ['prisma.use.create({ data: { style: { update: { usageCount: 7 } } } })', ''],
    ['prisma.use.create({ include: { preset: { update: { usageCount: 7 } } } })', ''],
    ['prisma.use.create()', ''],
    ['prisma.use.delete({ data: { preset: { update: { usageCount: 7 } } } })', ''],
    ['prisma.use.set({ data: { preset: { update: { usageCount: 7 } } } })', ''],
    ["db.from('preset_usage').insert({ preset_id: id })", 'record'],
    ["db.from('preset_usage').upsert({ preset_id: id })", 'record'],
    ["db.from('preset_usage').update({ preset_id: id })", ''],
    ['prisma.presetUsage.create({ data: {} })', 'record'],
    ["knex('preset_usage').insert({})", 'record'],
    ['db.insert(presetUsage).values({})', 'record'],
  ])('%s: %s', (line, found) => {
    expect(writes(line)).toBe(found);
  });
});

describe('every method that writes', () => {
  const methods =
    'update updateMany updateManyAndReturn updateOne patch patchAndFetch patchAndFetchById updateAndFetch updateAndFetchById upsertGraph nativeUpdate';
  test.each(methods.split(' '))('%s', method => {
    expect(writes(`preset.${method}({ usageCount: 7 })`)).toBe(`${method} orm sets`);
    expect(writes(`style.${method}({ usageCount: 7 })`)).toBe('');
    expect(writes(`preset.${method}s({ usageCount: 7 })`)).toBe('');
  });
  const inserting = 'insert create createMany createManyAndReturn bulkCreate insertGraph insertAndFetch';
  test.each(inserting.split(' '))('%s, which inserts', method => {
    expect(writes(`preset.${method}({ usageCount: 7 })`)).toBe(`${method} orm sets inserts begins`);
    expect(writes(`presetUsage.${method}({ a: 7 })`)).toBe('record');
  });
  test.each(['upsert', 'save', 'nativeInsert'])('%s, which may insert', method => {
    expect(writes(`preset.${method}({ usageCount: 7 })`)).toBe(`${method} orm sets`);
    expect(writes(`presetUsage.${method}({ a: 7 })`)).toBe('record');
  });
  const managers =
    'em _em fork manager entityManager dataSource orm connection getManager getEntityManager getConnection appDataSource repository repo tx trx queryRunner transactionalEntityManager EntityManager';
  test.each(managers.split(' '))('of %s', name => {
    expect(writes(`${name}.nativeUpdate(Preset, id, { usageCount: 7 })`)).toBe('nativeUpdate orm sets');
    expect(writes(`this.${name}.nativeUpdate(Preset, id, { usageCount: 7 })`)).toBe('nativeUpdate orm sets');
    expect(writes(`${name}().nativeUpdate(Preset, id, { usageCount: 7 })`)).toBe('nativeUpdate orm sets');
    expect(writes(`my${name}.nativeUpdate(Preset, id, { usageCount: 7 })`)).toBe('');
    expect(writes(`${name}s.nativeUpdate(Preset, id, { usageCount: 7 })`)).toBe('');
    expect(writes(`${name}.nativeUpdate(Style, id, { usageCount: 7 })`)).toBe('');
    expect(writes(`${name}.assign(preset, { usageCount: 7 })`)).toBe('assign orm sets');
    expect(writes(`${name}.merge(preset, { usageCount: 7 })`)).toBe('merge orm sets');
  });
  test.each<[line: string, before: string, found: string]>([
    ['own.nativeUpdate(Preset, id, { usageCount: 7 })', 'const own = em.fork();', 'nativeUpdate orm sets'],
    ['own.nativeUpdate(Preset, id, { usageCount: 7 })', 'const own = other();', ''],
    ['own.nativeUpdate(Preset, id, { usageCount: 7 })', 'class Preset {}', 'nativeUpdate orm sets'],
    ['own.nativeUpdate(Preset, id, { usageCount: 7 })', 'const Preset = class {};', 'nativeUpdate orm sets'],
    ['own.nativeUpdate(Preset, id, { usageCount: 7 })', 'const Preset = 1;', ''],
    ['own.nativeUpdate()', 'class Preset {}', ''],
    ['em.nativeUpdate()', '', ''],
    ['Object.assign(preset, { usageCount: 7 })', '', ''],
    ['_.merge(preset, { usageCount: 7 })', '', ''],
    ['preset.assign({ usageCount: 7 })', '', ''],
    ['wrap(preset).assign({ usageCount: 7 })', '', 'assign orm sets'],
    ['wrap(style).assign({ usageCount: 7 })', '', ''],
    ['wrapped(preset).assign({ usageCount: 7 })', '', ''],
    ['wrap.assign({ usageCount: 7 })', '', ''],
    ['em.assign()', '', ''],
  ])('%s after %s: %s', (line, before, found) => {
    expect(writes(line, before)).toBe(found);
  });
});

describe('a row that is saved', () => {
  test.each<[lines: string, found: string]>([
    ['const preset = await Preset.findOne(id); preset.usageCount = 7; await preset.save();', 'save orm sets'],
    [
      'const preset = await Preset.findOne(id); preset.usageCount += 1; await preset.save();',
      'save orm adds read',
    ],
    [
      'const preset = await Preset.findOne(id); preset.usageCount = 0; await preset.save();',
      'save orm zero inserts begins',
    ],
    ['const preset = await Preset.findOne(id); preset.name = 7; await preset.save();', ''],
    ['const preset = await Preset.findOne(id); await preset.save();', ''],
    [
      'const preset = await Preset.findOne(id); await presetRepository.save(preset);',
      'save orm sets saved read',
    ],
    [
      'const preset = await Preset.findOne(id); await presetRepository.save({ ...preset, name: 7 });',
      'save orm sets read',
    ],
    [
      'const preset = await Preset.findOne(id); preset.usageCount += 1; await presetRepository.save(preset);',
      'save orm adds read',
    ],
    ['const preset = presetRepository.create({ name: 7 }); await presetRepository.save(preset);', ''],
    [
      'const preset = presetRepository.create({ usageCount: 7 }); await presetRepository.save(preset);',
      'create orm sets inserts begins',
    ],
    [
      "const { data } = await db.from('presets').select(); await db.from('presets').update(data);",
      'update supabase-update sets read',
    ],
    [
      "const { data } = await db.from('presets').select(); await db.from('presets').insert(data);",
      'insert supabase-update sets inserts begins read',
    ],
  ])('%s: %s', (lines, found) => {
    expect(writesIn(`async function use(id) { ${lines} }`).join('; ')).toBe(found);
  });
});

describe('how the worst of several values changes the count', () => {
  test.each<[values: string, found: string]>([
    ['c ? { usage_count: 0 } : { usage_count: n + 1 }', 'adds read'],
    ['c ? { usage_count: n - 1 } : { usage_count: 7 }', 'subtracts'],
    ['c ? { usage_count: 7 } : { usage_count: n - 1 }', 'subtracts read'],
    ['c ? { usage_count: 0 } : { usage_count: 7 }', 'sets'],
    ['c ? { usage_count: 0 } : { name: 7 }', 'zero'],
    ['{ usage_count: eb => eb("usage_count", "+", 1) }', 'adds'],
    ['{ usage_count: () => "usage_count + 1" }', 'adds'],
    ['{ usage_count: q`usage_count + 1` }', 'adds'],
    ['{ usage_count: { increment: 1 } }', 'adds'],
    ['{ usage_count: { decrement: n } }', 'subtracts'],
    ['{ usage_count: { set: n + 1 } }', 'adds read'],
    ['{ usage_count: increment(1) + 1 }', 'adds'],
    ['{ usage_count: unsafe("x") + 1 }', 'adds'],
    ['{ usage_count: Number(n) + 1 }', 'adds read'],
    ['{ usage_count: rawCount + 1 }', 'adds read'],
    ['{ usage_count: Math.max(0, n - 1) }', 'subtracts read'],
  ])('%s: %s', (values, found) => {
    expect(writes(`db.from('presets').update(${values})`)).toBe(
      found.startsWith('subtracts') && values.startsWith('c ? { usage_count: n - 1')
        ? 'update supabase-update subtracts read'
        : `update supabase-update ${found}`,
    );
  });
});

describe('a call of a database function', () => {
  test.each<[line: string, found: string]>([
    ["db.rpc('increment_preset_usage', { preset_id: id })", 'rpc rpc adds through increment_preset_usage'],
    ["rpc('increment_preset_usage', { preset_id: id })", 'rpc rpc adds through increment_preset_usage'],
    [
      "db.callRpc('increment_preset_usage', { preset_id: id })",
      'callRpc rpc adds through increment_preset_usage',
    ],
    ["db.rpcCall('increment_preset_usage', { preset_id: id })", ''],
    [
      "db.rpc('decrement_preset_usage', { preset_id: id })",
      'rpc rpc subtracts through decrement_preset_usage',
    ],
    ["db.rpc('dec_preset_usage', { preset_id: id })", 'rpc rpc subtracts through dec_preset_usage'],
    ["db.rpc('increment_preset_usage')", 'rpc rpc adds through increment_preset_usage'],
    ["db.rpc('increment_usage', { style_id: id })", ''],
    ["db.rpc('track_preset_usage', { preset_id: id })", 'record'],
    ["db.rpc('add', { column: 'usage_count' })", 'rpc rpc adds through add'],
    ["db.rpc('add', { column: 'usage_count', table: 'presets' })", 'rpc rpc adds through add'],
    ["db.rpc('add', { column: 'usage_count', table: 'styles' })", ''],
    ["db.rpc('sub', { column: 'usage_count' })", 'rpc rpc subtracts through sub'],
    ["db.rpc('lower', { column: 'usage_count' })", 'rpc rpc subtracts through lower'],
    ["db.rpc('resub', { column: 'usage_count' })", 'rpc rpc adds through resub'],
    ["db.rpc('add', { column: 'name' })", ''],
    ["db.rpc('add', { usage_count: 1 })", ''],
    ["db.rpc('add', { ...more, column: 'usage_count' })", 'rpc rpc adds through add'],
    ["db.rpc('add', 'usage_count')", ''],
    ['db.rpc()', ''],
    ['db.rpc(name)', ''],
  ])('%s: %s', (line, found) => {
    expect(writes(line)).toBe(found);
  });
});

describe('what MikroORM writes at a flush', () => {
  const flush = (lines: string) => writesIn(`async function use(em, id) { ${lines} }`).join('; ');
  test.each<[lines: string, found: string]>([
    ['preset.usageCount++; await em.flush();', 'preset orm adds read'],
    ['preset.usage_count--; await em.flush();', 'preset orm subtracts read'],
    ['preset.usageCount += 1; await em.flush();', 'preset orm adds read'],
    ['preset.usageCount = 7; await em.flush();', 'preset orm sets'],
    ['preset.usageCount = preset.usageCount + 1; await em.flush();', 'preset orm adds read'],
    ['preset.usageCount = 0; await em.persistAndFlush(preset);', 'preset orm zero'],
    ['preset.usageCount = 0; await em.flushAsync();', 'preset orm zero'],
    ['preset.usageCount = 0; await em.flushed();', ''],
    ['style.usageCount++; await em.flush();', ''],
    ['preset.name++; await em.flush();', ''],
    ['await em.flush(); preset.usageCount++;', ''],
    ['x = preset.usageCount; await em.flush();', ''],
    ['x[usageCount] = preset; await em.flush();', ''],
    ['[usageCount] = [preset]; await em.flush();', ''],
    ['usageCount++; await em.flush();', ''],
    ['preset.usageCount.x = 1; await em.flush();', ''],
    ['await em.flush(); } function other(preset) { preset.usageCount++;', ''],
    ['[1].forEach(() => { preset.usageCount++; }); await em.flush();', 'preset orm adds read'],
  ])('%s: %s', (lines, found) => {
    expect(flush(lines)).toBe(found);
  });
});

test('nothing where an object holds itself', () => {
  expect(writesIn('async function use() { const a = {}; a.data = a; await prisma.use.create(a); }')).toEqual(
    [],
  );
});

test('what is at the top of a file', () => {
  expect(writesIn('oc.doUpdateSet({ usage_count: 7 });')).toEqual([]);
  expect(writesIn("db.from('presets').update({ usage_count: 7 });")).toEqual(['update supabase-update sets']);
  expect(writesIn('preset.usageCount++; em.flush();')).toEqual(['preset orm adds read']);
});

test('nothing that a migration takes back', () => {
  const bump = "db('presets').update({ usage_count: 7 })";
  expect(writesIn(`exports.up = db => ${bump};`)).toEqual(['update query-builder sets']);
  expect(writesIn(`exports.down = db => ${bump};`)).toEqual([]);
  expect(writesIn(`export async function down(db) { await ${bump}; }`)).toEqual([]);
  expect(writesIn(`export const migration = { down: async db => { await ${bump}; } };`)).toEqual([]);
});
