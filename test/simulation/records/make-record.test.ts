import { describe, expect, test } from 'vitest';
import {
  candidatesFor,
  freshValue,
  simplestValue,
} from '../../../source/simulation/records/column-values.ts';
import {
  constantsOf,
  constantsWithin,
  decidingColumns,
  readilyChanged,
} from '../../../source/simulation/records/condition-columns.ts';
import { makeRecord, variationOf } from '../../../source/simulation/records/make-record.ts';
import type {
  RecordColumn,
  RecordFacts,
  RecordValues,
} from '../../../source/simulation/records/record-facts.ts';

const categories: Readonly<Record<string, string>> = {
  boolean: 'B',
  integer: 'N',
  smallint: 'N',
  bigint: 'N',
  numeric: 'N',
  text: 'S',
  'character varying': 'S',
  uuid: 'U',
  'timestamp with time zone': 'D',
  date: 'D',
};

function column(name: string, type: string, over: Partial<RecordColumn> = {}): RecordColumn {
  const base = type.replace(/\(.*\)/, '');
  return {
    name,
    quoted: name,
    type,
    base,
    category: categories[base] ?? 'U',
    labels: [],
    nullable: false,
    defaults: false,
    generates: false,
    writable: true,
    generated: null,
    readable: true,
    ...over,
  };
}

const optional = { nullable: true };
const withDefault = { defaults: true };

function facts(columns: RecordColumn[], over: Partial<RecordFacts> = {}): RecordFacts {
  return { columns, unique: [], references: [], key: [], allowed: {}, sequences: [], ...over };
}

const made = (
  columns: RecordColumn[],
  wishes: {
    fixed?: RecordValues;
    sample?: RecordValues;
    referenced?: RecordValues;
    user?: string | null;
    all?: boolean;
  },
  over: Partial<RecordFacts> = {},
) => {
  const { fixed = {}, sample = {}, referenced = {}, user = null, all = false } = wishes;
  return makeRecord(
    facts(columns, over),
    { fixed, sample, referenced, user: { column: 'author', id: user } },
    { all },
  );
};

describe('a record gives a column', () => {
  const reference = { fixed: { post: '7' } };
  test.each<[string, RecordColumn, Parameters<typeof made>[1], string | null | undefined]>([
    ['what must be held', column('post', 'integer'), reference, '7'],
    ['that NULL must be held in', column('gone', 'date', optional), { fixed: { gone: null } }, null],
    [
      'what another record holds, if it must have a value',
      column('body', 'text'),
      { sample: { body: 'Hi' } },
      'Hi',
    ],
    [
      'what its foreign key refers to, if there is no other record',
      column('tag', 'integer'),
      { referenced: { tag: '3' } },
      '3',
    ],
    ['the simplest value of its type otherwise', column('seen', 'boolean'), {}, 'false'],
    ['nothing if it may be NULL', column('note', 'text', optional), { sample: { note: 'x' } }, undefined],
    [
      'what another record holds, if all of it is wanted',
      column('note', 'text', optional),
      { sample: { note: 'x' }, all: true },
      'x',
    ],
    [
      'nothing if the server has a value',
      column('at', 'date', withDefault),
      { sample: { at: '2020-01-01' } },
      undefined,
    ],
    [
      'nothing if only the server writes it',
      column('id', 'bigint', { writable: false }),
      { fixed: { id: '1' }, all: true, sample: { id: '1' } },
      undefined,
    ],
    ['the user', column('author', 'uuid', optional), { user: 'a0' }, 'a0'],
    ['no user if nobody is known', column('author', 'uuid', optional), {}, undefined],
  ])('%s', (_, one, wishes, value) => {
    expect(made([one], wishes)[one.name]).toBe(value);
  });

  test('a new value where each must differ', () => {
    const unique = [{ name: 'i', columns: ['slug'], within: [] }];
    const one = made([column('slug', 'character varying(8)')], { sample: { slug: 'hello' } }, { unique });
    expect(one.slug).toMatch(/^[0-9a-f]{8}$/);
  });
});

describe('in a unique index', () => {
  const columns = [
    column('post', 'integer'),
    column('author', 'uuid'),
    column('place', 'smallint'),
    column('kind', 'text', withDefault),
    column('note', 'text', optional),
    column('id', 'uuid', { defaults: true, generates: true }),
  ];
  const references = [{ columns: ['author'], table: 'users', keys: ['id'], readable: true }];
  const values = { post: '7', author: 'a0', place: '1' };
  test.each<[string[], string[], { kind: string; column?: string }]>([
    [['post', 'place'], ['post'], { kind: 'fresh', column: 'place' }],
    [['post', 'author'], ['post'], { kind: 'other', column: 'author' }],
    [['post', 'author'], ['post', 'author'], { kind: 'impossible' }],
    [['post'], ['post'], { kind: 'impossible' }],
    [['post', 'kind'], ['post'], { kind: 'fresh', column: 'kind' }],
    [['post', 'note'], ['post'], { kind: 'none' }],
    [['id'], ['post'], { kind: 'none' }],
    [['author', 'place', 'post'], ['post'], { kind: 'fresh', column: 'place' }],
  ])('of %j with %j decided, two records differ', (indexed, kept, expected) => {
    const index = { name: 'i', columns: indexed, within: [] };
    expect(variationOf(facts(columns, { references }), index, values, new Set(kept))).toMatchObject(expected);
  });

  test('on an expression, its columns count as they are', () => {
    const index = { name: 'i', columns: ['post'], within: ['kind'] };
    expect(variationOf(facts(columns), index, { ...values, kind: 'a' }, new Set(['post']))).toEqual({
      kind: 'fresh',
      column: 'kind',
    });
  });
});

