import { describe, expect, test } from 'vitest';
import type { TriggerCatalog } from '../../source/trigger/catalog.ts';
import { functionName } from '../../source/trigger/expected-names.ts';
import { enabledMeaning, judgeTrigger } from '../../source/trigger/health.ts';
import { migrateHint } from '../../source/trigger/migration/hints.ts';
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
} from './catalogs.ts';

/** Each finding as `severity code: message` and what to do about it. */
const told = (of: TriggerCatalog) =>
  judgeTrigger(of).findings.map(({ severity, code, message, hint }) => [
    `${severity} ${code}`,
    message,
    hint,
  ]);

const name = 'trigger_auto_increment_preset_usage_count';
const table = 'public.preset_usage';

test('the migration is healthy, without findings', () => {
  const health = judgeTrigger(catalog());
  expect(health).toMatchObject({
    healthy: true,
    findings: [],
    others: [],
    trigger: {
      name,
      table,
      exists: true,
      enabled: 'origin',
      timing: 'AFTER',
      events: ['INSERT'],
      level: 'statement',
      function: 'public.auto_increment_preset_usage_count()',
      functionExists: true,
      definition: `CREATE TRIGGER ${name}`,
    },
    track: [{ identity: 'public.track_preset_usage()', kind: 'function', securityDefiner: true }],
  });
});

describe('a missing counting trigger', () => {
  test('and whose function is', () => {
    const of = catalog({}, { ...counter(), triggers: [] });
    expect(told(of)).toEqual([
      ['error trigger-missing', `${table} has no trigger ${name}: uses are not counted.`, migrateHint],
    ]);
    expect(judgeTrigger(of)).toMatchObject({
      healthy: false,
      trigger: {
        exists: false,
        table: null,
        enabled: null,
        timing: null,
        events: [],
        level: null,
        function: null,
        functionExists: true,
        definition: null,
      },
    });
  });

  test('nor is its function', () => {
    expect(told(catalog({}, { triggers: [], functions: [] }))).toEqual([
      ['error trigger-missing', `${table} has no trigger ${name}: uses are not counted.`, migrateHint],
      [
        'error function-missing',
        'There is no function auto_increment_preset_usage_count() either.',
        migrateHint,
      ],
    ]);
  });

  test('nor is its function, but there is one of another trigger', () => {
    const functions = [routine('stamp', { isTrigger: true })];
    expect(told(catalog({}, { triggers: [], functions })).map(([code]) => code)).toEqual([
      'error trigger-missing',
      'error function-missing',
    ]);
  });

  test('and whose function is in another schema, or not a trigger function', () => {
    for (const over of [{ schema: 'other' }, { isTrigger: false }]) {
      const { functions } = counter({}, over);
      expect(told(catalog({}, { triggers: [], functions })).map(([code]) => code)).toContain(
        'error function-missing',
      );
    }
  });

  test('but another trigger counts instead', () => {
    const body = routine('count_use', { isTrigger: true, reading: adds(null) });
    const of = catalog({}, { triggers: [trigger('count_uses', body)], functions: [body] });
    expect(told(of)[0]?.[1]).toBe(
      `${table} has no trigger ${name}: the trigger count_uses counts uses instead.`,
    );
  });

  test('but on another table', () => {
    expect(told(catalog({}, counter({ tableOid: 3, table: 'public.other' })))).toEqual([
      [
        'error trigger-wrong-table',
        `The trigger is on public.other, not on ${table}: uses are not counted.`,
        migrateHint,
      ],
    ]);
  });
});

