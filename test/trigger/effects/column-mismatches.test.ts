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

describe('a field of the new record', () => {
  const onRecords = { tableOid: 2, table: 'public.preset_usage' } as CatalogTrigger;
  test.each([
    ['PERFORM NEW.preset_id, NEW."Odd ""name"""', []],
    ['PERFORM new.presetid', ['presetid gone']],
    ['PERFORM 1; -- NEW.presetid\n PERFORM 2', []],
  ])('%s', async (source, expected) => expect(await told(source, {}, onRecords)).toEqual(expected));
});

test('a column that a trigger sets before the insert is not missing', async () => {
  const before = { tableOid: 2, type: 1 | 2 | 4, enabled: 'O' } as CatalogTrigger;
  const filled = { ...catalog, triggers: [before] };
  const source = 'INSERT INTO preset_usage (preset_id) VALUES (1)';
  expect(columnMismatches(await routine(source, { language: 'sql' }), filled, null)).toEqual([]);
});

test('says nothing about languages that cannot be parsed', async () => {
  expect(await told('INSERT INTO preset_usage (source) VALUES (1)', { language: 'plv8' })).toEqual([]);
});
