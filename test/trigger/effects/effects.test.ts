import { describe, expect, test } from 'vitest';
import type { SqlFieldWrite } from '../../../source/sql/sql-effects.ts';
import { effectsOf, effectsOfReading, oneLine } from '../../../source/trigger/effects/effects.ts';
import { effectsOfTrigger } from '../../../source/trigger/effects/trigger-effects.ts';
import {
  adds,
  before,
  calls,
  catalog,
  reading,
  relation,
  routine,
  row,
  trigger,
  update,
  writes,
} from '../catalogs.ts';

describe('a call of a function that the catalog does not have', () => {
  const unknown = (...args: Parameters<typeof calls>) =>
    effectsOfReading(reading({ calls: [calls(...args)] }), catalog()).unknownCalls;

  test('is not known', () => {
    expect(unknown('gone')).toEqual(['gone']);
    expect(unknown('gone', { schema: 'public' })).toEqual(['gone']);
    expect(unknown('ending_in_pg_')).toEqual(['ending_in_pg_']);
  });

  test.each(['now', 'nextval', 'setval', 'set_config', 'count', 'setseed', 'clock_timestamp', 'pg_notify'])(
    'is known if the server has it: %s',
    name => {
      expect(unknown(name)).toEqual([]);
    },
  );

  test('is known in pg_catalog, and does not matter where it is not made', () => {
    expect(unknown('lower', { schema: 'pg_catalog' })).toEqual([]);
    expect(unknown('gone', { performed: false })).toEqual([]);
  });

  test('is not meant if the catalog has the function', () => {
    const found = effectsOfReading(
      reading({ calls: [calls('bump')] }),
      catalog({ functions: [routine('bump', { reading: adds(1) })] }),
    );
    expect(found).toMatchObject({ unknownCalls: [], unreadable: [], writes: [{ via: ['public.bump()'] }] });
  });
});

test('a routine is followed once, however many others call it', () => {
  const inner = routine('inner', { reading: adds(1), searchPath: null });
  const layer = (name: string, called: string) =>
    routine(name, { reading: reading({ calls: [calls(called), calls(called)] }), searchPath: null });
  const outer = routine('outer', {
    reading: reading({ calls: [calls('one'), calls('two')] }),
    searchPath: null,
  });
  const functions = [outer, layer('one', 'inner'), layer('two', 'inner'), inner];
  expect(effectsOf(outer, catalog({ functions })).writes.map(({ via }) => via)).toEqual([
    ['public.one()', 'public.inner()'],
  ]);
});

test('a routine that calls itself has its own statements once', () => {
  const again = routine('again', { reading: reading({ ...adds(1), calls: [calls('again')] }) });
  expect(effectsOf(again, catalog({ functions: [again] })).writes.map(({ via }) => via)).toEqual([[]]);
});

describe('a name without a schema', () => {
  const inner = (searchPath: string | null) => routine('inner', { reading: adds(1), searchPath });
  const count = (outerPath: string | null, innerPath: string | null) => {
    const outer = routine('outer', { reading: reading({ calls: [calls('inner')] }), searchPath: outerPath });
    return effectsOf(outer, catalog({ functions: [outer, inner(innerPath)] })).writes.length;
  };

  test('in a function that is called is found by its own path, or by that of its caller', () => {
    expect(count('search_path=public', null)).toBe(1);
    expect(count('search_path=public, api', 'search_path=api')).toBe(0);
    expect(count(null, 'search_path=api')).toBe(0);
    expect(count(null, 'search_path=public')).toBe(1);
  });

  test('in the function of a trigger is found in the schema of the trigger’s table', () => {
    const far = relation(9, 'presets', { schema: 'other', table: 'other.presets' });
    const body = routine('f', {
      isTrigger: true,
      schema: 'other',
      searchPath: null,
      reading: reading({ writes: [writes()] }),
    });
    const on = (tableOid: number, table: string) => {
      const own = trigger('t', body, { tableOid, table });
      const of = catalog({ triggers: [own], functions: [body] });
      of.relations = [far, ...of.relations];
      return effectsOfTrigger(own, body, of).writes.length;
    };
    expect(on(2, 'public.preset_usage')).toBe(1);
    expect(on(9, 'other.presets')).toBe(0);
  });
});

test('a text that cannot be read may write only if it names a table or the count', () => {
  const problem = { message: 'no SQL', offset: 0 };
  const may = (source: string) =>
    effectsOf(
      routine('odd', { source, reading: reading({ problem }) }),
      catalog({ relations: [relation(7, 'likes')] }),
    ).unreadable.length;
  expect(['PRESETS', 'preset_usage', 'usage_count', 'likes', 'nothing'].map(may)).toEqual([1, 1, 1, 0, 0]);
  // A rule or a job has no other text.
  expect(effectsOfReading(reading({ problem }), catalog()).unreadable).toHaveLength(1);
});