describe('a counting trigger that is', () => {
  test.each([
    [
      'disabled',
      { enabled: 'D' },
      false,
      [
        [
          'error trigger-disabled',
          'The trigger is disabled: uses are stored but not counted.',
          `ALTER TABLE ${table} ENABLE TRIGGER ${name}; then check the counts for the time it was off.`,
        ],
      ],
    ],
    [
      'for replicas only',
      { enabled: 'R' },
      false,
      [
        [
          'error trigger-replica-only',
          "The trigger fires only when a replication worker applies changes: the application's uses are not counted.",
          `ALTER TABLE ${table} ENABLE TRIGGER ${name};`,
        ],
      ],
    ],
    [
      'always on',
      { enabled: 'A' },
      true,
      [
        [
          'info trigger-always',
          'The trigger is ENABLE ALWAYS, but a replication worker fires only triggers that fire once per record.',
          'It also fires in sessions with session_replication_role = replica.',
        ],
      ],
    ],
    [
      'off in a partition',
      { offIn: ['public.y2025'] },
      false,
      [
        [
          'error trigger-off-in-partition',
          'The trigger is off in the partition public.y2025: uses stored there are not counted.',
          `ALTER TABLE public.y2025 ENABLE TRIGGER ${name}; then check the counts for the time it was off.`,
        ],
      ],
    ],
    [
      'off in two partitions, and always on',
      { enabled: 'A', offIn: ['public.a', 'public.b'] },
      false,
      [
        [
          'error trigger-off-in-partition',
          'The trigger is off in 2 partitions (public.a, public.b): uses stored there are not counted.',
          `ALTER TABLE public.a ENABLE TRIGGER ${name}; ALTER TABLE public.b ENABLE TRIGGER ${name}; then check the counts for the time it was off.`,
        ],
        ['info trigger-always', expect.any(String), expect.any(String)],
      ],
    ],
    [
      'before the insert',
      { type: insert | before },
      false,
      [
        [
          'error trigger-before',
          'The trigger fires BEFORE the insert: with ON CONFLICT DO NOTHING it counts uses that are never stored.',
          migrateHint,
        ],
      ],
    ],
    [
      'on another event',
      { type: update | remove },
      false,
      [
        [
          'error trigger-not-on-insert',
          'The trigger fires on DELETE, UPDATE, not on INSERT: uses are not counted.',
          migrateHint,
        ],
      ],
    ],
    [
      'on more events',
      { type: insert | truncate },
      true,
      [
        [
          'warning trigger-more-events',
          'The trigger fires on INSERT, TRUNCATE: a changed or deleted record may count as a use.',
          'Unless its function distinguishes the events, make it fire only on INSERT.',
        ],
      ],
    ],
    [
      'conditional',
      { condition: true },
      true,
      [
        [
          'warning trigger-condition',
          'The trigger has a WHEN condition: uses that do not meet it are stored but not counted.',
          `Check its definition: CREATE TRIGGER ${name}`,
        ],
      ],
    ],
    [
      'blind for the rows',
      { newTable: null },
      false,
      [
        [
          'error statement-without-transition-table',
          'The trigger fires once per statement but cannot see which records were inserted.',
          migrateHint,
        ],
      ],
    ],
  ] as const)('%s', (_, over, healthy, findings) => {
    const of = catalog({}, counter({ ...over, offIn: [...('offIn' in over ? over.offIn : [])] }));
    expect(told(of)).toEqual(findings);
    expect(judgeTrigger(of).healthy).toBe(healthy);
  });

  test('once per record, which is slow for many records', () => {
    expect(told(catalog({}, counter({ type: insert | row, newTable: null }, { reading: adds(1) })))).toEqual([
      [
        'info trigger-row-level',
        'The trigger fires once per record. Single uses are counted correctly.',
        'Inserting many records at once gets slow (quadratic time) and can deadlock; the migration installs a trigger that fires once per statement.',
      ],
    ]);
  });

  const once = counter({ type: insert | row, newTable: null }, { reading: adds(1) });

  test('once per record, where the migration does not fit', () => {
    const { fit } = catalog();
    for (const other of [null, fit && { ...fit, unmet: ['a reason'] }])
      expect(told(catalog({ fit: other }, once))).toEqual([
        [
          'info trigger-row-level',
          'The trigger fires once per record. Single uses are counted correctly.',
          'Inserting many records at once gets slow (quadratic time) and can deadlock.',
        ],
      ]);
  });

  test('once per record, and always', () => {
    const always = counter({ type: insert | row, newTable: null, enabled: 'A' }, { reading: adds(1) });
    expect(told(catalog({}, always))[0]).toEqual([
      'info trigger-always',
      'The trigger also fires when a replication worker applies changes.',
      'If presets is replicated to or from here too, replicated uses are counted twice; ENABLE TRIGGER without ALWAYS prevents that.',
    ]);
  });

  test.each(['D', 'R'] as const)('off (%s) where it is replicated to, and so should always fire', enabled => {
    const of = catalog({}, counter({ enabled }));
    const [finding] = told({ ...of, replication: { ...of.replication, subscribed: true } });
    expect(finding?.[2]).toContain(`ALTER TABLE ${table} ENABLE ALWAYS TRIGGER ${name};`);
  });
});

