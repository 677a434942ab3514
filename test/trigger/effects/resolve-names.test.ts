import { describe, expect, test } from 'vitest';
import { searchPathOf } from '../../../source/sql/search-path-setting.ts';
import type { SqlCreate, SqlName } from '../../../source/sql/sql-effects.ts';
import type { CatalogRelation, TriggerCatalog } from '../../../source/trigger/catalog.ts';
import { resolveCall, resolveTable, targetOf } from '../../../source/trigger/effects/resolve-names.ts';
import { catalog, reading, relation, routine } from '../catalogs.ts';

/** A view of one table, with its columns as `own=of`; null if a column is computed. */
function view(
  oid: number,
  name: string,
  from: (string | SqlName)[],
  columns: Record<string, string | null>,
  over: Partial<CatalogRelation> = {},
): CatalogRelation {
  const creates = {
    kind: 'view',
    from: from.map(each => (typeof each === 'string' ? { schema: null, name: each } : each)),
    columns: Object.entries(columns).map(([own, of]) => ({ name: own, of })),
  } as unknown as SqlCreate;
  return relation(oid, name, {
    kind: 'view',
    view: { reading: reading({ creates: [creates] }) } as CatalogRelation['view'],
    ...over,
  });
}

const table = (
  of: TriggerCatalog,
  name: string,
  schema: string | null = null,
  path: string[] | null = null,
) => resolveTable({ schema, name }, path, of);

describe('a name of a table', () => {
  test('means one of the two tables, or neither', () => {
    expect(table(catalog(), 'presets')).toMatchObject({
      base: 'presets',
      table: 'public.presets',
      through: [],
    });
    expect(table(catalog(), 'preset_usage')).toMatchObject({ base: 'records' });
    expect(table(catalog(), 'preset_usage')?.column('kind')).toBe('kind');
    expect(table(catalog(), 'other')).toBeNull();
    expect(table(catalog({ relations: [relation(3, 'other')] }), 'other')).toBeNull();
  });

  const shadow = relation(9, 'presets', { schema: 'app', table: 'app.presets' });
  const both = catalog({ relations: [shadow] });

  test('with a schema means the table in it', () => {
    expect(table(both, 'presets', 'public')?.base).toBe('presets');
    expect(table(both, 'presets', 'app')).toBeNull();
    expect(table(both, 'presets', 'elsewhere')).toBeNull();
  });

  test('on a fixed path means the first on it', () => {
    expect(table(both, 'presets', null, ['app', 'public'])).toBeNull();
    expect(table(both, 'presets', null, ['other', 'public', 'app'])?.base).toBe('presets');
    expect(table(both, 'presets', null, ['other'])).toBeNull();
    expect(table(both, 'presets', null, [])).toBeNull();
  });

  test('without either means ours', () => {
    expect(table(both, 'presets')?.base).toBe('presets');
    const first = catalog({ presetsOid: 9, relations: [shadow] });
    expect(table(first, 'presets')?.table).toBe('app.presets');
  });

  test('without either means that beside the routine, if there is one', () => {
    const beside = (name: SqlName, path: string[] | null, home: string | null) =>
      resolveTable(name, path, both, home)?.base ?? null;
    const plain = { schema: null, name: 'presets' };
    expect(beside(plain, null, 'app')).toBeNull();
    expect(beside(plain, null, 'public')).toBe('presets');
    expect(beside(plain, null, 'other')).toBe('presets');
    expect(beside(plain, ['public'], 'app')).toBe('presets');
    expect(beside({ schema: 'public', name: 'presets' }, null, 'app')).toBe('presets');
  });
});

