import { describe, expect, test } from 'vitest';
import { sourceOf, sqlText, withPlaceholders } from '../../../source/scan/code/sql-text.ts';
import { probed } from './probed.ts';

/** The SQL that the probed expression is; the parameters in it follow in braces. */
function sql(code: string): string | null {
  const { follower, ref } = probed(code);
  const built = sqlText(follower, ref);
  if (!built) return null;
  const holes = built.holes.map(
    ({ at, parameter: { module, node } }) => `{${at} ${module.text.slice(node.start, node.end)}}`,
  );
  return [built.text, ...holes].join(' ');
}

describe('SQL is put together from', () => {
  test.each<[code: string, text: string | null]>([
    ["probe('SELECT 1')", 'SELECT 1'],
    ['probe(`SELECT 1`)', 'SELECT 1'],
    ['probe(sql`SELECT 1`)', 'SELECT 1'],
    ['probe(7)', null],
    ['probe(text)', null],
    ['probe(f())', null],
    ["probe('UPDATE ' + 'presets')", 'UPDATE presets'],
    ["probe('UPDATE ' + 'presets' + ' SET')", 'UPDATE presets SET'],
    ["probe('a' - 'b')", null],
    ["probe('id = ' + id)", 'id = $1'],
    ["probe(id + ' = id')", '$1 = id'],
    ["probe(['UPDATE', 'presets'].join(' '))", 'UPDATE presets'],
    ["probe(['a', 'b', 'c'].join('-'))", 'a-b-c'],
    ["probe(['a', 'b'].join())", 'a,b'],
    ["probe(['a', id].join(' '))", 'a $1'],
    ["probe(['a', , 'b'].join('-'))", 'a--b'],
    ["probe(['a', 'b'].map(' '))", null],
    ["probe(list.join(' '))", null],
    ["probe(join(' '))", null],
    ['probe(`a = #{id} AND b = #{other}`)', 'a = $1 AND b = $1'],
    ['probe(`a \\n b`)', 'a \n b'],
    ['probe(tag`a \\u b`)', 'a \\u b'],
  ])('%s: %s', (code, text) => {
    expect(sql(code)).toBe(text);
  });
});

