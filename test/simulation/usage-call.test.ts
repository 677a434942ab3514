import { describe, expect, test } from 'vitest';
import {
  chooseRoutine,
  fillCall,
  fillInsert,
  type UsageColumn,
  type UsageFacts,
  type UsageParameter,
  type UsageRoutine,
} from '../../source/simulation/usage-call.ts';

const facts: UsageFacts = {
  preset: 'p-1',
  keyType: 'uuid',
  presetColumn: 'preset_id',
  user: 'u-1',
  userColumn: 'user_id',
  userType: 'uuid',
  sample: {},
  unique: [],
};

function parameter(name: string, type = 'uuid', more: Partial<UsageParameter> = {}): UsageParameter {
  return { name, quoted: name, type, base: type, optional: false, mode: 'in', firstLabel: null, ...more };
}

function routine(...parameters: UsageParameter[]): UsageRoutine {
  return {
    oid: 1,
    name: 'public.track_preset_usage',
    identity: `track_preset_usage(${parameters.map(({ type }) => type).join(', ')})`,
    kind: 'function',
    stranger: null,
    parameters,
  };
}

/** The values of a call by target; null if no parameter can hold the preset. */
function filled(parameters: UsageParameter[], other: Partial<UsageFacts> = {}) {
  const call = fillCall(routine(...parameters), { ...facts, ...other });
  return call && Object.fromEntries(call.values.map(({ target, value }) => [target, value]));
}