describe('its function', () => {
  const who = 'public.auto_increment_preset_usage_count()';
  const otherwise = 'Compare it with the function in the migration, or make a test use and watch the count.';

  test('with another name', () => {
    expect(told(catalog({}, counter({}, { name: 'count_use', identity: 'public.count_use()' })))).toEqual([
      [
        'warning function-other',
        'The trigger runs public.count_use(), not auto_increment_preset_usage_count().',
        'Check that this function counts a use exactly once, or run the migration.',
      ],
    ]);
  });

  test('that cannot be read is not judged', () => {
    expect(told(catalog({}, { ...counter(), functions: [] }))).toEqual([]);
  });

  test('that does not count', () => {
    for (const nothing of [reading(), sets({ name: 'last_used_at', how: 'sets' })]) {
      expect(told(catalog({}, counter({}, { reading: nothing })))).toEqual([
        [
          'error function-does-not-count',
          `${who} does not set usage_count: uses are stored but not counted.`,
          migrateHint,
        ],
      ]);
    }
  });

  test.each([
    [
      'it runs dynamic SQL',
      reading({ dynamic: [{ offset: 0, text: "'UPDATE ' || t", verb: 'update', tables: null }] }),
      "it runs dynamic SQL: 'UPDATE ' || t",
    ],
    [
      'it calls what is not there',
      reading({ calls: [calls('bump')] }),
      'it calls bump(), which does not exist or cannot be read',
    ],
  ])('of which that is not known, because %s', (_, body, why) => {
    expect(told(catalog({}, counter({}, { reading: body })))).toEqual([
      [
        'warning function-unreadable',
        `It is not known whether ${who} counts: ${why}.`,
        'Make a test use and watch the count.',
      ],
    ]);
  });

  test.each([
    [insert, 1, 'the number of new records'],
    [insert, 2, 'the number of new records'],
    [insert | row, 2, '1'],
    [insert | row, null, '1'],
  ])('that fires by %s and adds %s counts differently', (type, by, right) => {
    expect(told(catalog({}, counter({ type }, { reading: adds(by) })))).toContainEqual([
      'warning function-counts-otherwise',
      `${who} sets usage_count, but does not add ${right} to it.`,
      otherwise,
    ]);
  });

  test.each([
    ['sets it to a number of rows', sets({ name: 'usage_count', how: 'counts' })],
    ['only subtracts', sets({ name: 'usage_count', how: 'subtracts', by: 1 })],
    ['adds in two ways', reading({ writes: [...adds(null).writes, ...adds(1).writes] })],
  ])('that %s counts differently', (_, body) => {
    expect(told(catalog({}, counter({}, { reading: body }))).map(([code]) => code)).toEqual([
      'warning function-counts-otherwise',
    ]);
  });

  test('that also subtracts deleted records is still correct', () => {
    const body = reading({
      writes: [
        ...adds(null).writes,
        writes({ columns: [{ name: 'usage_count', how: 'subtracts', by: null }] }),
      ],
    });
    expect(told(catalog({}, counter({}, { reading: body })))).toEqual([]);
  });

  test('with the rights of the role that inserts', () => {
    expect(told(catalog({}, counter({}, { definer: false, searchPath: null })))).toEqual([
      [
        'warning function-invoker',
        `${who} runs as the role that inserts: without UPDATE on presets, or under row-level security, a use fails or is not counted.`,
        migrateHint,
      ],
    ]);
  });

  test('with the search_path of the role that inserts', () => {
    expect(told(catalog({}, counter({}, { searchPath: null })))).toEqual([
      [
        'warning function-search-path',
        `${who} runs as its owner but takes its search_path from the caller.`,
        'Fix it with ALTER FUNCTION ... SET search_path, or run the migration.',
      ],
    ]);
  });

  test('may count with a function that it calls', () => {
    const helper = routine('bump', { reading: adds(null) });
    const of = catalog(
      { functions: [helper] },
      counter({}, { reading: reading({ calls: [calls('bump')] }) }),
    );
    expect(told(of).map(([code]) => code)).not.toContain('error function-does-not-count');
  });
});

