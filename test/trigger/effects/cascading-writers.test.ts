import { expect, test } from 'vitest';
import type { CatalogFunction, CatalogReference, CatalogTrigger } from '../../../source/trigger/catalog.ts';
import { writersByReference } from '../../../source/trigger/effects/cascading-writers.ts';
import {
  catalog,
  counter,
  insert,
  reading,
  relation,
  remove,
  row,
  sets as setting,
  update,
  writes,
} from '../catalogs.ts';

const adjusts = (how: 'adds' | 'subtracts' | 'counts') => setting({ name: 'usage_count', how, by: 1 });

// Users (3) own accounts (4), and accounts have records (2).
const users = 3;
const accounts = 4;
const names = new Map([
  [1, 'public.presets'],
  [2, 'public.preset_usage'],
  [users, 'public.users'],
  [accounts, 'public.accounts'],
]);

function reference(from: number, to: number, over: Partial<CatalogReference> = {}): CatalogReference {
  return {
    name: `${from} to ${to}`,
    tableOid: from,
    table: names.get(from) ?? '',
    toOid: to,
    to: names.get(to) ?? '',
    onDelete: 'cascade',
    columns: ['owner_id'],
    definition: `FOREIGN KEY ${from} ${to}`,
    ...over,
  };
}

const found = (...references: CatalogReference[]) =>
  writersByReference(catalog({ references })).map(({ name, does: [write] }) => [
    name,
    write?.verb,
    write?.via,
  ]);

test('a reference of the records deletes them with what they refer to', () => {
  const grants = [{ role: 'app', privileges: ['DELETE'] }];
  const relations = [relation(users, 'users', { owner: 'people', grants })];
  expect(writersByReference(catalog({ relations, references: [reference(2, users)] }))).toEqual([
    {
      kind: 'reference',
      name: '2 to 3',
      table: 'public.preset_usage',
      does: [
        {
          on: 'records',
          verb: 'delete',
          action: 'delete',
          table: 'public.preset_usage',
          column: null,
          statement: 'FOREIGN KEY 2 3',
          via: [],
        },
      ],
      unreadable: [],
      mayRun: { owner: 'people', roles: ['app'], public: false },
      securityDefiner: null,
      language: null,
      fires: {
        timing: 'AFTER',
        events: ['DELETE'],
        level: null,
        enabled: 'origin',
        when: 'DELETE FROM public.users',
      },
      expected: false,
    },
  ]);
});

test.each(['set null', 'set default'] as const)('one that does %s to their preset changes it', onDelete => {
  const own = reference(2, 1, { onDelete, columns: ['tenant', 'preset_id'] });
  expect(writersByReference(catalog({ references: [own] }))).toMatchObject([
    { does: [{ verb: 'update', action: 'update', column: { name: 'preset_id', how: 'sets' }, via: [] }] },
  ]);
  expect(found(reference(2, users, { onDelete }))).toEqual([]);
  expect(found(reference(accounts, users, { onDelete, columns: ['preset_id'] }))).toEqual([]);
});

test('the preset’s column is known by its own name, in quotes or not', () => {
  const own = reference(2, 1, { onDelete: 'set null', columns: ['Preset'] });
  expect(writersByReference(catalog({ presetColumn: '"Preset"', references: [own] }))).toMatchObject([
    { does: [{ column: { name: 'Preset' } }] },
  ]);
});

test('one of another table deletes records if theirs cascades from there', () => {
  const first = reference(accounts, users);
  expect(found(first)).toEqual([]);
  expect(found(first, reference(2, accounts))).toEqual([
    ['4 to 3', 'delete', ['2 to 4']],
    ['2 to 4', 'delete', []],
  ]);
  expect(found(first, reference(2, accounts, { onDelete: 'set null' }))).toEqual([]);
  expect(found(first, reference(2, 1))).toEqual([['2 to 1', 'delete', []]]);
});

test('the whole chain of references is named', () => {
  const [writer] = found(reference(users, 9), reference(accounts, users), reference(2, accounts));
  expect(writer).toEqual(['3 to 9', 'delete', ['4 to 3', '2 to 4']]);
});

test('tables that refer to themselves or to each other are followed once', () => {
  const parent = reference(users, users, { name: 'parent' });
  const circle = [reference(users, accounts), reference(accounts, users)];
  expect(found(parent)).toEqual([]);
  expect(found(...circle)).toEqual([]);
  expect(found(...circle, reference(2, users)).map(([name]) => name)).toEqual(['3 to 4', '4 to 3', '2 to 3']);
});

test.each<[string, boolean, Partial<CatalogTrigger>, Partial<CatalogFunction>]>([
  ['subtracts on DELETE', true, { type: row + remove }, { reading: adjusts('subtracts') }],
  ['counts anew on DELETE', true, { type: remove }, { reading: adjusts('counts') }],
  [
    'subtracts, but is disabled',
    false,
    { type: row + remove, enabled: 'D' },
    { reading: adjusts('subtracts') },
  ],
  [
    'subtracts, but only on a replica',
    false,
    { type: row + remove, enabled: 'R' },
    { reading: adjusts('subtracts') },
  ],
  ['subtracts on UPDATE only', false, { type: row + update }, { reading: adjusts('subtracts') }],
  ['only adds', false, { type: row + insert + remove }, { reading: adjusts('adds') }],
  [
    'subtracts on DELETE, always',
    true,
    { type: row + remove, enabled: 'A' },
    { reading: adjusts('subtracts') },
  ],
  [
    'subtracts, and sets the count elsewhere as well',
    true,
    { type: row + remove },
    { reading: reading({ writes: [...adjusts('adds').writes, ...adjusts('subtracts').writes] }) },
  ],
  [
    'writes a count of which it does not say how',
    false,
    { type: row + remove },
    { reading: reading({ writes: [writes({ columns: null })] }) },
  ],
  [
    'takes something from the records instead',
    false,
    { type: row + remove },
    {
      reading: reading({
        writes: [
          writes({ table: 'preset_usage', columns: [{ name: 'preset_id', how: 'subtracts', by: 1 }] }),
        ],
      }),
    },
  ],
  ['is on another table', false, { type: row + remove, tableOid: 9 }, { reading: adjusts('subtracts') }],
])(
  'where a trigger of the records %s, a cascade that deletes them is left out: %s',
  (_, leftOut, over, body) => {
    const handles = counter(over, body);
    expect(writersByReference(catalog({ ...handles, references: [reference(2, users)] }))).toHaveLength(
      leftOut ? 0 : 1,
    );
  },
);

test('a cascade that moves records is left out where a trigger follows UPDATE', () => {
  const sets = reference(2, 1, { onDelete: 'set null', columns: ['preset_id'] });
  const follows = (type: number) => counter({ type: row + type }, { reading: adjusts('subtracts') });
  expect(writersByReference(catalog({ ...follows(update), references: [sets] }))).toEqual([]);
  expect(writersByReference(catalog({ ...follows(remove), references: [sets] }))).toHaveLength(1);
});
