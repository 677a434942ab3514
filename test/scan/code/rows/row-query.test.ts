import { describe, expect, test } from 'vitest';
import { queriedBy, selectsRows } from '../../../../source/scan/code/rows/row-query.ts';
import type { Aliases } from '../../../../source/scan/names.ts';
import { probed } from '../probed.ts';

/** What the probed call reads. */
const read = (code: string, aliases: Partial<Aliases> = {}) => {
  const { follower, module, ref } = probed(code, aliases);
  if (ref.node.type !== 'CallExpression') throw new Error('not a call');
  return queriedBy(follower, module, ref.node);
};

describe("a query of Supabase's client", () => {
  const from = "supabase.from('presets')";
  test.each<[query: string, what: string | null]>([
    [`${from}.select()`, 'response'],
    [`${from}.select('*')`, 'response'],
    [`${from}.select('*').eq('id', id).single()`, 'response'],
    [`${from}.select('id, usage_count')`, 'response'],
    [`${from}.select('id, name')`, null],
    [`${from}.select('id,usage_count,name')`, 'response'],
    [`${from}.select('usage_count')`, 'response'],
    [`${from}.select('uses:usage_count')`, null],
    [`${from}.select('usage_count:uses')`, 'response'],
    [`${from}.select('usage_count::text')`, 'response'],
    [`${from}.select('usage_count::numeric::text')`, 'response'],
    [`${from}.select('usage_count  as  uses')`, 'response'],
    [`${from}.select(' usage_count ')`, 'response'],
    [`${from}.select('a.b.usage_count')`, 'response'],
    [`${from}.select('usage_count::t, id')`, 'response'],
    [`${from}.select('owner(id),usage_count')`, 'response'],
    [`${from}.select('owner(),usage_count')`, 'response'],
    [`${from}.select('o:owner(*)')`, null],
    [`${from}.select('owner!fk (*)')`, null],
    [`${from}.select('owner(a(b(c(*))))')`, null],
    [`${from}.select('presets.usage_count')`, 'response'],
    [`${from}.select('usage_count as uses')`, 'response'],
    [`${from}.select('*, owner(name, mail)')`, 'response'],
    [`${from}.select('id, owner(usage_count)')`, null],
    [`${from}.select('id, owner(id, usage_count, name)')`, null],
    ["select('*').from('presets')", 'rows'],
    ["select('id').from('presets')", null],
    [`${from}.select('id, owner(a, b(usage_count))')`, null],
    [`${from}.select('id, o:owner!inner(usage_count), name')`, null],
    [`${from}.select('id, owner (usage_count)')`, null],
    [`${from}.select('owner(name), usage_count')`, 'response'],
    [`${from}.select(columns)`, null],
    [`${from}.insert(values).select()`, 'response'],
    [`${from}.insert(values)`, null],
    [`${from}.update(values).eq('id', id).select('name')`, null],
    [`${from}.update(values)`, null],
    [`${from}.delete()`, null],
    [`${from}.select('*').count()`, null],
    ["supabase.from('styles').select('*')", null],
    ["supabase.from('preset_usage').select('*')", null],
    [from, null],
  ])('%s: %s', (query, what) => {
    expect(read(`probe(${query})`)).toBe(what);
  });
  test('with columns that are named elsewhere', () => {
    expect(read(`const all = 'id, usage_count'; probe(${from}.select(all))`)).toBe('response');
    expect(read(`const all = 'id, name'; probe(${from}.select(all))`)).toBe(null);
    expect(read(`const query = ${from}; probe(query.select('*').single())`)).toBe('response');
    expect(read(`const query = () => ${from}; probe(query().select('id').single())`)).toBe(null);
    expect(read(`const some = 'id, uses'; probe(${from}.select(some))`, { counters: ['uses'] })).toBe(
      'response',
    );
  });
});