describe('another trigger', () => {
  const counts = () => routine('again', { isTrigger: true, reading: adds(1) });
  const others = (over: Parameters<typeof trigger>[2], body = counts()) =>
    catalog({ triggers: [trigger('again', body, over)], functions: [body] });

  test('that also counts a use', () => {
    const of = others({});
    expect(told(of)).toEqual([
      [
        'error second-counter',
        `The trigger again on ${table} also writes usage_count: uses are counted more than once.`,
        `Check public.again(); if it counts too, DROP TRIGGER again ON ${table};`,
      ],
    ]);
    expect(told(others({ enabled: 'A' }))).toEqual(told(of));
    expect(judgeTrigger(of)).toMatchObject({
      healthy: false,
      others: [
        {
          name: 'again',
          table,
          timing: 'AFTER',
          events: ['INSERT'],
          enabled: 'origin',
          function: 'public.again()',
        },
      ],
    });
  });

  test('that changes the count when records change', () => {
    expect(told(others({ type: remove | update }))).toEqual([
      [
        'warning trigger-adjusts-count',
        `The trigger again on ${table} changes usage_count on DELETE, UPDATE.`,
        'It may keep the count correct when records are deleted, or count uses twice: check its function.',
      ],
    ]);
  });

  test('that changes the count when presets change', () => {
    expect(told(others({ tableOid: 1, table: 'public.presets', type: update }))).toEqual([
      [
        'warning presets-trigger-writes-count',
        'The trigger again on public.presets writes usage_count when a preset changes.',
        'Check public.again(): it may overwrite the count.',
      ],
    ]);
  });

  test('that assigns the count of its own row', () => {
    const assigns = (over: object) =>
      routine('again', {
        isTrigger: true,
        reading: reading({
          fields: [
            {
              row: 'new',
              column: { name: 'usage_count', how: 'sets' },
              offset: 0,
              text: 'NEW.usage_count := 1',
              ...over,
            },
          ],
        }),
      });
    const on = { tableOid: 1, table: 'public.presets', type: update | row | before };
    const codes = (over: object, where = {}) =>
      told(others({ ...on, ...where }, assigns(over))).map(([code]) => code);
    expect(codes({})).toEqual(['warning presets-trigger-writes-count']);
    expect(codes({ row: 'old' })).toEqual([]);
    expect(codes({ column: { name: 'name', how: 'sets' } })).toEqual([]);
    // After the row is written NEW is only a variable, as in a statement trigger.
    expect(codes({}, { type: update | row })).toEqual([]);
    expect(codes({}, { type: update | before })).toEqual([]);
  });

  test('that does not fire, has no readable function, or does not count is only listed', () => {
    const body = routine('again', { isTrigger: true });
    for (const of of [
      others({ enabled: 'D' }),
      others({ enabled: 'R' }),
      others({ functionOid: 7 }),
      others({}, body),
    ]) {
      expect(told(of)).toEqual([]);
      expect(judgeTrigger(of).others).toHaveLength(1);
    }
    expect(judgeTrigger(others({ functionOid: 7 })).others).toMatchObject([{ function: '?' }]);
  });

  test('on a third table that counts', () => {
    const elsewhere = { tableOid: 3, table: 'public.likes' };
    expect(told(others(elsewhere))).toEqual([
      [
        'warning elsewhere-counter',
        'The trigger again on public.likes writes usage_count on INSERT.',
        'If a use also writes public.likes, it is counted twice: check public.again(), then DROP TRIGGER again ON public.likes;',
      ],
    ]);
    expect(told(others({ ...elsewhere, enabled: 'A', type: insert | remove }))[0]?.[1]).toBe(
      'The trigger again on public.likes writes usage_count on INSERT, DELETE.',
    );
    for (const over of [{ enabled: 'D' }, { enabled: 'R' }, { functionOid: 7 }] as const) {
      expect(told(others({ ...elsewhere, ...over }))).toEqual([]);
    }
    expect(told(others(elsewhere, routine('again', { isTrigger: true })))).toEqual([]);
    expect(judgeTrigger(others(elsewhere)).others).toEqual([]);
  });
});

