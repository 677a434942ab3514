import { describe, expect, test } from 'vitest';
import { entities, lastName, rootOf, subjectsOf } from '../../../source/scan/code/query-target.ts';
import type { Aliases } from '../../../source/scan/names.ts';
import { probed } from './probed.ts';

/** What the probed expression operates on, as `table by`, with the source of a parameter that decides. */
function subjects(
  code: string | Record<string, string>,
  aliases: Partial<Aliases> = {},
  find = subjectsOf,
): string {
  const { follower, ref } = probed(code, aliases);
  return find(follower, ref)
    .map(({ table, by, parameter, within, affixes }) =>
      [
        `${table} ${by}`,
        parameter && `by ${textOf(parameter)}`,
        within && `in ${textOf(within)}`,
        affixes && `with ${affixes.join('~')}`,
      ]
        .filter(each => each !== undefined)
        .join(' '),
    )
    .join('; ');
}

const textOf = ({ module, node }: ReturnType<typeof probed>['ref']) =>
  module.text.slice(node.start, node.end);

describe('a chain of calls operates on', () => {
  test.each<[code: string, subjects: string]>([
    ["probe(db.from('presets'))", 'presets from'],
    ["probe(db.into('presets'))", 'presets from'],
    ["probe(db.table('presets'))", 'presets from'],
    ["probe(db.from('preset_usage'))", 'records from'],
    ["probe(db.from('styles'))", 'other from'],
    ["probe(db.from('public.presets'))", 'presets from'],
    ["probe(db.from('presets as p'))", 'presets from'],
    ["probe(db.from('presets AS p'))", 'presets from'],
    ["probe(db.from('presets').eq('id', id).single())", 'presets from'],
    ["async () => probe(await db.from('presets'))", 'presets from'],
    ["probe(db.from('presets')!)", 'presets from'],
    ["probe(db?.from('presets'))", 'presets from'],
    ["probe(db.from('presets') as any)", 'presets from'],
    ["probe(db.from('presets') satisfies any)", 'presets from'],
    ["probe(db['from']('presets'))", 'presets from'],
    ['probe(db.from())', ''],
    ['probe(Array.from(() => 1))', ''],
    ["probe(db.from(() => 'presets'))", ''],
    ['probe(presets.from(() => 1))', 'presets model'],
    ['function f(presets) { const x = presets; probe(x) }', 'presets model'],
    ['function f(r: Repository<Preset>) { const x = r; probe(x) }', 'presets model'],
    ["const q = db.from('presets'); probe(q)", 'presets from'],
    ["const q = () => db.from('presets'); probe(q())", 'presets from'],
    ["const q = { presets: () => db.from('presets') }; probe(q.presets())", 'presets from'],
    ["const q = () => db.from('styles'); probe(q())", 'other from'],
    ["class C { get q() { return db.from('presets'); } f() { probe(this.q) } }", 'presets from'],
    ["const T = 'presets'; probe(db.from(T))", 'presets from'],
    ["const T = c ? 'presets' : 'styles'; probe(db.from(T))", 'presets from; other from'],
    ['probe(db.from(PRESETS_TABLE))', 'presets from'],
    ['probe(db.from(PRESET_USAGE_TABLE))', 'records from'],
    ['probe(db.from(process.env.PRESETS_TABLE))', 'presets from'],
    ['probe(db.from(process.env.PRESETS_TABLE_NAME))', 'presets from'],
    ['probe(db.from(presets_tbl))', 'presets from'],
    ['probe(db.from(tables.presets))', 'presets from'],
    ['probe(db.from(presetsTable))', 'presets from'],
    ['probe(db.from(presetsTableau))', ''],
    ['probe(db.from(STYLES_TABLE))', ''],
    ['probe(db.from({ p: presets }))', ''],
    ['const presets = { p: x }; probe(db.from(presets))', ''],
    ['const own = presets; probe(db.from(own))', 'presets from'],
    ["probe(db.from('presets  as  p'))", 'presets from'],
    ['probe(db.from(presets_name))', 'presets from'],
    ['probe(db.from(presetsTable_name))', 'presets from'],
    ['function f(table) { probe(db.from(table)) }', 'other from by table'],
    ['function f(presets) { probe(db.from(presets)) }', 'presets from'],
    ['function f(presetUsage) { probe(db.from(presetUsage)) }', 'records from'],
    ['function f({ table }) { probe(db.from(table)) }', 'other from by table'],
    ['function f(options) { probe(db.from(options.table)) }', 'other from by options.table'],
    ['function f(options) { probe(db.from(options.presets)) }', 'presets from'],
    ["function f(table = 'styles') { probe(db.from(table)) }", 'other from'],
    ['class C { f() { probe(db.from(this.table)) } }', 'other from by this.table'],
    ["class C { table = 'presets'; f() { probe(db.from(this.table)) } }", 'presets from'],
    ['probe(db.from(this.table))', ''],
    ['probe(db.from(that.table))', ''],
    ['class C { f() { probe(db.from(that.table)) } }', ''],
    ['function f(kind) { probe(db.from(`#{kind}s`)) }', 'other from by kind with ~s'],
    ['function f(kind) { probe(db.from(`app_#{kind}`)) }', 'other from by kind with app_~'],
    ['function f(a, b) { probe(db.from(`#{a}#{b}`)) }', ''],
    ["const kind = 'preset'; probe(db.from(`#{kind}s`))", 'presets from'],
    ['function f(k) { probe(db.from(tables[k])) }', 'other from by k in tables'],
    ["probe(db.from(tables['presets']))", 'presets from'],
    ["probe(db.from(tables['styles']))", 'other from'],
    ["const k = 'presets'; probe(db.from(tables[k]))", 'presets from'],
    ["const t = { a: 'presets', b: 'styles' }; probe(db.from(t[k]))", 'presets from; other from'],
  ])('%s: %s', (code, expected) => {
    expect(subjects(code)).toBe(expected);
  });
});

