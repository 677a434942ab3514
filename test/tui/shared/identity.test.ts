import { expect, test } from 'vitest';
import type { InspectedServer } from '../../../source/counter/inspect-database.ts';
import { identityWords } from '../../../source/tui/shared/identity.ts';
import { comments, inspectedWith } from '../../helpers/counters.ts';

const found = inspectedWith(comments);
type Change = { host?: string; database?: string; source?: string; standby?: boolean; context?: string };
const words = (columns: number, { database = 'shop', standby = false, context, ...rest }: Change) => {
  const inspected = {
    ...found,
    ...rest,
    server: { ...found.server, database, user: 'postgres', superuser: true, standby },
  } as InspectedServer;
  const named = context === undefined ? null : { name: context, color: null };
  return identityWords(inspected, { size: { columns, rows: 24 }, readOnly: false, context: named }, '…');
};
const line = (columns: number, change: Change) => {
  const { database, rest } = words(columns, change);
  const text = ` local ${change.context === undefined ? '' : ` ${change.context} `} ${database}${rest}`;
  expect(text.length).toBeLessThanOrEqual(columns);
  return text;
};
const long = 'the_marketplace_of_the_year_in_production';

test.each<[number, Change, string]>([
  [
    120,
    { source: 'PGHOST' },
    ' local  shop at h as postgres, PostgreSQL 18.4, from PGHOST, read-write, no TLS, superuser',
  ],
  [80, { source: 'PGHOST' }, ' local  shop at h as postgres, PostgreSQL 18.4, read-write, no TLS, superuser'],
  [
    80,
    { host: '10.0.0.5:5432' },
    ' local  shop at 10.0.0.5:5432, PostgreSQL 18.4, read-write, no TLS, superuser',
  ],
  [
    80,
    { host: '10.0.0.5:5432', database: 'marketplace' },
    ' local  marketplace at 10.0.0.5:5432, PG 18.4, read-write, no TLS, superuser',
  ],
  // Never the host or the version.
  [
    80,
    { host: '10.0.0.5:5432', database: long },
    ' local  the_marketplac… at 10.0.0.5:5432, PG 18.4, read-write, no TLS, superuser',
  ],
  [
    80,
    { host: 'shop.eu-central-1.example.com:5432', database: long },
    ' local  the_marketpl… at shop.eu-central-1.example.com:5432, PG 18.4, read-write',
  ],
  // Of a long host only the middle, and never whether it may be written.
  [
    80,
    { host: 'db.abcdefghijklmnopqrst.supabase.co', database: 'shop_production', context: 'staging-eu' },
    ' local  staging-eu  shop_pr… at db.abcdefghij…t.supabase.co, PG 18.4, read-write',
  ],
  [
    80,
    { host: 'shop-production.cluster-cabcdefghijk.eu-central-1.rds.amazonaws.com:5432', standby: true },
    ' local  shop at shop-production.c…azonaws.com:5432, PG 18.4, standby, read-write',
  ],
])('in %i columns %j is %s', (columns, change, text) => {
  expect(line(columns, change)).toBe(text);
});

test('a long name of a context leaves whether it may be written on the line', () => {
  const { database, rest } = words(80, {
    host: 'db.abcdefghijklmnopqrst.supabase.co',
    context: 'the_shop_in_production_eu_central',
  });
  expect(database + rest).toBe('shop, read-write at db.abcdefghijklmnopqrst.supabase.co');
});