describe('what the application calls', () => {
  const fix = 'Fix it with ALTER ROUTINE ... SET search_path.';

  test('is not there', () => {
    expect(told(catalog({}, counter(), []))).toEqual([
      [
        'warning track-missing',
        'There is no function track_preset_usage(): the application must insert its records itself.',
        migrateHint,
      ],
    ]);
  });

  test('is elsewhere', () => {
    const [far] = [track({ schema: 'api', identity: 'api.track_preset_usage(uuid)' })];
    const hint = 'The application must have that schema in its search_path, or call it with its schema.';
    expect(told(catalog({}, counter(), [far!]))).toEqual([
      [
        'info track-elsewhere',
        'track_preset_usage() is in the schema api, not in the schema of the tables: api.track_preset_usage(uuid).',
        hint,
      ],
    ]);
    const two = catalog({}, counter(), [
      far!,
      track({ schema: 'api', identity: 'api.track_preset_usage(int)' }),
    ]);
    expect(told(two)).toEqual([
      [
        'info track-elsewhere',
        'track_preset_usage() is in the schema api, not in the schema of the tables.',
        hint,
      ],
      [
        'info track-overloaded',
        'There are 2 routines named track_preset_usage: api.track_preset_usage(uuid), api.track_preset_usage(int).',
        'The arguments decide which one a call uses; a simulation says which one it called.',
      ],
    ]);
    // One that is near stands for those that are far.
    expect(told(catalog({}, counter(), [far!, track()]))).toEqual([]);
  });

  test('inserts into the records of another schema', () => {
    const write = {
      table: 'preset_usage',
      schema: 'other',
      verb: 'insert',
      action: 'insert',
      columns: null,
    } as const;
    const own = track({
      identity: 'public.track_preset_usage(uuid)',
      reading: reading({ writes: [writes(write)] }),
    });
    expect(told(catalog({}, counter(), [own]))).toEqual([
      [
        'warning track-missing',
        'There is no function track_preset_usage(): the application must insert its records itself.',
        migrateHint,
      ],
      [
        'info track-of-other-tables',
        'public.track_preset_usage(uuid) inserts into other.preset_usage, so it is not the function of these tables.',
        'Name its own schema with --schema to check it.',
      ],
    ]);
  });

  test('counts by itself', () => {
    const by = (over: object) => told(catalog(over, counter(), [track({ reading: adds(1) })]));
    expect(by({})).toEqual([
      [
        'error track-counts-too',
        'public.track_preset_usage() sets usage_count itself, in addition to the trigger: its uses are counted twice.',
        migrateHint,
      ],
    ]);
  });

  test('counts with a function that it calls', () => {
    const last = routine('last', { reading: adds(1) });
    const first = routine('first', { reading: reading({ calls: [calls('last')] }) });
    const own = track({ reading: reading({ calls: [calls('first')] }) });
    const found = told(catalog({ functions: [first, last] }, counter(), [own]));
    expect(found[0]).toEqual([
      'error track-counts-too',
      'public.track_preset_usage() sets usage_count itself, in addition to the trigger, by calling public.first(), which calls public.last(): its uses are counted twice.',
      migrateHint,
    ]);
  });

  test('is a procedure, or has the search_path of its caller', () => {
    expect(told(catalog({}, counter(), [track({ kind: 'procedure', searchPath: null })]))).toEqual([
      [
        'warning track-search-path',
        'public.track_preset_usage() runs as its owner but takes its search_path from the caller.',
        fix,
      ],
      [
        'info track-is-procedure',
        'public.track_preset_usage() is a procedure: it is called with CALL.',
        "Clients that SELECT from a function, such as Supabase's rpc(), cannot call it.",
      ],
    ]);
    expect(told(catalog({}, counter(), [track({ definer: false, searchPath: null })]))).toEqual([]);
  });

  test('is not a trigger function with that name', () => {
    expect(told(catalog({}, counter(), [track({ isTrigger: true })])).map(([code]) => code)).toEqual([
      'warning track-missing',
    ]);
  });
});

describe('columns that a function uses but that do not exist', () => {
  const writesGone = reading({
    writes: [
      writes({
        table: 'preset_usage',
        verb: 'insert',
        action: 'insert',
        columns: [
          { name: 'preset_id', how: 'sets' },
          { name: 'gone', how: 'sets' },
        ],
      }),
    ],
  });

  test('in what the application calls', () => {
    expect(told(catalog({}, counter(), [track({ reading: writesGone })]))).toEqual([
      [
        'error track-does-not-fit',
        'public.track_preset_usage() uses the column gone of public.preset_usage, which does not exist: a use made with it fails (SQLSTATE 42703).',
        'Add the column to public.preset_usage again, or update the function.',
      ],
    ]);
  });

  test('in a trigger that fires for a use', () => {
    const body = routine('old', { isTrigger: true, reading: writesGone });
    const of = (over: Parameters<typeof trigger>[2]) =>
      told(catalog({ triggers: [trigger('old', body, over)], functions: [body] })).map(([code]) => code);
    expect(of({})).toEqual(['error trigger-does-not-fit']);
    expect(of({ tableOid: 1, type: update })).toEqual(['error trigger-does-not-fit']);
    expect(told(catalog({ triggers: [trigger('old', body)], functions: [body] }))[0]?.[1]).toBe(
      'public.old(), which the trigger old runs, uses the column gone of public.preset_usage, which does not exist: every use fails (SQLSTATE 42703).',
    );
    expect(of({ enabled: 'A' })).toEqual(['error trigger-does-not-fit']);
    for (const over of [
      { enabled: 'D' },
      { enabled: 'R' },
      { type: remove },
      { tableOid: 1, type: insert },
      { tableOid: 3 },
      { tableOid: 3, type: update },
      { functionOid: 7 },
    ] as const) {
      expect([over, of(over)]).toEqual([over, []]);
    }
  });

  test('and one that requires a value but is not set', () => {
    const leavesOut = reading({
      writes: [
        writes({
          table: 'preset_usage',
          verb: 'insert',
          action: 'insert',
          columns: [{ name: 'usage_type', how: 'sets' }],
        }),
      ],
    });
    expect(told(catalog({}, counter(), [track({ reading: leavesOut })]))).toEqual([
      [
        'warning track-leaves-out',
        'public.track_preset_usage() does not set public.preset_usage.preset_id, which may not be NULL and has no default: a use made with it fails (SQLSTATE 23502).',
        'Give preset_id a default, or make the function set it.',
      ],
    ]);
  });
});

