import { describe, expect, test } from 'vitest';
import { firingTriggers } from '../../../source/repair/plan/firing-triggers.ts';
import type { SqlReading } from '../../../source/sql/sql-effects.ts';
import type { TriggerCatalog } from '../../../source/trigger/catalog.ts';
import { writersIn } from '../../../source/trigger/effects/writers.ts';
import {
  adds,
  before,
  calls,
  catalog,
  counter,
  insert,
  reading,
  relation,
  remove,
  routine,
  row,
  sets,
  track,
  trigger,
  truncate,
  update,
  writes,
} from '../catalogs.ts';

/** The writers other than those of the migration. */
const others = (over: Partial<TriggerCatalog>) =>
  writersIn(catalog(over)).filter(({ expected }) => !expected);
const deletes = reading({
  writes: [
    writes({
      table: 'preset_usage',
      verb: 'delete',
      action: 'delete',
      columns: null,
      text: 'DELETE  FROM\n preset_usage -- all',
    }),
  ],
});

test('the migration has two expected ones: the trigger, listed instead of its function, and the routine for a use', () => {
  expect(writersIn(catalog())).toEqual([
    {
      kind: 'trigger',
      name: 'trigger_auto_increment_preset_usage_count',
      table: 'public.preset_usage',
      does: [
        {
          on: 'count',
          verb: 'update',
          action: 'update',
          table: 'public.presets',
          column: { name: 'usage_count', how: 'adds', by: null },
          statement: 'UPDATE presets SET ...',
          via: [],
        },
      ],
      unreadable: [],
      mayRun: { owner: 'owner', roles: [], public: false },
      securityDefiner: true,
      language: 'plpgsql',
      fires: { timing: 'AFTER', events: ['INSERT'], level: 'statement', enabled: 'origin', when: null },
      expected: true,
    },
    {
      kind: 'function',
      name: 'public.track_preset_usage()',
      table: null,
      does: [
        expect.objectContaining({
          on: 'records',
          action: 'insert',
          column: { name: 'preset_id', how: 'sets' },
        }),
      ],
      unreadable: [],
      mayRun: { owner: 'owner', roles: [], public: false },
      securityDefiner: true,
      language: 'plpgsql',
      fires: null,
      expected: true,
    },
  ]);
  const elsewhere = writersIn(catalog({}, counter({ tableOid: 3 })));
  expect(elsewhere.map(({ kind, expected }) => [kind, expected])).toEqual([
    ['trigger', false],
    ['function', true],
  ]);
});