describe('a query of a builder', () => {
  test.each<[query: string, what: string | null]>([
    ["knex('presets').where({ id })", 'rows'],
    ["knex('presets').where({ id }).first()", 'rows'],
    ["knex('presets').where({ id }).first('id')", null],
    ["knex('presets').where({ id }).first('usage_count')", 'rows'],
    ["knex('presets').first('id', 'usage_count')", 'rows'],
    ["knex('presets').select('*')", 'rows'],
    ["knex('presets').select('id', 'name')", null],
    ["knex('presets').select(['id', 'usage_count'])", 'rows'],
    ["knex('presets').select(['id', 'name'])", null],
    ["knex('presets').column('usage_count').where({ id })", 'rows'],
    ["knex('presets').columns(['usage_count']).where({ id })", 'rows'],
    ["knex('presets').columns(['name']).where({ id })", null],
    ["knex('presets')", null],
    ["knex('presets').count('id')", null],
    ["knex('presets').countDistinct('id')", null],
    ["knex('presets').sum('usage_count')", null],
    ["knex('presets').avg('usage_count')", null],
    ["knex('presets').min('usage_count')", null],
    ["knex('presets').max('usage_count')", null],
    ["knex('presets').pluck('id')", null],
    ["knex('presets').aggregate('id')", null],
    ["knex('presets').groupBy('id')", null],
    ["knex('presets').exists()", null],
    ["knex('presets').insert(values)", null],
    ["knex('presets').insert(values).returning('*')", 'rows'],
    ["knex('presets').insert(values).returning(['id'])", null],
    ["knex('presets').insert(values).where(x)", null],
    ["knex('presets').update(values).returning('*')", 'rows'],
    ["knex('presets').update(values).where({ id })", null],
    ["knex('presets').where({ id }).update(values)", null],
    ["knex('presets').where({ id }).upsert(values)", null],
    ["knex('presets').where({ id }).del()", null],
    ["knex('presets').where({ id }).delete()", null],
    ["knex('presets').del().where({ id })", null],
    ["knex('presets').delete().where({ id })", null],
    ["knex('presets').upsert(values).where({ id })", null],
    ["knex('presets').increment('x').where({ id })", null],
    ["knex('presets').decrement('x').where({ id })", null],
    ["knex('presets').where({ id }).set(values)", null],
    ["knex('presets').where({ id }).values(values)", null],
    ["knex('presets').where({ id }).recount()", 'rows'],
    ["knex('presets').where({ id }).reupdate()", 'rows'],
    ["knex('presets').where({ id }).updated()", 'rows'],
    ["knex('presets').reinsert(x).where({ id })", 'rows'],
    ["knex('presets').inserted(x).where({ id })", 'rows'],
    ["db.selectFromAll('presets').where({ id })", null],
    ["knex('presets').selectAllOf('id').where({ id })", 'rows'],
    ["knex('presets').where({ id }).countries()", 'rows'],
    ["knex('styles').where({ id })", null],
    ["knex.from('presets').where({ id })", 'rows'],
    ["knex.from('presets').select('*')", 'rows'],
    ["db.selectFrom('presets').selectAll().executeTakeFirst()", 'rows'],
    ["db.selectFrom('presets').selectAll('presets').execute()", 'rows'],
    ["db.selectFrom('presets').select('id').execute()", null],
    ["db.selectFrom('presets').select(['id', 'usage_count']).execute()", 'rows'],
    ["db.selectFrom('presets').where(x)", null],
    ["db.updateTable('presets').set(values).returningAll().executeTakeFirst()", 'rows'],
    ["db.updateTable('presets').set(values).returning('id').execute()", null],
    ["db.updateTable('presets').set(values).execute()", null],
    ["db.insertInto('presets').values(values).execute()", null],
    ["db.insertInto('presets').values(values).returningAll().execute()", 'rows'],
    ['db.select().from(presets)', 'rows'],
    ['db.select().from(presets).where(x)', 'rows'],
    ['db.selectDistinct().from(presets)', 'rows'],
    ['db.select({ id: presets.id }).from(presets)', null],
    ['db.select(c ? { id: presets.id } : { usageCount: presets.usageCount }).from(presets)', 'rows'],
    ['db.select({ id: presets.id, usageCount: presets.usageCount }).from(presets)', 'rows'],
    ['db.select(getTableColumns(presets)).from(presets)', 'rows'],
    ['db.select(getColumns(presets)).from(presets)', 'rows'],
    ['db.select(columnsOf(presets)).from(presets)', null],
    ['db.select({ ...getTableColumns(presets), x: 1 }).from(presets)', 'rows'],
    ['db.select({ x: 1, ...getColumns(presets) }).from(presets)', 'rows'],
    ['db.select({ ...columnsOf(presets), x: 1 }).from(presets)', null],
    ['db.select().from(styles)', null],
    ["builder('presets')['where']({ id })", 'rows'],
    ["knex('presets')!.where({ id })", 'rows'],
    ["knex('presets')?.where({ id })", 'rows'],
    ["(await knex('presets')).where({ id })", 'rows'],
  ])('%s: %s', (query, what) => {
    const { follower, module, ref } = probed(`async () => probe(${query})`);
    const { node } = ref;
    const call = node.type === 'ChainExpression' ? node.expression : node;
    if (call.type !== 'CallExpression') throw new Error('not a call');
    expect(queriedBy(follower, module, call)).toBe(what);
  });
});