const insertsRecords = reading({
  writes: [writes({ table: 'preset_usage', verb: 'insert', action: 'insert', columns: null })],
});

test('unique indexes that limit uses', () => {
  const index = (over: object) => ({
    name: 'once',
    definition: 'CREATE UNIQUE INDEX once',
    columns: ['preset_id'],
    ...over,
  });
  const hint = 'Drop it unless this limit is intended; the migration drops idx_preset_usage_daily_unique.';
  expect(told(catalog({ uniques: [index({}), index({ name: 'other', columns: ['user_id'] })] }))).toEqual([
    [
      'warning unique-limits-uses',
      'The unique index once refuses further uses of the same preset: CREATE UNIQUE INDEX once',
      hint,
    ],
  ]);
  expect(told(catalog({ uniques: [index({ name: 'idx_preset_usage_daily_unique', columns: [] })] }))).toEqual(
    [
      [
        'error daily-limit',
        'The unique index idx_preset_usage_daily_unique refuses further uses of the same preset: CREATE UNIQUE INDEX once',
        hint,
      ],
    ],
  );
});

describe('other routines', () => {
  const hint =
    'If the application calls it for a use, that use is counted twice: stop calling it, then drop it.';
  const others = (...functions: ReturnType<typeof routine>[]) => told(catalog({ functions }));

  test('that write the count, directly or through another one', () => {
    const inner = routine('inner', { reading: adds(1), kind: 'procedure' });
    const outer = routine('outer', { reading: reading({ calls: [calls('inner')] }) });
    expect(others(outer, inner)).toEqual([
      [
        'warning other-writer',
        'The function public.outer() writes usage_count in addition to the trigger, by calling public.inner().',
        hint,
      ],
      [
        'warning other-writer',
        'The procedure public.inner() writes usage_count in addition to the trigger.',
        hint,
      ],
    ]);
  });

  test('that write it through two others, or only write the records', () => {
    const [last, next] = [
      routine('last', { reading: adds(1) }),
      routine('next', { reading: reading({ calls: [calls('last')] }) }),
    ];
    const first = routine('first', { reading: reading({ calls: [calls('next')] }) });
    expect(others(first, next, last)[0]?.[1]).toBe(
      'The function public.first() writes usage_count in addition to the trigger, by calling public.next(), which calls public.last().',
    );
    expect(others(routine('log', { reading: insertsRecords }))).toEqual([]);
  });

  test('with the name of the counting function are not writers besides the trigger', () => {
    expect(others(routine(functionName, { reading: adds(1) }))).toEqual([]);
  });

  test('that may write it, if their source names it', () => {
    const dynamic = [{ offset: 0, text: 'q', verb: null, tables: null }];
    const may = (over: object) =>
      others(routine('may', { reading: reading({ dynamic }), source: 'PRESETS', ...over }));
    expect(may({})).toEqual([
      [
        'warning other-writer',
        'The function public.may() may write usage_count in addition to the trigger: it runs dynamic SQL: q.',
        hint,
      ],
    ]);
    for (const source of ['preset_usage', 'x usage_count y']) expect(may({ source })).toHaveLength(1);
    expect(may({ source: 'nothing of it' })).toEqual([]);
    const caller = routine('caller', { reading: reading({ calls: [calls('may')] }), source: 'presets' });
    expect(others(caller, routine('may', { reading: reading({ dynamic }), source: '' }))).toEqual([]);
  });

  test('that only read, or are trigger functions, are not writers', () => {
    expect(others(routine('read'), routine('runs', { isTrigger: true, reading: adds(1) }))).toEqual([]);
  });
});