describe('what is not constant', () => {
  test.each<[code: string, text: string]>([
    ["const t = 'styles'; probe(`UPDATE #{t} SET`)", 'UPDATE styles SET'],
    ["const t = c ? 'styles' : 'presets'; probe(`UPDATE #{t} SET`)", 'UPDATE presets SET'],
    ["const t = c ? 'likes' : 'styles'; probe(`UPDATE #{t} SET`)", 'UPDATE likes SET'],
    ['probe(`UPDATE #{t} SET`)', 'UPDATE scan_hole SET'],
    ['probe(`UPDATE "#{t}" SET`)', 'UPDATE "scan_hole" SET'],
    ['probe(`UPDATE public.#{t} SET`)', 'UPDATE public.scan_hole SET'],
    ['probe(`UPDATE ONLY #{t} SET`)', 'UPDATE ONLY scan_hole SET'],
    ['probe(`INSERT INTO #{t} VALUES`)', 'INSERT INTO scan_hole VALUES'],
    ['probe(`SELECT 1 FROM #{t}`)', 'SELECT 1 FROM scan_hole'],
    ['probe(`SELECT 1 JOIN #{t}`)', 'SELECT 1 JOIN scan_hole'],
    ['probe(`LOCK TABLE #{t}`)', 'LOCK TABLE scan_hole'],
    ['probe(`TRUNCATE #{t}`)', 'TRUNCATE scan_hole'],
    ['probe(`CREATE FUNCTION #{t}`)', 'CREATE FUNCTION scan_hole'],
    ['probe(`CREATE TRIGGER #{t}`)', 'CREATE TRIGGER scan_hole'],
    ['probe(`INSERT ON #{t}`)', 'INSERT ON scan_hole'],
    ['probe(`update   #{t} SET`)', 'update   scan_hole SET'],
    ['probe(`preupdate #{t} SET`)', 'preupdate $1 SET'],
    ['probe(`UPDATE#{t} SET`)', 'UPDATE$1 SET'],
    ['probe(`WHERE id = #{t}`)', 'WHERE id = $1'],
    ["probe(`WHERE name = '#{t}'`)", "WHERE name = ''"],
    ["probe(`WHERE name = 'a' AND id = #{t}`)", "WHERE name = 'a' AND id = $1"],
    ["probe(`WHERE a = 'x' AND b = '#{t}'`)", "WHERE a = 'x' AND b = ''"],
    ['probe(`UPDATE #{PRESETS_TABLE} SET`)', 'UPDATE presets SET'],
    ['probe(`UPDATE #{presetsTableName} SET`)', 'UPDATE presets SET'],
    ['probe(`UPDATE #{config.presets_table} SET`)', 'UPDATE presets SET'],
    ['probe(`UPDATE #{presets_table_name} SET`)', 'UPDATE presets SET'],
    ['probe(`UPDATE #{preset_name} SET`)', 'UPDATE presets SET'],
    ['probe(`UPDATE #{presetsTables} SET`)', 'UPDATE scan_hole SET'],
    ['probe(`WHERE name = #{presetName}`)', 'WHERE name = $1'],
    ['probe(`UPDATE #{presets} SET`)', 'UPDATE presets SET'],
    ['probe(`WHERE #{presets}.id = 1`)', 'WHERE $1.id = 1'],
    ['probe(`WHERE a.#{presets} = 1`)', 'WHERE a.presets = 1'],
    ['probe(`WHERE a. #{presets} = 1`)', 'WHERE a. presets = 1'],
    ['probe(`WHERE a.  #{presets} = 1`)', 'WHERE a.  presets = 1'],
    ['probe(`SELECT a.b, #{presets}`)', 'SELECT a.b, $1'],
    ['probe(`INSERT  INTO  preset_usage  #{record}`)', 'INSERT  INTO  preset_usage  default values'],
    ['probe(`INSERT INTO preset_usage#{record}`)', 'INSERT INTO preset_usagedefault values'],
    ['probe(`INSERT INTO x VALUES (1), FROM #{preset}`)', 'INSERT INTO x VALUES (1), FROM presets'],
    ['probe(`INSERT INTO x VALUES  (1), FROM #{preset}`)', 'INSERT INTO x VALUES  (1), FROM presets'],
    ['probe(`WHERE a = 1 FROM #{preset}`)', 'WHERE a = 1 FROM presets'],
    ['probe(`VALUES (#{preset})`)', 'VALUES ($1)'],
    ['probe(`FROM x WHERE id = #{preset}`)', 'FROM x WHERE id = $1'],
    ['probe(`INSERT INTO #{presetUsage} VALUES`)', 'INSERT INTO preset_usage VALUES'],
    ['probe(`WHERE id = #{presetUsage}`)', 'WHERE id = $1'],
    ['probe(`SET #{usageCount} = 1`)', 'SET usage_count = 1'],
    ['probe(`SET #{columns.usage_count} = 1`)', 'SET usage_count = 1'],
    ['probe(`SET #{column} = 1`)', 'SET $1 = 1'],
    ['probe(sql`INSERT INTO preset_usage #{sql(record)}`)', 'INSERT INTO preset_usage default values'],
    [
      'probe(sql`INSERT INTO public."preset_usage" #{record}`)',
      'INSERT INTO public."preset_usage" default values',
    ],
    ['probe(sql`INSERT INTO preset_usage (id) #{record}`)', 'INSERT INTO preset_usage (id) $1'],
  ])('%s: %s', (code, text) => {
    expect(sql(code)).toBe(text);
  });
});