describe('routines', () => {
  test('are listed with the roles that may execute them', () => {
    const functions = [
      routine('all', { reading: adds(1), executors: [null] }),
      routine('some', {
        reading: adds(1),
        executors: ['app', 'admin'],
        kind: 'procedure',
        definer: false,
        language: 'sql',
      }),
      routine('none'),
    ];
    expect(
      others({ functions }).map(({ kind, name, mayRun }) => [kind, name, mayRun.roles, mayRun.public]),
    ).toEqual([
      ['function', 'public.all()', [], true],
      ['procedure', 'public.some()', ['app', 'admin'], false],
    ]);
  });

  test('of triggers are listed if no trigger runs them', () => {
    expect(others({ functions: [routine('lone', { isTrigger: true, reading: adds(1) })] })).toHaveLength(1);
  });

  test('that reach the same statement in two ways have it once, and say why they cannot be read', () => {
    const dynamic = [{ offset: 0, text: 'q', verb: null, tables: null }];
    const inner = routine('inner', { reading: reading({ ...adds(1), dynamic }) });
    const outer = routine('outer', { reading: reading({ ...adds(1), calls: [calls('inner')], dynamic }) });
    const [found] = others({ functions: [outer, inner] });
    expect(found?.does).toHaveLength(1);
    expect(found?.unreadable).toEqual(['runs dynamic SQL: q', 'runs dynamic SQL: q (in public.inner())']);
  });

  test('that put statements together are listed if those may write either table', () => {
    const listed = (verb: string | null, tables: string[] | null, text = 'q') =>
      others({
        functions: [routine('makes', { reading: reading({ dynamic: [{ offset: 0, text, verb, tables }] }) })],
        relations: [relation(7, 'likes')],
      }).length === 1;
    expect(listed('update', ['presets'])).toBe(true);
    expect(listed('update', ['other', 'preset_*'])).toBe(true);
    expect(listed('delete', ['*'])).toBe(true);
    expect(listed(null, ['p*s'])).toBe(true);
    expect(listed('merge', null)).toBe(true);
    expect(listed('select', ['presets'])).toBe(false);
    expect(listed('update', ['likes'])).toBe(false);
    expect(listed('update', ['resets'])).toBe(false);
    expect(listed('update', ['preset'])).toBe(false);
    expect(listed('update', ['preset.'])).toBe(false);
    expect(listed('update', [])).toBe(false);
    for (const verb of ['insert', 'truncate', 'copy', 'with']) expect(listed(verb, null)).toBe(true);
  });

  test('that write both tables, or one in two ways, have each statement', () => {
    const [found] = others({
      functions: [
        routine('both', {
          reading: reading({
            writes: [
              ...adds(1).writes,
              ...deletes.writes,
              ...sets({ name: 'usage_count', how: 'zero' }).writes,
            ],
          }),
        }),
      ],
    });
    expect(found?.does.map(({ on, column }) => [on, column?.how ?? null])).toEqual([
      ['count', 'adds'],
      ['records', null],
      ['count', 'zero'],
    ]);
  });

  test('that cannot be read are listed if they name a table or the count', () => {
    const listed = (source: string) =>
      others({
        functions: [
          routine('odd', { source, reading: reading({ problem: { message: 'no SQL', offset: 0 } }) }),
        ],
      }).map(({ unreadable }) => unreadable);
    const why = [['has a body that cannot be read: no SQL']];
    expect(listed('update PRESETS')).toEqual(why);
    expect(listed('my preset_usage')).toEqual(why);
    expect(listed('x.Usage_Count += 1')).toEqual(why);
    expect(listed('update likes')).toEqual([]);
  });

  test('that call each other do not loop forever', () => {
    const one = routine('one', { reading: reading({ calls: [calls('two')] }) });
    const two = routine('two', { reading: reading({ ...adds(1), calls: [calls('one')] }) });
    expect(others({ functions: [one, two] }).map(({ does }) => does[0]?.via)).toEqual([['public.two()'], []]);
  });

  test('call what their search_path leads to', () => {
    const far = routine('bump', { schema: 'api', identity: 'api.bump()', reading: adds(1) });
    const caller = (over: object, call = calls('bump')) =>
      others({ functions: [routine('caller', { reading: reading({ calls: [call] }), ...over }), far] })
        .length - 1;
    expect(caller({ searchPath: 'search_path=public, api' })).toBe(1);
    expect(caller({ searchPath: 'search_path="public"' })).toBe(0);
    expect(caller({ searchPath: null })).toBe(1);
    expect(caller({}, calls('bump', { schema: 'api' }))).toBe(1);
    expect(caller({}, calls('bump', { schema: 'public' }))).toBe(0);
  });

  test('include DO blocks and scheduled jobs, but not what they create', () => {
    const created = (kind: string) =>
      others({
        functions: [
          routine('makes', {
            reading: reading({
              creates: [
                {
                  kind,
                  name: { schema: null, name: 'x' },
                  offset: 0,
                  text: '',
                  reading: adds(1),
                } as unknown as SqlReading['creates'][number],
              ],
            }),
          }),
        ],
      });
    expect(created('do')).toHaveLength(1);
    expect(created('job')).toHaveLength(1);
    expect(created('function')).toEqual([]);
  });

  test('name tables by their schema or by their path', () => {
    const of = (over: Parameters<typeof writes>[0], searchPath: string | null = null) =>
      others({ functions: [routine('f', { reading: reading({ writes: [writes(over)] }), searchPath })] })
        .length;
    expect(of({ schema: 'public' })).toBe(1);
    expect(of({ schema: 'other' })).toBe(0);
    expect(of({}, 'search_path=other')).toBe(0);
    expect(of({}, 'search_path=other, public')).toBe(1);
    expect(of({ table: 'elsewhere' })).toBe(0);
  });

  test('that delete presets, or change a record without moving it, do nothing to a count', () => {
    const of = (over: Parameters<typeof writes>[0]) =>
      others({ functions: [routine('f', { reading: reading({ writes: [writes(over)] }) })] }).flatMap(
        ({ does }) => does.map(({ on, column }) => [on, column?.name ?? null]),
      );
    expect(of({ verb: 'delete', action: 'delete', columns: null })).toEqual([]);
    expect(of({ verb: 'truncate', action: 'delete', columns: null, cascades: true })).toEqual([
      ['records', null],
    ]);
    expect(of({ columns: null })).toEqual([['count', null]]);
    expect(of({ columns: [{ name: 'name', how: 'sets' }] })).toEqual([]);
    expect(of({ table: 'preset_usage', columns: [{ name: 'usage_type', how: 'sets' }] })).toEqual([]);
    expect(of({ table: 'preset_usage', columns: [{ name: 'preset_id', how: 'sets' }] })).toEqual([
      ['records', 'preset_id'],
    ]);
    expect(of({ table: 'preset_usage', verb: 'insert', action: 'insert', columns: null })).toEqual([
      ['records', null],
    ]);
  });
});

