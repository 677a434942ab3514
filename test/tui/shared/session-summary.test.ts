import { expect, test } from 'vitest';
import type { Server } from '../../../source/connection/server.ts';
import { sessionSummary } from '../../../source/tui/shared/session-summary.ts';

const server: Server = {
  database: 'd',
  user: 'u',
  version: '18.4',
  address: null,
  readOnly: false,
  standby: false,
  superuser: false,
  bypassesRls: false,
  encryption: 'TLSv1.3',
};
const words = (
  over: Partial<Server>,
  {
    host = 'db:5432',
    label = 'remote' as const,
    readOnly = false,
    verified = 'full' as const,
    encrypted = true,
  }: {
    host?: string;
    label?: 'remote' | 'demo';
    readOnly?: boolean;
    verified?: 'none' | 'ca' | 'full';
    encrypted?: boolean;
  } = {},
) => {
  const link = { encrypted, protocol: encrypted ? 'TLSv1.2' : null, verified };
  return sessionSummary({ server: { ...server, ...over }, host, label, link }, readOnly).join(', ');
};

test.each<[Partial<Server>, Parameters<typeof words>[1], string]>([
  [{}, {}, 'read-write, TLS 1.3'],
  [{ encryption: 'none' }, {}, 'read-write, no TLS'],
  [{ encryption: null }, {}, 'read-write, pooler, TLS 1.2'],
  [{ encryption: null }, { encrypted: false }, 'read-write, pooler, no TLS'],
  [{ encryption: null }, { verified: 'none' }, 'read-write, pooler, TLS unverified'],
  [{}, { verified: 'none' }, 'read-write, TLS unverified'],
  [{}, { verified: 'ca' }, 'read-write, TLS 1.3'],
  [{ encryption: 'none' }, { host: '/var/run/postgresql' }, 'read-write'],
  [{ encryption: null, superuser: true }, { host: 'embedded', label: 'demo' }, 'read-write, superuser'],
  [{ superuser: true }, { readOnly: true }, '--read-only, TLS 1.3, superuser'],
  [{ readOnly: true }, { readOnly: true }, 'read-only, TLS 1.3'],
  [{ readOnly: true, standby: true }, {}, 'standby, read-only, TLS 1.3'],
])('%j %j', (over, where, expected) => {
  expect(words(over, where)).toBe(expected);
});