describe('names that a driver writes', () => {
  const names =
    'raw unsafe identifier id ident ref table column sql literal name escapeIdentifier escapeId quoteIdent quote';
  test.each(names.split(' '))('%s', name => {
    expect(sql(`probe(sql\`UPDATE #{x.${name}('presets')} SET\`)`)).toBe('UPDATE presets SET');
    expect(sql(`probe(sql\`UPDATE #{x.${name}(['public', 'presets'])} SET\`)`)).toBe('UPDATE presets SET');
    expect(sql(`function f(t) { probe(sql\`UPDATE #{x.${name}(t)} SET\`) }`)).toBe(
      'UPDATE scan_hole SET {7 t}',
    );
    expect(sql(`function f(t) { probe(sql\`UPDATE #{x.${name}(['public', t])} SET\`) }`)).toBe(
      'UPDATE scan_hole SET {7 t}',
    );
  });
  test.each<[code: string, text: string]>([
    ["probe(sql`UPDATE #{x.other('presets')} SET`)", 'UPDATE scan_hole SET'],
    ["probe(sql`UPDATE #{x.rename('presets')} SET`)", 'UPDATE scan_hole SET'],
    ["probe(sql`UPDATE #{x.names('presets')} SET`)", 'UPDATE scan_hole SET'],
    ['function f(t) { probe(sql`UPDATE #{x.other(t)} SET`) }', 'UPDATE scan_hole SET'],
    ['probe(sql`UPDATE #{sql([])} SET`)', 'UPDATE scan_hole SET'],
    ['probe(sql`UPDATE #{sql()} SET`)', 'UPDATE scan_hole SET'],
    ["const t = c ? 'styles' : 'presets'; probe(sql`UPDATE #{sql(t)} SET`)", 'UPDATE presets SET'],
    ["const t = c ? 'likes' : 'styles'; probe(sql`UPDATE #{sql(t)} SET`)", 'UPDATE likes SET'],
    ['probe(sql`UPDATE presets #{sql`SET usage_count = 0`}`)', 'UPDATE presets SET usage_count = 0'],
    [
      'const part = sql`usage_count = 0`; probe(sql`UPDATE presets SET #{part}`)',
      'UPDATE presets SET usage_count = 0',
    ],
    ['probe(sql`UPDATE presets SET #{sql` `}`)', 'UPDATE presets SET $1'],
    [
      'probe(sql`UPDATE presets SET #{sql({ usage_count: 0, name })}`)',
      'UPDATE presets SET usage_count = $1, name = $1',
    ],
    ['probe(sql`UPDATE presets SET #{sql({ usageCount: 0 })}`)', 'UPDATE presets SET "usageCount" = $1'],
    ['probe(sql`UPDATE presets SET #{sql({ "A b": 0 })}`)', 'UPDATE presets SET "A b" = $1'],
    ['probe(sql`UPDATE presets SET a1 = #{sql({ name })}`)', 'UPDATE presets SET a1 = $1'],
    ['probe(sql`UPDATE presets SET #{sql(row)}`)', 'UPDATE presets SET $1'],
    ['function f(t) { probe(`UPDATE #{t} SET a = #{b}`) }', 'UPDATE scan_hole SET a = $1 {7 t}'],
    ['function f(o) { probe(`UPDATE #{o.t} SET`) }', 'UPDATE scan_hole SET {7 o.t}'],
    ['function f(c) { probe(`UPDATE presets SET #{c} = 1`) }', 'UPDATE presets SET $1 = 1 {19 c}'],
    ["function f(t) { probe('UPDATE ' + t + ' SET') }", 'UPDATE scan_hole SET {7 t}'],
    ["function f(t) { probe(['UPDATE', t].join(' ')) }", 'UPDATE scan_hole {7 t}'],
  ])('%s: %s', (code, text) => {
    expect(sql(code)).toBe(text);
  });
});

describe('columns that an object gives', () => {
  const set = (expression: string, before = '') =>
    sql(`${before} probe(\`UPDATE presets SET #{${expression}}\`)`);
  test.each<[expression: string, columns: string | null]>([
    ["Object.keys({ usage_count: 1, name }).map(c => c).join(', ')", 'usage_count = $1, name = $1'],
    ["Object.entries({ usage_count: 1 }).map(([c]) => c).join(', ')", 'usage_count = $1'],
    ["Object.values({ usage_count: 1 }).map(c => c).join(', ')", null],
    ["Object.keys({ usage_count: 1 }).filter(Boolean).map(c => c).join(', ')", 'usage_count = $1'],
    ["Object.keys({ usage_count: 1 }).sort().slice(1).join(', ')", 'usage_count = $1'],
    ["Object.keys({ usage_count: 1 }).reduce(f).join(', ')", null],
    ["Object.keys({ usage_count: 1 }).filter(c => c !== 'usage_count').join(', ')", null],
    ["Object.keys({ usage_count: 1 }).filter(c => c !== 'usageCount').join(', ')", null],
    ["Object.keys({ usage_count: 1 }).filter(c => allowed.includes(c)).join(', ')", null],
    ["Object.keys({ usage_count: 1 }).filter(c => allowed.has(c)).join(', ')", null],
    ["Object.keys().map(c => c).join(', ')", null],
    ["keys({ usage_count: 1 }).join(', ')", null],
    ["Object.keysOf({ usage_count: 1 }).join(', ')", null],
    ["Object.keys({ usage_count: 1 }).remap(c => c).join(', ')", null],
    ["Object.keys({ usage_count: 1 }).maps(c => c).join(', ')", null],
    ["Object.keys({ usage_count: 1 }).map(c => all.includes(c)).join(', ')", 'usage_count = $1'],
    ["Object.keys({ usage_count: 1 }).filter().join(', ')", 'usage_count = $1'],
    ["x.rekeys({ usage_count: 1 }).join(', ')", null],
    ["list.map(c => c).join(', ')", null],
  ])('%s: %s', (expression, columns) => {
    expect(set(expression)).toBe(`UPDATE presets SET ${columns ?? '$1'}`);
  });
  test('by a name', () => {
    expect(set("names.map(c => c).join(', ')", 'const names = Object.keys({ usage_count: 1 });')).toBe(
      'UPDATE presets SET usage_count = $1',
    );
    expect(set('list', "const list = Object.keys({ usage_count: 1 }).map(c => c).join(', ');")).toBe(
      'UPDATE presets SET usage_count = $1',
    );
    expect(set('list', "const list = Object.keys(row).map(c => c).join(', ');")).toBe(
      'UPDATE presets SET $1',
    );
    expect(sql("probe(`UPDATE presets SET  #{Object.keys({ a: 1 }).join(', ')}`)")).toBe(
      'UPDATE presets SET  a = $1',
    );
    expect(sql("probe(`UPDATE presets OFFSET #{Object.keys({ a: 1 }).join(', ')}`)")).toBe(
      'UPDATE presets OFFSET $1',
    );
    expect(sql("probe(`SELECT #{Object.keys({ a: 1 }).join(', ')}`)")).toBe('SELECT $1');
  });
});