test('a part of a name that is put together is taken as it is', () => {
  const may = (pattern: string, name: string) => {
    const dynamic = [{ offset: 0, text: 'q', verb: 'update', tables: [pattern] }];
    const of = catalog();
    of.relations = [relation(1, name)];
    return effectsOfReading(reading({ dynamic }), of).unreadable.length;
  };
  expect(may('pre+sets', 'pre+sets')).toBe(1);
  expect(may('pre+*', 'pre+sets')).toBe(1);
  expect(may('pre.sets', 'pre+sets')).toBe(0);
});

describe('a statement on one line', () => {
  test.each([
    ['UPDATE  t\n SET a = 1 -- why\n WHERE b', 'UPDATE t SET a = 1 WHERE b'],
    ['UPDATE t/* why */SET a = 1', 'UPDATE t SET a = 1'],
    ["SET a = '-- no comment'", "SET a = '-- no comment'"],
    ["SET a = 'it''s /* none */'", "SET a = 'it''s /* none */'"],
    ['SET "a--b" = 1', 'SET "a--b" = 1'],
    ['SET a = $x$ -- none $x$', 'SET a = $x$ -- none $x$'],
    ['SET a = $long$ -- none $long$', 'SET a = $long$ -- none $long$'],
    ['SET a = $$ -- none $$', 'SET a = $$ -- none $$'],
  ])('%j', (text, line) => {
    expect(oneLine(text)).toBe(line);
  });

  test('is cut after 500 characters', () => {
    expect(oneLine('x'.repeat(500))).toBe('x'.repeat(500));
    expect(oneLine('x'.repeat(501))).toBe(`${'x'.repeat(500)} ...`);
    expect(oneLine(`${'x'.repeat(499)} y`)).toBe(`${'x'.repeat(499)} ...`);
  });

  test('a string or a quoted name of twenty megabytes is no trouble', () => {
    const long = 'n'.repeat(20_000_000);
    for (const quote of [`'`, '"']) expect(oneLine(`a ${quote}${long}${quote} -- b`)).toMatch(/n \.\.\.$/);
  });
});

describe('a trigger before each row', () => {
  const field = (name: string | null, over: Partial<SqlFieldWrite> = {}): SqlFieldWrite => ({
    row: 'new',
    column: name === null ? null : { name, how: 'sets' },
    offset: 0,
    text: `NEW.${name} :=  1`,
    ...over,
  });
  const effects = (fields: SqlFieldWrite[], over: Parameters<typeof trigger>[2] = {}) => {
    const body = routine('f', { isTrigger: true, reading: reading({ fields }) });
    const own = trigger('t', body, {
      tableOid: 1,
      table: 'public.presets',
      type: before | row | update,
      ...over,
    });
    return effectsOfTrigger(own, body, catalog({ triggers: [own], functions: [body] }));
  };

  test('writes the count where it assigns that column of the new row', () => {
    expect(effects([field('usage_count'), field('name'), field('usage_count', { row: 'old' })])).toEqual({
      writes: [
        {
          on: 'count',
          verb: 'assign',
          action: 'update',
          table: 'public.presets',
          column: { name: 'usage_count', how: 'sets' },
          statement: 'NEW.usage_count := 1',
          via: [],
        },
      ],
      unreadable: [],
      unknownCalls: [],
    });
  });

  test('changes a record where it assigns the record’s preset', () => {
    const records = { tableOid: 2, table: 'public.preset_usage' };
    expect(effects([field('preset_id'), field('usage_count')], records).writes).toMatchObject([
      { on: 'records', verb: 'assign', column: { name: 'preset_id' } },
    ]);
  });

  test('may write anything where it assigns the whole row', () => {
    expect(effects([field(null, { text: 'NEW :=  x' }), field(null, { row: 'old' })])).toMatchObject({
      writes: [],
      unreadable: [{ why: 'assigns the whole row: NEW := x', via: [] }],
    });
  });

  test('of another table, after it or for a statement assigns nothing that is kept', () => {
    const fields = [field('usage_count'), field('preset_id'), field(null)];
    for (const over of [{ tableOid: 9 }, { type: row | update }, { type: before | update }]) {
      expect(effects(fields, over)).toMatchObject({ writes: [], unreadable: [] });
    }
  });
});