describe('rules', () => {
  const rule = (over: object = {}) =>
    catalog({
      rules: [
        {
          name: 'twice',
          tableOid: 2,
          enabled: 'O',
          definition: 'CREATE RULE twice AS\n  ON INSERT TO t',
          reading: adds(1),
          ...over,
        },
      ],
    });

  test('that count for every insert', () => {
    expect(told(rule())).toEqual([
      [
        'error rule-writes-count',
        `The rule twice on ${table} writes usage_count for every insert: uses are counted more than once.`,
        'Check its definition: CREATE RULE twice AS ON INSERT TO t',
      ],
    ]);
    for (const over of [{ enabled: 'A' }, { definition: 'CREATE RULE twice AS on  insert TO t' }])
      expect(told(rule(over)).map(([code]) => code)).toEqual(['error rule-writes-count']);
  });

  test('that write it at other times', () => {
    const other = { definition: 'ON DELETE' };
    expect(told(rule(other))).toEqual([
      [
        'warning rule-writes-count',
        `The rule twice on ${table} writes usage_count.`,
        'Check its definition: ON DELETE',
      ],
    ]);
    expect(told(rule({ tableOid: 1 }))[0]?.slice(0, 2)).toEqual([
      'warning rule-writes-count',
      'The rule twice on public.presets writes usage_count.',
    ]);
    expect(told(rule({ tableOid: 9 }))[0]?.[1]).toBe('The rule twice on a table writes usage_count.');
  });

  test('that are off, or write something else', () => {
    for (const over of [
      { enabled: 'D' },
      { enabled: 'R' },
      { reading: reading() },
      { reading: insertsRecords },
    ])
      expect(told(rule(over))).toEqual([]);
  });
});

describe('jobs', () => {
  const job = (over: object = {}) =>
    catalog({
      jobs: [
        {
          id: 7,
          name: 'nightly',
          schedule: '0 3 * * *',
          command: 'UPDATE presets\n  SET usage_count = 0',
          user: 'cron',
          active: true,
          reading: sets({ name: 'usage_count', how: 'zero' }),
          ...over,
        },
      ],
    });
  const deletes = reading({
    writes: [writes({ table: 'preset_usage', verb: 'delete', action: 'delete', columns: null })],
  });

  test('that write the count', () => {
    expect(told(job())).toEqual([
      [
        'warning job-writes-count',
        'The job nightly writes usage_count (0 3 * * *).',
        'Check that it sets the number of records: UPDATE presets SET usage_count = 0',
      ],
    ]);
    expect(told(job({ name: null }))[0]?.[1]).toBe('The job 7 of pg_cron writes usage_count (0 3 * * *).');
  });

  test('that delete records', () => {
    expect(told(job({ reading: deletes, command: 'DELETE FROM preset_usage' }))).toEqual([
      [
        'warning job-deletes-records',
        'The job nightly deletes records (0 3 * * *): unless something subtracts them from usage_count, the counts are too high afterwards.',
        'Check what it runs: DELETE FROM preset_usage',
      ],
    ]);
  });

  test('that are off, do something else, or insert records', () => {
    for (const over of [{ active: false }, { reading: reading() }, { reading: insertsRecords }])
      expect(told(job(over))).toEqual([]);
  });

  test('that this role may not read', () => {
    expect(told(catalog({ jobsHidden: true }))).toEqual([
      [
        'info jobs-hidden',
        'The jobs of pg_cron were not read: one of them may write the count.',
        'Connect as another role, or GRANT USAGE ON SCHEMA cron and SELECT ON cron.job.',
      ],
    ]);
  });
});

test('each state of a trigger says what it means for uses', () => {
  expect(enabledMeaning).toEqual({
    origin: 'fires for every use, but not when a replication worker applies changes',
    always: 'fires for every use, and again when a replication worker applies changes',
    replica: "fires only when a replication worker applies changes: the application's uses are not counted",
    disabled: 'does not fire: uses are not counted',
  });
});

test('errors come before warnings, and warnings before notes', () => {
  const of = catalog({ jobsHidden: true }, counter({ enabled: 'D', condition: true }));
  expect(told(of).map(([code]) => code)).toEqual([
    'error trigger-disabled',
    'warning trigger-condition',
    'info jobs-hidden',
  ]);
});