test('rules are listed with their event, their table and whether they replace it', () => {
  const rule = (definition: string, over: object = {}) => ({
    name: 'r',
    tableOid: 2,
    enabled: 'O' as const,
    definition,
    reading: deletes,
    ...over,
  });
  const grants = [
    { role: 'app', privileges: ['INSERT'] },
    { role: null, privileges: ['DELETE', 'SELECT'] },
  ];
  const base = catalog({
    rules: [
      rule('CREATE RULE r AS on  delete TO x DO\n  instead y'),
      rule('CREATE RULE r AS ON INSERT TO x DO y', { tableOid: 1, enabled: 'D' }),
      rule('', { tableOid: 9 }),
      rule('ON UPDATE', { reading: reading() }),
    ],
  });
  base.relations = [relation(1, 'presets'), relation(2, 'preset_usage', { grants })];
  expect(writersIn(base).filter(({ kind }) => kind === 'rule')).toMatchObject([
    {
      table: 'public.preset_usage',
      does: [{ on: 'records', statement: 'DELETE FROM preset_usage' }],
      mayRun: { owner: 'owner', roles: [], public: true },
      securityDefiner: null,
      language: null,
      fires: { timing: 'INSTEAD OF', events: ['DELETE'], level: null, enabled: 'origin', when: null },
    },
    { table: 'public.presets', fires: { timing: 'ALSO', events: ['INSERT'], enabled: 'disabled' } },
    { table: null, mayRun: { owner: null, roles: [], public: false }, fires: { events: [''] } },
  ]);
});

