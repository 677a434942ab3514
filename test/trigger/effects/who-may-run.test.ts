import { expect, test } from 'vitest';
import type { CatalogGrant, CatalogPolicy, CatalogRole } from '../../../source/trigger/catalog.ts';
import { whoMayBoth, whoMayRun } from '../../../source/trigger/effects/who-may-run.ts';
import { catalog, relation } from '../catalogs.ts';

const grant = (role: string | null, ...privileges: string[]): CatalogGrant => ({ role, privileges });
const policy = (
  event: string,
  roles: (string | null)[],
  over: Partial<CatalogPolicy> = {},
): CatalogPolicy => ({
  event,
  permissive: true,
  roles,
  closed: false,
  ...over,
});
const roles: CatalogRole[] = [
  { name: 'service', bypass: true, has: [] },
  { name: 'heir', bypass: false, has: ['app'] },
  { name: 'admin', bypass: false, has: ['owner'] },
];
const may = (grants: CatalogGrant[], policies: CatalogPolicy[] | null, event = 'UPDATE') => {
  const { roles: found, public: everybody } = whoMayRun(
    catalog({ roles, relations: [relation(9, 'things', { grants, policies })] }),
    9,
    [event],
  );
  return everybody ? ['PUBLIC', ...found] : found;
};

test.each<[string, CatalogGrant[], CatalogPolicy[] | null, string[]]>([
  ['a grant, with those who inherit it', [grant('app', 'UPDATE')], null, ['app', 'heir']],
  ['a grant of something else', [grant('app', 'INSERT', 'DELETE')], null, []],
  ['a grant to everyone', [grant(null, 'UPDATE')], null, ['PUBLIC']],
  ['no policy: nothing', [grant('app', 'UPDATE')], [], []],
  ['a policy for another command', [grant('app', 'UPDATE')], [policy('INSERT', [null])], []],
  ['a policy for everyone', [grant('app', 'UPDATE')], [policy('UPDATE', [null])], ['app', 'heir']],
  ['a policy for the heir alone', [grant('app', 'UPDATE')], [policy('UPDATE', ['heir'])], ['heir']],
  ['a policy of the group', [grant('heir', 'UPDATE')], [policy('UPDATE', ['app'])], ['heir']],
  [
    'a policy that lets nothing pass',
    [grant('app', 'UPDATE')],
    [policy('UPDATE', [null], { closed: true })],
    [],
  ],
  [
    'a restrictive policy that lets nothing pass',
    [grant('app', 'UPDATE')],
    [policy('UPDATE', [null]), policy('UPDATE', ['app'], { permissive: false, closed: true })],
    [],
  ],
  [
    'a restrictive policy with a condition',
    [grant('app', 'UPDATE')],
    [policy('UPDATE', [null]), policy('UPDATE', ['app'], { permissive: false })],
    ['app', 'heir'],
  ],
  ['a role that policies do not apply to', [grant('service', 'UPDATE')], [], ['service']],
  ['a member of the owner', [grant('admin', 'UPDATE')], [], ['admin']],
  [
    'a grant to everyone, and policies for some',
    [grant(null, 'UPDATE')],
    [policy('UPDATE', ['app'])],
    ['app', 'service'],
  ],
])('%s', (_, grants, policies, expected) => {
  expect(may(grants, policies)).toEqual(expected);
});

test('TRUNCATE needs no policy', () => {
  expect(may([grant('app', 'TRUNCATE')], [], 'TRUNCATE')).toEqual(['app', 'heir']);
});

test('a view with security_invoker needs both rights', () => {
  const of = (found: string[], everybody = false) => ({ owner: 'owner', roles: found, public: everybody });
  expect(whoMayBoth(of(['a', 'b']), of(['b', 'c'])).roles).toEqual(['b']);
  expect(whoMayBoth(of([], true), of(['c']))).toMatchObject({ roles: ['c'], public: false });
  expect(whoMayBoth(of([], true), of([], true)).public).toBe(true);
});