describe('a call', () => {
  test('says which function it is, and passes its values by name with their types', () => {
    expect(fillCall(routine(parameter('p_preset_id'), parameter('kind', 'text')), facts)).toEqual({
      path: 'track_preset_usage',
      what: 'track_preset_usage(uuid, text)',
      name: 'public.track_preset_usage',
      kind: 'function',
      named: true,
      values: [
        { target: 'p_preset_id', type: 'uuid', value: 'p-1' },
        { target: 'kind', type: 'text', value: 'generation' },
      ],
    });
  });

  test.each<[string, UsageParameter[], string | null]>([
    ['the one that is named for it', [parameter('other'), parameter('p_preset')], 'p_preset'],
    ['the first of the type where none is named', [parameter('n', 'integer'), parameter('key')], 'key'],
    ['a domain of the type', [parameter('key', 'preset_key', { base: 'uuid' })], 'key'],
    ['one that has a default', [parameter('preset_id', 'uuid', { optional: true })], 'preset_id'],
    [
      'the one of the type, of two that are named',
      [parameter('preset', 'text'), parameter('preset_id')],
      'preset_id',
    ],
    ['a text that is named for it', [parameter('preset', 'text')], 'preset'],
    ['no name or type of a preset', [parameter('preset_name', 'text'), parameter('id')], 'id'],
    ['not the user', [parameter('user_id'), parameter('id')], 'id'],
    ['nothing that only comes back', [parameter('preset_id', 'uuid', { mode: 'out' })], null],
    ['nothing where no type fits', [parameter('n', 'integer'), parameter('preset_count', 'integer')], null],
  ])('gives the preset to %s', (_, parameters, target) => {
    const values = filled(parameters);
    expect(values && Object.keys(values).filter(name => values[name] === 'p-1')).toEqual(
      target === null ? null : [target],
    );
  });

  test.each([
    'user_id',
    'p_user_id',
    'userId',
    'uid',
    'auth_user',
    'auth_user_id',
    'profile_id',
    'owner',
    'owner_id',
    'user',
  ])('gives the user to %s', name => {
    expect(filled([parameter('preset_id'), parameter(name)])).toMatchObject({ [name]: 'u-1' });
    // Even if it has a default.
    expect(filled([parameter('preset_id'), parameter(name, 'uuid', { optional: true })])).toMatchObject({
      [name]: 'u-1',
    });
  });

  test('gives the user to a parameter of its column whatever the type, and to a usual name only of its type', () => {
    const own = [parameter('preset_id'), parameter('p_account', 'bigint'), parameter('uid', 'text')];
    expect(filled(own, { userColumn: 'account', userType: 'bigint' })).toEqual({
      preset_id: 'p-1',
      p_account: 'u-1',
      uid: 'generation',
    });
    // Without a column of the user, ids of users are uuids.
    expect(filled([parameter('preset_id'), parameter('uid')], { userColumn: null, userType: null })).toEqual({
      preset_id: 'p-1',
      uid: 'u-1',
    });
    for (const name of ['superuser', 'user_group', 'owner_team'])
      expect(filled([parameter('preset_id'), parameter(name)])).toMatchObject({
        [name]: '00000000-0000-0000-0000-000000000000',
      });
  });

  test.each([
    ['p_usage_type', 'video'],
    ['_usage_type', 'video'],
    ['in_usage_type', 'video'],
    ['usage_type_param', 'video'],
    ['usageType', 'video'],
    ['usage_type', 'video'],
    ['p_top_type', 'first'],
    ['is_internal', 'no'],
    ['top_type', 'first'],
    ['other_usage_type', 'generation'],
  ])('takes for %s what a recent record says in its column: %s', (name, value) => {
    const sample = { usage_type: 'video', top_type: 'first', is_internal: 'no' };
    expect(filled([parameter('preset_id'), parameter(name, 'text')], { sample })).toMatchObject({
      [name]: value,
    });
  });

  test('gives the preset to a parameter of the same domain as its key', () => {
    const values = filled([parameter('n', 'uuid'), parameter('key', 'preset_key', { base: 'uuid' })], {
      keyType: 'preset_key',
    });
    expect(values).toMatchObject({ key: 'p-1' });
  });

  test('gives the subject of the token to the parameter that looks the user up by it', () => {
    const parameters = [
      parameter('preset_id'),
      parameter('p_who', 'text', { isSubject: true, optional: true }),
    ];
    expect(filled(parameters, { subject: 's-1' })).toEqual({ preset_id: 'p-1', p_who: 's-1' });
    expect(filled(parameters, { subject: null })).toEqual({ preset_id: 'p-1', p_who: null });
  });

  test('leaves out what has a default, where values go by name', () => {
    const parameters = [
      parameter('preset_id'),
      parameter('n', 'integer', { optional: true }),
      parameter('kind', 'text'),
    ];
    expect(filled(parameters)).toEqual({ preset_id: 'p-1', kind: 'generation' });
  });

  test('passes values by position if a parameter has no name, and then leaves nothing out', () => {
    const unnamed = { ...parameter('', 'integer', { optional: true }), quoted: '$2' };
    const call = fillCall(routine(parameter('preset_id'), unnamed), facts);
    expect(call).toMatchObject({ named: false, values: [{ value: 'p-1' }, { target: '$2', value: '1' }] });
  });

  test('has a place for what comes back, which is NULL', () => {
    expect(filled([parameter('preset_id'), parameter('n', 'integer', { mode: 'out' })])).toEqual({
      preset_id: 'p-1',
      n: null,
    });
  });

  test('passes no further arguments to VARIADIC, as an empty array', () => {
    const call = fillCall(
      routine(parameter('preset_id'), parameter('tags', 'text[]', { mode: 'variadic' })),
      facts,
    );
    expect(call).toMatchObject({
      named: true,
      values: [{ value: 'p-1' }, { target: 'tags', value: '{}', variadic: true }],
    });
    expect(call?.values[0]).not.toHaveProperty('variadic');
  });

  test('before a VARIADIC gives a value also to what has a default', () => {
    const parameters = [
      parameter('preset_id'),
      parameter('n', 'integer', { optional: true }),
      parameter('tags', 'text[]', { mode: 'variadic' }),
    ];
    expect(filled(parameters)).toEqual({ preset_id: 'p-1', n: '1', tags: '{}' });
  });

  test('with an optional VARIADIC passes values by position, no more than needed', () => {
    const parameters = [
      parameter('n', 'integer', { optional: true }),
      parameter('preset_id'),
      parameter('m', 'integer', { optional: true }),
      parameter('tags', 'text[]', { mode: 'variadic', optional: true }),
    ];
    expect(fillCall(routine(...parameters), facts)).toMatchObject({
      named: false,
      values: [
        { target: 'n', value: '1' },
        { target: 'preset_id', value: 'p-1' },
      ],
    });
    const user = parameters.with(2, parameter('user_id', 'uuid', { optional: true }));
    expect(filled(user)).toEqual({ n: '1', preset_id: 'p-1', user_id: 'u-1' });
  });
});