describe('views', () => {
  const view = (
    of: string,
    may: { inserts?: boolean; updates?: boolean; deletes?: boolean },
    columns = [{ name: 'uses', of: 'usage_count' }],
  ) =>
    relation(5, 'shown', {
      kind: 'view',
      grants: [
        { role: 'app', privileges: ['INSERT'] },
        { role: 'admin', privileges: ['UPDATE'] },
      ],
      view: {
        reading: reading({
          creates: [
            {
              kind: 'view',
              name: { schema: null, name: 'shown' },
              offset: 0,
              text: '',
              from: [{ schema: null, name: of }],
              columns,
              reading: reading(),
            },
          ],
        }),
        inserts: false,
        updates: false,
        deletes: false,
        ...may,
      },
    });
  const told = (...relations: ReturnType<typeof relation>[]) =>
    others({ relations }).map(({ kind, name, does, mayRun }) => [
      kind,
      name,
      does.map(({ on, verb, statement }) => `${verb} ${on} by ${statement}`),
      mayRun.roles,
    ]);

  test('of presets write the count if they show it', () => {
    expect(told(view('presets', { updates: true }))).toEqual([
      ['view', 'public.shown', ['update count by a view of public.presets'], ['admin']],
    ]);
    expect(told(view('presets', { updates: true }, [{ name: 'name', of: 'name' }]))).toEqual([]);
    expect(told(view('presets', { inserts: true, deletes: true }))).toEqual([
      ['view', 'public.shown', ['insert count by a view of public.presets'], ['app']],
    ]);
    expect(told(view('presets', { deletes: true }))).toEqual([]);
  });

  test('have each statement, with the name that the view has for the count', () => {
    const one = (of: string) =>
      others({ relations: [view(of, { inserts: true, updates: true, deletes: true })] })[0];
    const common = { table: 'public.shown', via: [] };
    const column = { name: 'uses', how: 'sets' };
    const statement = 'a view of public.presets';
    expect(one('presets')).toEqual({
      kind: 'view',
      name: 'public.shown',
      table: 'public.shown',
      does: [
        { ...common, on: 'count', verb: 'update', action: 'update', column, statement },
        { ...common, on: 'count', verb: 'insert', action: 'insert', column, statement },
      ],
      unreadable: [],
      mayRun: { owner: 'owner', roles: ['admin', 'app'], public: false },
      securityDefiner: true,
      language: null,
      fires: null,
      expected: false,
    });
    expect(
      one('preset_usage')?.does.map(({ verb, action, column, via }) => [verb, action, column, via]),
    ).toEqual([
      ['insert', 'insert', null, []],
      ['delete', 'delete', null, []],
    ]);
  });

  test('that run as whoever writes them need rights on the table as well', () => {
    const of = (base: string) => {
      const known = catalog({
        countGrants: [{ role: 'admin', privileges: ['UPDATE'] }],
        relations: [{ ...view(base, { inserts: true, updates: true }), invoker: true }],
      });
      const grants = [{ role: 'app', privileges: ['INSERT'] }];
      known.relations = known.relations.map(each => (each.oid === 2 ? { ...each, grants } : each));
      return writersIn(known)
        .filter(({ kind }) => kind === 'view')
        .map(({ securityDefiner, mayRun }) => [securityDefiner, mayRun.roles]);
    };
    expect(of('presets')).toEqual([[false, ['admin']]]);
    expect(of('preset_usage')).toEqual([[false, ['app']]]);
  });

  test('of records write them', () => {
    expect(told(view('preset_usage', { inserts: true, updates: true, deletes: true }, []))).toEqual([
      [
        'view',
        'public.shown',
        [
          'insert records by a view of public.preset_usage',
          'delete records by a view of public.preset_usage',
        ],
        ['app'],
      ],
    ]);
    expect(told(view('preset_usage', {}, []))).toEqual([]);
    expect(told(view('likes', { inserts: true }, []))).toEqual([]);
  });
});

describe('generated columns', () => {
  const generated = [
    { column: 'usage_count', expression: 'a', reads: ['x'] },
    { column: 'popular', expression: 'usage_count > 5', reads: ['usage_count'] },
    { column: 'other', expression: 'b', reads: ['name'] },
  ];

  test('from the count, or instead of it', () => {
    expect(
      others({ generated }).map(({ kind, name, does }) => [kind, name, does[0]?.on, does[0]?.statement]),
    ).toEqual([
      ['generated', 'usage_count', 'count', 'a'],
      ['generated', 'popular', 'derived', 'usage_count > 5'],
    ]);
  });

  test('are assigned by whoever inserts or updates a preset', () => {
    const of = catalog({ generated: generated.slice(1) });
    of.relations = [
      relation(1, 'presets', {
        grants: [
          { role: 'app', privileges: ['UPDATE'] },
          { role: 'importer', privileges: ['INSERT'] },
          { role: 'report', privileges: ['SELECT', 'DELETE'] },
        ],
      }),
    ];
    expect(writersIn(of).filter(({ kind }) => kind === 'generated')).toEqual([
      {
        kind: 'generated',
        name: 'popular',
        table: 'public.presets',
        does: [
          {
            on: 'derived',
            verb: 'assign',
            action: 'update',
            table: 'public.presets',
            column: { name: 'popular', how: 'sets' },
            statement: 'usage_count > 5',
            via: [],
          },
        ],
        unreadable: [],
        mayRun: { owner: 'owner', roles: ['app', 'importer'], public: false },
        securityDefiner: null,
        language: null,
        fires: null,
        expected: false,
      },
    ]);
  });
});

