import { expect, test } from 'vitest';
import type { CatalogReference } from '../../../source/trigger/catalog.ts';
import { writersByReference } from '../../../source/trigger/effects/cascading-writers.ts';
import { catalog, relation } from '../catalogs.ts';

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