describe('names that are given beside a text', () => {
  /** The SQL of the first argument of the probed call. */
  const given = (code: string) => {
    const { follower, ref } = probed(`${code.includes('function') ? '' : 'const x = 1; '}${code}`);
    const call = ref.node;
    const [node] = call.type === 'CallExpression' ? call.arguments : [];
    const built = node && sqlText(follower, { module: ref.module, node });
    if (!built) return null;
    const holes = built.holes.map(
      ({ at, parameter }) => `{${at} ${ref.module.text.slice(parameter.node.start, parameter.node.end)}}`,
    );
    return [built.text, ...holes].join(' ');
  };
  test.each<[code: string, text: string]>([
    ["probe(format('UPDATE %I SET', 'presets'))", 'UPDATE presets SET'],
    ["probe(sprintf('UPDATE %s SET', 'presets'))", 'UPDATE presets SET'],
    ["probe(printf('UPDATE %s SET', 'presets'))", 'UPDATE presets SET'],
    ["probe(reformat('UPDATE %I SET', 'presets'))", 'UPDATE %I SET'],
    ["probe(formatted('UPDATE %I SET', 'presets'))", 'UPDATE %I SET'],
    [
      "probe(format('UPDATE %I SET %I = %L', 'presets', 'usage_count', 3))",
      'UPDATE presets SET usage_count = %L',
    ],
    ["probe(format('SET %L, %I', 'a', 'b'))", 'SET %L, b'],
    ["probe(format('UPDATE %I SET'))", 'UPDATE %I SET'],
    ["probe(format('UPDATE %I SET %I', 'presets'))", 'UPDATE presets SET %I'],
    ["probe(format('UPDATE x', 'presets'))", 'UPDATE x'],
    [
      "probe(knex.raw('UPDATE ?? SET ?? = ?', ['presets', 'usage_count', 3]))",
      'UPDATE presets SET usage_count = ?',
    ],
    [
      "probe(knex.raw('UPDATE x SET a = ?, ?? = 1', [3, 'usage_count']))",
      'UPDATE x SET a = ?, usage_count = 1',
    ],
    ["probe(knex.raw('UPDATE ?? SET', 'presets'))", 'UPDATE ?? SET'],
    ["probe(knex.raw('UPDATE ?? SET', []))", 'UPDATE ?? SET'],
    ["probe(knex.raw('UPDATE x SET a = ?', ['presets']))", 'UPDATE x SET a = ?'],
    ["probe(knex.raw('UPDATE ?? SET', [, 'x']))", 'UPDATE ?? SET'],
    ["function f(t) { probe(knex.raw('UPDATE ?? SET', [t])) }", 'UPDATE scan_hole SET {7 t}'],
    ["function f(t) { probe(format('UPDATE %I SET', t)) }", 'UPDATE scan_hole SET {7 t}'],
    ["probe(query('UPDATE %I SET', 'presets'))", 'UPDATE %I SET'],
  ])('%s: %s', (code, text) => {
    expect(given(code)).toBe(text);
  });

  test('only for the text, not for what stands beside it', () => {
    expect(sql("const t = 'a'; probe('UPDATE %I SET')")).toBe('UPDATE %I SET');
    const { follower, ref } = probed("probe(format('presets', 'UPDATE %I SET'))");
    const node = ref.node.type === 'CallExpression' ? ref.node.arguments[1] : null;
    expect(node && sqlText(follower, { module: ref.module, node })?.text).toBe('UPDATE %I SET');
  });
});