test('roles that may write the count themselves are listed once for each statement', () => {
  const listed = (countGrants: TriggerCatalog['countGrants']) =>
    others({ countGrants }).map(({ kind, does, mayRun }) => [
      kind,
      does[0]?.verb,
      mayRun.public ? 'everyone' : mayRun.roles.join(),
    ]);
  expect(listed([{ role: 'app', privileges: ['UPDATE'] }])).toEqual([['table', 'update', 'app']]);
  expect(
    listed([
      { role: 'app', privileges: ['INSERT', 'SELECT'] },
      { role: null, privileges: ['UPDATE'] },
    ]),
  ).toEqual([
    ['table', 'update', 'everyone'],
    ['table', 'insert', 'app'],
  ]);
  expect(listed([{ role: 'report', privileges: ['SELECT', 'DELETE'] }])).toEqual([]);
  expect(others({ countGrants: [{ role: 'app', privileges: ['INSERT'] }] })).toEqual([
    {
      kind: 'table',
      name: 'public.presets',
      table: 'public.presets',
      does: [
        {
          on: 'count',
          verb: 'insert',
          action: 'insert',
          table: 'public.presets',
          column: { name: 'usage_count', how: 'sets' },
          statement: 'any INSERT that sets usage_count',
          via: [],
        },
      ],
      unreadable: [],
      mayRun: { owner: 'owner', roles: ['app'], public: false },
      securityDefiner: null,
      language: null,
      fires: null,
      expected: false,
    },
  ]);
});

test('a trigger whose function is not known is not listed, and one with another name is not expected', () => {
  expect(others({ triggers: [trigger('lost', null)] })).toEqual([]);
  const body = routine('f', { isTrigger: true, reading: adds(1) });
  const second = others({ triggers: [trigger('second', body)], functions: [body] });
  expect(second.map(({ kind, name }) => [kind, name])).toEqual([['trigger', 'second']]);
});

test('jobs are listed with their schedule, their user and whether they are active', () => {
  const job = {
    id: 7,
    name: null,
    schedule: '0 3 * * *',
    command: '',
    user: 'cron',
    active: true,
    reading: sets({ name: 'usage_count', how: 'zero' }),
  };
  expect(
    others({ jobs: [job, { ...job, name: 'off', active: false }, { ...job, reading: reading() }] }),
  ).toMatchObject([
    {
      kind: 'job',
      name: 'job 7',
      table: null,
      mayRun: { owner: 'cron', roles: [], public: false },
      language: 'sql',
      fires: { timing: '0 3 * * *', events: [], level: null, enabled: 'origin', when: null },
    },
    { name: 'off', fires: { enabled: 'disabled' } },
  ]);
});

