import { describe, expect, test } from 'vitest';
import { readBody } from '../../../source/sql/parser/parser-process.ts';
import type { CatalogFunction, CatalogTrigger, TriggerCatalog } from '../../../source/trigger/catalog.ts';
import { columnMismatches } from '../../../source/trigger/effects/column-mismatches.ts';

const column = (name: string, required = false) => ({ name, required });

const catalog = {
  presetsOid: 1,
  recordsOid: 2,
  presetsTable: 'public.presets',
  recordsTable: 'public.preset_usage',
  triggers: [],
  functions: [],
  relations: [
    { oid: 1, schema: 'public', name: 'presets', table: 'public.presets', view: null },
    { oid: 2, schema: 'public', name: 'preset_usage', table: 'public.preset_usage', view: null },
    {
      oid: 3,
      schema: 'public',
      name: 'recent',
      table: 'public.recent',
      view: {
        reading: {
          creates: [
            {
              kind: 'view',
              from: [{ schema: 'public', name: 'preset_usage' }],
              columns: [{ name: 'used', of: 'preset_id' }],
            },
          ],
        },
      },
    },
  ],
  columns: {
    presets: [column('id'), column('usage_count'), column('lastUsedAt')],
    records: [column('id'), column('preset_id', true), column('kind', true), column('Odd "name"')],
  },
} as unknown as TriggerCatalog;

const told = async (
  source: string,
  over: Partial<CatalogFunction> = {},
  trigger: CatalogTrigger | null = null,
) =>
  columnMismatches(await routine(`BEGIN ${source}; END`, over, trigger), catalog, trigger).map(
    ({ column, kind }) => `${column} ${kind}`,
  );

const routine = async (
  source: string,
  over: Partial<CatalogFunction>,
  trigger: CatalogTrigger | null = null,
) => {
  const { language = 'plpgsql' } = over;
  const result = trigger ? 'trigger' : 'void';
  return {
    source,
    language,
    isTrigger: trigger !== null,
    searchPath: null,
    reading: await readBody({ language, source, result, arguments: '' }),
    ...over,
  } as CatalogFunction;
};

describe('an insert', () => {
  test.each([
    ['INSERT INTO preset_usage (preset_id, kind) VALUES ($1, $2)', []],
    ['INSERT INTO public.preset_usage AS u (preset_id, kind, "Odd ""name""") SELECT 1, 2, 3', []],
    ['insert into PRESET_USAGE (Preset_Id, KIND) values (1, 2)', []],
    ['INSERT INTO preset_usage (preset_id, kind, source) VALUES (1, 2, 3)', ['source gone']],
    ['INSERT INTO preset_usage (preset_id, kind, "Kind") VALUES (1, 2, 3)', ['Kind gone']],
    ['INSERT INTO preset_usage (preset_id) VALUES (1)', ['kind left-out']],
    // Each column once, in each table.
    [
      'INSERT INTO preset_usage (preset_id) VALUES (1); INSERT INTO preset_usage (preset_id) VALUES (2)',
      ['kind left-out'],
    ],
    ['INSERT INTO preset_usage (preset_id, kind, a, b) VALUES (1, 2, 3, 4)', ['a gone', 'b gone']],
    [
      'INSERT INTO preset_usage (preset_id, kind, a) VALUES (1, 2, 3); UPDATE presets SET a = 1, b = 2',
      ['a gone', 'a gone', 'b gone'],
    ],
    ['INSERT INTO preset_usage VALUES (1, 2, 3)', []],
    ['INSERT INTO archive.preset_usage (source) VALUES (1)', []],
    ['INSERT INTO other (source) VALUES (1)', []],
    [
      "-- INSERT INTO preset_usage (source) VALUES (1)\nPERFORM 'INSERT INTO preset_usage (source) VALUES (1)'",
      [],
    ],
    ["EXECUTE 'INSERT INTO preset_usage (preset_id, kind, source) VALUES (1, 2, 3)'", ['source gone']],
    ["EXECUTE 'INSERT INTO preset_usage (' || columns || ') VALUES (1)'", []],
  ])('%s', async (source, expected) => expect(await told(source)).toEqual(expected));
});