describe('the value for something unknown', () => {
  test.each([
    ['text', 'generation'],
    ['character varying(40)', 'generation'],
    ['name', 'generation'],
    ['citext', 'generation'],
    ['extensions.citext', 'generation'],
    ['smallint', '1'],
    ['integer', '1'],
    ['bigint', '1'],
    ['numeric(9,2)', '1'],
    ['real', '1'],
    ['double precision', '1'],
    ['boolean', 'false'],
    ['timestamp with time zone', 'now'],
    ['date', 'now'],
    ['time without time zone', 'now'],
    ['json', '{}'],
    ['jsonb', '{}'],
    ['jsonpath', null],
    ['own.json', null],
    ['text[]', '{}'],
    ['integer[]', '{}'],
    ['inet', null],
    ['my text', null],
    ['big integer', null],
    ['updated', null],
  ])('of type %s is %s', (type, value) => {
    expect(filled([parameter('preset_id'), parameter('other', type)])).toMatchObject({ other: value });
  });

  test('is the first label of an enum', () => {
    expect(
      filled([parameter('preset_id'), parameter('kind', 'usage_kind', { firstLabel: 'image' })]),
    ).toMatchObject({ kind: 'image' });
  });
});

function column(name: string, type = 'text', more: Partial<UsageColumn> = {}): UsageColumn {
  return {
    name,
    quoted: `"${name}"`,
    type,
    base: type,
    required: true,
    firstLabel: null,
    unique: false,
    ...more,
  };
}

describe('a plain insert', () => {
  const optional = { required: false };

  test('has the preset, the user, and what must have a value', () => {
    const columns = [
      column('preset_id', 'uuid', optional),
      column('user_id', 'uuid', optional),
      column('note', 'text', optional),
      column('kind'),
    ];
    expect(fillInsert('public.preset_usage', columns, facts)).toEqual({
      path: 'insert',
      what: 'INSERT INTO public.preset_usage',
      name: 'public.preset_usage',
      kind: 'table',
      named: true,
      values: [
        { target: '"preset_id"', type: 'uuid', value: 'p-1' },
        { target: '"user_id"', type: 'uuid', value: 'u-1' },
        { target: '"kind"', type: 'text', value: 'generation' },
      ],
    });
  });

  test('leaves out the user where none is known, unless there must be one', () => {
    const targets = (user: UsageColumn) =>
      fillInsert('t', [column('preset_id', 'uuid'), user], { ...facts, user: null }).values.map(
        ({ target, value }) => [target, value],
      );
    expect(targets(column('user_id', 'uuid', optional))).toEqual([['"preset_id"', 'p-1']]);
    expect(targets(column('user_id', 'uuid'))).toEqual([
      ['"preset_id"', 'p-1'],
      ['"user_id"', null],
    ]);
  });

  test('takes a recent record’s value before a label, also where its name differs in case and underscores', () => {
    const values = (sample: UsageFacts['sample']) =>
      fillInsert('t', [column('usage_type', 'kinds', { firstLabel: 'image' })], { ...facts, sample })
        .values[0]?.value;
    expect(values({ usage_type: 'video' })).toBe('video');
    expect(values({ usageType: 'video' })).toBe('video');
    expect(values({ usage_type: null })).toBe('image');
    expect(values({})).toBe('image');
  });

  test.each<[string, string, string | null, string | undefined]>([
    ['a uuid', 'uuid', null, 'uuid'],
    ['a text', 'text', 'abc', 'text'],
    ['a text that holds a uuid', 'text', '3F2504E0-4f89-11d3-9a0c-0305e82c3301', 'uuid'],
    ['a text that holds more than a uuid', 'text', 'x3f2504e0-4f89-11d3-9a0c-0305e82c3301', 'text'],
    ['a text that holds a uuid and more', 'text', '3f2504e0-4f89-11d3-9a0c-0305e82c3301x', 'text'],
    ['an integer', 'integer', '7', 'number'],
    ['a bigint', 'bigint', null, 'number'],
    ['a numeric', 'numeric(9)', null, 'number'],
    ['a date, of which none can be made up', 'date', null, undefined],
    ['a type of somebody’s own', 'own integer', null, undefined],
  ])('needs a new value each time where it may be there once: %s', (_, type, told, fresh) => {
    const other = { ...facts, sample: { token: told }, unique: ['token'] };
    expect(fillInsert('t', [column('token', type)], other).values[0]?.fresh).toBe(fresh);
    expect(
      fillInsert('t', [column('token', type)], { ...other, unique: ['other'] }).values[0],
    ).not.toHaveProperty('fresh');
  });
});

test('of overloads the one is called that leaves the fewest to guess', () => {
  const long = routine(parameter('preset_id'), parameter('kind', 'text'));
  const short = routine(parameter('preset_id'));
  const none = routine(parameter('n', 'integer'));
  expect(chooseRoutine([none, long, short], facts)?.what).toBe(short.identity);
  expect(chooseRoutine([short, long], facts)?.what).toBe(short.identity);
  expect(chooseRoutine([none], facts)).toBeNull();
  expect(chooseRoutine([], facts)).toBeNull();
});