describe('a builder operates on', () => {
  test.each<[code: string, subjects: string]>([
    ...['selectFrom', 'updateTable', 'insertInto', 'replaceInto', 'mergeInto'].map(
      (method): [string, string] => [`probe(db.${method}('presets'))`, 'presets builder'],
    ),
    ["probe(db.deleteFrom('presets'))", ''],
    ['probe(db.updateTable())', ''],
    ...['knex', 'db', 'trx', 'tx', 'database', 'qb', 'pg', 'conn', 'connection', 'builder', 'query'].flatMap(
      (name): [string, string][] => [
        [`probe(${name}('presets'))`, 'presets builder'],
        [`probe(${name.toUpperCase()}('presets').where(x))`, 'presets builder'],
        [`probe(this.${name}('presets'))`, 'presets builder'],
        [`probe(${name}('presets', x))`, ''],
        [`probe(${name}2('presets'))`, ''],
      ],
    ),
    ...['appKnex', 'appDb', 'mainDB', 'app_DB', 'appDatabase', 'appTrx'].map((name): [string, string] => [
      `probe(${name}('presets'))`,
      'presets builder',
    ]),
    ["probe(appDbs('presets'))", ''],
    ["probe(XDb('presets'))", ''],
    ["probe(render('presets'))", ''],
    ["probe(myquery('presets'))", ''],
    ["probe(knex('styles'))", 'other builder'],
    ["probe(x.knex('presets', y))", ''],
    ['function f(t) { probe(db.reupdate(t)) }', ''],
    ['probe(knex(presets))', 'presets builder'],
    ["const db = x => client.from('presets'); probe(db(x))", 'presets from'],
    ["probe(knex({ p: 'presets' }))", ''],
    ["probe(knex.from('presets'))", 'presets builder'],
    ["probe(this.knex.from('presets'))", 'presets builder'],
    ["probe(knexClient.table('presets'))", 'presets builder'],
    ["probe(trx.into('presets'))", 'presets builder'],
    ["probe(mytrx.into('presets'))", 'presets from'],
    ["probe(trxs.into('presets'))", 'presets from'],
    ["const own = knex(options); probe(own.from('presets'))", 'presets builder'],
    ["const own = makeKnex(); probe(own.from('presets'))", 'presets builder'],
    ["const own = make(); probe(own.from('presets'))", 'presets from'],
    ["const own = new Knex(); probe(own.from('presets'))", 'presets from'],
    ['probe(db.update(presets))', 'presets builder'],
    ['probe(db.insert(presets))', 'presets builder'],
    ['probe(db.update(presetUsage))', 'records builder'],
    ['probe(db.update(styles))', ''],
    ['probe(db.remove(presets))', ''],
    ["const looks = pgTable('presets', {}); probe(db.update(looks))", 'presets builder'],
    ["const looks = pgTable('styles', {}); probe(db.update(looks))", ''],
    ["const presets = pgTable('styles', {}); probe(db.update(presets))", ''],
    ['probe(createQueryBuilder().update(Preset))', 'presets builder'],
    ['function f(table) { probe(db.update(table)) }', 'other builder by table'],
    ['function f(table) { probe(db.insert(table)) }', 'other builder by table'],
    ['function f(table) { probe(db.select(table)) }', ''],
    ['function f(table) { probe(db.updateAll(table)) }', ''],
    ['function f(k) { probe(db.update(schema[k])) }', 'other builder by k in schema'],
    ["probe(db.update(schema['presets']))", 'presets builder'],
    ['probe(Preset.query())', 'presets model'],
    ['function f(trx) { probe(Preset.query(trx)) }', 'presets model'],
    ['function f(trx) { probe(Style.query(trx)) }', 'other builder by trx'],
    ["probe(Preset.query('styles'))", 'other builder'],
  ])('%s: %s', (code, expected) => {
    expect(subjects(code)).toBe(expected);
  });
});