describe('a view of presets', () => {
  const view = (over: object = {}, may: object = {}, of = 'presets') =>
    relation(5, 'shown', {
      kind: 'view',
      view: {
        reading: reading({
          creates: [
            {
              kind: 'view',
              name: { schema: 'public', name: 'shown' },
              offset: 0,
              text: '',
              from: [{ schema: null, name: of }],
              columns: [{ name: 'uses', of: 'usage_count' }],
              reading: reading(),
            },
          ],
        }),
        inserts: true,
        updates: true,
        deletes: true,
        ...may,
      },
      ...over,
    });

  test('leads to the count too', () => {
    const through = (column: string) =>
      told(
        catalog({
          relations: [view()],
          functions: [
            routine('by_view', {
              reading: reading({
                writes: [writes({ table: 'shown', columns: [{ name: column, how: 'sets' }] })],
              }),
            }),
          ],
        }),
      ).map(([code]) => code);
    expect(through('uses')).toEqual(['warning other-writer']);
    expect(through('usage_count')).toEqual([]);
  });

  const app = { role: 'app', privileges: ['UPDATE'] };
  const found = (shown: ReturnType<typeof view>) => told(catalog({ relations: [shown] }));

  test('sets any count for those who may write it, because it runs as its owner', () => {
    const hint =
      'ALTER VIEW public.shown SET (security_invoker = true); or take INSERT and UPDATE on it away. security_invoker needs PostgreSQL 15.';
    const warned = (who: string) => [
      [
        'warning view-sets-count',
        `${who} may set any count through the view public.shown, which runs as its owner.`,
        hint,
      ],
    ];
    expect(found(view({ grants: [app] }))).toEqual(warned('app'));
    expect(found(view({ grants: [app, { role: 'admin', privileges: ['INSERT'] }] }))).toEqual(
      warned('admin, app'),
    );
    expect(found(view({ grants: [app, { role: null, privileges: ['UPDATE'] }] }))).toEqual(
      warned('Everyone (PUBLIC)'),
    );
    expect(found(view({ grants: [{ role: null, privileges: ['INSERT'] }] }))).toEqual(
      warned('Everyone (PUBLIC)'),
    );
  });

  test.each<[string, ReturnType<typeof view>]>([
    ['that runs as whoever writes it', view({ grants: [app], invoker: true })],
    ['that only its owner may write', view()],
    [
      'that others may only read and delete from',
      view({ grants: [{ role: 'app', privileges: ['SELECT', 'DELETE'] }] }),
    ],
    ['that cannot be written', view({ grants: [app] }, { inserts: false, updates: false })],
    [
      'of the records instead',
      view({ grants: [{ role: 'app', privileges: ['INSERT'] }] }, {}, 'preset_usage'),
    ],
  ])('does not, %s', (_, shown) => {
    expect(found(shown)).toEqual([]);
  });
});

test.each([
  ["IF TG_LEVEL = 'ROW' THEN", []],
  ['IF tg_levels THEN', ['warning function-counts-otherwise']],
])('a function that adds one or the number of new records: %s', (source, codes) => {
  const both = reading({ writes: [...adds(1).writes, ...adds(null).writes] });
  expect(told(catalog({}, counter({}, { source, reading: both }))).map(([code]) => code)).toEqual(codes);
});

describe('a function whose + is found by search_path', () => {
  const open = (path: string | null, over: Partial<TriggerCatalog> = {}, body = {}) =>
    told(catalog({ countKind: 'numeric', ...over }, counter({}, { searchPath: path, ...body }))).filter(
      ([code]) => code?.includes('function-open'),
    );
  const warned = (schemas: string) => [
    [
      'warning function-open',
      `public.auto_increment_preset_usage_count() runs as its owner, with a + operator found by search_path: a role that may create an operator in ${schemas} can run code as that owner.`,
      migrateHint,
    ],
  ];

  test('is open to roles that may create an operator on its path', () => {
    expect(open('search_path=public')).toEqual(warned('public'));
    expect(open('search_path=pg_catalog, app, public, pg_temp')).toEqual(warned('app or public'));
  });

  test('is not, if its path has only pg_catalog', () => {
    // Only with its schema is the table found on such a path.
    const named = reading({
      writes: [writes({ schema: 'public', columns: [{ name: 'usage_count', how: 'adds', by: null }] })],
    });
    expect(open('search_path=public', {}, { reading: named })).toEqual(warned('public'));
    for (const path of ['pg_catalog, pg_temp', '""', 'pg_catalog, ""'])
      expect(open(`search_path=${path}`, {}, { reading: named })).toEqual([]);
  });

  test.each(['integer', 'bigint'] as const)(
    'is not for %s, of which the server’s own fits best',
    countKind => {
      expect(open('search_path=public', { countKind })).toEqual([]);
    },
  );

  test.each(['OPERATOR(pg_catalog.+)', 'operator ( pg_catalog . + )', 'Operator\n(\n pg_catalog\n.+)'])(
    'is not, where it says which: %j',
    source => {
      expect(open('search_path=public', {}, { source })).toEqual([]);
    },
  );

  test('is, if it names another operator', () => {
    expect(open('search_path=public', {}, { source: 'MYOPERATOR(pg_catalog.+)' })).toEqual(warned('public'));
    expect(open('search_path=public', {}, { source: 'OPERATOR(app.+)' })).toEqual(warned('public'));
  });

  test('is not checked if it does not write the count, or runs as the role that inserts', () => {
    expect(open('search_path=public', {}, { reading: reading() })).toEqual([]);
    expect(open('search_path=public', {}, { definer: false })).toEqual([]);
  });
});