describe('a view', () => {
  test('of one table is that table, with its columns under other names', () => {
    const styles = view(5, 'styles', ['presets'], { id: 'id', uses: 'usage_count', twice: null });
    const found = table(catalog({ relations: [styles] }), 'styles');
    expect(found).toMatchObject({ base: 'presets', table: 'public.styles', through: [styles] });
    expect(['uses', 'twice', 'usage_count'].map(name => found?.column(name))).toEqual([
      'usage_count',
      null,
      null,
    ]);
  });

  test('of a view leads to the table', () => {
    const inner = view(5, 'inner_view', ['presets'], { uses: 'usage_count' });
    const outer = view(6, 'outer_view', ['inner_view'], { n: 'uses' });
    const found = table(catalog({ relations: [inner, outer] }), 'outer_view');
    expect(found?.through.map(({ name }) => name)).toEqual(['outer_view', 'inner_view']);
    expect([found?.base, found?.column('n'), found?.column('uses')]).toEqual([
      'presets',
      'usage_count',
      null,
    ]);
  });

  test('of two tables, of a third, or of none is neither', () => {
    const of = catalog({
      relations: [
        view(5, 'two', ['presets', 'preset_usage'], { id: 'id' }),
        view(6, 'gone', ['nowhere'], { id: 'id' }),
        view(7, 'none', [], {}),
        relation(8, 'unread', { kind: 'view', view: { reading: reading() } as CatalogRelation['view'] }),
      ],
    });
    expect(['two', 'gone', 'none', 'unread'].map(name => table(of, name))).toEqual([null, null, null, null]);
  });

  test('that refers to itself does not loop forever', () => {
    const ring = view(5, 'ring', ['ring'], { id: 'id' });
    expect(targetOf(ring, catalog({ relations: [ring] }))).toBeNull();
  });

  test('qualifies only names that are not on the path', () => {
    const hidden = relation(9, 'presets', { schema: 'app', table: 'app.presets', visible: false });
    const styles = view(5, 'styles', ['presets'], { n: 'usage_count' });
    const others: Partial<TriggerCatalog> = { relations: [hidden, styles] };
    expect(table(catalog(others), 'styles')?.base).toBe('presets');
    expect(table(catalog({ ...others, presetsOid: 9 }), 'styles')).toBeNull();
    const far = view(6, 'far', [{ schema: 'app', name: 'presets' }], { n: 'usage_count' });
    expect(table(catalog({ relations: [hidden, far], presetsOid: 9 }), 'far')?.base).toBe('presets');
    expect(table(catalog({ relations: [hidden, far] }), 'far')).toBeNull();
  });
});

describe('a call', () => {
  const here = routine('bump');
  const twin = routine('bump');
  const there = routine('bump', { schema: 'app' });
  const fired = routine('bump', { isTrigger: true });
  const of = catalog({ functions: [here, twin, there, fired, routine('other')] });
  const called = (schema: string | null, path: string[] | null) =>
    resolveCall({ schema, name: 'bump' }, path, of);

  test('means all routines with its name, except trigger functions', () => {
    expect(called(null, null)).toEqual([here, twin, there]);
  });

  test('with a schema means those in it, and on a fixed path those of the first schema with any', () => {
    expect(called('app', null)).toEqual([there]);
    expect(called('app', ['public'])).toEqual([there]);
    expect(called(null, ['none', 'app', 'public'])).toEqual([there]);
    expect(called(null, ['public', 'app'])).toEqual([here, twin]);
    expect(called(null, ['none'])).toEqual([]);
    expect(called('none', null)).toEqual([]);
  });

  test('without either means those beside the routine, if there are any', () => {
    const beside = (schema: string | null, path: string[] | null, home: string) =>
      resolveCall({ schema, name: 'bump' }, path, of, home);
    expect(beside(null, null, 'app')).toEqual([there]);
    expect(beside(null, null, 'public')).toEqual([here, twin]);
    expect(beside(null, null, 'none')).toEqual([here, twin, there]);
    expect(beside(null, ['public'], 'app')).toEqual([here, twin]);
    expect(beside('public', null, 'app')).toEqual([here, twin]);
  });
});

test.each<[string | null, string[] | null]>([
  [null, null],
  ['search_path=public, pg_temp', ['public', 'pg_temp']],
  ['search_path=Public,"My ""x""", pg_temp', ['public', 'My "x"', 'pg_temp']],
  ['search_path=""', ['']],
  ['search_path=', []],
  ['search_path="$user", a=b', ['$user', 'a=b']],
])('the setting %j is the path %j', (setting, path) => {
  expect(searchPathOf(setting)).toEqual(path);
});