describe('a model operates on', () => {
  test.each<[code: string, subjects: string]>([
    ...['getRepository', 'model', 'getModel', 'repository', 'getCustomRepository'].flatMap(
      (method): [string, string][] => [
        [`probe(source.${method}(Preset))`, 'presets model'],
        [`probe(source.${method}('Preset'))`, 'presets model'],
        [`probe(source.${method}(Style))`, ''],
        [`probe(source.${method}('Style'))`, 'other model'],
      ],
    ),
    ['probe(source.getRepositories(Preset))', 'presets model'],
    ['probe(source.render(Preset))', ''],
    ['probe(source.models(Preset))', ''],
    ['probe(source.repositoryOf(Preset))', ''],
    ['probe(em.findOneOrFail(Preset, id))', 'presets model'],
    ['probe(em.getReference(Preset, id))', 'presets model'],
    ['probe(em.loadOne(Preset, id))', 'presets model'],
    ['probe(em.create(Preset, {}))', 'presets model'],
    ['probe(em.recreate(Preset, {}))', ''],
    ['probe(em.findOneOrFail(Style, id))', ''],
    ['probe(presetRepository)', 'presets model'],
    ['probe(this.presetRepository)', 'presets model'],
    ['probe(presetRepo)', 'presets model'],
    ['probe(PresetModel)', 'presets model'],
    ['probe(presetEntity)', 'presets model'],
    ['probe(presetDao)', 'presets model'],
    ['probe(presetTable)', 'presets model'],
    ['probe(presetDelegate)', 'presets model'],
    ['probe(presetSchema)', 'presets model'],
    ['probe(presetRecord)', 'presets model'],
    ['probe(presetRow)', 'presets model'],
    ['probe(presetRows)', ''],
    ['probe(__preset)', 'presets model'],
    ['probe(preset__)', 'presets model'],
    ['probe(a__preset)', ''],
    ['probe(presetService)', ''],
    ['probe(_preset)', 'presets model'],
    ['probe(preset$)', 'presets model'],
    ['probe($presets_)', 'presets model'],
    ['probe(pre$sets)', ''],
    ['class C { #presets; f() { probe(this.#presets) } }', 'presets model'],
    ['probe(presetUsage)', 'records model'],
    ['probe(presetUsageModel)', 'records model'],
    ...['db', 'existing', 'current', 'found', 'loaded', 'updated', 'target'].map(
      (prefix): [string, string] => [`probe(${prefix}Preset)`, 'presets model'],
    ),
    ['probe(mydbPreset)', ''],
    ['probe(dbPresets)', ''],
    ['probe(newPreset)', ''],
    ['probe(style)', ''],
    ['probe(prisma.preset)', 'presets model'],
    ['probe(prisma.presets.findMany())', 'presets model'],
    ["probe(presets.where('x'))", 'presets model'],
    ['function f(r: Repository<Preset>) { probe(r) }', 'presets model'],
    ['function f(r: ModelStatic<Preset>) { probe(r) }', 'presets model'],
    ['function f(r: PresetRepo<Preset>) { probe(r) }', 'presets model'],
    ['function f(r: ModelCtor<Preset>) { probe(r) }', 'presets model'],
    ['function f(r: ModelType<Preset>) { probe(r) }', 'presets model'],
    ['function f(r: Repository<Style>) { probe(r) }', ''],
    ['function f(r: Repositories<Preset>) { probe(r) }', ''],
    ['function f(r: Repository) { probe(r) }', ''],
    ['function f(r: Repository<string>) { probe(r) }', ''],
    ['function f(r: orm.Repository<Preset>) { probe(r) }', ''],
    ['function f(r: string) { probe(r) }', ''],
    ['class C { constructor(private r: Repository<Preset>) {} f() { probe(this.r) } }', 'presets model'],
    ['const r = source.getRepository(Preset); probe(r)', 'presets model'],
    ['const preset = new Style(); probe(preset)', 'presets model'],
    ["const q = db.from('styles'); const preset = q; probe(preset)", 'other from'],
    ['function f(k) { probe(prisma[k]) }', 'other model by k in prisma'],
    ["probe(prisma['preset'])", 'presets model'],
    ["probe(prisma['style'])", 'other model'],
    ['probe(7)', ''],
  ])('%s: %s', (code, expected) => {
    expect(subjects(code)).toBe(expected);
  });

  test('by the names of its ORM', () => {
    expect(subjects('probe(prisma.look)')).toBe('');
    expect(subjects('probe(prisma.look)', { presets: ['Look'] })).toBe('presets model');
    expect(subjects('probe(prisma.lookUse)', { records: ['LookUse'] })).toBe('records model');
    expect(subjects("probe(db.from('looks'))", { presets: ['looks'] })).toBe('presets from');
  });
});