describe('the triggers that a repair fires', () => {
  const none = { columns: ['usage_count'], deletes: false, truncates: false, inserts: false };
  const fired = (
    over: Parameters<typeof trigger>[2],
    writing: Partial<Parameters<typeof firingTriggers>[1]> = {},
    replica = false,
  ) =>
    firingTriggers(catalog({ triggers: [trigger('t', null, over)] }), { ...none, ...writing }, replica)
      .filter(({ name }) => name === 't')
      .map(({ event }) => event);
  const onPresets = { tableOid: 1, type: update };

  test('are those of the columns that it sets', () => {
    expect(fired(onPresets)).toEqual(['UPDATE']);
    expect(fired({ ...onPresets, updateOf: ['name', 'usage_count'] })).toEqual(['UPDATE']);
    expect(fired({ ...onPresets, updateOf: ['name'] })).toEqual([]);
    expect(fired({ tableOid: 1, type: insert | remove })).toEqual([]);
    expect(fired({ tableOid: 3, type: update })).toEqual([]);
  });

  test('are those of the records that it deletes or puts back', () => {
    expect(fired({ type: insert }, { inserts: true })).toEqual(['INSERT']);
    expect(fired({ type: insert })).toEqual([]);
    expect(fired({ type: remove }, { deletes: true })).toEqual(['DELETE']);
    expect(fired({ type: remove })).toEqual([]);
    expect(fired({ type: remove | truncate }, { deletes: true, truncates: true })).toEqual(['TRUNCATE']);
    expect(fired({ type: truncate }, { deletes: true })).toEqual([]);
    expect(fired({ type: update }, { inserts: true, deletes: true, truncates: true })).toEqual([]);
  });

  test('are those that are on, for an application or for a replica', () => {
    const on = (enabled: 'O' | 'A' | 'R' | 'D', replica = false) =>
      fired({ ...onPresets, enabled }, {}, replica).length;
    expect((['O', 'A', 'R', 'D'] as const).map(enabled => on(enabled))).toEqual([1, 1, 0, 0]);
    expect((['O', 'A', 'R', 'D'] as const).map(enabled => on(enabled, true))).toEqual([0, 1, 1, 0]);
  });

  test('are listed with what their functions do', () => {
    const effects = (over: Partial<SqlReading>, rest: Parameters<typeof routine>[1] = {}) => {
      const body = routine('f', { isTrigger: true, reading: reading(over), ...rest });
      const of = catalog({
        triggers: [trigger('t', body, { ...onPresets, enabled: 'A' })],
        functions: [body],
      });
      return firingTriggers(of, none).find(({ name }) => name === 't');
    };
    expect(effects({})).toEqual({
      name: 't',
      table: 'public.preset_usage',
      function: 'public.f()',
      event: 'UPDATE',
      effects: [],
      always: true,
    });
    expect(
      effects({
        writes: [
          writes({ table: 'Odd "name"', schema: 'api' }),
          writes({ table: 'x' }),
          writes({ table: 'x' }),
          writes({ table: 'x', action: 'delete' }),
        ],
        fields: [
          { row: 'new', column: { name: 'name', how: 'sets' }, offset: 0, text: '' },
          { row: 'new', column: null, offset: 0, text: '' },
          { row: 'old', column: null, offset: 0, text: '' },
        ],
        dynamic: [{ offset: 0, text: 'q', verb: null, tables: null }],
        problem: { message: 'odd', offset: 0 },
        also: ['raises', 'notifies'],
      })?.effects,
    ).toEqual([
      'writes api."Odd ""name"""',
      'writes x',
      'deletes from x',
      'sets name of the same row',
      'sets the same row as a whole',
      'runs SQL that its text does not show',
      'cannot be read: odd',
      'may refuse the write',
      'NOTIFY: listeners receive it at commit',
    ]);
    expect(
      effects({ problem: { message: 'odd', offset: 0 } }, { trusted: false, language: 'plpython3u' })
        ?.effects,
    ).toEqual(['plpython3u: an untrusted language, in which a function can do anything']);
    const unknown = catalog({ triggers: [trigger('t', null, onPresets)] });
    expect(firingTriggers(unknown, none).find(({ name }) => name === 't')).toMatchObject({
      function: 'unknown',
      effects: ['what it does cannot be read'],
      always: false,
    });
    expect(firingTriggers(catalog(), { ...none, inserts: true })).toMatchObject([{ effects: [] }]);
  });
});

test('a trigger before each row is listed as such', () => {
  const body = routine('f', { isTrigger: true, reading: adds(1) });
  const of = catalog(
    {
      triggers: [
        trigger('t', body, { type: before | row | insert | update, updateOf: ['a', 'b'], enabled: 'A' }),
      ],
      functions: [body],
    },
    counter(),
    [track()],
  );
  expect(writersIn(of).find(({ name }) => name === 't')?.fires).toEqual({
    timing: 'BEFORE',
    events: ['INSERT', 'UPDATE'],
    level: 'row',
    enabled: 'always',
    when: 'UPDATE OF a, b',
  });
});
