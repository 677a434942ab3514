import { expect, test } from 'vitest';
import { hostKindOf } from '../../source/counter/host-kind.ts';

const own = () => new Set(['192.168.1.5']);

test.each([
  ['localhost', '127.0.0.1', 'local'],
  ['localhost', '::1', 'local'],
  ['/var/run/postgresql', null, 'local'],
  ['192.168.1.5', '192.168.1.5', 'local'],
  ['localhost', '10.0.0.9', 'remote'],
  ['db.example.com', '10.0.0.9', 'remote'],
  ['db.example.com', null, 'remote'],
  ['db@example.com', null, 'remote'],
] as const)('reached as %s, at %s by its own account: %s', (host, address, label) => {
  expect(hostKindOf(host, address, own)).toBe(label);
});

test('the system is asked for its addresses only where they decide', () => {
  const asked = () => {
    throw new Error('It was asked.');
  };
  expect(hostKindOf('localhost', '127.0.0.1', asked)).toBe('local');
  expect(hostKindOf('/tmp', null, asked)).toBe('local');
  expect(hostKindOf('db.example.com', '10.0.0.9', asked)).toBe('remote');
});
