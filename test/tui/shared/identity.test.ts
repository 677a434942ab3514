import { expect, test } from 'vitest';
import type { InspectedServer } from '../../../source/counter/inspect-database.ts';
import { identityWords } from '../../../source/tui/shared/identity.ts';
import { comments, inspectedWith } from '../../helpers/counters.ts';

const found = inspectedWith(comments);
const line = (columns: number, change: { host?: string; database?: string; source?: string }) => {
  const { database = 'shop', ...rest } = change;
  const inspected = {
    ...found,
    ...rest,
    server: { ...found.server, database, user: 'postgres', superuser: true },
  } as InspectedServer;
  const words = identityWords(
    inspected,
    { size: { columns, rows: 24 }, readOnly: false, context: null },
    '…',
  );
  const text = ` local  ${words.database}${words.rest}`;
  expect(text.length).toBeLessThanOrEqual(columns);
  return text;
};
const long = 'the_marketplace_of_the_year_in_production';

test.each<[number, { host?: string; database?: string; source?: string }, string]>([
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
])('in %i columns %j is %s', (columns, change, text) => {
  expect(line(columns, change)).toBe(text);
});