test('where each piece is in the file', () => {
  const at = (code: string, piece: string, inSql = piece) => {
    const { follower, ref } = probed(code);
    const given = /^(?:f|format)\(/.test(code.slice('probe('.length));
    const argument = given && ref.node.type === 'CallExpression' ? ref.node.arguments[0] : ref.node;
    const built = argument && sqlText(follower, { module: ref.module, node: argument });
    if (!built) throw new Error('no SQL');
    expect(built.text).toContain(inSql);
    return sourceOf(built, built.text.indexOf(inSql)) - code.replaceAll('#{', '${').indexOf(piece);
  };
  expect(at("probe('SELECT usage_count')", 'usage_count')).toBe(0);
  expect(at('probe(`SELECT usage_count`)', 'usage_count')).toBe(0);
  expect(at('probe(`SELECT #{a} usage_count`)', 'usage_count')).toBe(0);
  expect(at('probe(`SELECT #{aVeryLongOne} usage_count #{b}, name`)', 'name')).toBe(0);
  expect(at("probe('SELECT ' + 'usage_count')", 'usage_count')).toBe(0);
  expect(at("probe(['SELECT', 'usage_count'].join(' '))", 'usage_count')).toBe(0);
  expect(at('probe(`SELECT #{aaa}`)', 'aaa', '$1')).toBe(0);
  expect(at("probe(f('SELECT ' + aaa))", 'aaa', '$1')).toBe(0);
  expect(at("probe(format('UPDATE %I SET usage_count', 'presets'))", 'usage_count')).toBe(0);
  expect(at("probe(format('UPDATE %I SET usage_count', 'presets'))", 'UPDATE')).toBe(0);
  expect(at("probe(format('UPDATE %I SET usage_count', 'presets'))", "'presets'", 'presets')).toBe(0);
  expect(at("probe(format('UPDATE %I SET ' + 'usage_count = %L', 'presets', 1))", 'usage_count')).toBe(0);
  expect(at("probe(format('UPDATE ' + '%I SET ' + 'usage_count = %L', 'presets', 1))", 'usage_count')).toBe(
    0,
  );
  expect(at("probe(format('SET ' + 'name = 1, ' + '%I = %L', 'presets', 1))", 'name')).toBe(0);
  expect(sourceOf({ text: 'a', pieces: [{ at: 5, source: 9 }], holes: [] }, 3)).toBe(0);
  expect(sourceOf({ text: 'a', pieces: [{ at: 5, source: 9 }], holes: [] }, 5)).toBe(9);
  expect(
    sourceOf(
      {
        text: 'a',
        pieces: [
          { at: 0, source: 9 },
          { at: 5, source: 90 },
        ],
        holes: [],
      },
      7,
    ),
  ).toBe(92);
});

test.each([
  ["'it''s ?' = ?", "'it''s ?' = $1"],
  ['a ?| b ?& c ?? d', 'a ?| b ?& c n  d'],
  ['$/ab/ $<ab> $(ab) $[ab] \u0024{ab}', '$1    $1    $1    $1    $1   '],
  ['$< a.b:c >', '$1        '],
  ['$ab', '$ab'],
  ['a::text b:c :d: :_e', 'a::text b:c :d: $1 '],
  [':user_name, ::x', '$1        , ::x'],
  ['@user, a@b, @@c, <@d', '$1   , a@b, @@c, <@d'],
  ['%s %L %I %d', '$1 $1 n  %d'],
  ['?', '$1'],
  ['$12:name $12:raw $1:json $3:alias $4:value $5:names', 'n12 $12 $1 n3 $4 n5s'],
])('placeholders in %j', (text, plain) => {
  expect(withPlaceholders(text)).toBe(plain);
});