describe('an update of the counts', () => {
  test.each([
    ['UPDATE presets SET usage_count = usage_count + 1, "lastUsedAt" = now() WHERE id = 1', []],
    ['UPDATE presets p SET usage_count = coalesce(p.usage_count, 0) + 1 WHERE p.id = gone', []],
    [
      'UPDATE ONLY public.presets AS p SET usage_count = greatest(a, b = c), last_used_at = now()',
      ['last_used_at gone'],
    ],
    ['UPDATE presets SET uses = uses + 1', ['uses gone']],
    ['UPDATE archive.presets SET uses = 1', []],
  ])('%s', async (source, expected) => expect(await told(source)).toEqual(expected));
});

test.each([
  ['UPDATE preset_usage SET kind = 2, preset_id = 1', []],
  ['UPDATE preset_usage SET kind = 2', []],
  ['INSERT INTO presets (name) VALUES (1)', []],
  ['INSERT INTO recent (used) VALUES (1)', []],
])('a statement that is not judged: %s', async (source, expected) => {
  expect(await told(source)).toEqual(expected);
});

describe('a field of the new record', () => {
  const onRecords = { tableOid: 2, table: 'public.preset_usage' } as CatalogTrigger;
  test.each([
    ['PERFORM NEW.preset_id, NEW."Odd ""name"""', []],
    ['PERFORM new.presetid', ['presetid gone']],
    ['PERFORM 1; -- NEW.presetid\n PERFORM 2', []],
    ['PERFORM NEW.ctid, NEW.xmin, NEW.xmax, NEW.cmin, NEW.cmax, NEW.tableoid, NEW.rowid', ['rowid gone']],
  ])('%s', async (source, expected) => expect(await told(source, {}, onRecords)).toEqual(expected));

  test('is one of presets, in a trigger of theirs', async () => {
    const onPresets = { tableOid: 1, table: 'public.presets' } as CatalogTrigger;
    expect(await told('PERFORM NEW.usage_count, NEW.kind', {}, onPresets)).toEqual(['kind gone']);
  });

  test('is not judged in a function that no trigger runs', async () => {
    expect(await told('PERFORM NEW.presetid', { isTrigger: true })).toEqual([]);
  });
});

describe('a table without its schema', () => {
  const other = { ...catalog.relations[1]!, oid: 9, schema: 'other', table: 'other.preset_usage' };
  const tenants = { ...catalog, relations: [other, ...catalog.relations] };
  const source = 'BEGIN INSERT INTO preset_usage (preset_id, kind, source) VALUES (1, 2, 3); END';
  const found = async (schema: string, trigger: CatalogTrigger | null) =>
    columnMismatches(await routine(source, { schema }, trigger), tenants, trigger).length;

  test('is that of the schema of the function, or of the table whose trigger runs it', async () => {
    expect(await found('other', null)).toBe(0);
    expect(await found('public', null)).toBe(1);
    const on = (tableOid: number) => ({ tableOid, table: '' }) as CatalogTrigger;
    expect(await found('other', on(2))).toBe(1);
    expect(await found('public', on(9))).toBe(0);
  });
});

describe('a column that the insert leaves out', () => {
  const [row, before, insert, update] = [1, 2, 4, 16];
  const found = async (over: Partial<CatalogTrigger>) => {
    const trigger = { tableOid: 2, type: row | before | insert, enabled: 'O', ...over } as CatalogTrigger;
    const source = 'INSERT INTO preset_usage (preset_id) VALUES (1)';
    const of = { ...catalog, triggers: [trigger] };
    return columnMismatches(await routine(source, { language: 'sql' }), of, null).length;
  };

  test.each<[string, Partial<CatalogTrigger>]>([
    ['each row', {}],
    ['each row that is inserted or updated', { type: row | before | insert | update }],
    ['each row, always', { enabled: 'A' }],
  ])('may be set by a trigger before %s', async (_, over) => {
    expect(await found(over)).toBe(0);
  });

  test.each<[string, Partial<CatalogTrigger>]>([
    ['on another table', { tableOid: 1 }],
    ['that is off', { enabled: 'D' }],
    ['that fires only for a replica', { enabled: 'R' }],
    ['after the row', { type: row | insert }],
    ['before an update', { type: row | before | update }],
    ['before the statement', { type: before | insert }],
  ])('is not set by a trigger %s', async (_, over) => {
    expect(await found(over)).toBe(1);
  });
});

test('says nothing about languages that cannot be parsed', async () => {
  expect(await told('INSERT INTO preset_usage (source) VALUES (1)', { language: 'plv8' })).toEqual([]);
});