describe('other databases have presets too', () => {
  test.each(['collection', 'doc', 'ref', 'child', 'channel', 'useQuery', 'useState'])('%s', name => {
    expect(subjects(`probe(db.${name}('presets'))`)).toBe('');
    expect(subjects(`probe(db.${name}(presets).where(x))`)).toBe('');
    expect(subjects(`probe(presets.${name}('x').where(x))`)).toBe('');
    expect(subjects(`probe(${name}('presets'))`)).toBe('');
  });
});

describe('an entity is of', () => {
  test.each<[code: string, subjects: string]>([
    ["probe('presets')", 'presets model'],
    ["probe('preset_usage')", 'records model'],
    ["probe('styles')", 'other model'],
    ['probe(7)', ''],
    ['probe(Preset)', 'presets model'],
    ['probe(Style)', ''],
    ["const looks = pgTable('presets', {}); probe(looks)", 'presets model'],
    ["const looks = schema.table('presets', {}); probe(looks)", 'presets model'],
    ["const looks = mysqlTable('presets', {}); probe(looks)", 'presets model'],
    ["const looks = db.define('presets', {}); probe(looks)", 'presets model'],
    ["const looks = db.model('presets', {}); probe(looks)", 'presets model'],
    ["const looks = entity('presets', {}); probe(looks)", 'presets model'],
    ["const looks = EntitySchema('presets', {}); probe(looks)", 'presets model'],
    ["const looks = pgTables('presets', {}); probe(looks)", ''],
    ["const looks = redefine('presets', {}); probe(looks)", ''],
    ["const looks = defined('presets', {}); probe(looks)", ''],
    ["const looks = remodel('presets', {}); probe(looks)", ''],
    ["const looks = models('presets', {}); probe(looks)", ''],
    ["const looks = myEntity('presets', {}); probe(looks)", ''],
    ['const looks = pgTable(); probe(looks)', ''],
    ['const looks = pgTable(name); probe(looks)', ''],
    ["const presets = pgTable('styles', {}); probe(presets)", 'other model'],
    ['class Look {} probe(Look)', ''],
    ['class Preset {} probe(Preset)', 'presets model'],
    ['const Look = class Preset {}; probe(Look)', 'presets model'],
    ['const Preset = class {}; probe(Preset)', 'presets model'],
    ["class Look { static tableName = 'presets'; } probe(Look)", 'presets model'],
    ["class Look { static get tableName() { return 'presets'; } } probe(Look)", 'presets model'],
    ["class Preset { static tableName = 'styles'; } probe(Preset)", 'other model'],
    ["@Entity('presets') class Look {} probe(Look)", 'presets model'],
    ["@Entity({ name: 'presets' }) class Look {} probe(Look)", 'presets model'],
    ["@Table({ tableName: 'presets' }) class Look {} probe(Look)", 'presets model'],
    ["@Entity({ other: 'presets' }) class Look {} probe(Look)", ''],
    ["@Entity('styles') class Preset {} probe(Preset)", 'other model'],
    ['@Entity() class Preset {} probe(Preset)', 'presets model'],
    ['@Entity class Preset {} probe(Preset)', 'presets model'],
    ['@Entity() class Look {} probe(Look)', ''],
    ["@Index('presets') @Entity('styles') class Look {} probe(Look)", 'presets model; other model'],
  ])('%s: %s', (code, expected) => {
    expect(subjects(code, {}, entities)).toBe(expected);
  });
});