describe('a query of a model', () => {
  const reading =
    'find findOne findUnique findFirst findMany findByPk get getOne getMany getById getRawOne getRawMany getOneOrFail load loadAll first firstOrThrow query create save upsert fetch fetchAll executeTakeFirst executeTakeFirstOrThrow returning';
  test.each(reading.split(' '))('prisma.preset.%s', method => {
    const kept = /^(upsert)$/.test(method) ? null : 'rows';
    expect(read(`probe(prisma.preset.${method}({ where: x }))`)).toBe(
      method === 'returning' || method === 'first' ? null : kept,
    );
    expect(read(`probe(prisma.style.${method}({ where: x }))`)).toBe(null);
  });
  test.each<[query: string, what: string | null]>([
    ['Preset.findOne()', 'rows'],
    ['Preset.find()', 'rows'],
    ['Preset.load()', 'rows'],
    ['Preset.preload()', null],
    ['Preset.reload()', null],
    ['Preset.getOne2()', null],
    ['Preset.querying()', null],
    ['Preset.fetch()', 'rows'],
    ['Preset.prefetch()', null],
    ['Preset.saved()', null],
    ['Preset.unfilter(x => x).findOne()', 'rows'],
    ['presets.refind(x => x)', null],
    ['Preset.find().first()', 'rows'],
    ["Preset.find().first('name')", null],
    ["Preset.find().reselect('name')", 'rows'],
    ["Preset.find().selected('name')", 'rows'],
    ['Preset.findOne({ where: { id } })', 'rows'],
    ['Preset.refind()', null],
    ['Preset.getOneName()', null],
    ['Preset.target()', null],
    ['Preset.count()', null],
    ['Preset.update(values)', null],
    ['Preset.create(values)', 'rows'],
    ['Preset.findOne().lean()', 'rows'],
    ['Preset.query().findById(id)', 'rows'],
    ["Preset.query().select('id')", null],
    ["Preset.query().select('usage_count')", 'rows'],
    ["Preset.query().select('*').where(x)", 'rows'],
    ['presets.find(each => each.id)', null],
    ['presets.find(function (each) { return each.id; })', null],
    ['presets.filter(each => each.id)', null],
    ['presets.at(x => x)', null],
    ['presets.findLast(each => each.id)', 'rows'],
    ['presets.find({ id })', 'rows'],
    ['presets.at(0)', null],
    ['prisma.preset.findUnique({ select: { usageCount: true } })', 'rows'],
    ['prisma.preset.findUnique({ select: { name: true } })', null],
    ['prisma.preset.findUnique({ select: { usageCount: false, name: true } })', null],
    ['prisma.preset.findUnique({ select: { name:  false } })', 'rows'],
    ['prisma.preset.findUnique({ select: { name: false } })', 'rows'],
    ['prisma.preset.findUnique({ ...x, select: c ? { name: true } : { usageCount: true } })', 'rows'],
    ['prisma.preset.findUnique({ omit: { usageCount: true } })', null],
    ['prisma.preset.findUnique({ omit: { name: true } })', 'rows'],
    ['prisma.preset.findUnique({ exclude: { usageCount: true } })', null],
    ['prisma.preset.findUnique({ exclude: { name: true } })', 'rows'],
    ["presetRepository.find({ columns: ['usage_count'] })", 'rows'],
    ["presetRepository.find({ columns: ['name'] })", null],
    ["Preset.findAll({ attributes: ['usage_count'] })", 'rows'],
    ["Preset.findAll({ attributes: ['name'] })", null],
    ["Preset.findAll({ attributes: { exclude: ['usage_count'] } })", null],
    ["Preset.findAll({ attributes: { exclude: ['name'] } })", 'rows'],
    ["em.findOne(Preset, id, { fields: ['name'] })", null],
    ["em.findOne(Preset, id, { fields: ['usageCount'] })", 'rows'],
    ['em.findOneOrFail(Preset, id)', 'rows'],
    ['em.findOneOrFail(Style, id)', null],
    ['dataSource.getRepository(Preset).findOneBy({ id })', 'rows'],
    ['dataSource.getRepository(Style).findOneBy({ id })', null],
  ])('%s: %s', (query, what) => {
    expect(read(`probe(${query})`)).toBe(what);
  });
});