describe('of a type', () => {
  test.each([
    ['character varying(4)', 'simu', /^[0-9a-f]{4}$/],
    ['text', 'simulated', /^[0-9a-f]{24}$/],
    ['smallint', '1', /^[23]\d{4}$/],
    ['integer', '1', /^2\d{9}$/],
    ['numeric(3,1)', '1', /^\d{1,2}$/],
    ['uuid', '00000000-0000-4000-8000-000000000000', /^[0-9a-f-]{36}$/],
    ['date', 'now', /^2[89]\d\d-/],
    ['boolean', 'false', null],
  ])('%s the simplest value is %s', (type, simplest, fresh) => {
    const one = column('c', type);
    expect(simplestValue(one)).toBe(simplest);
    if (fresh === null) expect(freshValue(one, null)).toBeNull();
    else expect(freshValue(one, null)).toMatch(fresh);
  });

  test('an enum has its labels alone', () => {
    const state = column('state', 'state', { category: 'E', labels: ['open', 'paid'] });
    expect(simplestValue(state)).toBe('open');
    expect(candidatesFor(state, { constants: ['paid'], seen: ['paid'], allowed: [] })).toEqual([
      'paid',
      'open',
    ]);
  });

  test.each<[RecordColumn, string[], (string | null)[], (string | null)[]]>([
    [column('n', 'integer', optional), ['5', '2.5'], ['9'], ['9', '5', null, '4', '6', '2', '3', '1']],
    [column('n', 'smallint'), ['32767'], [], ['32767', '32766', '1']],
    [column('b', 'boolean', optional), ['true'], [], ['true', null, 'false']],
    [column('s', 'character varying(5)'), ['done'], [], ['done', 'donex', '0', '', 'simul']],
    [column('t', 'date'), ['2026-01-01'], [], ['2026-01-01', 'now', '1970-01-01', '2999-01-01']],
  ])('what may meet or miss a condition on %o', (one, constants, seen, expected) => {
    expect(candidatesFor(one, { constants, seen, allowed: [] })).toEqual(expected);
  });
});

test('a mark is changed before what says which table a record refers to', () => {
  const where = {
    kind: 'and',
    of: [
      { kind: 'compare', column: 'target_type', operator: '=', value: 'post' },
      { kind: 'in', column: 'status', values: ['open', 'paid'] },
      { kind: 'not', of: { kind: 'is', column: 'spam', value: true } },
      { kind: 'null', column: 'deleted_at' },
    ],
  } as const;
  const rank = (name: string) => readilyChanged(where, column(name, 'text'), []);
  const order = ['target_type', 'status', 'spam', 'deleted_at'].sort((a, b) => rank(a) - rank(b));
  expect(order).toEqual(['deleted_at', 'spam', 'status', 'target_type']);
  expect(constantsOf(where, 'status')).toEqual(['open', 'paid']);
});

test.each([
  ['text', ['open', "it's"]],
  ['timestamp with time zone', ['2024-01-01']],
  ['integer', ['3', '2.5']],
  ['mood', ['calm']],
])('a generated column compares its %s with %j', (type, constants) => {
  const text = `(CASE WHEN (at > '2024-01-01'::timestamp with time zone) THEN 'open'::text ELSE 'it''s'::text END = mood_4('calm'::mood)) OR v1 > 3 OR x < 2.5`;
  expect(constantsWithin([{ column: column('c', 'text'), text }], column('s', type))).toEqual(constants);
});

test('a condition on a generated column is decided by what that is generated from', () => {
  const generated = { columns: ['deleted_at', 'hidden'], calls: false };
  const columns = [
    column('id', 'integer'),
    column('hidden', 'boolean'),
    column('deleted_at', 'date'),
    column('is_live', 'boolean', { writable: false, generated }),
  ];
  const where = {
    kind: 'and',
    of: [
      { kind: 'is', column: 'is_live', value: true },
      { kind: 'is', column: 'hidden', value: false },
    ],
  } as const;
  expect(decidingColumns(where, { columns }).map(({ name }) => name)).toEqual(['deleted_at', 'hidden']);
});