describe('the last and the first name of a path', () => {
  test.each<[code: string, last: string, first: string]>([
    ['a', 'a', 'a'],
    ['a.b', 'b', 'a'],
    ['a.b.c', 'c', 'a'],
    ["a['b']", 'b', 'a'],
    ['a[b]', '', 'a'],
    ['a()', 'a', 'a'],
    ['a.b()', 'b', 'a'],
    ['a().b', 'b', 'a'],
    ['a?.b', 'b', 'a'],
    ['a!', 'a', 'a'],
    ['a as T', 'a', 'a'],
    ['a!.b', 'b', 'a'],
    ['a.b!.c', 'c', 'a'],
    ['(a.b as T).c', 'c', 'a'],
    ['(a?.b.c).d', 'd', 'a'],
    ['(a as T).b', 'b', 'a'],
    ['(a?.b).c', 'c', 'a'],
    ['this.a', 'a', 'a'],
    ['this.a.b', 'b', 'a'],
    ['this.a().b', 'b', 'a'],
    ['await a.b', '', 'a'],
    ['(await a).b', 'b', 'a'],
    ['7', '', ''],
    ['new A()', '', ''],
    ['this.#a', 'a', 'a'],
  ])('%s: %s, %s', (code, last, first) => {
    const { ref } = probed(`class C { async f() { probe(${code}) } #a }`);
    expect(lastName(ref.node)).toBe(last);
    expect(rootOf(ref.node)).toBe(first);
  });
});