describe('a query in SQL', () => {
  test.each<[query: string, what: string | null]>([
    ["pool.query('SELECT * FROM presets WHERE id = $1', [id])", 'either'],
    ["pool.query('SELECT name FROM presets')", null],
    ['run(`SELECT * FROM presets`)', 'either'],
    ['run(x, `SELECT * FROM presets`)', 'either'],
    ['run(`SELECT * FROM styles`)', null],
    ['run()', null],
  ])('%s: %s', (query, what) => {
    expect(read(`probe(${query})`)).toBe(what);
  });

  const selects = (code: string) => {
    const { follower, ref } = probed(code);
    return selectsRows(follower, ref);
  };
  test.each<[text: string, is: boolean]>([
    ['SELECT * FROM presets', true],
    ['select * from presets where id = 1', true],
    ['  SELECT * FROM presets', true],
    ['SELECT DISTINCT * FROM presets', true],
    ['SELECT  DISTINCT  *  FROM presets', true],
    ['UPDATE presets SET name = 1 RETURNING  *', true],
    ['SELECT   id,  usage_count   FROM   presets', true],
    ['SELECT id, p.usage_count FROM presets p', true],
    ['SELECT p.* FROM presets p', true],
    ['SELECT id FROM presets', false],
    ['SELECT id, count(usage_count) FROM presets', false],
    ['SELECT "usage_count" FROM "presets"', true],
    ['SELECT * FROM public.presets', true],
    ['SELECT * FROM "public"."presets"', true],
    ['SELECT * FROM presets_old', false],
    ['SELECT * FROM old_presets', false],
    ['SELECT * FROM styles', false],
    ['SELECT * FROM styles s JOIN presets p ON true', false],
    ['preselect * from presets', false],
    ['EXPLAIN SELECT * FROM presets', false],
    ['UPDATE presets SET name = 1 RETURNING *', true],
    ['  update presets set name = 1 returning usage_count', true],
    ['UPDATE "presets" SET name = 1 RETURNING *', true],
    ['UPDATE public.presets SET name = 1 RETURNING *', true],
    ['UPDATE "public"."presets" SET name = 1 RETURNING *', true],
    ['UPDATE presets SET name = 1 RETURNING id', false],
    ['UPDATE presets SET name = 1 RETURNING id; SELECT *', false],
    ['UPDATE presets SET usage_count = 1', false],
    ['UPDATE presets_old SET name = 1 RETURNING *', false],
    ['UPDATE styles SET name = 1 RETURNING *', false],
    ['INSERT INTO presets (name) VALUES (1) RETURNING *', true],
    ['INSERT  INTO  presets (name)\nVALUES (1)\nRETURNING  usage_count', true],
    ['INSERT INTO presets (name) VALUES (1)', false],
    ['INSERT INTO styles (name) VALUES (1) RETURNING *', false],
    ['DO UPDATE presets SET name = 1 RETURNING *', false],
    ['UPDATE presets SET a = 1 noreturning *', false],
  ])('%s: %s', (text, is) => {
    expect(selects(`probe(\`${text.replaceAll('`', '')}\`)`)).toBe(is);
    if (text.includes('\n')) return;
    expect(selects(`probe('${text}')`)).toBe(is);
    expect(selects(`const text = '${text}'; probe(text)`)).toBe(is);
    expect(selects(`const texts = { a: '${text}' }; probe(texts.a)`)).toBe(is);
    expect(selects(`probe(sql\`${text}\`)`)).toBe(is);
  });
  test.each<[code: string, is: boolean]>([
    ['probe(`SELECT * FROM presets WHERE id = #{id}`)', true],
    ['probe(sql.type(z)`SELECT * FROM presets`)', true],
    ["probe(f('SELECT * FROM presets'))", false],
    ["probe({ text: 'SELECT * FROM presets' })", false],
    ["const f = () => 'SELECT * FROM presets'; probe(f())", false],
    ['probe(7)', false],
  ])('%s: %s', (code, is) => {
    expect(selects(code)).toBe(is);
  });
});
